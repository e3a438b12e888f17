import { createHash } from "node:crypto";
import type { ALBEvent, APIGatewayProxyEvent, Context, SQSEvent } from "aws-lambda";
import type { Client } from "pg";
import type { RegionRole, ServiceAlarm } from "../../../functions/domain/failover";
import type { Clock } from "../../../functions/shared/clock";
import type { Database } from "../../../functions/shared/database/Database";
import type { HttpResponse } from "../../../functions/shared/http/response";
import type { MetricRecorder } from "../../../functions/shared/observability/metrics";
import type { ScopedLog } from "../../../functions/shared/observability/logger";
import type { AcceptRuntime } from "../../../functions/shared/payments/acceptRuntime";
import type { ProcessorDependencies } from "../../../functions/processor/handler";
import type {
  PaymentServiceProvider,
  PspLookup,
  PspOutcome,
} from "../../../functions/shared/psp/PaymentServiceProvider";
import type { PaymentMessage } from "../../../functions/shared/queue/paymentMessage";
import type { PaymentQueue } from "../../../functions/shared/queue/PaymentQueue";
import {
  RegionNotActive,
  type RegionState,
  type RegionStateReader,
} from "../../../functions/shared/regions/regionState";
import type { PaymentResult, ResultRepository } from "../../../functions/shared/tables/ResultRepository";
import type { Session, SessionRepository } from "../../../functions/shared/tables/SessionRepository";

export const MERCHANT = "mer_alpha0001";
export const OTHER_MERCHANT = "mer_beta00002";
export const LIMITS = { defaultMinorUnits: 99_999_999 };

/** The machine's clock with an offset: the database's own clock runs along. */
export class TestClock implements Clock {
  offsetMilliseconds = 0;
  now(): Date {
    return new Date(Date.now() + this.offsetMilliseconds);
  }
}

/** A log that keeps its lines. */
export class TestLog implements ScopedLog {
  readonly lines: string[] = [];
  debug = (message: string, extra?: object): void => this.#keep(message, extra);
  info = (message: string, extra?: object): void => this.#keep(message, extra);
  warn = (message: string, extra?: object): void => this.#keep(message, extra);
  error = (message: string, extra?: object): void => this.#keep(message, extra);
  scope(): void {}
  #keep(message: string, extra?: object): void {
    this.lines.push(`${message} ${JSON.stringify(extra ?? {})}`);
  }
}

/** Metrics that are added up. */
export class TestMetrics implements MetricRecorder {
  readonly counts = new Map<string, number>();
  count(name: string, value = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + value);
  }
  milliseconds(): void {}
  publish(): void {}
}

/** A Region's role that tests set. */
export class TestRegionState implements RegionStateReader {
  role: RegionRole = "ACTIVE";
  epoch = 1;
  /** False: ACTIVE, but without a lease. */
  hasLease = true;
  serviceAlarm: ServiceAlarm | undefined;
  readonly updatedAt = new Date("2026-11-24T09:00:00.000Z");
  async read(): Promise<RegionState> {
    const { role, epoch, updatedAt, serviceAlarm } = this;
    return { role, epoch, updatedAt, serviceAlarm, ...(this.hasLease && { leaseRenewedAt: new Date() }) };
  }
  async requireServing(): Promise<RegionState> {
    if (this.role === "ACTIVE") return this.read();
    throw new RegionNotActive(`the role is ${this.role}`);
  }
  async requireActive(): Promise<RegionState> {
    if (this.hasLease) return this.requireServing();
    throw new RegionNotActive("the lease is over");
  }
}

/** Sessions in memory, with the table's condition. */
export class TestSessions implements SessionRepository {
  readonly items = new Map<string, Session>();
  failures = 0;
  async ensure(session: Session): Promise<"written" | "present"> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("the table is away");
    }
    if (this.items.has(session.paymentId)) return "present";
    this.items.set(session.paymentId, session);
    return "written";
  }
  async updateStatus(paymentId: string, status: string): Promise<void> {
    const session = this.items.get(paymentId);
    if (session) this.items.set(paymentId, { ...session, status });
  }
}

