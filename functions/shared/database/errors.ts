/** The database could not be reached, or the connection broke before anything was committed. Safe to try again. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
}

/** The database refuses writes (SQLSTATE 25006): it is a standby, or was one a moment ago. */
export class DatabaseNotWritable extends Error {
  override readonly name = "DatabaseNotWritable";
}

/** The connection broke while COMMIT was under way: the change may or may not be there. Never repeated blindly. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = "CommitOutcomeUnknown";
}

interface WithCode {
  readonly code?: unknown;
}

/** The SQLSTATE or system error code of an error, or an empty string. */
export function codeOf(error: unknown): string {
  const code = (error as WithCode | undefined)?.code;
  return typeof code === "string" ? code : "";
}

const CONNECTION_CODES = new Set([
  "57P01", // admin_shutdown: failover or maintenance
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Whether the connection, and not the statement, is what failed. */
export function isConnectionFailure(error: unknown): boolean {
  const code = codeOf(error);
  if (CONNECTION_CODES.has(code) || code.startsWith("08")) return true;
  // pg gives these without a code.
  return (
    error instanceof Error &&
    /connection terminated|timeout (exceeded|expired)|Client has encountered a connection error/i.test(
      error.message,
    )
  );
}

/** Whether the server refused the user or its password: after a rotation the secret must be read again. */
export function isAuthenticationFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === "28P01" || code === "28000";
}

/** Whether two transactions stood in each other's way and one was told to start again. */
export function isSerializationFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

/** Whether a prepared statement no longer fits the schema: a migration came between. A new connection plans it anew. */
export function isStalePreparedStatement(error: unknown): boolean {
  return codeOf(error) === "0A000" && error instanceof Error && /cached plan/.test(error.message);
}

/** Whether a write was refused because the server is a standby. */
export function isReadOnlyRefusal(error: unknown): boolean {
  return codeOf(error) === "25006";
}

/** Whether a row lock was not granted within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === "55P03";
}

/** Whether a row names another one that is not there. */
export function isMissingReference(error: unknown): boolean {
  return codeOf(error) === "23503";
}
