/**
 * Finds card numbers (PANs) so that they can be refused and never stored or logged.
 *
 * The rule: a run of 13 to 19 digits that passes the Luhn check is a card number, whatever stands between the digits
 * (spaces, dashes, dots, invisible characters) and in whichever script they are written. Within a longer run (digits
 * beside the number, or another number beside it) every part that starts and ends at a gap is judged by the same rule;
 * parts that cut through a group of digits must also start with an issuer's prefix and have its length, or a tenth of
 * all long numbers would be refused.
 *
 * Left alone, because a tenth of them would pass the Luhn check by chance: UUIDs, hexadecimal digests and trace ids
 * (with at least one letter resp. four), and ISO 8601 timestamps.
 */

/** What replaces a card number in logs. */
export const REDACTED_PAN = "[REDACTED-PAN]";

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** How many characters may stand between two digits of one number. */
const MAX_GAP = 3;
/** Deepest structure that is searched or redacted; what lies deeper is refused resp. dropped. */
const MAX_DEPTH = 32;

const SEPARATOR = /^[\p{Z}\p{P}\p{C}\p{M}+|~^`$=<>\u00b7\u2212\u2215\u2044]$/u;
const DECIMAL_DIGIT = /^\p{Nd}$/u;
const EXEMPT = new RegExp(
  [
    // UUID of a defined version and variant.
    "(?<![0-9a-z])(?=[0-9-]{0,35}[a-f])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-z])",
    // Hexadecimal text of the length of a digest, a trace id (W3C, X-Ray) or an object id.
    "(?<![0-9a-z])(?=(?:[0-9]*[a-f]){4})(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{24})(?![0-9a-z])",
    // ISO 8601 date and time of this century or the last; no issuer's numbers start with 19 or 20.
    "(?<![0-9])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[t ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?(?![0-9])",
  ].join("|"),
  "gi",
);

/** One digit of the text: its value and the characters (UTF-16) that wrote it. */
interface Digit {
  readonly value: number;
  readonly start: number;
  readonly end: number;
  /** True when nothing but this run's own digits stands directly before it. */
  readonly opensGroup: boolean;
}

/** A found number: the part of the text from `start` to before `end` (UTF-16 units). */
export interface PanSpan {
  readonly start: number;
  readonly end: number;
}

/** True when the text holds a card number. Linear in the length of the text. */
export function containsPan(text: string): boolean {
  return findPans(text, true).length > 0;
}

/**
 * The card numbers of a text, in order and without overlap.
 *
 * @param firstOnly stops at the first.
 */
export function findPans(text: string, firstOnly = false): PanSpan[] {
  if (text.length < MIN_DIGITS) return [];
  const found: PanSpan[] = [];
  for (const run of digitRuns(text)) {
    for (const span of pansOfRun(run)) {
      found.push(span);
      if (firstOnly) return found;
    }
  }
  return found;
}

/** The text with each card number replaced. */
export function redactPans(text: string): string {
  let clean = text;
  // What a replacement leaves of a longer run of digits is a run of its own. Each round removes digits, so it ends.
  for (let spans = findPans(clean); spans.length > 0; spans = findPans(clean)) {
    let rest = "";
    let position = 0;
    for (const { start, end } of spans) {
      rest += clean.slice(position, start) + REDACTED_PAN;
      position = end;
    }
    clean = rest + clean.slice(position);
  }
  return clean;
}

/**
 * Where a value of JSON holds a card number: a JSON Pointer whose own parts are redacted, or undefined. Searches keys,
 * strings and numbers. What is nested deeper than the limit counts as found: it cannot be cleared.
 */
export function findPanInValue(value: unknown, pointer = "", depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return pointer;
  if (typeof value === "string") return containsPan(value) ? pointer : undefined;
  if (typeof value === "number" || typeof value === "bigint") {
    return containsPan(numberText(value)) ? pointer : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const inner = `${pointer}/${pointerPart(redactPans(key))}`;
    if (containsPan(key)) return inner;
    const found = findPanInValue(item, inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A copy of a value for logs, with every card number in keys, strings and numbers replaced. Errors keep name, message
 * and stack. Cycles and what is nested too deep are replaced by a note.
 */
export function redactValue(value: unknown): unknown {
  return redact(value, 0, new Set());
}

function redact(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === "string") return redactPans(value);
  if (typeof value === "number" || typeof value === "bigint") {
    return containsPan(numberText(value)) ? REDACTED_PAN : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return "[cycle]";
  if (depth > MAX_DEPTH) return "[too deep]";
  if (value instanceof Date) return value;
  seen.add(value);
  const clean = Array.isArray(value)
    ? value.map((item) => redact(item, depth + 1, seen))
    : Object.fromEntries(
        ownEntries(value).map(([key, item]) => [redactPans(key), redact(item, depth + 1, seen)]),
      );
  seen.delete(value);
  return clean;
}

function ownEntries(value: object): [string, unknown][] {
  const entries: [string, unknown][] = Object.entries(value);
  if (value instanceof Error) {
    // Not enumerable, and the point of logging an error.
    entries.unshift(
      ["name", value.name],
      ["message", value.message],
      ["stack", value.stack],
      ["cause", value.cause],
    );
  }
  return entries;
}

/** The number's digits: without an exponent where it is whole. */
function numberText(value: number | bigint): string {
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** Escapes a key for a JSON Pointer (RFC 6901). */
export function pointerPart(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The runs of digits of the text that are long enough; exempt parts end a run. */
function digitRuns(text: string): Digit[][] {
  const exemptEnd = exemptParts(text);
  const runs: Digit[][] = [];
  let run: Digit[] = [];
  let gap = 0;
  const close = () => {
    if (run.length >= MIN_DIGITS) runs.push(run);
    run = [];
    gap = 0;
  };
  let index = 0;
  while (index < text.length) {
    const skipTo = exemptEnd.get(index);
    if (skipTo !== undefined) {
      close();
      index = skipTo;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(index) as number);
    const end = index + character.length;
    const values = digitsOf(character);
    if (values.length > 0) {
      for (const value of values) {
        run.push({ value, start: index, end, opensGroup: gap > 0 || run.length === 0 });
        gap = 0;
      }
    } else if (run.length > 0 && (!SEPARATOR.test(character) || ++gap > MAX_GAP)) close();
    index = end;
  }
  close();
  return runs;
}

/** Where an exempt part starts, with its end. */
function exemptParts(text: string): Map<number, number> {
  const parts = new Map<number, number>();
  for (const match of text.matchAll(EXEMPT)) parts.set(match.index, match.index + match[0].length);
  return parts;
}

/** The decimal digits that a character stands for: itself, another script's digit, or a compatibility form like `①`. */
function digitsOf(character: string): readonly number[] {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return code >= 0x30 && code <= 0x39 ? [code - 0x30] : [];
  const digits: number[] = [];
  for (const part of character.normalize("NFKC")) {
    if (DECIMAL_DIGIT.test(part)) digits.push(decimalValue(part.codePointAt(0) as number));
    // A compatibility form with anything else in it, as `½` or `㎜²`, is no digit.
    else if (!SEPARATOR.test(part)) return [];
  }
  return digits;
}

/** Unicode's decimal digits stand in unbroken rows of ten, zero first, each row after a code that is no digit or after another row. */
function decimalValue(code: number): number {
  let first = code;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

/** The card numbers of one run, without overlap: the whole run, else the longest part from each position. */
function pansOfRun(run: readonly Digit[]): PanSpan[] {
  if (run.length <= MAX_DIGITS && isLuhnValid(run, 0, run.length)) return [spanOf(run, 0, run.length)];
  const found: PanSpan[] = [];
  let from = 0;
  while (from + MIN_DIGITS <= run.length) {
    const to = longestPanFrom(run, from);
    if (to === undefined) from += 1;
    else {
      found.push(spanOf(run, from, to));
      from = to;
    }
  }
  return found;
}

function longestPanFrom(run: readonly Digit[], from: number): number | undefined {
  for (let to = Math.min(run.length, from + MAX_DIGITS); to - from >= MIN_DIGITS; to -= 1) {
    if (isLuhnValid(run, from, to) && (isWholeGroups(run, from, to) || isIssued(run, from, to))) return to;
  }
  return undefined;
}

function spanOf(run: readonly Digit[], from: number, to: number): PanSpan {
  return { start: (run[from] as Digit).start, end: (run[to - 1] as Digit).end };
}

/** True when the part starts and ends at a gap (or at the run's own ends). */
function isWholeGroups(run: readonly Digit[], from: number, to: number): boolean {
  return (run[from] as Digit).opensGroup && (to === run.length || (run[to] as Digit).opensGroup);
}

function isLuhnValid(run: readonly Digit[], from: number, to: number): boolean {
  let sum = 0;
  for (let index = to - 1, double = false; index >= from; index -= 1, double = !double) {
    const digit = (run[index] as Digit).value;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/**
 * Issuers' prefixes (as a range of their first four digits) with the lengths in use. Source: ISO/IEC 7812 ranges as the
 * networks publish them: Visa 4; Mastercard 51-55 and 2221-2720; Maestro 50, 56-69; American Express 34, 37; Diners
 * 300-305, 3095, 36, 38, 39; JCB 3528-3589; Discover 6011, 644-649, 65; UnionPay 62, 81; RuPay 60, 65, 81, 82; Mir
 * 2200-2204; Troy 9792.
 */
const ISSUER_RANGES: readonly (readonly [first: number, last: number, lengths: readonly number[]])[] = [
  [4000, 4999, [13, 16, 18, 19]],
  [5100, 5599, [16]],
  [2221, 2720, [16]],
  [2200, 2204, [16, 17, 18, 19]],
  [3400, 3499, [15]],
  [3700, 3799, [15]],
  [3000, 3059, [14, 16, 17, 18, 19]],
  [3095, 3095, [14, 16, 17, 18, 19]],
  [3600, 3699, [14, 15, 16, 17, 18, 19]],
  [3800, 3999, [14, 16, 17, 18, 19]],
  [3528, 3589, [16, 17, 18, 19]],
  [5000, 5099, [13, 14, 15, 16, 17, 18, 19]],
  [5600, 6999, [13, 14, 15, 16, 17, 18, 19]],
  [8100, 8299, [16, 17, 18, 19]],
  [9792, 9792, [16]],
];

function isIssued(run: readonly Digit[], from: number, to: number): boolean {
  let prefix = 0;
  for (let index = from; index < from + 4; index += 1) prefix = prefix * 10 + (run[index] as Digit).value;
  const length = to - from;
  return ISSUER_RANGES.some(
    ([first, last, lengths]) => prefix >= first && prefix <= last && lengths.includes(length),
  );
}
