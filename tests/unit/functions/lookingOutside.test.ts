import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpsStatus } from "../../../functions/shared/regions/peerStatus";
import { DnsWitness } from "../../../functions/shared/regions/witness";
import { createPki } from "../../../local/cloud/pki";
import { StandingClock } from "./failoverSupport";

describe("the witness in DNS", () => {
  const witnessOf = (...answers: (string[][] | Error)[]) => {
    const clock = new StandingClock();
    const names: string[] = [];
    const resolveTxt = async (name: string): Promise<string[][]> => {
      names.push(name);
      const answer = answers.shift() ?? [["primary"]];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return {
      ...{ clock, names },
      witness: new DnsWitness({ name: "witness.payments.test", ttlSeconds: 10, clock, resolveTxt }),
    };
  };

  it("is asked once in its TTL, by its absolute name, also by requests that come together", async () => {
    const { witness, names, clock } = witnessOf();

    await Promise.all([witness.read(), witness.read()]);
    clock.pass(9.9);
    const reading = await witness.read();

    assert.deepEqual(names, ["witness.payments.test."]);
    assert.equal(reading?.named, "primary");
    clock.pass(0.1);
    await witness.read();
    assert.equal(names.length, 2);
  });

  it("says when it was asked, not when it answered", async () => {
    const clock = new StandingClock();
    const asked = clock.now();
    const resolveTxt = async (): Promise<string[][]> => {
      clock.pass(0.9);
      return [["dr"]];
    };
    const witness = new DnsWitness({ name: "witness.payments.test.", ttlSeconds: 10, clock, resolveTxt });

    assert.deepEqual(await witness.ask(), { named: "dr", readAt: asked });
  });

  it("keeps its last reading when it cannot be asked, and does not ask for each request", async () => {
    const { witness, names, clock } = witnessOf([["primary"]], new Error("SERVFAIL"), [["dr"]]);
    const first = await witness.read();
    clock.pass(10);

    assert.deepEqual(await witness.read(), first);
    assert.deepEqual(await witness.read(), first);
    assert.equal(names.length, 2);
    clock.pass(2);
    assert.equal((await witness.read())?.named, "dr");
  });

  for (const [name, answer] of [
    ["no record", []],
    ["both records", [["primary"], ["dr"]]],
    ["another text", [["moon"]]],
    ["an empty text", [[]]],
  ] as const) {
    it(`takes ${name} for no answer`, async () => {
      const { witness } = witnessOf(answer.map((record) => [...record]));
      assert.equal(await witness.ask(), undefined);
    });
  }

  it("gives up after a second", async function () {
    this.timeout(5_000);
    const witness = new DnsWitness({
      ...{ name: "witness.payments.test", ttlSeconds: 10, clock: new StandingClock() },
      resolveTxt: () => new Promise(() => undefined),
    });
    const startedAt = Date.now();

    assert.equal(await witness.read(), undefined);
    assert.ok(Date.now() - startedAt >= 990);
  });
});

describe("a look at a Region's /status", () => {
  let folder: string;
  let server: Server;
  let ca: string;
  let answer: { code: number; body: string; hangs?: boolean };
  const body = {
    ...{ place: "dr", region: "apse2", role: "STANDBY", epoch: 2, database: "not_asked" },
    ...{ serviceAlarm: "OK", summary: "role=STANDBY traffic=no" },
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "payments-status-"));
    const pki = await createPki(join(folder, "pki"));
    ca = readFileSync(pki.caFile, "utf8");
    server = createServer(
      { cert: readFileSync(pki.certFile), key: readFileSync(pki.keyFile) },
      (request, response) => {
        response.writeHead(request.url === "/status" ? answer.code : 404);
        if (answer.hangs) response.write("{");
        else response.end(answer.body);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const look = (trust: string | undefined = ca) =>
    new HttpsStatus({
      apiUrl: `https://localhost:${(server.address() as AddressInfo).port}/`,
      ca: trust,
      timeoutMilliseconds: 500,
    }).look();

  it("waits no longer than one look is given", async () => {
    answer = { code: 200, body: "", hangs: true };
    const apiUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
    const started = performance.now();
    const seen = await new HttpsStatus({ apiUrl, ca, timeoutMilliseconds: 60_000 }).look(200);
    assert.deepEqual(seen, { reachable: false, reason: "no answer within the time limit" });
    assert.ok(performance.now() - started < 2_000);
  });

  it("gives what it says", async () => {
    answer = { code: 200, body: JSON.stringify(body) };
    assert.deepEqual(await look(), { reachable: true, status: body, traffic: false });
  });

  it("sees traffic only in a good answer", async () => {
    const serving = { ...body, role: "ACTIVE", summary: "role=ACTIVE traffic=yes" };
    answer = { code: 200, body: JSON.stringify(serving) };
    const good = await look();
    answer = { code: 503, body: JSON.stringify(serving) };
    const bad = await look();

    assert.deepEqual([good.reachable && good.traffic, bad.reachable && bad.traffic], [true, false]);
  });

  for (const [name, wrong, reason] of [
    ["that is no JSON", { code: 200, body: "traffic=yes" }, /JSON|token/i],
    ["of another form", { code: 200, body: JSON.stringify({ ...body, role: "BOSS" }) }, /not a status/],
    ["that has no end", { code: 200, body: "x".repeat(20_000) }, /too long/],
    ["that stops in the middle", { code: 200, body: "", hangs: true }, /time limit/],
  ] as const) {
    it(`takes an answer ${name} for none`, async () => {
      answer = wrong;
      const seen = await look();
      assert.ok(!seen.reachable);
      assert.match(seen.reason, reason);
    });
  }

  it("trusts no other authority, and survives a closed door", async () => {
    answer = { code: 200, body: JSON.stringify(body) };
    const untrusted = await look("");
    const closed = await new HttpsStatus({ apiUrl: "https://127.0.0.1:1" }).look();

    assert.ok(!untrusted.reachable && !closed.reachable);
  });
});
