import type * as z from "zod";
import { parseJsonBody } from "./jsonBody";
import { checkMoney, type AmountLimits } from "./money";
import { containsPan, findPanInValue, pointerPart, redactPans } from "./panDetection";
import { ProblemError, type FieldProblem, type ProblemCode } from "./problems";
import {
  createPaymentRequest,
  DEFAULT_PAGE_SIZE,
  listPaymentsQuery,
  type CreatePaymentRequest,
  type ListPaymentsQuery,
} from "./requests";
import type { StrictJson } from "./strictJson";

/** The parts of a request that are searched for card numbers besides the body. */
export interface RequestSurface {
  /** As sent, percent-encoded. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
}

/**
 * Headers that are not searched: written by the network on the way, not by the merchant. They hold addresses, times
 * and trace ids, a tenth of whose digits would pass the Luhn check by chance.
 */
const TRANSPORT_HEADERS: ReadonlySet<string> = new Set([
  "cdn-loop",
  "cloudfront-viewer-address",
  "content-length",
  "date",
  "forwarded",
  "traceparent",
  "via",
  "x-amz-cf-id",
  "x-amzn-trace-id",
  "x-forwarded-for",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/**
 * Refuses a request whose path, query or headers hold a card number. Called before anything else looks at them.
 *
 * @throws ProblemError `pan_not_allowed`, naming the place and never the number.
 */
export function refusePans(surface: RequestSurface): void {
  if (containsPan(surface.path) || containsPan(percentDecoded(surface.path))) throw panProblem("path");
  for (const [name, values] of Object.entries(surface.query)) {
    for (const text of [name, percentDecoded(name), ...values, ...values.map(percentDecoded)]) {
      if (containsPan(text)) throw panProblem(`query ${redactPans(name)}`);
    }
  }
  for (const [name, value] of Object.entries(surface.headers)) {
    if (TRANSPORT_HEADERS.has(name)) continue;
    if (containsPan(name) || containsPan(value) || containsPan(percentDecoded(value))) {
      throw panProblem(`header ${redactPans(name)}`);
    }
  }
}

/**
 * Reads and checks the body of `POST /v1/payments`.
 *
 * @throws ProblemError those of `parseJsonBody`, `pan_not_allowed`, `unknown_field`, `field_missing`, `field_invalid`
 *   and those of `checkMoney`.
 */
export function readCreatePayment(
  body: Uint8Array,
  contentType: string | undefined,
  limits: AmountLimits,
): CreatePaymentRequest {
  const request = validateBody(createPaymentRequest, parseJsonBody(body, contentType));
  checkMoney(request, limits, request.amount_exponent);
  return request;
}

/**
 * Reads and checks a body that may be absent (capture, refund, cancel): no bytes count as `{}`, whatever the media type.
 *
 * @throws ProblemError as `readCreatePayment`.
 */
export function readOptionalBody<Schema extends z.ZodType>(
  schema: Schema,
  body: Uint8Array,
  contentType: string | undefined,
): z.output<Schema> {
  const json = body.length === 0 ? { value: {}, numbers: [] } : parseJsonBody(body, contentType);
  return validateBody(schema, json);
}

/**
 * Checks the query of the list, with the default page size filled in.
 *
 * @throws ProblemError `invalid_parameter`
 */
export function readListQuery(
  query: Readonly<Record<string, readonly string[]>>,
): Omit<ListPaymentsQuery, "limit"> & { limit: number } {
  const single = Object.fromEntries(
    // A parameter that comes twice is left as a list, which no rule accepts.
    Object.entries(query).map(([name, values]): [string, unknown] => [
      name,
      values.length === 1 ? values[0] : values,
    ]),
  );
  const parsed = listPaymentsQuery.safeParse(single);
  if (!parsed.success) {
    const errors = parsed.error.issues.flatMap((issue) =>
      namesOf(issue).map((name): FieldProblem => ({
        pointer: redactPans(name),
        code: "invalid_parameter",
        message: issue.code === "unrecognized_keys" ? "is not known" : "has no allowed value",
      })),
    );
    throw new ProblemError("invalid_parameter", { errors });
  }
  return {
    ...parsed.data,
    limit: parsed.data.limit === undefined ? DEFAULT_PAGE_SIZE : Number(parsed.data.limit),
  };
}

/**
 * Checks a parsed body against a schema; card numbers first, so that no other message can be about one.
 *
 * @throws ProblemError with the code of the first field that is wrong, and all of them in `errors`.
 */
export function validateBody<Schema extends z.ZodType>(schema: Schema, json: StrictJson): z.output<Schema> {
  refusePansInBody(json);
  if (typeof json.value !== "object" || json.value === null || Array.isArray(json.value)) {
    throw new ProblemError("invalid_request", { detail: "The body must be a JSON object." });
  }
  const errors = decimalLiterals(json);
  const parsed = schema.safeParse(json.value);
  if (!parsed.success) {
    errors.push(...parsed.error.issues.flatMap((issue) => fieldProblemsOf(issue, json.value)));
  }
  const first = errors[0];
  if (first !== undefined) {
    throw new ProblemError(first.code, { detail: `${first.pointer} ${first.message}.`, errors });
  }
  // Without an error the parse succeeded: `data` is the checked value.
  return (parsed as { data: z.output<Schema> }).data;
}

function refusePansInBody(json: StrictJson): void {
  const pointer =
    json.numbers.find((number) => containsPan(number.text))?.pointer ?? findPanInValue(json.value);
  // The pointer of a number may run through a key that is itself a card number.
  if (pointer !== undefined) throw panProblem(redactPans(pointer));
}

/** An amount written as `10.00` or `1e3`: whoever writes it so thinks in major units, or lets something round. */
function decimalLiterals(json: StrictJson): FieldProblem[] {
  return json.numbers
    .filter((number) => number.pointer === "/amount" && !/^-?[0-9]+$/.test(number.text))
    .map(({ pointer }) => ({ pointer, code: "amount_invalid", message: AMOUNT_MESSAGE }));
}

const AMOUNT_MESSAGE = "must be a whole number of minor units, at least 1, written without decimals";

function fieldProblemsOf(issue: z.core.$ZodIssue, body: unknown): FieldProblem[] {
  return namesOf(issue).map((name) => {
    const path = issue.code === "unrecognized_keys" ? [...issue.path, name] : issue.path;
    const pointer = path.map((part) => `/${pointerPart(String(part))}`).join("");
    return { pointer, ...codeAndMessage(issue, valueAt(body, issue.path)) };
  });
}

/** The unknown keys of an issue, or the one field that it is about. */
function namesOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0])];
}

function codeAndMessage(issue: z.core.$ZodIssue, value: unknown): { code: ProblemCode; message: string } {
  if (issue.code === "unrecognized_keys") return { code: "unknown_field", message: "is not known" };
  if (value === undefined) return { code: "field_missing", message: "is required" };
  const field = issue.path[0];
  if (field === "amount") return { code: "amount_invalid", message: AMOUNT_MESSAGE };
  if (field === "amount_exponent") {
    return { code: "currency_exponent_mismatch", message: "must be the exponent of the currency" };
  }
  if (field === "currency") {
    return { code: "currency_unknown", message: "must be an active ISO 4217 code in upper case" };
  }
  return { code: "field_invalid", message: "does not have the required form" };
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)[part], body);
}

function panProblem(pointer: string): ProblemError {
  const message = "holds what looks like a card number; send a token of the payment service provider instead";
  return new ProblemError("pan_not_allowed", {
    detail: "A card number must never be sent here. Nothing was stored.",
    errors: [{ pointer, code: "pan_not_allowed", message }],
  });
}

/** The decoded text, or the text itself where it is not validly encoded. */
function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  // Byte by byte for digits and separators, so that one broken escape elsewhere hides nothing.
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    }
  });
}
