import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { syntheticRead } from "../../../functions/peer-probe/syntheticRead";
import { createPki } from "../../../local/cloud/pki";

describe("the synthetic read", () => {
  const folder = mkdtempSync(join(tmpdir(), "payments-read-"));
  const asked: IncomingMessage[] = [];
  let answerCode: number | undefined;
  let server: Server;
  let ca: string;
  let apiUrl: string;

  before(async () => {
    const pki = await createPki(join(folder, "pki"));
    ca = readFileSync(pki.caFile, "utf8");
    server = createServer(
      { key: readFileSync(pki.keyFile), cert: readFileSync(pki.certFile) },
      (request, response) => {
        asked.push(request);
        // Undefined: silence.
        if (answerCode !== undefined) response.writeHead(answerCode).end("{}");
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    apiUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const read = (
    apiKey = async (): Promise<string> => "mk_test_synthetic",
    url = apiUrl,
  ): Promise<string | undefined> => syntheticRead({ apiUrl: url, apiKey, ca, timeoutMilliseconds: 300 })();

  it("asks one question with the merchant's key", async () => {
    answerCode = 200;

    assert.equal(await read(), undefined);

    const { url, headers } = asked.at(-1) ?? {};
    assert.deepEqual([url, headers?.authorization], ["/v1/payments?limit=1", "Bearer mk_test_synthetic"]);
  });

  it("takes 5xx and silence for the Region's fault", async () => {
    answerCode = 503;
    assert.equal(await read(), "answered 503");
    answerCode = undefined;
    assert.equal(await read(), "no answer within the time limit");
    assert.match((await read(undefined, "https://127.0.0.1:1")) ?? "", /ECONNREFUSED/);
  });

  it("does not take a key that is refused, absent or out of reach for it", async () => {
    answerCode = 401;
    assert.equal(await read(), undefined);

    answerCode = 500;
    const before = asked.length;
    assert.equal(await read(() => Promise.reject(new Error("no such secret"))), undefined);
    assert.equal(await read(() => new Promise(() => undefined)), undefined);
    assert.equal(asked.length, before);
  });
});
