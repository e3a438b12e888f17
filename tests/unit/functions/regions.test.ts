import assert from "node:assert/strict";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { AWS_TIMINGS, type WitnessReading } from "../../../functions/domain/failover";
import { InvalidEnvironment, readEnvironment } from "../../../functions/shared/environment";
import { DynamoControl } from "../../../functions/shared/regions/controlRecord";
import { DynamoDrift, MAX_FINDINGS } from "../../../functions/shared/regions/driftRecord";
import { probeObservation, witnessObservation } from "../../../functions/shared/regions/observationRecords";
import { DynamoOperation, type OperationRecord } from "../../../functions/shared/regions/operationRecord";
import { RecordUnreadable } from "../../../functions/shared/regions/records";
import {
  ADMISSION_VARIABLES,
  AdmittedRegionState,
  RegionNotActive,
  regionRole,
  RememberedRegionRole,
} from "../../../functions/shared/regions/regionState";
import {
  DynamoRole,
  RegionStateUnreadable,
  type RegionState,
} from "../../../functions/shared/regions/roleRecord";

/** A document client that answers from a list, and keeps what it was sent. */
function fakeTable(...answers: (object | Error)[]): {
  client: DynamoDBDocumentClient;
  inputs: Record<string, unknown>[];
} {
  const inputs: Record<string, unknown>[] = [];
  const send = async (command: { input: Record<string, unknown> }) => {
    inputs.push(command.input);
    const answer = answers.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, inputs };
}

const conditionFailed = (): Error =>
  Object.assign(new Error("no"), { name: "ConditionalCheckFailedException" });

const AT = new Date("2026-11-24T09:00:00.000Z");
const item = {
  recordId: "role",
  role: "ACTIVE",
  epoch: 3,
  updatedAt: "2026-11-24T08:00:00.000Z",
  leaseRenewedAt: "2026-11-24T08:59:00.000Z",
};
const state: RegionState = {
  role: "ACTIVE",
  epoch: 3,
  updatedAt: new Date("2026-11-24T08:00:00.000Z"),
  leaseRenewedAt: new Date("2026-11-24T08:59:00.000Z"),
};

describe("the failover's variables", () => {
  it("have AWS's timings by default, and take fractions for drills", () => {
    const { WITNESS_TTL_SECONDS, LEASE_SECONDS } = readEnvironment(["WITNESS_TTL_SECONDS", "LEASE_SECONDS"], {
      WITNESS_TTL_SECONDS: "0.5",
    });
    assert.deepEqual([WITNESS_TTL_SECONDS, LEASE_SECONDS], [0.5, 120]);
  });

  it("name the witness, or admission does not start", () => {
    for (const name of [undefined, "", "witness", "witness .payments.test"]) {
      assert.throws(
        () => readEnvironment(ADMISSION_VARIABLES, { REGION_TABLE: "t", PLACE: "dr", WITNESS_NAME: name }),
        InvalidEnvironment,
      );
    }
  });
});

