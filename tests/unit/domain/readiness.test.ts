import assert from "node:assert/strict";
import {
  evaluateReadiness,
  type Fact,
  type ReadinessFacts,
} from "../../../functions/domain/failover/readiness";

const NOW = new Date("2026-11-24T09:00:00.000Z");
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const known = <T>(value: T): Fact<T> => ({ known: true, value });
const unknown: Fact<never> = { known: false, reason: "AccessDenied: no" };
const available = { status: "available", version: "17.7" };
const DATABASE = {
  globalStatus: "available",
  isChanging: false,
  writer: "primary",
  clusters: { own: available, peer: available },
  isConnected: true,
  instances: [
    { id: "a", status: "available", zone: "ap-southeast-2a" },
    { id: "b", status: "available", zone: "ap-southeast-2b" },
  ],
} as const;
const STACK = {
  name: "functions",
  ownStatus: "UPDATE_COMPLETE",
  peerStatus: "CREATE_COMPLETE",
  isSame: true,
};

/** A standby in dr that could take over. */
const READY: ReadinessFacts = {
  place: "dr",
  now: NOW,
  role: known({ role: "STANDBY", epoch: 3 }),
  peer: known({ role: "ACTIVE", epoch: 3 }),
  witness: known("primary"),
  activation: known({ activePlace: "primary", epoch: 3 }),
  database: known(DATABASE),
  replicationLagMilliseconds: known(120),
  tables: known([{ name: "table-sessions-local" }]),
  queue: known("closed"),
  consumers: known([
    { name: "processor", states: ["Disabled"] },
    { name: "payment-events", states: ["Disabled"] },
  ]),
  outboxRelayEnabled: known(false),
  code: known([{ name: "intake", own: "hash", peer: "hash" }]),
  stacks: known([STACK]),
  drift: known({ checkedAt: NOW, findings: [] }),
  secrets: known([{ name: "secret-psp-local" }]),
  keys: known([{ name: "key/1" }]),
  certificate: known({ status: "ISSUED", notAfter: inDays(30) }),
  concurrency: known({ limit: 1000, unreserved: 100, peerLimit: 1000 }),
};

