import type { IncomingMessage, ServerResponse } from "node:http";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Clock } from "../../functions/domain/clock";
import { digestsEqual } from "../../functions/domain/identifiers";
import { containsPan } from "../../functions/domain/panDetection";
import { PspRefusal, type OperationRequest, type PspBooks } from "./PspBooks";
import type { NotificationTarget, PspLedger, PspLedgerEntry } from "./PspLedger";
import type { PspNotifier } from "./PspNotifier";
import { failureMessage, type OperationKind } from "./tokens";

const MAX_BODY_BYTES = 16_384;

const money = { amount: z.int().min(1), currency: z.string().regex(/^[A-Z]{3}$/) };
const reference = z.string().min(1).max(255);
const authorizationBody = z.strictObject({
  merchant_reference: reference,
  ...money,
  payment_method: z.string().min(1).max(100),
  capture: z.boolean(),
});
const followUpBody = z.strictObject({ merchant_reference: reference, ...money });
const cancellationBody = z.strictObject({ merchant_reference: reference });

/** What can be made to go wrong for everybody, e.g. in a drill. */
const faultsSchema = z.strictObject({
  /** Connections are cut without an answer. */
  down: z.boolean().default(false),
  /** Operations hang without effect. */
  timeouts: z.boolean().default(false),
  /** Milliseconds before each answer. */
  latencyMilliseconds: z.int().min(0).max(60_000).default(0),
});
const port = z.int().min(1).max(65_535);
const targetSchema = z.strictObject({
  url: z.url({ protocol: /^https$/ }),
  connect: z
    .strictObject({
      port,
      host: z.string().min(1).optional(),
      dns: z.strictObject({ address: z.ipv4(), port }).optional(),
    })
    .optional(),
});

const journalQuery = z.strictObject({
  created_from: z.iso.datetime(),
  /** The sequence number that the page before ended with. */
  starting_after: z.coerce.number().int().min(0).default(0),
});
const JOURNAL_PAGE_SIZE = 100;

const FOLLOW_UPS: Readonly<Record<string, Exclude<OperationKind, "authorization">>> = {
  captures: "capture",
  refunds: "refund",
  cancellations: "cancellation",
};

/** What the API works with. */
export interface PspApiOptions {
  readonly apiKey: string;
  readonly books: PspBooks;
  readonly ledger: PspLedger;
  readonly clock: Clock;
  readonly notifier: PspNotifier;
  readonly notificationTarget: () => NotificationTarget | undefined;
  readonly settleMilliseconds: number;
  readonly log: (message: string) => void;
}

type Answer = { readonly status: number; readonly body: unknown } | "hang" | "cut";

/** The simulator's HTTP interface. */
export class PspApi {
  readonly #options: PspApiOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Keys whose first call is at work: a second one must not charge as well. */
  readonly #inFlight = new Set<string>();
  #faults = faultsSchema.parse({});

