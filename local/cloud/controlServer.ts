import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { handleControlRequest, type PostgresSupervisor } from "../postgres";

/** No request of ours is larger; in bytes. */
const MAX_BODY_BYTES = 100_000;

/**
 * Serves the control API on loopback: `/rds/…` for the emulator's RDS handlers, commands and drills. Every request needs
 * the cloud's bearer token.
 * @returns the server and its URL
 */
export async function startControlServer(
  supervisor: PostgresSupervisor,
  token: string,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    answer(supervisor, token, request).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => send(response, 400, { code: "BadRequest", message: (error as Error).message }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function answer(
  supervisor: PostgresSupervisor,
  token: string,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  if (!isAuthorized(request.headers.authorization, token)) {
    return { status: 401, body: { code: "Unauthorized", message: "the cloud's token is missing or wrong" } };
  }
  const text = await readBody(request);
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const path = request.url ?? "/";
  const handled = await handleControlRequest(supervisor, { method: request.method ?? "GET", path, body });
  return handled ?? { status: 404, body: { code: "NotFound", message: `nothing is at ${path}` } };
}

function isAuthorized(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY_BYTES) {
      throw new Error(`the body is larger than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
