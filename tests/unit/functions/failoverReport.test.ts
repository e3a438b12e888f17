import assert from "node:assert/strict";
import type { FailoverReport } from "../../../functions/failover-report/composeReport";
import { createHandler } from "../../../functions/failover-report/handler";
import type { Message } from "../../../functions/failover-report/messages";
import type { LostPayment } from "../../../functions/shared/failover/recoveryActions";
import type { OperationRecord } from "../../../functions/shared/regions/operationRecord";
import { OPERATION } from "./recoveryWorld";
import { TestLog, TestMetrics } from "./support";

const OUTAGE = new Date("2026-11-24T09:00:00.000Z");
const after = (seconds: number) => new Date(OUTAGE.getTime() + seconds * 1_000);
const lost = (operationId: string, secondsBeforeOutage: number): LostPayment => ({
  paymentId: operationId,
  operationId,
  kind: "authorize",
  merchantId: null,
  acceptedAt: after(-secondsBeforeOutage).toISOString(),
  pspStatus: "succeeded",
  action: "operator",
  reason: "known_by_the_psp_only",
});

/** Remembers the times that it is told. */
class TimesToo extends TestMetrics {
  constructor(private readonly times: Map<string, number>) {
    super();
  }
  override milliseconds(name?: string, value?: number): void {
    this.times.set(name ?? "", value ?? NaN);
  }
}

