import assert from "node:assert/strict";
import type { Client } from "pg";
import type { FollowUpKind } from "../../../functions/domain/identifiers";
import { createHandler as createIntake } from "../../../functions/intake/handler";
import { createHandler as createProcessor } from "../../../functions/processor/handler";
import { createHandler as createQuery } from "../../../functions/query/handler";
import { operationHandler } from "../../../functions/shared/payments/operationHandler";
import { apiEvent, CONTEXT, newKey, parsed, sqsEvent, type World } from "./support";

const PATHS = { capture: "capture", refund: "refunds", cancel: "cancel" } as const;

/** What tests do with the present world: as a merchant, as the queue, and as an auditor. */
export function actions(world: () => World, admin: () => Client) {
  const pay = async (
    capture_method: "automatic" | "manual" = "automatic",
    amount = 1000,
  ): Promise<string> => {
    const body = { amount, currency: "SGD", payment_method: "pm_ok", capture_method };
    const answer = parsed(await createIntake(world().accepting)(apiEvent({ body, key: newKey() })));
    assert.equal(answer.status, 202);
    return answer.json["id"] as string;
  };
  const ask = async (
    kind: FollowUpKind,
    paymentId: string,
    body?: object,
    key = newKey(),
    merchantId?: string,
  ) =>
    parsed(
      await operationHandler(
        kind,
        world().accepting,
      )(
        apiEvent({
          path: `/v1/payments/${paymentId}/${PATHS[kind]}`,
          pathParameters: { paymentId },
          key,
          ...(body && { body }),
          ...(merchantId && { merchantId }),
        }),
      ),
    );
  const deliver = async (messages: readonly unknown[], receives = 1): Promise<number> =>
    (await createProcessor(world().processing)(sqsEvent(messages, receives), CONTEXT)).batchItemFailures
      .length;
  const deliverAll = (receives = 1): Promise<number> => deliver(world().queue.messages.splice(0), receives);
  const get = async (paymentId: string) =>
    parsed(
      await createQuery(world().accepting)(
        apiEvent({ method: "GET", path: `/v1/payments/${paymentId}`, pathParameters: { paymentId } }),
      ),
    ).json;
  const balance = async (paymentId: string): Promise<Record<string, number>> => {
    const found = await admin().query<{ type: string; total: string }>(
      `SELECT a.type, sum(e.amount) AS total FROM payments.ledger_entries e JOIN payments.ledger_accounts a USING (account_id)
        WHERE payment_id = $1 GROUP BY a.type HAVING sum(e.amount) <> 0`,
      [paymentId],
    );
    return Object.fromEntries(found.rows.map(({ type, total }) => [type, Number(total)]));
  };
  return { pay, ask, deliver, deliverAll, get, balance };
}
