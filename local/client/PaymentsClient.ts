import { request as undiciRequest, type Dispatcher } from "undici";
import * as z from "zod";
import type { CaptureRequest, CreatePaymentRequest } from "../../functions/domain/requests";
import {
  operationResource,
  paymentListResource,
  paymentResource,
  type OperationResource,
  type PaymentListResource,
  type PaymentResource,
} from "../../functions/domain/resources";

/** A refusal of the API. The gateway's own refusals lack some fields; the code is always there. */
const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().optional(),
  detail: z.string().optional(),
  code: z.string(),
  correlation_id: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
});
export type ApiProblem = z.output<typeof problemSchema>;

/** The API refused. */
export class ApiProblemError extends Error {
  override readonly name = "ApiProblemError";
  readonly status: number;
  readonly problem: ApiProblem;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: ApiProblem, retryAfterSeconds: number | undefined) {
    super(`${status} ${problem.code}: ${problem.detail ?? problem.title}`);
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The API answered what its document does not allow. */
export class UnexpectedAnswerError extends Error {
  override readonly name = "UnexpectedAnswerError";
}

/** One answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An accepted request: the resource, and whether the answer repeats an earlier one. */
export interface Accepted<Resource> {
  readonly resource: Resource;
  readonly replayed: boolean;
  readonly location: string | undefined;
}

/** What `createPayment` takes: the defaults may be left out. */
export type NewPayment = Omit<CreatePaymentRequest, "capture_method"> &
  Partial<Pick<CreatePaymentRequest, "capture_method">>;

/** How to call the API. */
export interface PaymentsClientOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly dispatcher?: Dispatcher;
}

/** One raw request. */
export interface RawRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The payment API for a merchant: typed, each answer checked against the API's own schemas. */
export class PaymentsClient {
  readonly #options: PaymentsClientOptions;

  constructor(options: PaymentsClientOptions) {
    this.#options = options;
  }

  createPayment(payment: NewPayment, idempotencyKey: string): Promise<Accepted<PaymentResource>> {
    return this.#accepted(paymentResource, "/v1/payments", payment, idempotencyKey);
  }

  async getPayment(paymentId: string): Promise<PaymentResource> {
    const path = `/v1/payments/${encodeURIComponent(paymentId)}`;
    return checkedResource(paymentResource, await this.raw({ method: "GET", path }));
  }

  async listPayments(query: Readonly<Record<string, string>> = {}): Promise<PaymentListResource> {
    const search = new URLSearchParams(query).toString();
    const path = `/v1/payments${search === "" ? "" : `?${search}`}`;
    return checkedResource(paymentListResource, await this.raw({ method: "GET", path }));
  }

  capture(
    paymentId: string,
    idempotencyKey: string,
    body: CaptureRequest = {},
  ): Promise<Accepted<OperationResource>> {
    return this.#accepted(operationResource, `/v1/payments/${paymentId}/capture`, body, idempotencyKey);
  }

  refund(
    paymentId: string,
    idempotencyKey: string,
    body: CaptureRequest = {},
  ): Promise<Accepted<OperationResource>> {
    return this.#accepted(operationResource, `/v1/payments/${paymentId}/refunds`, body, idempotencyKey);
  }

  cancel(paymentId: string, idempotencyKey: string): Promise<Accepted<OperationResource>> {
    return this.#accepted(operationResource, `/v1/payments/${paymentId}/cancel`, {}, idempotencyKey);
  }

  /** Any request, for what the typed methods would not send. The API key is added unless the headers say otherwise. */
  async raw(request: RawRequest): Promise<RawAnswer> {
    const answer = await undiciRequest(this.#options.baseUrl + request.path, {
      method: request.method,
      headers: { authorization: `Bearer ${this.#options.apiKey}`, ...request.headers },
      body: request.body,
      dispatcher: this.#options.dispatcher,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  async #accepted<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    body: unknown,
    idempotencyKey: string,
  ): Promise<Accepted<z.output<Schema>>> {
    const answer = await this.raw({
      method: "POST",
      path,
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
      body: JSON.stringify(body),
    });
    const location = answer.headers["location"];
    return {
      resource: checkedResource(schema, answer),
      replayed: answer.headers["idempotent-replayed"] === "true",
      location: typeof location === "string" ? location : undefined,
    };
  }
}

/**
 * The problem of an answer.
 *
 * @throws UnexpectedAnswerError when the answer is none.
 */
export function problemOfAnswer(answer: RawAnswer): ApiProblem {
  const parsed = problemSchema.safeParse(parsedJson(answer.text));
  if (answer.status < 400 || !parsed.success) {
    throw new UnexpectedAnswerError(`expected a problem, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  }
  return parsed.data;
}

function checkedResource<Schema extends z.ZodType>(schema: Schema, answer: RawAnswer): z.output<Schema> {
  if (answer.status >= 400) {
    const retryAfter = Number(answer.headers["retry-after"]);
    throw new ApiProblemError(
      answer.status,
      problemOfAnswer(answer),
      Number.isFinite(retryAfter) ? retryAfter : undefined,
    );
  }
  const parsed = schema.safeParse(parsedJson(answer.text));
  if (!parsed.success) {
    throw new UnexpectedAnswerError(`${answer.status} with an unexpected body: ${parsed.error.message}`);
  }
  return parsed.data;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
