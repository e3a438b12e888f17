import { ApiProblem } from "./problem";

/** Largest body, in bytes. A payment request is a few hundred; API Gateway itself allows 10 MB. */
export const MAX_BODY_BYTES = 16_384;
/** Deepest nesting: the deepest that any request needs is an object in an object. */
export const MAX_JSON_DEPTH = 8;

/**
 * The JSON value of a body, after the checks that must come before parsing.
 *
 * @throws ApiProblem 415, 413, or 400.
 */
export function parseJsonBody(body: Buffer, contentType: string | undefined): unknown {
  if (!isJson(contentType)) {
    throw new ApiProblem(415, "unsupported_media_type", "The body must be JSON", {
      detail: "Send Content-Type: application/json, in UTF-8.",
    });
  }
  if (body.length > MAX_BODY_BYTES) {
    throw new ApiProblem(413, "body_too_large", "The body is too large", {
      detail: `A body has at most ${MAX_BODY_BYTES} bytes.`,
    });
  }
  const text = decodeUtf8(body);
  if (depthOf(text) > MAX_JSON_DEPTH) {
    throw new ApiProblem(400, "json_too_deep", "The body is nested too deeply", {
      detail: `A body has at most ${MAX_JSON_DEPTH} levels.`,
    });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body.
    throw new ApiProblem(400, "invalid_json", "The body is not JSON");
  }
}

function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (type !== "application/json") return false;
  return parameters.every((parameter) => !parameter.startsWith("charset=") || /^charset="?utf-8"?$/.test(parameter));
}

function decodeUtf8(body: Buffer): string {
  try {
    // `ignoreBOM` keeps a byte-order mark in the text, so that JSON.parse refuses it (RFC 8259 section 8.1).
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new ApiProblem(400, "invalid_utf8", "The body is not valid UTF-8");
  }
}

/** The deepest nesting of brackets outside strings; counted before parsing, so that parsing never recurses deeply. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return deepest;
}
