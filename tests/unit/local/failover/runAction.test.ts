import assert from "node:assert/strict";
import { Refused } from "../../../../local/cli";
import { parseFailoverArguments, runAction } from "../../../../local/failover";
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

/** Step Functions of a Region whose execution ends with the given status at once. */
function machine(status = "SUCCEEDED", more: object = {}) {
  return {
    StartExecution: () => ({ executionArn: "arn:execution-new" }),
    DescribeExecution: () => ({ status, ...more }),
  };
}

async function run(platform: FakePlatform, line: string) {
  const output = outputCollector();
  const code = await runAction(platform, parseFailoverArguments(line.split(" ")), output);
  return { code, ...output };
}

function inputOf(platform: FakePlatform): Record<string, unknown> {
  const call = platform.calls.find(({ command }) => command === "StartExecution");
  return JSON.parse(String(call?.input["input"])) as Record<string, unknown>;
}

function isRefused(...patterns: RegExp[]) {
  return (error: Error) => {
    assert.ok(error instanceof Refused, error.stack);
    patterns.forEach((pattern) => assert.match(error.message, pattern));
    return true;
  };
}

const lost: FakeRegion = { lost: true };

describe("starting a failover", () => {
  it("goes to the standby, although the active Region is a black hole", async () => {
    // Prepare
    const platform = fakePlatform({ primary: lost, dr: { ...standbyRegion(1), answers: machine() } });

    // Act
    const { code, shown } = await run(platform, "start --mode failover");

    // Assess
    assert.equal(code, 0);
    const started = platform.calls.find(({ command }) => command === "StartExecution");
    assert.equal(started?.place, "dr");
    assert.equal(started.input["stateMachineArn"], "arn:machine-dr");
    assert.match(String(started.input["name"]), /^operator-failover-[0-9a-f-]{36}$/);
    const { operationId, ...input } = inputOf(platform);
    assert.deepEqual(input, { mode: "failover", approval: "automatic", trigger: "operator", dryRun: false });
    assert.match(String(operationId), /^[A-Za-z0-9_.-]{1,80}$/);
    assert.deepEqual(shown, [
      { operationId, executionArn: "arn:execution-new", place: "dr", mode: "failover", dryRun: false },
    ]);
  }).timeout(8_000);

  it("is refused with every reason", async () => {
    const dr = withOperation(activeRegion("dr", 2), {});
    const platform = fakePlatform({ primary: fencedRegion(1), dr: { ...dr, answers: machine("RUNNING") } });
    await assert.rejects(
      run(platform, "start --mode switchover --region dr"),
      isRefused(
        /ap-southeast-2 \(dr\) is already active/,
        /ap-southeast-1 \(primary\) is FENCED; a switchover needs an active peer/,
        /operation failover-1 \(failover\) is RUNNING/,
      ),
    );
    assert.ok(!platform.calls.some(({ command }) => command === "StartExecution"));
  });

  it("is refused in a fenced Region, with the section of the runbook", async () => {
    const platform = fakePlatform({ primary: fencedRegion(1), dr: activeRegion("dr", 2) });
    await assert.rejects(run(platform, "start --mode failover"), isRefused(/runbook\.md#fenced-region/));
  });

  it("needs the operator's word when both Regions are standby", async () => {
    const dr = { ...standbyRegion(1), answers: machine() };
    const platform = fakePlatform({ primary: standbyRegion(1), dr });
    await assert.rejects(run(platform, "start --mode failover"), isRefused(/--region primary\|dr/));
    assert.equal((await run(platform, "start --mode failover --region dr")).code, 0);
  });

  it("warns when the active Region takes payments: it will not be confirmed as lost", async () => {
    const dr = { ...standbyRegion(1), answers: machine() };
    const { said } = await run(
      fakePlatform({ primary: activeRegion("primary", 1), dr }),
      "start --mode failover",
    );
    assert.match(said.join("\n"), /Warning: .*will end this failover/);
  });

  it("needs both Regions for a switchover", async () => {
    const platform = fakePlatform({ primary: lost, dr: standbyRegion(1) });
    await assert.rejects(
      run(platform, "start --mode switchover"),
      isRefused(/does not answer .* a switchover needs both/),
    );
  }).timeout(8_000);

  it("takes up an operation that failed after it had begun, by its own id", async () => {
    const region = standbyRegion(1);
    region.records!["role"] = { recordId: "role", role: "TAKING_OVER", epoch: 1 };
    const dr = { ...withOperation(region, { state: "FAILED", step: "promote" }), answers: machine() };
    const platform = fakePlatform({ primary: fencedRegion(1), dr });
    await run(platform, "start --mode failover");
    assert.equal(inputOf(platform)["operationId"], "failover-1");
  });

  it("takes up an operation that failed after its Region had become active", async () => {
    const record = { state: "FAILED", step: "report", mode: "switchover", targetEpoch: 2 };
    const dr = { ...withOperation(activeRegion("dr", 2), record), answers: machine() };
    const platform = fakePlatform({ primary: standbyRegion(2), dr });
    await assert.rejects(run(platform, "start --mode failover"), isRefused(/must be finished as one/));
    await run(platform, "start --mode switchover");
    assert.equal(inputOf(platform)["operationId"], "failover-1");
    // Once another epoch has begun, that operation is history.
    const later = { ...withOperation(activeRegion("dr", 4), record), answers: machine() };
    const primary = { ...standbyRegion(4), answers: machine() };
    const next = fakePlatform({ primary, dr: later });
    await run(next, "start --mode switchover");
    assert.notEqual(inputOf(next)["operationId"], "failover-1");
  });

  it("is not kept from starting by a dry run", async () => {
    const dr = {
      ...withOperation(standbyRegion(1), { dryRun: true }),
      answers: machine("RUNNING"),
    };
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
    await assert.rejects(run(platform, "start --mode failover --dry-run"), isRefused(/is RUNNING/));
    assert.equal((await run(platform, "start --mode failover")).code, 0);
  });

  it("ends as refused when the state machine did not get the lock", async () => {
    const cause = JSON.stringify({ errorType: "OperationInProgress", errorMessage: "op-7 holds the lock" });
    const output = JSON.stringify({ state: "REFUSED", reason: "OperationInProgress", cause });
    const dr = { ...standbyRegion(1), answers: machine("SUCCEEDED", { output }) };
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
    const result = await run(platform, "start --mode failover --wait");
    assert.equal(result.code, 2);
    assert.match(result.texts.join(), /REFUSED: OperationInProgress \(op-7 holds the lock\)$/m);
  });

  it("takes up an operation whose execution was killed, and refuses one that lives", async () => {
    const record = withOperation(standbyRegion(1), { state: "RUNNING" });
    const killed = fakePlatform({
      primary: activeRegion("primary", 1),
      dr: { ...record, answers: machine("ABORTED") },
    });
    await run(killed, "start --mode failover");
    assert.equal(inputOf(killed)["operationId"], "failover-1");

    const alive = fakePlatform({
      primary: activeRegion("primary", 1),
      dr: { ...record, answers: machine("RUNNING") },
    });
    await assert.rejects(run(alive, "start --mode failover"), isRefused(/is RUNNING/));
  });

  for (const [state, execution, code] of [
    ["SUCCEEDED", "SUCCEEDED", 0],
    ["ABORTED", "SUCCEEDED", 2],
    ["CANCELLED", "SUCCEEDED", 2],
    ["FAILED", "FAILED", 3],
    // The orchestrator was killed: its record does not know.
    ["RUNNING", "ABORTED", 3],
  ] as const) {
    it(`is followed to its end: ${state}, execution ${execution}, exit code ${code}`, async () => {
      // Prepare
      const dr: FakeRegion = { ...standbyRegion(1) };
      const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
      dr.answers = {
        ...machine(execution),
        StartExecution: (input) => {
          const { operationId } = JSON.parse(String(input["input"])) as { operationId: string };
          const timeline = [
            { step: "lock", at: "2026-11-24T09:05:00.000Z" },
            { step: "confirm", at: "2026-11-24T09:05:01.000Z" },
          ];
          Object.assign(
            dr.records!,
            withOperation(dr, { operationId, state, timeline, reason: "because", taskToken: "secret" })
              .records,
          );
          return { executionArn: "arn:execution-new" };
        },
      };

      // Act
      const result = await run(platform, "start --mode failover --wait");

      // Assess
      assert.equal(result.code, code);
      assert.deepEqual(
        result.said.filter((line) => line.startsWith("  2026")),
        ["  2026-11-24T09:05:00.000Z  lock", "  2026-11-24T09:05:01.000Z  confirm"],
      );
      assert.match(result.texts.join(), /because/);
      assert.doesNotMatch(JSON.stringify(result.shown), /secret/);
    });
  }
});

describe("bringing the platform back to primary", () => {
  const ready = (checks = [{ name: "lag", ok: true, detail: "1 s" }]) => ({
    Invoke: () => ({
      Payload: Buffer.from(JSON.stringify({ ready: checks.every(({ ok }) => ok), checks })),
    }),
  });

  it("is a switchover at primary, once its readiness is green", async () => {
    const primary = { ...standbyRegion(2), answers: { ...machine(), ...ready() } };
    const platform = fakePlatform({ primary, dr: activeRegion("dr", 2) });
    assert.equal((await run(platform, "failback")).code, 0);
    const invoked = platform.calls.find(({ command }) => command === "Invoke");
    assert.equal(invoked?.input["FunctionName"], "function-readiness-apse1-test");
    assert.equal(inputOf(platform)["mode"], "switchover");
    assert.equal(platform.calls.find(({ command }) => command === "StartExecution")?.place, "primary");
  });

  it("is refused with the checks that are red", async () => {
    const checks = [
      { name: "lag", ok: false, detail: "Aurora is 90 s behind" },
      { name: "roles", ok: true, detail: "" },
    ];
    const primary = { ...standbyRegion(2), answers: { ...machine(), ...ready(checks) } };
    await assert.rejects(
      run(fakePlatform({ primary, dr: activeRegion("dr", 2) }), "failback"),
      isRefused(/lag: Aurora is 90 s behind/, /#readiness/),
    );
  });

  it("is refused while primary does not know that it was replaced", async () => {
    const primary = { ...standbyRegion(1), answers: { ...machine(), ...ready() } };
    await assert.rejects(
      run(fakePlatform({ primary, dr: activeRegion("dr", 2) }), "failback"),
      isRefused(/epoch 1, .* in 2/),
    );
  });

  it("is refused when primary is active", async () => {
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr: standbyRegion(1) });
    await assert.rejects(run(platform, "failback"), isRefused(/active already/));
  });
});

describe("steering an operation", () => {
  const waiting = { state: "AWAITING_APPROVAL", step: "approval", taskToken: "token-1" };

  it("approves with the token of the record", async () => {
    const answers = { SendTaskSuccess: () => ({}) };
    const dr = { ...withOperation(standbyRegion(1), waiting), answers };
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
    assert.equal((await run(platform, "approve")).code, 0);
    const sent = platform.calls.find(({ command }) => command === "SendTaskSuccess");
    assert.deepEqual(sent?.input, { taskToken: "token-1", output: '{"approved":true}' });
  });

  it("rejects with the error that the state machine knows, and the reason", async () => {
    const answers = { SendTaskFailure: () => ({}) };
    const dr = { ...withOperation(standbyRegion(1), waiting), answers };
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
    await run(platform, "reject --reason maintenance");
    const sent = platform.calls.find(({ command }) => command === "SendTaskFailure");
    assert.deepEqual(sent?.input, { taskToken: "token-1", error: "Rejected", cause: "maintenance" });
  });

  it("is refused when nobody asks, or nobody asks any more", async () => {
    const idle = fakePlatform({ primary: activeRegion("primary", 1), dr: standbyRegion(1) });
    await assert.rejects(run(idle, "approve"), isRefused(/No operation is under way/));

    const running = fakePlatform({
      primary: activeRegion("primary", 1),
      dr: withOperation(standbyRegion(1), {}),
    });
    await assert.rejects(run(running, "reject"), isRefused(/is RUNNING: it does not wait/));

    const answers = {
      SendTaskSuccess: () => {
        throw sdkError("TaskTimedOut");
      },
    };
    const late = { ...withOperation(standbyRegion(1), waiting), answers };
    await assert.rejects(
      run(fakePlatform({ primary: activeRegion("primary", 1), dr: late }), "approve"),
      isRefused(/no longer waits/),
    );
  });

  it("asks to pause by the record, on the condition that it is still this operation's", async () => {
    const dr = withOperation(standbyRegion(1), {});
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
    await run(platform, "pause");
    const { input, place } = platform.calls.find(({ command }) => command === "Update")!;
    assert.equal(place, "dr");
    assert.equal(input["TableName"], "table-region-apse2-test");
    assert.match(String(input["ConditionExpression"]), /#operationId = :operationId AND #state IN/);
    const values = input["ExpressionAttributeValues"] as Record<string, unknown>;
    assert.equal(values[":request"], "pause");
    assert.equal(values[":operationId"], "failover-1");
  });

  it("is refused when the operation has ended meanwhile", async () => {
    const answers = {
      Update: () => {
        throw sdkError("ConditionalCheckFailedException");
      },
    };
    const dr = { ...withOperation(standbyRegion(1), {}), answers };
    const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
    await assert.rejects(run(platform, "cancel"), isRefused(/has ended meanwhile/));
  });

  for (const step of ["promote", "writes", "replay", "report"]) {
    it(`cannot cancel at step ${step}: the database may have been touched`, async () => {
      const dr = withOperation(standbyRegion(1), { step });
      const platform = fakePlatform({ primary: activeRegion("primary", 1), dr });
      await assert.rejects(run(platform, "cancel"), isRefused(/no way back/, /#step-promote/));
      await assert.rejects(run(platform, "pause"), isRefused(/no way back/));
    });
  }

  it("resumes only what is paused", async () => {
    const platform = fakePlatform({
      primary: activeRegion("primary", 1),
      dr: withOperation(standbyRegion(1), {}),
    });
    await assert.rejects(run(platform, "resume"), isRefused(/not paused/));
    const paused = fakePlatform({
      primary: activeRegion("primary", 1),
      dr: withOperation(standbyRegion(1), { state: "PAUSED" }),
    });
    assert.equal((await run(paused, "resume")).code, 0);
  });
});
