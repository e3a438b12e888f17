import { escapeIdentifier, escapeLiteral, type ClientBase } from "pg";
import { InvalidApplicationCredentials } from "./errors";
import { scramSha256Verifier } from "./scram";

/** The role that holds the application's grants. */
export const APPLICATION_ROLE = "payments_app";

/** What the application's secret holds. */
export interface DatabaseCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Creates the application's role, or gives it the password that the secret holds now.
 *
 * A secret that is rotated with alternating users names `payments_app` and another user in turn; the other one becomes
 * a member of `payments_app`, so both have the same grants.
 *
 * @throws InvalidApplicationCredentials when the secret's user name or password cannot be used.
 */
export async function ensureApplicationRole(
  client: ClientBase,
  credentials: DatabaseCredentials,
): Promise<void> {
  const { username, password } = credentials;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(username) || username.startsWith("pg_") || username.startsWith("rds")) {
    throw new InvalidApplicationCredentials("the application's user name is not a usable role name");
  }
  const current = await client.query<{ name: string }>("SELECT current_user AS name");
  if (current.rows[0]?.name === username) {
    throw new InvalidApplicationCredentials("the application must not share the administrator's role");
  }
  await createRoleIfAbsent(client, APPLICATION_ROLE, "NOLOGIN");
  if (username !== APPLICATION_ROLE) {
    await createRoleIfAbsent(client, username, "NOLOGIN");
    await client.query(`GRANT ${APPLICATION_ROLE} TO ${escapeIdentifier(username)}`);
  }
  const verifier = scramSha256Verifier(password);
  await client.query(`ALTER ROLE ${escapeIdentifier(username)} LOGIN PASSWORD ${escapeLiteral(verifier)}`);
}

async function createRoleIfAbsent(client: ClientBase, name: string, options: string): Promise<void> {
  const found = await client.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", [name]);
  if (found.rowCount === 0) {
    await client.query(
      `CREATE ROLE ${escapeIdentifier(name)} ${options} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION`,
    );
  }
}
