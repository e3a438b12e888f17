import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { OperationKind } from "./tokens";

/** One effect on a card, as the PSP's books have it. Only successes move money. */
export interface PspLedgerEntry {
  readonly type: "effect";
  /** 1, 2, 3, … */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `settlement` ends a pending operation. */
  readonly kind: OperationKind | "settlement";
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly pspReference: string;
  /** The authorisation that it belongs to; its own reference for an authorisation. */
  readonly authorization: string;
  /** The caller's id of the payment. */
  readonly merchantReference: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly paymentMethod: string;
  readonly status: "succeeded" | "declined" | "pending";
  /** True when the money was taken with the authorisation. */
  readonly captured: boolean;
  readonly failureCode?: string;
}

/** A first call that had no effect, so that the second one is known as the second also after a restart. */
export interface PspAttempt {
  readonly type: "attempt";
  readonly at: string;
  readonly idempotencyKey: string;
}

/**
 * Where notifications go. `connect` overrides the address that the host name stands for: a fixed host, or the one that a
 * DNS server answers at each try, so that notifications follow a failover.
 */
export interface NotificationTarget {
  readonly url: string;
  readonly connect?: {
    readonly port: number;
    readonly host?: string;
    readonly dns?: { readonly address: string; readonly port: number };
  };
}

interface PspSetting {
  readonly type: "notification_target";
  readonly target: NotificationTarget | null;
}

type PspRecord = PspLedgerEntry | PspAttempt | PspSetting;

/**
 * The simulator's memory: an append-only file of JSON lines, read at start. An answer leaves only after its line is
 * written, so a killed simulator forgets nothing that it said.
 */
export class PspLedger {
  readonly #file: string;
  readonly entries: PspLedgerEntry[] = [];
  readonly attempts = new Map<string, number>();
  #target: NotificationTarget | undefined;
  #buffered: string[] = [];
  #flush: Promise<void> | undefined;

  /** @throws Error when the file holds a whole line that is no record: it is not ours, or it was edited. */
  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
    this.#load();
  }

  get notificationTarget(): NotificationTarget | undefined {
    return this.#target;
  }

  /** Adds an effect to the books; resolves once it is on file. */
  async addEntry(entry: Omit<PspLedgerEntry, "type" | "sequence">): Promise<PspLedgerEntry> {
    const complete: PspLedgerEntry = { type: "effect", sequence: this.entries.length + 1, ...entry };
    await this.#add(complete);
    return complete;
  }

  async addAttempt(idempotencyKey: string, at: Date): Promise<void> {
    await this.#add({ type: "attempt", at: at.toISOString(), idempotencyKey });
  }

  async setNotificationTarget(target: NotificationTarget | undefined): Promise<void> {
    await this.#add({ type: "notification_target", target: target ?? null });
  }

  /** Resolves when everything added so far is on file. */
  async flush(): Promise<void> {
    await this.#flush;
  }

  #load(): void {
    if (!existsSync(this.#file)) return;
    const text = readFileSync(this.#file, "utf8");
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    // A line that was cut by a kill was never answered for.
    if (complete.length < text.length) truncateSync(this.#file, Buffer.byteLength(complete));
    for (const line of complete.split("\n")) if (line !== "") this.#remember(JSON.parse(line) as PspRecord);
  }

  async #add(record: PspRecord): Promise<void> {
    // In memory at once, so that a second request with the same key sees it before the file does.
    this.#remember(record);
    this.#buffered.push(`${JSON.stringify(record)}\n`);
    this.#flush ??= this.#write();
    await this.#flush;
  }

  /** Writes what has gathered, in one append for all that came in the meantime. */
  async #write(): Promise<void> {
    try {
      while (this.#buffered.length > 0) {
        const lines = this.#buffered.join("");
        this.#buffered = [];
        await appendFile(this.#file, lines);
      }
    } finally {
      this.#flush = undefined;
    }
  }

  #remember(record: PspRecord): void {
    if (record.type === "effect") this.entries.push(record);
    else if (record.type === "notification_target") this.#target = record.target ?? undefined;
    else this.attempts.set(record.idempotencyKey, (this.attempts.get(record.idempotencyKey) ?? 0) + 1);
  }
}
