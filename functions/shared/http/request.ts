import { randomUUID } from "node:crypto";
import type { ALBEvent, APIGatewayProxyEvent } from "aws-lambda";
import { containsPan } from "../../domain/panDetection";

/** A request as our code sees it, whichever of API Gateway and the load balancer brought it. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each name with the values given; more than one is the handler's to refuse. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The bytes as they arrived: what a signature covers. */
  readonly body: Buffer;
  /** Ours to trust: made of the caller's only if it is harmless. */
  readonly correlationId: string;
  /** Who the authorizer says is calling. Absent on anonymous paths. */
  readonly merchantId: string | undefined;
}

/** The caller's correlation id is kept only in this form: it goes into logs and answers. */
const CORRELATION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** Reads an API Gateway (REST, proxy) event. */
export function fromApiGateway(event: APIGatewayProxyEvent): HttpRequest {
  const headers = lowerCased(event.headers ?? {});
  const authorizer: Record<string, unknown> = event.requestContext?.authorizer ?? {};
  const merchantId = authorizer["merchantId"];
  return {
    method: event.httpMethod,
    path: event.path,
    headers,
    query: manyValued(event.multiValueQueryStringParameters, event.queryStringParameters),
    pathParameters: defined(event.pathParameters ?? {}),
    body: bytesOf(event.body, event.isBase64Encoded),
    correlationId: correlationIdOf(headers, event.requestContext?.requestId),
    merchantId: typeof merchantId === "string" && merchantId !== "" ? merchantId : undefined,
  };
}

/** Reads a load balancer's event. With multi-value headers on, `headers` is absent and the last value counts. */
export function fromLoadBalancer(event: ALBEvent): HttpRequest {
  const single: Record<string, string | undefined> = { ...event.headers };
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) single[name] = values?.at(-1);
  const headers = lowerCased(single);
  return {
    method: event.httpMethod,
    path: event.path,
    headers,
    query: manyValued(event.multiValueQueryStringParameters, event.queryStringParameters),
    pathParameters: {},
    body: bytesOf(event.body, event.isBase64Encoded),
    correlationId: correlationIdOf(headers, undefined),
    merchantId: undefined,
  };
}

function bytesOf(body: string | null, isBase64Encoded: boolean): Buffer {
  return Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
}

function correlationIdOf(headers: Readonly<Record<string, string>>, requestId: string | undefined): string {
  const given = headers["x-correlation-id"];
  // An id that could be a card number is refused later; the refusal must not repeat it.
  if (given !== undefined && CORRELATION_ID.test(given) && !containsPan(given)) return given;
  return requestId ?? randomUUID();
}

function lowerCased(headers: Record<string, string | undefined>): Record<string, string> {
  return defined(
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  );
}

function defined(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function manyValued(
  many: Record<string, string[] | undefined> | null | undefined,
  single: Record<string, string | undefined> | null | undefined,
): Record<string, readonly string[]> {
  const values: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(single ?? {})) if (value !== undefined) values[name] = [value];
  for (const [name, value] of Object.entries(many ?? {})) if (value !== undefined) values[name] = value;
  return values;
}
