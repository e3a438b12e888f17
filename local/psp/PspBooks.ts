import { createHash } from "node:crypto";
import { base32Id } from "../../functions/domain/identifiers";
import type { Clock } from "../../functions/domain/clock";
import type { PspLedger, PspLedgerEntry } from "./PspLedger";
import { behaviourOf, type Behaviour, type OperationKind } from "./tokens";

/** How long the simulator keeps an idempotency key, in hours; ours are kept 45 days. After that a repeat charges again. */
export const PSP_KEY_RETENTION_HOURS = 24;

/** An operation as a caller asks for it. */
export interface OperationRequest {
  readonly kind: OperationKind;
  readonly idempotencyKey: string;
  readonly merchantReference: string;
  readonly amount: number;
  readonly currency: string;
  readonly paymentMethod: string;
  /** The authorisation's reference; absent for an authorisation. */
  readonly authorization?: string;
  readonly capture: boolean;
}

/** A refusal of the request itself: nothing happened. */
export class PspRefusal extends Error {
  override readonly name = "PspRefusal";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What the books hold of one authorisation, in minor units. */
export interface AuthorizationBalance {
  readonly entry: PspLedgerEntry;
  readonly status: "succeeded" | "declined" | "pending";
  readonly captured: number;
  readonly refunded: number;
  readonly canceled: boolean;
}

/** The PSP's rules over its ledger: idempotency, limits, and what a token makes of an operation. */
export class PspBooks {
  readonly #ledger: PspLedger;
  readonly #clock: Clock;
  /** Indexes over the ledger, so that a look-up does not read all of it. */
  readonly #byKey = new Map<string, PspLedgerEntry>();
  readonly #byAuthorization = new Map<string, PspLedgerEntry[]>();

  constructor(ledger: PspLedger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
    for (const entry of ledger.entries) this.#index(entry);
  }

  /** What is known of a key that has not expired: its operation, as it stands now. */
  find(idempotencyKey: string): PspLedgerEntry | undefined {
    const entry = this.#byKey.get(idempotencyKey);
    if (entry === undefined) return undefined;
    const ageHours = (this.#clock.now().getTime() - Date.parse(entry.at)) / 3_600_000;
    return ageHours > PSP_KEY_RETENTION_HOURS ? undefined : entry;
  }

  /**
   * The operation made before with this key.
   *
   * @throws PspRefusal 422 when it was another one.
   */
  replayOf(request: OperationRequest): PspLedgerEntry | undefined {
    const entry = this.find(request.idempotencyKey);
    if (entry !== undefined && entry.fingerprint !== fingerprintOf(request)) {
      throw new PspRefusal(422, "idempotency_key_reused", "The key was used with another request.");
    }
    return entry;
  }

  /** How the token behaves for this operation; follow-ups behave as the authorisation's token says. */
  behaviourOf(request: OperationRequest): Behaviour {
    return behaviourOf(request.paymentMethod, request.kind);
  }

  /**
   * Makes the operation take effect.
   *
   * @throws PspRefusal when the authorisation does not allow it.
   */
  async perform(request: OperationRequest): Promise<PspLedgerEntry> {
    this.checkAllowed(request);
    const { result, failureCode } = this.behaviourOf(request);
    const pspReference = this.#referenceOf(request);
    return this.#record({
      at: this.#clock.now().toISOString(),
      kind: request.kind,
      idempotencyKey: request.idempotencyKey,
      fingerprint: fingerprintOf(request),
      pspReference,
      authorization: request.authorization ?? pspReference,
      merchantReference: request.merchantReference,
      amount: request.amount,
      currency: request.currency,
      paymentMethod: request.paymentMethod,
      status: result,
      captured: request.kind === "authorization" && request.capture && result !== "declined",
      ...(result === "declined" && failureCode !== undefined && { failureCode }),
    });
  }