/** Results in memory, with the table's condition; `stream` holds what the table's stream would. */
export class TestResults implements ResultRepository {
  readonly items = new Map<string, PaymentResult>();
  readonly stream: PaymentResult[] = [];
  failures = 0;
  async put(result: PaymentResult): Promise<"written" | "superseded"> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("the table is away");
    }
    if ((this.items.get(result.paymentId)?.version ?? 0) >= result.version) return "superseded";
    this.items.set(result.paymentId, result);
    this.stream.push(result);
    return "written";
  }
}

/** A queue in memory. */
export class TestQueue implements PaymentQueue {
  readonly messages: PaymentMessage[] = [];
  isAway = false;
  async send(message: PaymentMessage): Promise<void> {
    if (this.isAway) throw new Error("the queue is away");
    this.messages.push(message);
  }
  async sendAll(messages: readonly PaymentMessage[]): Promise<ReadonlySet<string>> {
    for (const message of messages) await this.send(message);
    return new Set(messages.map((message) => message.messageId));
  }
}

/** How the PSP answers the next call. `silent…`: the answer is lost, before or after the charge. */
export type PspBehaviour =
  "ok" | "declined" | "silent_after_charge" | "silent_before_charge" | "pending" | "rejected";

/** A PSP that keeps a ledger: what it did, by idempotency key. */
export class TestPsp implements PaymentServiceProvider {
  readonly known = new Map<string, PspOutcome>();
  readonly calls: string[] = [];
  /** Every operation that took effect. */
  readonly charged: string[] = [];
  behaviour: PspBehaviour = "ok";
  lookupIsSilent = false;
  authorize = (request: { idempotencyKey: string }): Promise<PspOutcome> =>
    this.#operate("authorize", request);
  capture = (request: { idempotencyKey: string }): Promise<PspOutcome> => this.#operate("capture", request);
  refund = (request: { idempotencyKey: string }): Promise<PspOutcome> => this.#operate("refund", request);
  cancel = (request: { idempotencyKey: string }): Promise<PspOutcome> => this.#operate("cancel", request);

  async lookup(idempotencyKey: string): Promise<PspLookup> {
    this.calls.push(`lookup ${idempotencyKey.slice(0, 3)}`);
    if (this.lookupIsSilent) return { kind: "unknown", reason: "timeout" };
    return this.known.get(idempotencyKey) ?? { kind: "not_found" };
  }

  /** Calls that would take effect at a PSP that does not recognise a repeat. */
  get charges(): number {
    return this.calls.filter((call) => !call.startsWith("lookup")).length;
  }

  async #operate(kind: string, { idempotencyKey }: { idempotencyKey: string }): Promise<PspOutcome> {
    this.calls.push(`${kind} ${idempotencyKey.slice(0, 3)}`);
    const behaviour = this.behaviour;
    if (behaviour === "silent_before_charge") return { kind: "unknown", reason: "timeout" };
    if (behaviour === "rejected") {
      return { kind: "rejected", status: 422, failure: { code: "token_unknown", message: "No such token." } };
    }
    const pspReference = `psp_${createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 12)}`;
    const outcome: PspOutcome =
      behaviour === "declined"
        ? {
            kind: "declined",
            pspReference,
            failure: { code: "card_declined", message: "The card was declined." },
          }
        : { kind: behaviour === "pending" ? "pending" : "succeeded", pspReference };
    // A PSP recognises a repeat by its key.
    const before = this.known.get(idempotencyKey);
    if (before) return before;
    this.known.set(idempotencyKey, outcome);
    this.charged.push(idempotencyKey);
    return behaviour === "silent_after_charge" ? { kind: "unknown", reason: "timeout" } : outcome;
  }
}