const failures = (change: Partial<ReadinessFacts> = {}): string[] =>
  evaluateReadiness({ ...READY, ...change })
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe("readiness", () => {
  it("is given by a standby that could take over", () => {
    assert.deepEqual(failures(), []);
  });

  it("is given by the active Region of a healthy pair, too", () => {
    assert.deepEqual(
      failures({
        place: "primary",
        role: known({ role: "ACTIVE", epoch: 3 }),
        peer: known({ role: "STANDBY", epoch: 3 }),
        queue: known("open"),
        consumers: known([{ name: "processor", states: ["Enabled"] }]),
        outboxRelayEnabled: known(true),
      }),
      [],
    );
    assert.deepEqual(failures({ activation: known(undefined) }), []);
  });

  it("is not given while the last drift detection found something, or is too long ago", () => {
    const found = (findings: readonly string[], days = 0) =>
      failures({ drift: known({ checkedAt: inDays(-days), findings }) });
    assert.deepEqual(found(["stack-tables-apse1-local: SessionsTable modified"]), ["drift"]);
    assert.deepEqual(found([], 3), []);
    assert.deepEqual(found([], 4), ["drift"]);
    assert.deepEqual(failures({ drift: known(undefined) }), []);
  });

  it("says of the active Region, too, when its relay stands still", () => {
    const role = known({ role: "ACTIVE" as const, epoch: 3 });
    const found = evaluateReadiness({ ...READY, place: "primary", role }).find(
      ({ name }) => name === "outbox-relay",
    );
    assert.deepEqual([found?.ok, found?.detail], [false, "disabled in the active Region"]);
  });

  it("has every check in every evaluation, under one name each", () => {
    const names = evaluateReadiness(READY).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.equal(names.length, 18);
    const nothing = Object.fromEntries(
      Object.keys(READY).map((key) => [key, key === "place" ? "dr" : key === "now" ? NOW : unknown]),
    ) as unknown as ReadinessFacts;
    assert.deepEqual(
      evaluateReadiness(nothing).map(({ name, ok, detail }) => [name, ok, detail]),
      names.map((name) => [name, false, "cannot be told: AccessDenied: no"]),
    );
  });

  const cases: readonly [string, Partial<ReadinessFacts>, readonly string[]][] = [
    ["a fenced Region", { role: known({ role: "FENCED", epoch: 3 }) }, ["role"]],
    ["a peer of another epoch", { peer: known({ role: "ACTIVE", epoch: 1 }) }, ["peer"]],
    ["a peer that cannot tell its epoch", { peer: known({ role: "ACTIVE", epoch: null }) }, ["peer"]],
    ["a role that nobody can read", { role: unknown }, ["role"]],
    ["a peer that is fenced", { peer: known({ role: "FENCED", epoch: 3 }) }, ["peer"]],
    ["a witness that names the standby", { witness: known("dr") }, ["witness"]],
    [
      "a control record of another epoch",
      { activation: known({ activePlace: "primary", epoch: 5 }) },
      ["activation"],
    ],
    [
      "a control record that names the standby",
      { activation: known({ activePlace: "dr", epoch: 3 }) },
      ["activation"],
    ],
    ["a promotion under way", { database: known({ ...DATABASE, isChanging: true }) }, ["database"]],
    ["a writer in the standby", { database: known({ ...DATABASE, writer: "dr" }) }, ["database"]],
    [
      "a global cluster that is being changed",
      { database: known({ ...DATABASE, globalStatus: "modifying" }) },
      ["database"],
    ],
    ["no writer at all", { database: known({ ...DATABASE, writer: undefined }) }, ["database"]],
    [
      "a cluster of the other Region that is not available",
      {
        database: known({
          ...DATABASE,
          clusters: { own: available, peer: { ...available, status: "upgrading" } },
        }),
      },
      ["database"],
    ],
    ["storage that does not follow", { database: known({ ...DATABASE, isConnected: false }) }, ["database"]],
    ["a headless cluster", { database: known({ ...DATABASE, instances: [] }) }, ["database"]],
    [
      "one instance",
      { database: known({ ...DATABASE, instances: DATABASE.instances.slice(1) }) },
      ["database"],
    ],
    [
      "instances in one zone",
      {
        database: known({
          ...DATABASE,
          instances: DATABASE.instances.map((each) => ({ ...each, zone: "a" })),
        }),
      },
      ["database"],
    ],
    [
      "an instance that is down",
      {
        database: known({
          ...DATABASE,
          instances: DATABASE.instances.map((each) => ({ ...each, status: "stopped" })),
        }),
      },
      ["database"],
    ],
    [
      "a cluster that is not available",
      {
        database: known({
          ...DATABASE,
          clusters: { own: { ...available, status: "upgrading" }, peer: available },
        }),
      },
      ["database"],
    ],
    [
      "another engine version",
      {
        database: known({
          ...DATABASE,
          clusters: { own: available, peer: { ...available, version: "17.8" } },
        }),
      },
      ["database-versions"],
    ],
    ["a lag at the limit", { replicationLagMilliseconds: known(30_000) }, []],
    ["a lag above the limit", { replicationLagMilliseconds: known(30_001) }, ["replication-lag"]],
    [
      "a table without its replica",
      { tables: known([{ name: "t", problem: "has no replica" }]) },
      ["tables"],
    ],
    ["an open queue in the standby", { queue: known("open") }, ["payment-queue"]],
    ["a queue with another policy", { queue: known("other") }, ["payment-queue"]],
    [
      "a consumer that is on",
      { consumers: known([{ name: "processor", states: ["Enabled"] }]) },
      ["consumers"],
    ],
    [
      "a consumer without event source",
      { consumers: known([{ name: "processor", states: [] }]) },
      ["consumers"],
    ],
    ["a relay that is on", { outboxRelayEnabled: known(true) }, ["outbox-relay"]],
    ["other code", { code: known([{ name: "intake", own: "a", peer: "b" }]) }, ["code-parity"]],
    ["a function that is nowhere", { code: known([{ name: "intake" }]) }, ["code-parity"]],
    ["no functions at all", { code: known([]) }, ["code-parity"]],
    ["no stacks at all", { stacks: known([]) }, ["template-parity"]],
    ["another template", { stacks: known([{ ...STACK, isSame: false }]) }, ["template-parity"]],
    [
      "a stack that was rolled back",
      { stacks: known([{ ...STACK, ownStatus: "UPDATE_ROLLBACK_COMPLETE" }]) },
      ["template-parity"],
    ],
    [
      "a stack that is being changed",
      { stacks: known([{ ...STACK, peerStatus: "UPDATE_IN_PROGRESS" }]) },
      ["template-parity"],
    ],
    [
      "a secret without value",
      { secrets: known([{ name: "s", problem: "has no current version" }]) },
      ["secrets"],
    ],
    ["no secrets", { secrets: known([]) }, ["secrets"]],
    ["a disabled key", { keys: known([{ name: "k", problem: "is Disabled" }]) }, ["keys"]],
    [
      "a certificate that ends in 29 days",
      { certificate: known({ status: "ISSUED", notAfter: inDays(29.9) }) },
      ["certificate"],
    ],
    [
      "a certificate that is not issued",
      { certificate: known({ status: "PENDING_VALIDATION", notAfter: inDays(90) }) },
      ["certificate"],
    ],
    [
      "a certificate without an end",
      { certificate: known({ status: "ISSUED", notAfter: undefined }) },
      ["certificate"],
    ],
    [
      "a lower quota",
      { concurrency: known({ limit: 500, unreserved: 200, peerLimit: 1000 }) },
      ["concurrency"],
    ],
    [
      "too little unreserved",
      { concurrency: known({ limit: 1000, unreserved: 99, peerLimit: 1000 }) },
      ["concurrency"],
    ],
  ];
  for (const [what, change, expected] of cases) {
    it(`${expected.length > 0 ? "is not given by" : "bears"} ${what}`, () => {
      assert.deepEqual(failures(change), expected);
    });
  }
});