describe("failover report", () => {
  let times: Map<string, number>;
  let kept: Map<string, string>;
  let messages: Message[];
  let record: OperationRecord | undefined;
  let failing: "bucket" | "topic" | "record" | undefined;
  let log: TestLog;

  beforeEach(() => {
    kept = new Map();
    times = new Map();
    messages = [];
    failing = undefined;
    log = new TestLog();
    record = {
      ...OPERATION,
      state: "RUNNING",
      step: "report",
      targetEpoch: 2,
      previousEpoch: 1,
      startedAt: after(70),
      updatedAt: after(400),
      outageAt: OUTAGE,
      request: "none",
      timeline: [
        { step: "lock", at: after(70) },
        { step: "activate", at: after(390.5) },
      ],
    };
  });

  const invoke = (event: object) =>
    createHandler({
      operations: {
        read: () => (failing === "record" ? Promise.reject(new Error("away")) : Promise.resolve(record)),
      },
      bucket: "bucket-transactions-apse2-123456789012-local",
      keep: (key, body) => {
        if (failing === "bucket") return Promise.reject(new Error("the bucket is away"));
        kept.set(key, body);
        return Promise.resolve();
      },
      publish: (message) => {
        if (failing === "topic") return Promise.reject(new Error("the topic is away"));
        messages.push(message);
        return Promise.resolve();
      },
      place: "dr",
      regionCode: "apse2",
      clock: { now: () => after(420) },
      log,
      metrics: new TimesToo(times),
    })({ operation: OPERATION, ...event });
  const key = `failover-reports/${OPERATION.operationId}.json`;
  const report = async (findings: object): Promise<FailoverReport> => {
    await invoke({ action: "report", findings });
    return JSON.parse(kept.get(key) ?? "") as FailoverReport;
  };
  const ACTIVE = {
    activation: { epoch: 2, activatedAt: after(390).toISOString() },
    syntheticPayment: { paymentId: "pay_x", status: "succeeded", latencyMs: 900 },
    replayed: 12,
    redriven: 3,
    reconciled: true,
  };

  it("satisfies R19: keeps times, recovery time and point, and what was replayed, driven again and lost", async () => {
    const written = await report({
      ...ACTIVE,
      lost: [lost("pay_a", 4.2), lost("pay_b", 1)],
      lostCount: 2,
      lostListKey: "failover-reports/x-lost.json",
    });

    assert.deepEqual(
      {
        outageAt: written.outageAt,
        epochs: [written.previousEpoch, written.epoch],
        activationSeconds: written.activationSeconds,
        rtoSeconds: written.rtoSeconds,
        rpoSeconds: written.rpoSeconds,
        counts: [written.replayed, written.redriven, written.lostCount],
        timeline: written.timeline,
      },
      {
        outageAt: OUTAGE.toISOString(),
        epochs: [1, 2],
        activationSeconds: 390,
        rtoSeconds: 420,
        rpoSeconds: 4.2,
        counts: [12, 3, 2],
        timeline: [
          { step: "lock", at: after(70).toISOString(), seconds: 70 },
          { step: "activate", at: after(390.5).toISOString(), seconds: 390.5 },
        ],
      },
    );
    assert.deepEqual(
      written.lost.map(({ operationId }) => operationId),
      ["pay_a", "pay_b"],
    );
    assert.match(messages[0]?.text ?? "", /RTO 420 s, RPO 4.2 s/);
    assert.match(messages[0]?.text ?? "", /lost 2\./);
    assert.match(messages[0]?.text ?? "", new RegExp(`s3://bucket-transactions-.*/${key}`));
  });

  it("satisfies R53: tells the dashboard recovery time and point, and nothing where it does not know them", async () => {
    await report({ ...ACTIVE, lost: [lost("pay_a", 4.2)] });
    assert.deepEqual(
      [...times],
      [
        ["RecoveryTime", 420_000],
        ["RecoveryPoint", 4_200],
      ],
    );
    times.clear();
    await report({});
    assert.deepEqual([...times], []);
  });

  it("says 0 for the recovery point when nothing is lost, and nothing when the Region never became active", async () => {
    assert.equal((await report(ACTIVE)).rpoSeconds, 0);
    const { rpoSeconds, rtoSeconds, activationSeconds } = await report({});
    assert.deepEqual([rpoSeconds, rtoSeconds, activationSeconds], [null, null, null]);
  });

  it("does not claim more than was looked through", async () => {
    await report({ ...ACTIVE, reconciled: false });
    assert.match(messages[0]?.text ?? "", /lost 0 or more/);
  });

  it("counts from the start when no outage is known, as in a switchover", async () => {
    record = { ...record!, outageAt: undefined };
    assert.equal((await report(ACTIVE)).activationSeconds, 320);
  });

  it("tells of warnings and of a dry run", async () => {
    const cause = JSON.stringify({ errorType: "ReplayUnfinished", errorMessage: "7 sessions are left" });
    await report({ ...ACTIVE, warnings: [{ reason: "replay: ReplayUnfinished", cause }] });
    assert.match(messages[0]?.subject ?? "", /done with warnings/);
    assert.match(messages[0]?.text ?? "", /Warning: replay: ReplayUnfinished \(7 sessions are left\)$/m);
    await report({ dryRun: true, finding: { confirmed: true, witness: "dr" } });
    assert.match(messages[1]?.subject ?? "", /^Payments apse2: failover done|dry run/);
  });

  it("writes without the record rather than not at all", async () => {
    failing = "record";
    assert.equal((await report(ACTIVE)).outageAt, null);
    failing = undefined;
    record = { ...record!, operationId: "another" };
    assert.equal((await report(ACTIVE)).outageAt, null);
  });

  it("tells the people although the bucket is away, keeps the report although the topic is, and fails both times", async () => {
    failing = "bucket";
    await assert.rejects(invoke({ action: "report", findings: ACTIVE }), /bucket/);
    assert.equal(messages.length, 1);
    failing = "topic";
    await assert.rejects(invoke({ action: "report", findings: ACTIVE }), /topic/);
    assert.equal(kept.size, 1);
  });

  it("names step and runbook section of a failure, and lets neither card numbers nor secrets out", async () => {
    await invoke({
      action: "notify",
      step: "promote",
      error: "PromotionRefused",
      cause: "card 4111111111111111, Bearer abcdefghijkl, postgres://u:hunter22@host/db",
      runbookSection: "step-promote",
    });

    const { subject, text } = messages[0] ?? { subject: "", text: "" };
    assert.match(subject, /step promote/);
    assert.match(text, /docs\/runbook\.md#step-promote/);
    assert.match(text, /PromotionRefused/);
    for (const secret of ["4111111111111111", "abcdefghijkl", "hunter22"]) {
      assert.ok(!text.includes(secret) && !log.lines.join().includes(secret), secret);
    }
  });

  it("keeps SNS's rule for subjects", async () => {
    await invoke({
      action: "notify",
      step: "x".repeat(64),
      error: "e",
      runbookSection: "s",
      operation: { ...OPERATION, trigger: "Straße\nnext" },
    });
    assert.match(messages[0]?.subject ?? "", /^[ -~]{1,100}$/);
  });

  it("names its object by the operation's id, whatever the id looks like", async () => {
    const operationId = "failover-4111111111111111";
    await invoke({ action: "report", operation: { ...OPERATION, operationId } });
    assert.deepEqual([...kept.keys()], [`failover-reports/${operationId}.json`]);
  });

  it("redacts what it keeps, too", async () => {
    const written = await report({
      ...ACTIVE,
      warnings: [{ reason: "replay: Error", cause: "token 4111 1111 1111 1111" }],
    });
    assert.doesNotMatch(JSON.stringify(written), /4111 1111/);
  });

  it("knows no other action, and no list that is too long", async () => {
    await assert.rejects(invoke({ action: "publish" }), { name: "InvalidAction" });
    const long = Array.from({ length: 101 }, (_, index) => lost(`pay_${index}`, 1));
    await assert.rejects(invoke({ action: "report", findings: { lost: long } }), { name: "InvalidAction" });
  });
});
