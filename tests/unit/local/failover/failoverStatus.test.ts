import assert from "node:assert/strict";
import {
  ask,
  readFailoverStatus,
  reasonOf,
  runAction,
  parseFailoverArguments,
  statusText,
} from "../../../../local/failover";
import { activeRegion, fakePlatform, outputCollector, standbyRegion, withOperation } from "./support";

const NOW = () => new Date("2026-11-24T09:05:34.000Z");

describe("the status of a failover", () => {
  it("says who is active, how old the lease is and what the world sees", async () => {
    // Prepare
    const primary = {
      ...activeRegion("primary", 1),
      answers: {
        DescribeAlarms: (input: Record<string, unknown>) =>
          input["StateValue"] === "ALARM"
            ? {
                MetricAlarms: [
                  { AlarmName: "alarm-readiness-apse1-test", AlarmActions: ["topic"] },
                  { AlarmName: "alarm-region-active-apse1-test", AlarmActions: [] },
                  { AlarmName: "alarm-readiness-apse1-other", AlarmActions: ["topic"] },
                  { AlarmName: "TargetTracking-function-intake-apse1-test", AlarmActions: ["policy"] },
                ],
              }
            : {
                MetricAlarms: [{ AlarmName: "alarm-readiness-apse1-test", StateValue: "ALARM" }],
                CompositeAlarms: [{ AlarmName: "alarm-service-apse1-test", StateValue: "OK" }],
              },
      },
    };
    const platform = fakePlatform({ primary, dr: standbyRegion(1) });

    // Act
    const status = await readFailoverStatus(platform, NOW);

    // Assess
    assert.equal(status.activePlace, "primary");
    assert.equal(status.regions.primary.leaseAgeSeconds, 34);
    assert.deepEqual(status.witness, { answered: true, value: "primary" });
    assert.deepEqual(status.regions.primary.alarms, {
      answered: true,
      value: { service: "OK", readiness: "ALARM", red: ["alarm-readiness-apse1-test"] },
    });
    assert.deepEqual(status.regions.dr.alarms, {
      answered: true,
      value: { service: "not deployed", readiness: "not deployed", red: [] },
    });
    const text = statusText(status);
    assert.match(text, /Active Region: ap-southeast-1 \(primary\)/);
    assert.match(text, /lease +renewed 34 s ago/);
    assert.match(text, /readiness +RED/);
    assert.match(text, /Operation: none so far/);
  });

  it("is given in bounded time while a Region is a black hole, and names it", async () => {
    const platform = fakePlatform(
      { primary: { lost: true }, dr: withOperation(standbyRegion(1), {}) },
      { witness: ["dr"] },
    );
    const started = performance.now();
    const status = await readFailoverStatus(platform, NOW);
    assert.ok(
      performance.now() - started < 4_000,
      "every question has its bound, and they are asked at once",
    );
    assert.deepEqual(status.regions.primary.records, { answered: false, reason: "no answer within 3 s" });
    assert.equal(status.activePlace, undefined);
    const text = statusText(status);
    assert.match(text, /role +does not answer \(no answer within 3 s\)/);
    assert.match(text, /Operation failover-1: failover to ap-southeast-2 \(dr\), RUNNING/);
  }).timeout(8_000);

  it("takes the higher epoch's word when both Regions claim to be active", async () => {
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr: activeRegion("dr", 2) });
    assert.equal((await readFailoverStatus(platform, NOW)).activePlace, "dr");
  });

  it("shows the operation that is not over, not the one that ended later", async () => {
    const platform = fakePlatform({
      primary: withOperation(standbyRegion(2), {
        operationId: "old",
        state: "SUCCEEDED",
        updatedAt: "2026-11-24T10:00:00.000Z",
      }),
      dr: withOperation(standbyRegion(2), { operationId: "open", state: "PAUSED" }),
    });
    const status = await readFailoverStatus(platform, NOW);
    assert.equal(status.operation?.place, "dr");
    assert.equal(status.operation?.operation.operationId, "open");
    assert.match(statusText(status), /waits for +npm run failover -- resume/);
  });

  it("survives records that it does not understand", async () => {
    const platform = fakePlatform({
      primary: {
        ...standbyRegion(1),
        records: { role: { recordId: "role", role: 7 }, operation: { recordId: "operation" } },
      },
      dr: standbyRegion(1),
    });
    const status = await readFailoverStatus(platform, NOW);
    assert.match(statusText(status), /role +no role record/);
  });

  it("never shows the token of an approval", async () => {
    const dr = withOperation(standbyRegion(1), { state: "AWAITING_APPROVAL", taskToken: "right-to-approve" });
    const output = outputCollector();
    const code = await runAction(
      fakePlatform({ primary: activeRegion("primary", 1), dr }),
      parseFailoverArguments(["status", "--json"]),
      output,
    );
    assert.equal(code, 0);
    assert.doesNotMatch(JSON.stringify(output.shown) + output.texts.join(), /right-to-approve/);
    assert.match(output.texts[0]!, /waits for +npm run failover -- approve/);
  });

  it("fails only when no Region answers", async () => {
    const output = outputCollector();
    const request = parseFailoverArguments(["status"]);
    const code = await runAction(
      fakePlatform({ primary: { lost: true }, dr: { lost: true } }),
      request,
      output,
    );
    assert.equal(code, 3);
    assert.equal(output.texts.length, 1);
  }).timeout(8_000);
});

describe("a bounded question", () => {
  it("gets a signal that is aborted when the time is over", async () => {
    let signal: AbortSignal | undefined;
    const answer = await ask((given) => {
      signal = given;
      return new Promise(() => undefined);
    }, 20);
    assert.deepEqual(answer, { answered: false, reason: "no answer within 0.02 s" });
    assert.equal(signal?.aborted, true);
  });

  it("tells in one line why there is no answer", () => {
    assert.equal(reasonOf(new AggregateError([new Error("connect ECONNREFUSED")])), "connect ECONNREFUSED");
    assert.equal(reasonOf(Object.assign(new Error("no\nmore"), { name: "Throttled" })), "Throttled: no");
    assert.equal(reasonOf("text"), "text");
  });
});