  constructor(options: PspApiOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.#answer(request);
    } catch (error) {
      if (!(error instanceof PspRefusal)) this.#options.log(`failed: ${(error as Error).message}`);
      answer =
        error instanceof PspRefusal
          ? { status: error.status, body: { code: error.code, message: error.message } }
          : { status: 500, body: { code: "internal_error", message: "The simulator failed." } };
    }
    // A call that hangs is held open until its caller gives up.
    if (answer === "hang") return;
    if (answer === "cut") return void response.destroy();
    response.writeHead(answer.status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer.body));
  }

  /** Settles what was pending when the simulator last stopped. */
  resumePending(): void {
    for (const key of this.#options.books.pendingKeys()) this.#settleLater(key);
  }

  /** Forgets what would still settle; the next start takes it up again. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "https://psp.invalid");
    if (request.method === "GET" && url.pathname === "/health")
      return { status: 200, body: { status: "ok" } };
    this.#authenticate(request);
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /ledger") return { status: 200, body: this.#ledgerPage(url.searchParams) };
    if (route === "GET /faults") return { status: 200, body: this.#faults };
    if (route === "PUT /faults") {
      this.#faults = checked(faultsSchema, await jsonOf(request));
      return { status: 200, body: this.#faults };
    }
    if (route === "PUT /notification-target") {
      const target = checked(targetSchema, await jsonOf(request));
      await this.#options.ledger.setNotificationTarget(target);
      return { status: 200, body: target };
    }
    if (this.#faults.down) return "cut";
    if (this.#faults.latencyMilliseconds > 0) await sleep(this.#faults.latencyMilliseconds);
    return this.#operation(request, url);
  }

  async #operation(request: IncomingMessage, url: URL): Promise<Answer> {
    const [version, collection, id, followUp, ...rest] = url.pathname
      .split("/")
      .slice(1)
      .map(decodeURIComponent);
    if (version === "v1" && rest.length === 0) {
      if (request.method === "GET" && collection === "operations" && !followUp) {
        return id ? this.#lookup(id) : this.#journalPage(url.searchParams);
      }
      if (request.method === "POST" && collection === "authorizations") {
        if (id === undefined) return this.#operate(authorizationOf(keyOf(request), await jsonOf(request)));
        const kind = FOLLOW_UPS[followUp ?? ""];
        if (kind !== undefined) return this.#operate(await this.#followUpOf(kind, id, request));
      }
    }
    throw new PspRefusal(404, "route_not_found", "There is no such resource.");
  }

  #lookup(key: string): Answer {
    const entry = this.#options.books.find(key);
    if (entry === undefined) throw new PspRefusal(404, "operation_not_found", "There is no such operation.");
    return { status: 200, body: bodyOf(entry) };
  }

  /** Operations since a time, oldest first, a page at a time, each as it stands now. */
  #journalPage(query: URLSearchParams): Answer {
    const { created_from, starting_after } = checked(journalQuery, Object.fromEntries(query));
    const { books, ledger } = this.#options;
    const found = ledger.entries
      .slice(starting_after)
      .filter((entry) => entry.kind !== "settlement" && Date.parse(entry.at) >= Date.parse(created_from));
    const page = found.slice(0, JOURNAL_PAGE_SIZE);
    const operations = page.map((entry) => ({
      id: entry.pspReference,
      idempotency_key: entry.idempotencyKey,
      merchant_reference: entry.merchantReference,
      status: (books.find(entry.idempotencyKey) ?? entry).status,
      created_at: entry.at,
    }));
    const last = found.length > page.length ? page.at(-1) : undefined;
    return { status: 200, body: { operations, ...(last && { next: String(last.sequence) }) } };
  }

  async #followUpOf(
    kind: Exclude<OperationKind, "authorization">,
    authorization: string,
    request: IncomingMessage,
  ): Promise<OperationRequest> {
    const idempotencyKey = keyOf(request);
    const body = await jsonOf(request);
    const balance = this.#options.books.balanceOf(authorization);
    if (balance === undefined)
      throw new PspRefusal(404, "authorization_not_found", "There is no such authorisation.");
    const { amount, currency, paymentMethod } = balance.entry;
    const given =
      kind === "cancellation"
        ? { ...checked(cancellationBody, body), amount, currency }
        : checked(followUpBody, body);
    if (given.currency !== currency)
      throw new PspRefusal(422, "currency_mismatch", "The currency is another one.");
    return {
      kind,
      idempotencyKey,
      merchantReference: given.merchant_reference,
      amount: given.amount,
      currency,
      paymentMethod,
      authorization,
      capture: false,
    };
  }

  /** One operation: replayed when its key is known, else performed as its token says. */
  async #operate(request: OperationRequest): Promise<Answer> {
    const { books, ledger, clock } = this.#options;
    const key = request.idempotencyKey;
    if (this.#faults.timeouts) return "hang";
    const replay = books.replayOf(request);
    if (replay !== undefined) return { status: 200, body: bodyOf(replay) };
    if (this.#inFlight.has(key))
      throw new PspRefusal(409, "in_flight", "The first request is still at work.");
    this.#inFlight.add(key);
    try {
      books.checkAllowed(request);
      const behaviour = books.behaviourOf(request);
      const firstCall = ledger.attempts.has(key) ? undefined : behaviour.firstCall;
      if (behaviour.alwaysHangs) return "hang";
      if (firstCall !== undefined) await ledger.addAttempt(key, clock.now());
      if (firstCall === "hang_without_effect") return "hang";
      if (firstCall === "error_without_effect") return SERVER_ERROR;
      if (behaviour.latencyMilliseconds !== undefined) await sleep(behaviour.latencyMilliseconds);
      const entry = await books.perform(request);
      if (entry.status === "pending") this.#settleLater(key);
      if (firstCall === "hang_after_effect") return "hang";
      if (firstCall === "error_after_effect") return SERVER_ERROR;
      return { status: 201, body: bodyOf(entry) };
    } finally {
      this.#inFlight.delete(key);
    }
  }

  #settleLater(key: string): void {
    const { books, notifier, notificationTarget, settleMilliseconds, log } = this.#options;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      books.settle(key).then(
        (entry) => entry && notifier.notify(entry, notificationTarget),
        (error: unknown) => log(`settling failed: ${(error as Error).message}`),
      );
    }, settleMilliseconds);
    timer.unref();
    this.#timers.add(timer);
  }

  /** The books from `after` on, optionally of one payment only. */
  #ledgerPage(query: URLSearchParams): { entries: readonly PspLedgerEntry[] } {
    const after = Number(query.get("after") ?? "0");
    const merchantReference = query.get("merchant_reference");
    const entries = this.#options.ledger.entries
      .slice(Number.isSafeInteger(after) && after > 0 ? after : 0)
      .filter((entry) => merchantReference === null || entry.merchantReference === merchantReference);
    return { entries };
  }

  #authenticate(request: IncomingMessage): void {
    const given = createHash("sha256")
      .update(request.headers.authorization ?? "")
      .digest();
    const wanted = createHash("sha256").update(`Bearer ${this.#options.apiKey}`).digest();
    if (!digestsEqual(given, wanted))
      throw new PspRefusal(401, "unauthorized", "The API key is not accepted.");
  }
}

