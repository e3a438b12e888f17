import * as z from "zod";

/** What the API says of a payment, as far as it matters here. */
const paymentBody = z.object({
  id: z.string().min(1),
  status: z.enum(["accepted", "processing", "requires_capture", "succeeded", "failed", "canceled"]),
  epoch: z.number().int().min(1),
});
export type PaymentBody = z.output<typeof paymentBody>;

/** One answer of the API; `retry`: nothing is known or the Region asks for patience, and a repeat is safe. */
export type ApiAnswer =
  | { readonly kind: "payment"; readonly payment: PaymentBody }
  | { readonly kind: "retry"; readonly reason: string }
  | { readonly kind: "unauthorized" }
  | { readonly kind: "refused"; readonly reason: string };

/** The smallest amount there is: one minor unit. */
const REQUEST = {
  amount: 1,
  currency: "SGD",
  payment_method: "pm_ok",
  reference: "synthetic payment",
} as const;

/** Milliseconds to one answer. */
const TIMEOUT_MILLISECONDS = 5_000;
const RETRYABLE = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

/** The platform's public API, as a merchant sees it. */
export class PaymentsApi {
  readonly #url: string;
  readonly #fetch: typeof globalThis.fetch;

  /** @param url `https://…` without the path. */
  constructor(url: string, fetch: typeof globalThis.fetch = globalThis.fetch) {
    this.#url = url.replace(/\/+$/, "");
    this.#fetch = fetch;
  }

  pay(apiKey: string, idempotencyKey: string): Promise<ApiAnswer> {
    return this.#call("/v1/payments", apiKey, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body: JSON.stringify(REQUEST),
    });
  }

  get(apiKey: string, paymentId: string): Promise<ApiAnswer> {
    return this.#call(`/v1/payments/${encodeURIComponent(paymentId)}`, apiKey, { method: "GET" });
  }

  async #call(
    path: string,
    apiKey: string,
    init: RequestInit & { headers?: Record<string, string> },
  ): Promise<ApiAnswer> {
    let answer: { status: number; text: string };
    try {
      const response = await this.#fetch(this.#url + path, {
        ...init,
        headers: { ...init.headers, Accept: "application/json", Authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        // A redirect would carry the key to another host.
        redirect: "error",
      });
      answer = { status: response.status, text: await response.text() };
    } catch {
      return { kind: "retry", reason: "no_answer" };
    }
    return read(answer.status, answer.text);
  }
}

function read(status: number, text: string): ApiAnswer {
  const json = parsed(text);
  if (status === 401) return { kind: "unauthorized" };
  if (status >= 400) {
    const code = z.object({ code: z.string().max(100) }).safeParse(json);
    const reason = `${status} ${code.success ? code.data.code : ""}`.trim();
    return { kind: RETRYABLE.has(status) ? "retry" : "refused", reason };
  }
  const payment = paymentBody.safeParse(json);
  if (!payment.success) return { kind: "refused", reason: `${status} with a body that is no payment` };
  return { kind: "payment", payment: payment.data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
