import type { ALBEvent } from "aws-lambda";
import { parseJsonBody } from "../domain/jsonBody";
import { PSP_SIGNATURE_HEADER, verifyNotification } from "../domain/notificationSignature";
import { ProblemError } from "../domain/problems";
import { validateBody } from "../domain/validation";
import type { Database } from "../shared/database/Database";
import { serveHttp, type HttpDependencies } from "../shared/http/apiHandler";
import { fromLoadBalancer, type HttpRequest } from "../shared/http/request";
import { jsonResponse, type HttpResponse } from "../shared/http/response";
import { pspNotification, type PspNotification } from "../shared/psp/notification";
import type { PaymentMessage } from "../shared/queue/paymentMessage";
import type { PaymentQueue } from "../shared/queue/PaymentQueue";
import type { RegionStateReader } from "../shared/regions/regionState";
import { claimNotification } from "../shared/repositories/notifications";
import { addMessage, markSent } from "../shared/repositories/outbox";
import { findOperation } from "../shared/repositories/payments";
import type { PspSecret, SecretReader } from "../shared/secrets/SecretReader";

/** What the notifications' receiver works with. */
export interface NotificationDependencies extends HttpDependencies {
  readonly database: Database;
  readonly regionState: RegionStateReader;
  readonly queue: PaymentQueue;
  readonly secret: SecretReader<PspSecret>;
}

/** Where the PSP sends its notifications. */
export const NOTIFICATIONS_PATH = "/v1/notifications/psp";
/** What the load balancer asks whether this target lives. */
export const HEALTH_PATH = "/health";

/**
 * The load balancer's target. A notification is verified over the bytes as they arrived, taken once, and only tells the
 * processor to ask the PSP: what it claims is never booked.
 */
export function createHandler(
  dependencies: NotificationDependencies,
): (event: ALBEvent) => Promise<HttpResponse & { statusDescription: string }> {
  return async (event) => {
    const request = fromLoadBalancer(event);
    const response = await serveHttp("PspNotification", dependencies, request, () =>
      route(dependencies, request),
    );
    return { ...response, statusDescription: String(response.statusCode) };
  };
}

async function route(dependencies: NotificationDependencies, request: HttpRequest): Promise<HttpResponse> {
  if (request.path === HEALTH_PATH) {
    // Liveness only. A standby's target is healthy; its role is told by /status and by every 503.
    return jsonResponse(200, { status: "ok" }, request.correlationId);
  }
  if (request.path !== NOTIFICATIONS_PATH) throw new ProblemError("route_not_found");
  if (request.method !== "POST") throw new ProblemError("method_not_allowed");
  const { epoch } = await dependencies.regionState.requireActive();
  const { notificationKey } = await dependencies.secret.read();
  const signature = request.headers[PSP_SIGNATURE_HEADER];
  verifyNotification([notificationKey], request.body, signature, dependencies.clock.now());
  const notification = validateBody(
    pspNotification,
    parseJsonBody(request.body, request.headers["content-type"]),
  );
  await accept(dependencies, notification, epoch);
  return jsonResponse(202, { received: notification.id }, request.correlationId);
}

async function accept(
  { database, queue, clock, log, metrics }: NotificationDependencies,
  notification: PspNotification,
  epoch: number,
): Promise<void> {
  const { id, operation_id: operationId, merchant_reference: paymentId, type } = notification;
  const operation = await findOperation(database, operationId);
  if (operation?.paymentId !== paymentId) throw new ProblemError("payment_not_found");
  const message: PaymentMessage = {
    type: "psp.notification",
    messageId: id,
    paymentId,
    merchantId: operation.merchantId,
    operationId,
    epoch,
    occurredAt: clock.now().toISOString(),
  };
  await database.withTransaction(async (transaction) => {
    const isNew = await claimNotification(transaction, { notificationId: id, paymentId, operationId, type });
    if (!isNew) throw new ProblemError("notification_replayed");
    await addMessage(transaction, message);
  });
  metrics.count("PspNotifications");
  try {
    await queue.send(message);
    await database.withTransaction((transaction) => markSent(transaction, [id]));
  } catch (error) {
    log.warn("the queue did not take a message; the outbox relay will send it", { error });
  }
}
