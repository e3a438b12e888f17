import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { request, type Agent } from "undici";
import { embeddedDispatcher, type EmbeddedCloud } from "../../../../local/client";
import { EmbeddedNames } from "../../../../local/client/dispatcher";
import { createPki } from "../../../../local/cloud/pki";

const HOST = "api.payments.test";
const NOT_FOUND = 3;
/** Longer than a connection takes new requests. */
const SLOW_MILLISECONDS = 2_200;

/** Answers every question for an address with the one that is set, or with NXDOMAIN. */
class NameServer {
  address: string | undefined = "127.0.1.1";
  questions = 0;
  readonly #socket: Socket = createSocket("udp4");

  async start(): Promise<number> {
    this.#socket.on("message", (question, sender) => {
      this.questions += 1;
      this.#socket.send(this.#answer(question), sender.port, sender.address);
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, "127.0.0.1", resolve));
    return this.#socket.address().port;
  }

  #answer(question: Buffer): Buffer {
    const endOfName = question.indexOf(0, 12);
    const asked = question.subarray(12, endOfName + 5);
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(this.address === undefined ? 0x8400 | NOT_FOUND : 0x8400, 2);
    header.writeUInt16BE(this.address === undefined ? 0 : 1, 6);
    header.writeUInt16BE(0, 10);
    const record = Buffer.from([
      0xc0,
      12,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      4,
      ...(this.address ?? "").split(".").map(Number),
    ]);
    return Buffer.concat([header, asked, ...(this.address === undefined ? [] : [record])]);
  }

  stop(): void {
    this.#socket.close();
  }
}

describe("the dispatcher of the embedded cloud", () => {
  const directory = mkdtempSync(join(tmpdir(), "payments-dispatcher-"));
  const names = new NameServer();
  const servers: Server[] = [];
  let cloud: EmbeddedCloud;
  let dispatcher: Agent;

  before(async () => {
    const pki = await createPki(join(directory, "pki"));
    const tls = { key: readFileSync(pki.keyFile), cert: readFileSync(pki.certFile) };
    const listen = async (address: string, port: number): Promise<number> => {
      const server = createServer(tls, (incoming, response) => {
        const answer = () => response.end(`${address} ${incoming.headers.host}`);
        setTimeout(answer, incoming.url === "/slow" ? SLOW_MILLISECONDS : 0);
      });
      await new Promise<void>((resolve) => server.listen(port, address, resolve));
      servers.push(server);
      return (server.address() as AddressInfo).port;
    };
    const port = await listen("127.0.1.1", 0);
    await listen("127.0.1.2", port);
    await listen("127.0.0.1", port);
    cloud = {
      directory,
      endpoint: `https://127.0.0.1:${port}`,
      ca: readFileSync(pki.caFile, "utf8"),
      accountId: "123456789012",
      accessKeyId: "123456789012",
      secretAccessKey: "x",
      pspUrl: "https://127.0.0.1:1",
      dns: { address: "127.0.0.1", port: await names.start() },
      clockFactor: 1,
      cloudToken: "t".repeat(43),
    };
  });

  beforeEach(() => {
    names.address = "127.0.1.1";
    dispatcher = embeddedDispatcher(cloud);
  });

  afterEach(() => dispatcher.destroy());

  after(() => {
    names.stop();
    servers.forEach((server) => {
      server.closeAllConnections();
      server.close();
    });
    rmSync(directory, { recursive: true, force: true });
  });

  const ask = async (path = "/"): Promise<string> =>
    (await request(`https://${HOST}${path}`, { dispatcher })).body.text();

  it("reaches a name at its address, under its own name and with a verified certificate", async () => {
    assert.equal(await ask(), `127.0.1.1 ${HOST}`);
  });

  it("follows a name that moves, also with connections that are never idle", async function () {
    this.timeout(10_000);
    assert.equal(await ask(), `127.0.1.1 ${HOST}`);
    names.address = "127.0.1.2";
    const deadline = performance.now() + 5_000;
    let last = "";
    while (last !== `127.0.1.2 ${HOST}` && performance.now() < deadline) {
      last = await ask();
      await sleep(20);
    }
    assert.equal(last, `127.0.1.2 ${HOST}`);
  });

  it("answers every request of many at once, also when all connections have become too old together", async function () {
    this.timeout(10_000);
    const many = (path: string) => Promise.all(Array.from({ length: 20 }, () => ask(path)));
    await many("/slow");
    assert.deepEqual(new Set(await many("/")), new Set([`127.0.1.1 ${HOST}`]));
  });

  it("lets the gateway choose as long as a name has no record", async () => {
    names.address = undefined;
    assert.equal(await ask(), `127.0.0.1 ${HOST}`);
  });

  it("asks again only when the time to live is over", async () => {
    const known = new EmbeddedNames(cloud);
    const before = names.questions;
    for (let each = 0; each < 5; each += 1) assert.equal(await known.address(HOST), "127.0.1.1");
    assert.equal(names.questions, before + 1);
    await sleep(1_050);
    await known.address(HOST);
    assert.equal(names.questions, before + 2);
  });
});