describe("the role record", () => {
  const place = (...answers: (object | Error)[]) => {
    const { client, inputs } = fakeTable(...answers);
    return { role: new DynamoRole({ client, table: "table-region" }), inputs };
  };

  it("is read strongly consistently, with its times", async () => {
    const { role, inputs } = place({ Item: item });

    assert.deepEqual(await role.read(), state);
    assert.equal(inputs[0]?.["ConsistentRead"], true);
  });

  for (const [name, answer] of [
    ["absent", {}],
    ["malformed", { Item: { ...item, role: "BOSS" } }],
    ["without an understandable time", { Item: { ...item, leaseRenewedAt: "yesterday" } }],
    ["out of reach", new Error("timeout")],
  ] as const) {
    it(`is unreadable when it is ${name}`, async () => {
      await assert.rejects(place(answer).role.read(), RegionStateUnreadable);
    });
  }

  it("is seeded only where there is none", async () => {
    const { role, inputs } = place({}, conditionFailed(), new Error("throttled"));

    assert.deepEqual([await role.seed(state), await role.seed(state)], [true, false]);
    assert.deepEqual(inputs[0]?.["Item"], item);
    assert.equal(inputs[0]?.["ConditionExpression"], "attribute_not_exists(recordId)");
    await assert.rejects(role.seed(state), /throttled/);
  });

  it("changes only if it is still the one that was read, and loses its lease with the role", async () => {
    const { role, inputs } = place({}, conditionFailed());
    const to = { role: "FENCED", epoch: 3, at: AT, operationId: "op-1" } as const;

    assert.deepEqual([await role.change(state, to), await role.change(state, to)], [true, false]);
    assert.equal(
      inputs[0]?.["UpdateExpression"],
      "SET #role = :role, #epoch = :epoch, #updatedAt = :updatedAt, #operationId = :operationId REMOVE leaseRenewedAt",
    );
    assert.equal(
      inputs[0]?.["ConditionExpression"],
      "#role = :fromRole AND #epoch = :fromEpoch AND #updatedAt = :fromUpdatedAt",
    );
    const values = inputs[0]?.["ExpressionAttributeValues"] as Record<string, unknown>;
    assert.deepEqual(
      [values[":role"], values[":updatedAt"], values[":fromRole"], values[":fromUpdatedAt"]],
      ["FENCED", "2026-11-24T09:00:00.000Z", "ACTIVE", "2026-11-24T08:00:00.000Z"],
    );
  });

  it("renews its lease forwards only, in the same role and epoch", async () => {
    const { role, inputs } = place({}, conditionFailed());

    assert.deepEqual([await role.renewLease(3, AT), await role.renewLease(3, AT)], [true, false]);
    assert.match(String(inputs[0]?.["ConditionExpression"]), /#role = :active AND #epoch = :epoch/);
    assert.match(String(inputs[0]?.["ConditionExpression"]), /#leaseRenewedAt < :leaseRenewedAt/);
    assert.ok(!String(inputs[0]?.["UpdateExpression"]).includes("updatedAt"));
  });

  it("notes the service alarm where there is a record", async () => {
    const { role, inputs } = place({});

    assert.equal(await role.noteServiceAlarm("ALARM"), true);
    assert.deepEqual(inputs[0]?.["ExpressionAttributeValues"], { ":serviceAlarm": "ALARM" });
  });
});

describe("admission in the Region's state", () => {
  const admission = (answer: object | Error, named: WitnessReading["named"] | undefined, at = AT) => {
    const clock = { now: () => at };
    const witness = {
      read: async () => named && { named, readAt: AT },
      ask: async () => undefined,
    };
    const role = new DynamoRole({ client: fakeTable(answer).client, table: "table-region" });
    return new AdmittedRegionState({ role, witness, clock, place: "primary", timings: AWS_TIMINGS });
  };

  it("lets the Region write by role, witness and lease", async () => {
    assert.equal((await admission({ Item: item }, "primary").requireActive()).epoch, 3);
  });

  for (const [name, answer, named, at] of [
    ["the record cannot be read", new Error("timeout"), "primary", AT],
    ["the role is another", { Item: { ...item, role: "FENCED" } }, "primary", AT],
    ["the witness names the peer", { Item: item }, "dr", AT],
    ["the witness cannot be read", { Item: item }, undefined, AT],
    ["the reading has grown old", { Item: item }, "primary", new Date("2026-11-24T09:00:16.000Z")],
    ["the lease is over", { Item: { ...item, leaseRenewedAt: "2026-11-24T08:57:59.000Z" } }, "primary", AT],
    ["there never was a lease", { Item: { ...item, leaseRenewedAt: undefined } }, "primary", AT],
  ] as const) {
    it(`does not when ${name}`, async () => {
      await assert.rejects(
        admission(answer, named, at).requireActive(),
        (error: Error) => error instanceof RegionNotActive && error.problem.status === 503,
      );
    });
  }

  it("lets payments be read without witness and lease, but not in another role", async () => {
    const lapsed = { Item: { ...item, leaseRenewedAt: undefined } };
    assert.equal((await admission(lapsed, undefined).requireServing()).epoch, 3);
    for (const answer of [{ Item: { ...item, role: "STANDBY" } }, {}]) {
      await assert.rejects(regionRole(fakeTable(answer).client, "t").requireServing(), RegionNotActive);
    }
  });

  describe("remembered for a second", () => {
    const clock = {
      milliseconds: AT.getTime(),
      now: () => new Date(clock.milliseconds),
    };

    it("is read again after a second, and when the clock was set back", async () => {
      const { client, inputs } = fakeTable({ Item: item }, { Item: item }, { Item: item });
      const role = new RememberedRegionRole(regionRole(client, "table"), clock);

      await Promise.all([role.requireServing(), role.requireServing()]);
      clock.milliseconds += 999;
      await role.requireServing();
      assert.equal(inputs.length, 1);

      clock.milliseconds += 1;
      await role.requireServing();
      assert.equal(inputs.length, 2);
      clock.milliseconds -= 5_000;
      await role.requireServing();
      assert.equal(inputs.length, 3);
    });

    it("does not remember a refusal", async () => {
      const { client } = fakeTable({ Item: { ...item, role: "STANDBY" } }, { Item: item }, { Item: item });
      const role = new RememberedRegionRole(regionRole(client, "table"), clock);

      await assert.rejects(role.requireServing(), RegionNotActive);
      assert.equal((await role.requireServing()).role, "ACTIVE");
      assert.equal((await role.read()).role, "ACTIVE");
    });
  });
});

describe("the other records", () => {
  const operation: OperationRecord = {
    ...{ operationId: "op-1", executionArn: "arn", mode: "failover", approval: "automatic" },
    ...{ trigger: "alarm", dryRun: false, state: "RUNNING", step: "lock", targetEpoch: 2, previousEpoch: 1 },
    ...{ startedAt: AT, updatedAt: AT, request: "none", timeline: [{ step: "lock", at: AT }] },
  };
  const storedOperation = {
    ...operation,
    ...{ recordId: "operation", startedAt: AT.toISOString(), updatedAt: AT.toISOString() },
    timeline: [{ step: "lock", at: AT.toISOString() }],
  };

  it("keep an operation as the lock of one at a time", async () => {
    const { client, inputs } = fakeTable({}, conditionFailed(), { Item: storedOperation }, {});
    const operations = new DynamoOperation({ client, table: "t" });

    assert.deepEqual([await operations.start(operation), await operations.start(operation)], [true, false]);
    assert.deepEqual(inputs[0]?.["Item"], storedOperation);
    const values = inputs[0]?.["ExpressionAttributeValues"] as Record<string, unknown>;
    assert.equal(values[":staleBefore"], "2026-11-24T08:30:00.000Z");
    assert.deepEqual(await operations.read(), operation);
    assert.equal(await operations.read(), undefined);
  });

  it("note an operation's step and time, and nothing on another operation's record", async () => {
    const { client, inputs } = fakeTable({}, conditionFailed());
    const operations = new DynamoOperation({ client, table: "t" });

    assert.equal(await operations.update("op-1", { state: "PAUSED", step: "wait" }, AT, "wait"), true);
    assert.equal(await operations.update("op-2", { request: "pause" }, AT), false);
    assert.equal(
      inputs[0]?.["UpdateExpression"],
      "SET #state = :state, #step = :step, #updatedAt = :updatedAt, #timeline = list_append(#timeline, :timeline)",
    );
    assert.equal(inputs[1]?.["UpdateExpression"], "SET #request = :request, #updatedAt = :updatedAt");
    assert.equal(inputs[1]?.["ConditionExpression"], "#operationId = :ownOperationId");
  });

  it("say when they cannot be read", async () => {
    for (const answer of [new Error("timeout"), { Item: { recordId: "x", epoch: "two" } }]) {
      const place = { client: fakeTable(answer, answer).client, table: "t" };
      await assert.rejects(new DynamoOperation(place).read(), RecordUnreadable);
      await assert.rejects(new DynamoControl(place).read(), RecordUnreadable);
    }
    await assert.rejects(
      probeObservation({ client: fakeTable(new Error("x")).client, table: "t" }).read(),
      RecordUnreadable,
    );
  });

  it("let the highest epoch win in the control record", async () => {
    const activation = { activePlace: "dr", epoch: 2, activatedAt: AT, operationId: "op-1" } as const;
    const stored = { ...activation, recordId: "activation", activatedAt: AT.toISOString() };
    const { client, inputs } = fakeTable({}, conditionFailed(), { Item: stored }, {});
    const control = new DynamoControl({ client, table: "t" });

    assert.deepEqual([await control.activate(activation), await control.activate(activation)], [true, false]);
    assert.equal(inputs[0]?.["ConditionExpression"], "attribute_not_exists(recordId) OR #epoch <= :epoch");
    assert.deepEqual([await control.read(), await control.read()], [activation, undefined]);
  });

  it("keep what drift detection found, as many findings as a record should have", async () => {
    const stored = { recordId: "drift", checkedAt: AT.toISOString(), findings: ["a"] };
    const { client, inputs } = fakeTable({}, { Item: stored }, {}, { Item: { ...stored, findings: "a" } });
    const drift = new DynamoDrift({ client, table: "t" });

    await drift.write({ checkedAt: AT, findings: Array.from({ length: MAX_FINDINGS + 1 }, () => "a") });

    assert.equal((inputs[0]?.["Item"] as typeof stored).findings.length, MAX_FINDINGS);
    assert.deepEqual(await drift.read(), { checkedAt: AT, findings: ["a"] });
    assert.equal(await drift.read(), undefined);
    await assert.rejects(drift.read(), RecordUnreadable);
  });

  it("keep observations, and forget one that cannot be understood", async () => {
    const seen = { named: "dr", since: AT, readAt: AT } as const;
    const stored = { recordId: "witness", named: "dr", since: AT.toISOString(), readAt: AT.toISOString() };
    const { client, inputs } = fakeTable({}, { Item: stored }, { Item: { ...stored, named: "moon" } });
    const observation = witnessObservation({ client, table: "t" });

    await observation.write(seen);

    assert.deepEqual(inputs[0]?.["Item"], stored);
    assert.deepEqual([await observation.read(), await observation.read()], [seen, undefined]);
  });
});