/** Everything that accepting and processing need, around a real database. */
export class World {
  readonly clock = new TestClock();
  readonly log = new TestLog();
  readonly metrics = new TestMetrics();
  readonly regionState = new TestRegionState();
  readonly sessions = new TestSessions();
  readonly results = new TestResults();
  readonly queue = new TestQueue();
  readonly psp = new TestPsp();
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  get accepting(): AcceptRuntime & { limits: typeof LIMITS } {
    return { ...this.shared, queue: this.queue, limits: LIMITS };
  }

  get processing(): ProcessorDependencies {
    return { ...this.shared, results: this.results, psp: this.psp };
  }

  get shared() {
    const { clock, log, metrics, regionState, sessions, database } = this;
    return { clock, log, metrics, regionState, sessions, database };
  }
}

/** Two merchants, as the administrator makes them. */
export async function addMerchants(admin: Client): Promise<void> {
  await admin.query(
    `INSERT INTO payments.merchants (merchant_id, name) VALUES ($1, 'Alpha'), ($2, 'Beta') ON CONFLICT DO NOTHING`,
    [MERCHANT, OTHER_MERCHANT],
  );
}

/** What API Gateway sends. */
export interface ApiCall {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly key?: string;
  readonly merchantId?: string | null;
  readonly headers?: Record<string, string>;
  readonly pathParameters?: Record<string, string>;
  readonly query?: Record<string, string>;
}

export function apiEvent(call: ApiCall): APIGatewayProxyEvent {
  const { method = "POST", path = "/v1/payments", merchantId = MERCHANT, key } = call;
  return {
    httpMethod: method,
    path,
    headers: {
      "Content-Type": "application/json",
      ...(key !== undefined && { "Idempotency-Key": key }),
      ...call.headers,
    },
    pathParameters: call.pathParameters ?? null,
    queryStringParameters: call.query ?? null,
    multiValueQueryStringParameters: null,
    body: call.rawBody ?? (call.body === undefined ? null : JSON.stringify(call.body)),
    isBase64Encoded: false,
    requestContext: {
      requestId: "0f8b1c2d-aaaa-4bbb-8ccc-1234567890ab",
      authorizer: merchantId === null ? {} : { merchantId },
    },
  } as unknown as APIGatewayProxyEvent;
}

export function albEvent(call: {
  method?: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}): ALBEvent {
  return {
    requestContext: {
      elb: { targetGroupArn: "arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:targetgroup/t" },
    },
    httpMethod: call.method ?? "POST",
    path: call.path,
    headers: { "content-type": "application/json", ...call.headers },
    body: call.body ?? "",
    isBase64Encoded: false,
  };
}

export function sqsEvent(messages: readonly unknown[], receives = 1): SQSEvent {
  return {
    Records: messages.map((message, index) => ({
      messageId: `sqs-${index}`,
      receiptHandle: "handle",
      body: typeof message === "string" ? message : JSON.stringify(message),
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: "1795512000000",
        SenderId: "sender",
        ApproximateFirstReceiveTimestamp: "1795512000000",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:ap-southeast-1:123456789012:queue-payments-apse1-local",
      awsRegion: "ap-southeast-1",
    })),
  };
}

export const CONTEXT = {
  awsRequestId: "1b671a64-40d5-491e-99b0-da01ff1f3341",
  functionName: "function-test",
  logStreamName: "2026/11/24/[1]abc",
  getRemainingTimeInMillis: () => 60_000,
} as unknown as Context;

export interface ParsedResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly json: Record<string, unknown>;
}

export function parsed(response: HttpResponse): ParsedResponse {
  return {
    status: response.statusCode,
    headers: response.headers,
    json: JSON.parse(response.body) as Record<string, unknown>,
  };
}

let keys = 0;
/** A new idempotency key. */
export function newKey(): string {
  keys += 1;
  return `test-key-${process.pid}-${keys}`;
}
