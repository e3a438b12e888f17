import { Logger } from "@aws-lambda-powertools/logger";
import { redactPans, redactValue } from "../../domain/panDetection";

/** Structured logging; every line passes the redaction below. */
export interface Log {
  debug(message: string, extra?: object): void;
  info(message: string, extra?: object): void;
  warn(message: string, extra?: object): void;
  error(message: string, extra?: object): void;
}

/** A log whose lines carry an invocation's keys. */
export interface ScopedLog extends Log {
  /** Adds keys to the lines that follow, until the next call; e.g. the correlation id. */
  scope(keys: Record<string, string>): void;
}

/** Fields whose value is never written, whatever it is. Compared without case, dashes and underscores. */
const SECRET_FIELDS = new Set([
  "apikey",
  "apikeypepper",
  "authorization",
  "cookie",
  "masteruserpassword",
  "notificationkey",
  "notificationsigningkey",
  "password",
  "paymentssignature",
  "pspsignature",
  "secret",
  "secretstring",
  "token",
]);

/** Secrets that show inside a text: API keys, bearer tokens, SCRAM verifiers, passwords in URLs, presigned URLs. */
const SECRET_TEXT = [
  /\bmk_(?:live|test)_[A-Za-z0-9_-]{8,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}/gi,
  /SCRAM-SHA-256\$[^\s'"]+/g,
  /(?<=:\/\/[^\s:/@]{1,64}:)[^\s@]{1,256}(?=@)/g,
  /(?<=[?&](?:X-Amz-Signature|X-Amz-Security-Token|Signature)=)[^&\s"']+/gi,
] as const;

const REDACTED = "[REDACTED]";

/**
 * The rule for one key and value of a log line, as a JSON replacer: secrets by the name of their field or by their
 * form, and card numbers wherever they stand.
 */
export function redactLogValue(key: string, value: unknown): unknown {
  if (SECRET_FIELDS.has(key.toLowerCase().replace(/[-_]/g, "")) && value !== undefined) return REDACTED;
  if (typeof value === "string") return redactText(value);
  if (typeof value === "number" || typeof value === "bigint") return redactValue(value);
  if (value instanceof Error || typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  // Names of fields may come from outside too.
  const entries = Object.entries(value);
  if (entries.every(([name]) => redactText(name) === name)) return value;
  return Object.fromEntries(entries.map(([name, item]) => [redactText(name), item]));
}

function redactText(text: string): string {
  return SECRET_TEXT.reduce((clean, pattern) => clean.replace(pattern, REDACTED), redactPans(text));
}

/** The function's logger: Powertools' JSON lines (service, level, function, cold start, trace id), redacted. */
export function createLogger(): ScopedLog {
  const logger = new Logger({ jsonReplacerFn: redactLogValue });
  return {
    debug: (message, extra = {}) => logger.debug(message, { ...extra }),
    info: (message, extra = {}) => logger.info(message, { ...extra }),
    warn: (message, extra = {}) => logger.warn(message, { ...extra }),
    error: (message, extra = {}) => logger.error(message, { ...extra }),
    scope: (keys) => {
      logger.resetKeys();
      logger.appendKeys(keys);
    },
  };
}
