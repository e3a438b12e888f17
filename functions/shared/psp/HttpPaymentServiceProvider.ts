import * as z from "zod";
import type {
  AuthorizeRequest,
  CancelRequest,
  FollowUpRequest,
  PaymentServiceProvider,
  PspLookup,
  PspOutcome,
} from "./PaymentServiceProvider";
import type { PspJournal, PspJournalPage } from "./PspJournal";

/** Where the PSP is and how to speak to it. */
export interface HttpPspOptions {
  /** `https://…`, without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Milliseconds to the whole answer. Below the caller's own timeout, or an unknown outcome would go unnoticed. */
  readonly timeoutMilliseconds?: number;
  /** For tests. The default verifies the certificate against Node's roots and `NODE_EXTRA_CA_CERTS`. */
  readonly fetch?: typeof globalThis.fetch;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 5_000;
/** An answer is a few hundred bytes, a page of the journal some 30 KB; more is not the PSP speaking. */
const MAX_ANSWER_CHARACTERS = 131_072;

const answerSchema = z.object({
  id: z.string().min(1).max(255),
  status: z.enum(["succeeded", "declined", "pending"]),
  failure_code: z.string().max(100).optional(),
  failure_message: z.string().max(500).optional(),
});

const journalSchema = z.object({
  operations: z
    .array(
      z.object({
        idempotency_key: z.string().min(1).max(255),
        merchant_reference: z.string().min(1).max(255),
        status: z.enum(["succeeded", "declined", "pending"]),
        created_at: z.iso.datetime(),
      }),
    )
    .max(100),
  next: z.string().min(1).max(255).optional(),
});

const refusalSchema = z.object({ code: z.string().max(100), message: z.string().max(500) });

/** What one exchange gave: a status with its text, or the reason why there is none. */
type Exchange =
  | { readonly answered: true; readonly status: number; readonly text: string }
  | { readonly answered: false; readonly reason: "timeout" | "connection" };

/** Speaks the PSP's HTTP interface. A time-out, a broken connection or a 5xx is an unknown outcome, never a failure. */
export class HttpPaymentServiceProvider implements PaymentServiceProvider, PspJournal {
  readonly #baseUrl: string;
  readonly #apiKey: string;
  readonly #timeoutMilliseconds: number;
  readonly #fetch: typeof globalThis.fetch;

  /** @throws TypeError when the address is not https: the key and the tokens would travel in the open. */
  constructor(options: HttpPspOptions) {
    if (!options.baseUrl.startsWith("https://")) throw new TypeError("the PSP's address must be https");
    this.#baseUrl = options.baseUrl.replace(/\/+$/, "");
    this.#apiKey = options.apiKey;
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
    this.#fetch = options.fetch ?? globalThis.fetch;
  }

  authorize(request: AuthorizeRequest): Promise<PspOutcome> {
    return this.#operate("/v1/authorizations", request.idempotencyKey, {
      merchant_reference: request.paymentId,
      amount: request.amount,
      currency: request.currency,
      payment_method: request.paymentMethod,
      capture: request.capture,
    });
  }

  capture(request: FollowUpRequest): Promise<PspOutcome> {
    return this.#followUp("captures", request);
  }

  refund(request: FollowUpRequest): Promise<PspOutcome> {
    return this.#followUp("refunds", request);
  }

  cancel(request: CancelRequest): Promise<PspOutcome> {
    return this.#operate(
      `/v1/authorizations/${encodeURIComponent(request.pspReference)}/cancellations`,
      request.idempotencyKey,
      { merchant_reference: request.paymentId },
    );
  }

  async lookup(idempotencyKey: string): Promise<PspLookup> {
    const exchange = await this.#exchange("GET", `/v1/operations/${encodeURIComponent(idempotencyKey)}`);
    if (exchange.answered && exchange.status === 404) return notFoundOrMalformed(exchange.text);
    return outcomeOf(exchange);
  }

  async performedSince(from: Date, after?: string): Promise<PspJournalPage> {
    const query = new URLSearchParams({ created_from: from.toISOString() });
    if (after !== undefined) query.set("starting_after", after);
    const exchange = await this.#exchange("GET", `/v1/operations?${query.toString()}`);
    if (!exchange.answered) return { kind: "unknown", reason: exchange.reason };
    if (exchange.status >= 500 || exchange.status === 429) return { kind: "unknown", reason: "server_error" };
    if (exchange.status >= 400) return { kind: "unknown", reason: "rejected" };
    const answer = journalSchema.safeParse(parsed(exchange.text));
    if (!answer.success) return { kind: "unknown", reason: "malformed_answer" };
    const performed = answer.data.operations.map((operation) => ({
      operationId: operation.idempotency_key,
      paymentId: operation.merchant_reference,
      status: operation.status,
      performedAt: new Date(operation.created_at),
    }));
    return { kind: "page", performed, next: answer.data.next };
  }

  #followUp(collection: "captures" | "refunds", request: FollowUpRequest): Promise<PspOutcome> {
    return this.#operate(
      `/v1/authorizations/${encodeURIComponent(request.pspReference)}/${collection}`,
      request.idempotencyKey,
      { merchant_reference: request.paymentId, amount: request.amount, currency: request.currency },
    );
  }

  async #operate(path: string, idempotencyKey: string, body: object): Promise<PspOutcome> {
    return outcomeOf(await this.#exchange("POST", path, idempotencyKey, JSON.stringify(body)));
  }

  async #exchange(method: string, path: string, idempotencyKey?: string, body?: string): Promise<Exchange> {
    const headers: Record<string, string> = {
      Authorization: `Bearer ${this.#apiKey}`,
      Accept: "application/json",
    };
    if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout(this.#timeoutMilliseconds);
    try {
      // A redirect would carry the key to another host.
      const answer = await this.#fetch(this.#baseUrl + path, {
        method,
        headers,
        body,
        signal,
        redirect: "error",
      });
      return { answered: true, status: answer.status, text: await answer.text() };
    } catch {
      return { answered: false, reason: signal.aborted ? "timeout" : "connection" };
    }
  }
}

function outcomeOf(exchange: Exchange): PspOutcome {
  if (!exchange.answered) return { kind: "unknown", reason: exchange.reason };
  const { status, text } = exchange;
  if (status >= 500 || status === 429 || status === 408) return { kind: "unknown", reason: "server_error" };
  if (status === 409) return { kind: "unknown", reason: "in_flight" };
  const json = parsed(text);
  if (status >= 400) {
    const refusal = refusalSchema.safeParse(json);
    const failure = refusal.success
      ? refusal.data
      : { code: "psp_rejected", message: "The PSP refused the request." };
    return { kind: "rejected", status, failure };
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return { kind: "unknown", reason: "malformed_answer" };
  const { id, status: result, failure_code, failure_message } = answer.data;
  if (result !== "declined") return { kind: result, pspReference: id };
  const failure = {
    code: failure_code ?? "declined",
    message: failure_message ?? "The payment was declined.",
  };
  return { kind: "declined", pspReference: id, failure };
}

/** Only the PSP's own words for "no such operation" count: a proxy's 404 must not lead to a second charge. */
function notFoundOrMalformed(text: string): PspLookup {
  const refusal = refusalSchema.safeParse(parsed(text));
  if (refusal.success && refusal.data.code === "operation_not_found") return { kind: "not_found" };
  return { kind: "unknown", reason: "malformed_answer" };
}

function parsed(text: string): unknown {
  if (text.length > MAX_ANSWER_CHARACTERS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
