import { ProblemError, type ProblemCode } from "./problems";
import { parseStrictJson, StrictJsonError, type StrictJson } from "./strictJson";

/** Largest body, in bytes. A payment request with all its metadata needs less; API Gateway itself allows 10 MB. */
export const MAX_BODY_BYTES = 16_384;
/** Deepest nesting of a body. The deepest that any request needs is an object in an object. */
export const MAX_JSON_DEPTH = 8;

/** Longer parts of a media type than any that is real; keeps the parsing below linear and small. */
const MAX_MEDIA_TYPE_LENGTH = 200;

const PROBLEM_OF_SYNTAX: Readonly<Record<StrictJsonError["reason"], ProblemCode>> = {
  syntax: "invalid_json",
  duplicate: "duplicate_field",
  depth: "nesting_too_deep",
};

/**
 * Reads a body: media type, size, encoding, then JSON without duplicate keys. The order is that of the cost, so that
 * nothing large or foreign is ever parsed. No problem quotes the body.
 *
 * @throws ProblemError `unsupported_media_type`, `payload_too_large`, `invalid_encoding`, `invalid_json`,
 *   `duplicate_field` or `nesting_too_deep`.
 */
export function parseJsonBody(body: Uint8Array, contentType: string | undefined): StrictJson {
  if (!isJsonMediaType(contentType)) {
    throw new ProblemError("unsupported_media_type", {
      detail: "Send Content-Type: application/json, in UTF-8.",
    });
  }
  if (body.length > MAX_BODY_BYTES) {
    throw new ProblemError("payload_too_large", { detail: `A body has at most ${MAX_BODY_BYTES} bytes.` });
  }
  try {
    return parseStrictJson(decodeUtf8(body), MAX_JSON_DEPTH);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    throw new ProblemError(PROBLEM_OF_SYNTAX[error.reason], { detail: error.message });
  }
}

/** True for `application/json`, with no charset other than UTF-8. */
export function isJsonMediaType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType.length > MAX_MEDIA_TYPE_LENGTH) return false;
  const [type, ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  if (type !== "application/json") return false;
  return parameters.every(
    (parameter) => !parameter.startsWith("charset") || /^charset="?utf-8"?$/.test(parameter),
  );
}

function decodeUtf8(body: Uint8Array): string {
  try {
    // `ignoreBOM` keeps a byte-order mark in the text, so that the parser refuses it (RFC 8259 section 8.1).
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    // API Gateway hands a body over as text: where it could not decode a byte, the replacement character stands.
    if (!text.includes("\ufffd")) return text;
  } catch {
    // Refused below, without quoting anything.
  }
  throw new ProblemError("invalid_encoding", { detail: "The body must be valid UTF-8." });
}
