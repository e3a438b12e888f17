import assert from "node:assert/strict";
import { Refused } from "../../../../local/cli";
import { parseFailoverArguments, resumeEpoch, runAction, waitForWrites } from "../../../../local/failover";
import { readFailoverStatus } from "../../../../local/failover";
import {
  activeRegion,
  fakePlatform,
  fencedRegion,
  outputCollector,
  sdkError,
  standbyRegion,
  withOperation,
  type FakePlatform,
  type FakeRegion,
} from "./support";

async function run(platform: FakePlatform, line: string) {
  const output = outputCollector();
  const code = await runAction(platform, parseFailoverArguments(line.split(" ")), output);
  return { code, ...output };
}

function isRefused(...patterns: RegExp[]) {
  return (error: Error) => {
    assert.ok(error instanceof Refused, error.stack);
    patterns.forEach((pattern) => assert.match(error.message, pattern));
    return true;
  };
}

function changes(platform: FakePlatform) {
  return platform.calls.filter(
    ({ command }) => !["Get", "DescribeAlarms", "DescribeGlobalClusters"].includes(command),
  );
}

const opens = { Invoke: () => ({}) };

describe("letting a fenced Region write again", () => {
  it("is one conditional write of role and lease, and opens the Region's capacity", async () => {
    // Prepare
    const primary = { ...fencedRegion(1), answers: opens };
    const platform = fakePlatform({ primary, dr: { lost: true } });

    // Act
    const { code, shown } = await run(platform, "resume-writes --yes");

    // Assess
    assert.equal(code, 0);
    assert.deepEqual(shown, [{ place: "primary", epoch: 1, fromEpoch: 1 }]);
    const [update, invoke, ...rest] = changes(platform);
    assert.equal(update?.input["TableName"], "table-region-apse1-test");
    assert.equal(update.input["ConditionExpression"], "#epoch = :fromEpoch AND #role IN (:fenced, :active)");
    const values = update.input["ExpressionAttributeValues"] as Record<string, unknown>;
    assert.equal(values[":epoch"], 1);
    assert.equal(values[":fromEpoch"], 1);
    assert.equal(invoke?.input["FunctionName"], "function-capacity-control-apse1-test");
    assert.equal(invoke.input["Payload"], '{"action":"open"}');
    assert.deepEqual(rest, []);
  }).timeout(8_000);

  it("is refused without --yes, and says what would happen", async () => {
    const platform = fakePlatform({ primary: fencedRegion(1), dr: { lost: true } });
    await assert.rejects(
      run(platform, "resume-writes"),
      isRefused(/would become ACTIVE in epoch 1/, /does not answer \(no answer within 3 s\)/, /add --yes/),
    );
    assert.deepEqual(changes(platform), []);
  }).timeout(8_000);

  it("is refused while the peer says that it is active, or takes over", async () => {
    const active = fakePlatform({ primary: fencedRegion(1), dr: activeRegion("dr", 2) });
    await assert.rejects(run(active, "resume-writes --yes"), isRefused(/is ACTIVE: two Regions/));

    const taking = standbyRegion(1);
    taking.records!["role"] = { recordId: "role", role: "TAKING_OVER", epoch: 1 };
    taking.status = { role: "TAKING_OVER", epoch: 1, summary: "role=TAKING_OVER traffic=yes" };
    const dr = withOperation(taking, {});
    const platform = fakePlatform({ primary: fencedRegion(1), dr });
    await assert.rejects(
      run(platform, "resume-writes --yes"),
      isRefused(/is TAKING_OVER: two Regions/, /failover-1 is RUNNING/),
    );
    assert.deepEqual(changes(platform), []);
  });

  it("is refused for a Region that is not fenced", async () => {
    const platform = fakePlatform({ primary: standbyRegion(2), dr: { ...standbyRegion(2) } });
    await assert.rejects(run(platform, "resume-writes --yes"), isRefused(/No Region that answers is FENCED/));
    await assert.rejects(
      run(platform, "resume-writes --region primary --yes"),
      isRefused(/is STANDBY, not FENCED/),
    );
  });

  it("asks which one when both are fenced", async () => {
    const dr = { ...fencedRegion(2), answers: opens };
    const platform = fakePlatform({ primary: fencedRegion(1), dr });
    await assert.rejects(run(platform, "resume-writes --yes"), isRefused(/#double-failure/));
    const { shown } = await run(platform, "resume-writes --region dr --yes");
    assert.deepEqual(shown, [{ place: "dr", epoch: 2, fromEpoch: 2 }]);
  });

  it("takes a new epoch when the other Region was active later, and says so in the control record", async () => {
    // Prepare: primary returns with stale records, dr is fenced in epoch 2.
    const primary = { ...fencedRegion(1), answers: opens };
    const platform = fakePlatform({ primary, dr: fencedRegion(2) });

    // Act
    const { shown } = await run(platform, "resume-writes --region primary --yes");

    // Assess
    assert.deepEqual(shown, [{ place: "primary", epoch: 3, fromEpoch: 1 }]);
    const control = changes(platform).find(({ input }) => input["TableName"] === "table-control-test");
    const values = control?.input["ExpressionAttributeValues"] as Record<string, unknown>;
    assert.deepEqual([values[":place"], values[":epoch"]], ["primary", 3]);
    assert.match(String(control?.input["ConditionExpression"]), /#epoch < :epoch/);
  });

  it("learns of a later epoch from the control record alone", async () => {
    const primary = fencedRegion(1);
    primary.records!["activation"] = { recordId: "activation", activePlace: "dr", epoch: 4 };
    const status = await readFailoverStatus(fakePlatform({ primary, dr: standbyRegion(1) }));
    assert.deepEqual(resumeEpoch("primary", status), { fromEpoch: 1, epoch: 5 });
  });

  it("is refused when the role changed between the look and the write", async () => {
    const answers = {
      Update: () => {
        throw sdkError("ConditionalCheckFailedException");
      },
    };
    const platform = fakePlatform({ primary: { ...fencedRegion(1), answers }, dr: standbyRegion(1) });
    await assert.rejects(run(platform, "resume-writes --yes"), isRefused(/has changed meanwhile/));
  });

  it("renews what ran out before DNS had followed, until the witness names the Region", async () => {
    // Prepare: the lease keeper fences it once more before Route 53 has seen traffic=yes.
    const primary: FakeRegion = { ...fencedRegion(1) };
    let updates = 0;
    const witness = ["dr"];
    primary.answers = {
      ...opens,
      Update: () => {
        updates += 1;
        if (updates === 2) {
          Object.assign(primary, { ...activeRegion("primary", 1), answers: primary.answers });
          witness[0] = "primary";
        }
        return {};
      },
    };
    const platform = fakePlatform({ primary, dr: standbyRegion(1) }, { witness });

    // Act
    await run(platform, "resume-writes --yes");
    const options = { signal: new AbortController().signal, intervalMs: 1, timeoutMs: 5_000 };
    const outcome = await waitForWrites(platform, "primary", 1, options);

    // Assess
    assert.deepEqual(outcome, { writes: true, role: "ACTIVE", witness: "primary" });
    assert.equal(updates, 2);
  });

  it("says what keeps the Region from writing when DNS does not follow", async () => {
    const platform = fakePlatform(
      { primary: activeRegion("primary", 1), dr: standbyRegion(1) },
      { witness: ["dr"] },
    );
    const options = { signal: new AbortController().signal, intervalMs: 1, timeoutMs: 10 };
    const outcome = await waitForWrites(platform, "primary", 1, options);
    assert.deepEqual(outcome, { writes: false, role: "ACTIVE", witness: "dr" });
  });
});

describe("detaching a database", () => {
  const DR = "arn:aws:rds:ap-southeast-2:123456789012:cluster:dbcluster-payments-apse2-test";
  const rds = (IsWriter: boolean, arn = DR) => ({
    DescribeGlobalClusters: () => ({
      GlobalClusters: [{ GlobalClusterMembers: [{ DBClusterArn: arn, IsWriter }] }],
    }),
    RemoveFromGlobalCluster: () => ({}),
  });

  it("removes the standby's cluster at its own Region, and says what follows", async () => {
    const dr = { ...standbyRegion(1), answers: rds(false) };
    const platform = fakePlatform({ primary: { lost: true }, dr });
    const { code, texts } = await run(platform, "detach --yes");
    assert.equal(code, 0);
    const [removed] = changes(platform);
    assert.equal(removed?.place, "dr");
    assert.deepEqual(removed.input, {
      GlobalClusterIdentifier: "globalcluster-payments-test",
      DbClusterIdentifier: DR,
    });
    assert.match(texts[0]!, /npm run failover -- start --mode failover --wait/);
    assert.match(texts[0]!, /#after-a-detach/);
  }).timeout(8_000);

  it("is refused without --yes, while the peer takes payments, and for a writer", async () => {
    const dr = { ...standbyRegion(1), answers: rds(false) };
    const healthy = fakePlatform({ primary: activeRegion("primary", 1), dr });
    await assert.rejects(run(healthy, "detach --yes"), isRefused(/takes payments: both databases/));

    const silent = { ...fencedRegion(1) };
    const unsure = fakePlatform({ primary: silent, dr });
    await assert.rejects(run(unsure, "detach"), isRefused(/add --yes/, /start --mode failover first/));

    const writer = fakePlatform({ primary: silent, dr: { ...standbyRegion(1), answers: rds(true) } });
    await assert.rejects(run(writer, "detach --yes"), isRefused(/is the writer already/));

    const alone = fakePlatform({
      primary: silent,
      dr: { ...standbyRegion(1), answers: rds(false, "arn:other") },
    });
    await assert.rejects(run(alone, "detach --yes"), isRefused(/is no member/));

    assert.deepEqual([healthy, unsure, writer, alone].flatMap(changes), []);
  });
});

describe("the report of a failover", () => {
  const lostRegion: FakeRegion = { ...standbyRegion(2), answers: {} };
  const bucket = (objects: Record<string, object>) => ({
    ListObjectsV2: () => ({
      Contents: Object.keys(objects).map((Key) => ({
        Key,
        LastModified: new Date(`2026-11-24T09:${Key.replace(/\D/g, "")}:00Z`),
      })),
    }),
    GetObject: (input: Record<string, unknown>) => ({
      Body: { transformToString: async () => JSON.stringify(objects[String(input["Key"])]) },
    }),
  });
  const report = {
    operationId: "failover-2",
    mode: "failover",
    rtoSeconds: 300,
    rpoSeconds: 0,
    replayed: 4,
    redriven: 1,
    lost: [{ paymentId: "pay_a", merchantId: "mer_b", pspStatus: "unknown", action: "none" }],
    timeline: [{ step: "lock", at: "2026-11-24T09:05:00.000Z" }],
  };

  it("is the last one of the Region that answers", async () => {
    const answers = bucket({ "failover-reports/10.json": {}, "failover-reports/20.json": report });
    const platform = fakePlatform({
      primary: { ...standbyRegion(2), answers: {} },
      dr: { ...activeRegion("dr", 2), answers },
    });
    const { code, shown, texts } = await run(platform, "report");
    assert.equal(code, 0);
    assert.deepEqual(shown, [report]);
    assert.match(texts[0]!, /RTO +300 s/);
    assert.match(texts[0]!, /lost +1 payment\(s\)\n +pay_a {2}mer_b {2}unknown {2}none\n/);
    assert.match(texts[0]!, /s3:\/\/bucket-transactions-apse2-test\/failover-reports\/20\.json/);
  });

  it("gives the pause of writes of a planned change, and what is not known", async () => {
    const planned = {
      ...report,
      mode: "switchover",
      lost: [],
      lostCount: 0,
      rtoSeconds: null,
      reconciled: false,
      activatedAt: "2026-11-24T09:06:12.340Z",
      timeline: [{ step: "demote", at: "2026-11-24T09:05:00.000Z" }],
      warnings: ["synthetic: the PSP did not answer"],
    };
    const answers = bucket({ "failover-reports/20.json": planned });
    const platform = fakePlatform({ primary: lostRegion, dr: { ...activeRegion("dr", 2), answers } });
    const { texts } = await run(platform, "report --operation 20");
    assert.match(texts[0]!, /write pause +72\.3 s/);
    assert.match(texts[0]!, /RTO +unknown/);
    assert.match(texts[0]!, /lost +none, or more/);
    assert.match(texts[0]!, /warning +synthetic: the PSP/);
  });

  it("is not one of the lists that lie beside it", async () => {
    const answers = bucket({
      "failover-reports/10.json": report,
      "failover-reports/20-lost.json": {},
      "failover-reports/lost/30.json": {},
    });
    const platform = fakePlatform({ primary: lostRegion, dr: { ...activeRegion("dr", 2), answers } });
    assert.deepEqual((await run(platform, "report")).shown, [report]);
  });

  it("is missed with the Regions that could not be asked", async () => {
    const platform = fakePlatform({
      primary: standbyRegion(2),
      dr: { ...activeRegion("dr", 2), answers: bucket({}) },
    });
    await assert.rejects(run(platform, "report"), /There is no report\. ap-southeast-1 does not answer/);
  });
});
