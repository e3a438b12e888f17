import { redactLogValue } from "../observability/logger";

/** Characters of a cause that a reason may carry: a line for people on call, not a stack trace. */
const MAX_CAUSE_LENGTH = 300;

/**
 * Why a step failed or an operation ended, in one line: the reason, and what the error itself said. Both pass the logs'
 * redaction: neither card numbers nor secrets reach a record that everybody on call reads.
 *
 * @param cause as Step Functions gives it; empty or absent when nothing failed
 */
export function reasonText(reason: string, cause: string | undefined): string {
  const said = messageOf(cause ?? "")
    .replace(/\s+/g, " ")
    .trim();
  const text = said === "" ? reason : `${reason} (${redacted(said).slice(0, MAX_CAUSE_LENGTH)})`;
  return redacted(text);
}

function redacted(text: string): string {
  return redactLogValue("", text) as string;
}

/** A function's failure is JSON with `errorMessage` (Lambda developer guide, "Function errors"); others are plain text. */
function messageOf(cause: string): string {
  try {
    const failure: unknown = JSON.parse(cause);
    if (typeof failure === "object" && failure !== null && "errorMessage" in failure) {
      return typeof failure.errorMessage === "string" ? failure.errorMessage : cause;
    }
  } catch {
    // Plain text.
  }
  return cause;
}
