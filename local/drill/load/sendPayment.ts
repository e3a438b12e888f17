import { request, type Dispatcher } from "undici";
import * as z from "zod";
import type { WantedPayment } from "../facts";
import type { PaymentAnswer, SendPayment } from "./Payers";

/** What the drill reads of an accepted payment; the rest is the product's business. */
const acceptedBody = z.object({ id: z.string().min(1), epoch: z.int().min(1) });
const problemBody = z.object({ code: z.string() });

export interface SendOptions {
  /** The public name of the API. */
  readonly baseUrl: string;
  readonly dispatcher: Dispatcher;
  /** By merchant id. */
  readonly apiKeys: ReadonlyMap<string, string>;
  /** Milliseconds until an answer is given up. */
  readonly timeoutMs: number;
}

/**
 * Sends a payment through the public name as a merchant's back end would. Every request opens its own connection, so
 * that it goes where DNS says now.
 */
export function paymentSender(options: SendOptions): SendPayment {
  return async (payment) => {
    try {
      const answer = await request(`${options.baseUrl}/v1/payments`, {
        method: "POST",
        reset: true,
        headers: {
          authorization: `Bearer ${options.apiKeys.get(payment.merchantId)}`,
          "content-type": "application/json",
          "idempotency-key": payment.idempotencyKey,
        },
        body: JSON.stringify(bodyOf(payment)),
        dispatcher: options.dispatcher,
        signal: AbortSignal.timeout(options.timeoutMs),
      });
      const replayed = answer.headers["idempotent-replayed"] === "true";
      return answerOf(answer.statusCode, await answer.body.text(), replayed);
    } catch (error) {
      const { code, name } = error as Error & { code?: string | number };
      return { outcome: "failed", code: typeof code === "string" ? code : name };
    }
  };
}

function bodyOf({ amount, currency, paymentMethod }: WantedPayment) {
  return { amount, currency, payment_method: paymentMethod };
}

function answerOf(status: number, text: string, replayed: boolean): PaymentAnswer {
  const body = parsedJson(text);
  if (status < 300) {
    const accepted = acceptedBody.safeParse(body).data;
    return accepted === undefined
      ? { outcome: "failed", status, code: "unexpected_body" }
      : { outcome: "accepted", status, paymentId: accepted.id, epoch: accepted.epoch, replayed };
  }
  const code = problemBody.safeParse(body).data?.code;
  // A gateway that answers without the API's own form has not refused: nobody knows what became of the request.
  return code === undefined
    ? { outcome: "failed", status, code: "unexpected_body" }
    : { outcome: "refused", status, code };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