const SERVER_ERROR: Answer = {
  status: 500,
  body: { code: "internal_error", message: "Something went wrong." },
};

function authorizationOf(idempotencyKey: string, body: unknown): OperationRequest {
  const given = checked(authorizationBody, body);
  return {
    kind: "authorization",
    idempotencyKey,
    merchantReference: given.merchant_reference,
    amount: given.amount,
    currency: given.currency,
    paymentMethod: given.payment_method,
    capture: given.capture,
  };
}

function bodyOf(entry: PspLedgerEntry): Record<string, unknown> {
  return {
    id: entry.pspReference,
    status: entry.status,
    ...(entry.failureCode !== undefined && {
      failure_code: entry.failureCode,
      failure_message: failureMessage(entry.failureCode),
    }),
  };
}

function keyOf(request: IncomingMessage): string {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string" || !/^[\x21-\x7e]{8,255}$/.test(key)) {
    throw new PspRefusal(400, "idempotency_key_required", "An Idempotency-Key header is required.");
  }
  return key;
}

function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new PspRefusal(400, "invalid_request", "The body is invalid.");
  return parsed.data;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new PspRefusal(413, "too_large", "The body is too large.");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  // The simulator holds no card data either: a token is all that it accepts.
  if (containsPan(text)) throw new PspRefusal(422, "pan_not_allowed", "Card numbers are not accepted here.");
  try {
    return JSON.parse(text);
  } catch {
    throw new PspRefusal(400, "invalid_json", "The body is not JSON.");
  }
}