  /** Ends a pending operation as its token says. Undefined when there is nothing to end. */
  async settle(idempotencyKey: string): Promise<PspLedgerEntry | undefined> {
    const entry = this.#byKey.get(idempotencyKey);
    if (entry?.status !== "pending") return undefined;
    const { settlesAs, failureCode } = behaviourOf(entry.paymentMethod, "authorization");
    if (settlesAs === undefined) return undefined;
    const { type: _type, sequence: _sequence, ...rest } = entry;
    return this.#record({
      ...rest,
      at: this.#clock.now().toISOString(),
      kind: "settlement",
      status: settlesAs,
      captured: entry.captured && settlesAs === "succeeded",
      ...(settlesAs === "declined" && failureCode !== undefined && { failureCode }),
    });
  }

  /** The pending operations that will settle, e.g. after a restart. */
  pendingKeys(): string[] {
    return [...this.#byKey.values()]
      .filter(
        (entry) => entry.status === "pending" && behaviourOf(entry.paymentMethod, "authorization").settlesAs,
      )
      .map((entry) => entry.idempotencyKey);
  }

  /** What is held, taken and given back under an authorisation. */
  balanceOf(authorization: string): AuthorizationBalance | undefined {
    const entries = this.#byAuthorization.get(authorization) ?? [];
    const entry = entries.find(({ kind }) => kind === "authorization");
    if (entry === undefined) return undefined;
    const sumOf = (kind: OperationKind) =>
      entries
        .filter((other) => other.kind === kind && other.status === "succeeded")
        .reduce((sum, other) => sum + other.amount, 0);
    const last = entries.findLast(({ kind }) => kind === "authorization" || kind === "settlement") ?? entry;
    return {
      entry,
      status: last.status,
      captured: last.captured && last.status === "succeeded" ? entry.amount : sumOf("capture"),
      refunded: sumOf("refund"),
      canceled: entries.some(({ kind, status }) => kind === "cancellation" && status === "succeeded"),
    };
  }

  /** @throws PspRefusal when the authorisation does not allow the operation. */
  checkAllowed(request: OperationRequest): void {
    if (request.kind === "authorization") return;
    const balance = this.balanceOf(request.authorization ?? "");
    if (balance === undefined)
      throw new PspRefusal(404, "authorization_not_found", "There is no such authorisation.");
    const isOpen = balance.status === "succeeded" && !balance.canceled;
    const captureLeft = isOpen ? balance.entry.amount - balance.captured : 0;
    const refundLeft = isOpen ? balance.captured - balance.refunded : 0;
    if (request.kind === "capture" && request.amount > captureLeft) {
      throw new PspRefusal(422, "capture_exceeds_authorized", "The capture exceeds what is authorised.");
    }
    if (request.kind === "refund" && request.amount > refundLeft) {
      throw new PspRefusal(422, "refund_exceeds_captured", "The refund exceeds what is captured.");
    }
    if (request.kind === "cancellation" && (!isOpen || balance.captured > 0)) {
      throw new PspRefusal(422, "not_cancelable", "The authorisation cannot be canceled.");
    }
  }

  async #record(entry: Omit<PspLedgerEntry, "type" | "sequence">): Promise<PspLedgerEntry> {
    const adding = this.#ledger.addEntry(entry);
    this.#index(this.#ledger.entries.at(-1) as PspLedgerEntry);
    return adding;
  }

  #index(entry: PspLedgerEntry): void {
    this.#byKey.set(entry.idempotencyKey, entry);
    const group = this.#byAuthorization.get(entry.authorization);
    if (group === undefined) this.#byAuthorization.set(entry.authorization, [entry]);
    else group.push(entry);
  }

  /** Derived from the key, so a run can be repeated; a key that comes again after its expiry gets another. */
  #referenceOf(request: OperationRequest): string {
    const before = this.#byKey.get(request.idempotencyKey)?.pspReference ?? "";
    return `psp_${base32Id(createHash("sha256").update(`${before}|${request.idempotencyKey}`).digest())}`;
  }
}

function fingerprintOf(request: OperationRequest): string {
  const { kind, merchantReference, amount, currency, paymentMethod, authorization, capture } = request;
  const parts = [kind, merchantReference, amount, currency, paymentMethod, authorization ?? "", capture];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
