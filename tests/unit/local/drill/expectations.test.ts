import assert from "node:assert/strict";
import { check } from "../../../../local/drill/checker";
import type { Change, Facts } from "../../../../local/drill/facts";
import {
  DEFAULT_SETTINGS,
  type Expectation,
  type OperatorAction,
  type Outcome,
} from "../../../../local/drill/Scenario";
import { SCENARIOS } from "../../../../local/drill/scenarios";
import * as expectations from "../../../../local/drill/scenarios/expectations";
import { accepted, charge, database, goodFacts, idOf, second, stored } from "./support";

function outcome(facts: Facts, operatorActions: readonly OperatorAction[] = []): Outcome {
  return { facts, findings: check(facts), settings: DEFAULT_SETTINGS, operatorActions };
}

/** What does not hold, by its text. */
function shortfalls(all: readonly Expectation[], facts: Facts): string[] {
  return all.filter((each) => each.shortfall(outcome(facts)) !== undefined).map(({ text }) => text);
}

const GOOD = (() => {
  const facts = goodFacts();
  // Enough payments to judge by.
  const early = Array.from({ length: 8 }, (_, index) => index + 200);
  return {
    ...facts,
    attempts: [...facts.attempts, ...early.map((index) => accepted(index, 1))],
    databases: {
      dr: database("dr", [...facts.databases.dr!.payments, ...early.map((index) => stored(index, 1))]),
    },
  };
})();
const observed = (change: Partial<Facts["observations"]>): Facts => ({
  ...GOOD,
  observations: { ...GOOD.observations, ...change },
});
const seen = (...values: string[]): Change<string>[] =>
  values.map((value, index) => ({ at: second(20 + index), value }));

describe("what is expected of every drill", () => {
  it("holds after a failover that went well", () => {
    assert.deepEqual(shortfalls(expectations.SAFE, GOOD), []);
  });

  const wrong: readonly (readonly [string, Facts])[] = [
    ["payments were made", { ...GOOD, attempts: [] }],
    [
      "no payment was made twice",
      { ...GOOD, attempts: [...GOOD.attempts, accepted(1, 60, { paymentId: "pay_other", epoch: 2 })] },
    ],
    [
      "no card was charged twice",
      { ...GOOD, psp: [...GOOD.psp, charge(1, 50, { authorization: "psp_other" })] },
    ],
    [
      "no Region wrote after another had taken over",
      { ...GOOD, attempts: [...GOOD.attempts, accepted(90, 60)] },
    ],
    [
      "no payment was altered",
      { ...GOOD, wanted: GOOD.wanted.map((each) => ({ ...each, amount: 1 })), psp: [] },
    ],
    ["the ledger balances", { ...GOOD, databases: { dr: { ...GOOD.databases.dr, ledgerDifference: 1 } } }],
    [
      "every surviving payment came to its end",
      {
        ...GOOD,
        databases: {
          dr: {
            ...GOOD.databases.dr,
            payments: GOOD.databases.dr.payments.map((each) => ({ ...each, status: "accepted" })),
          },
        },
      },
    ],
    ["nothing led back without an operator", observed({ dns: seen("dr", "primary") })],
  ];
  for (const [text, facts] of wrong) {
    it(`fails when not: ${text}`, () => {
      assert.deepEqual(shortfalls(expectations.SAFE, facts), [text]);
    });
  }
});

describe("what is expected of a failover", () => {
  const all = expectations.takesOver("dr");

  it("holds when one took place within the bound", () => {
    assert.deepEqual(shortfalls(all, GOOD), []);
  });

  it("fails without a take-over, with another one, and with two", () => {
    const [only] = all;
    const [first] = GOOD.activations;
    for (const activations of [
      [],
      [{ ...first!, place: "primary" as const }],
      [first!, { ...first!, epoch: 4 }],
    ]) {
      assert.ok(only!.shortfall(outcome({ ...GOOD, activations })));
    }
    assert.ok(only!.shortfall(outcome({ ...GOOD, survivor: undefined })));
  });

  it("fails when the service was back too late, or never", () => {
    const late = { ...GOOD, outageAt: second(-60) };
    assert.deepEqual(shortfalls(all, late), ["the service was back within 900 s"]);
    assert.match(all[1]!.shortfall(outcome(late))!, /after 1100 s/);
    assert.equal(all[1]!.shortfall(outcome({ ...GOOD, attempts: [] })), "it never was");
  });

  it("fails when the operation came to another end", () => {
    const operations = GOOD.operations.map((each) => ({ ...each, state: "FAILED", reason: "no writer" }));
    assert.equal(all[2]!.shortfall(outcome({ ...GOOD, operations })), "FAILED: no writer");
    assert.equal(all[2]!.shortfall(outcome({ ...GOOD, operations: [] })), "there was none");
    // What the other Region tried meanwhile does not matter.
    const other = { ...GOOD.operations[0]!, place: "primary" as const, state: "ABORTED" };
    assert.equal(all[2]!.shortfall(outcome({ ...GOOD, operations: [...GOOD.operations, other] })), undefined);
  });
});

describe("what is expected of losses", () => {
  it("holds when they are in flight and told of", () => {
    assert.deepEqual(shortfalls(expectations.LOSS_WITHIN_LAG, GOOD), []);
  });

  it("fails when one is older than the lag, or not told of", () => {
    const older = GOOD.attempts.map((each) =>
      each.paymentId === idOf(3) ? { ...each, endedAt: second(9) } : each,
    );
    assert.equal(shortfalls(expectations.LOSS_WITHIN_LAG, { ...GOOD, attempts: older }).length, 1);
    const untold = { ...GOOD, productReports: [] };
    assert.deepEqual(shortfalls(expectations.LOSS_WITHIN_LAG, untold), []);
    const charged = { ...untold, psp: [...GOOD.psp, charge(3, 9.9)] };
    assert.deepEqual(shortfalls(expectations.LOSS_WITHIN_LAG, charged), [
      "every loss of which anything outside the lost Region tells is listed by the product's report",
    ]);
    assert.ok(expectations.NO_LOSS.shortfall(outcome(GOOD)));
  });
});

describe("what is expected where nothing may move", () => {
  const quiet: Facts = {
    ...GOOD,
    survivor: "primary",
    activations: [],
    operations: [{ ...GOOD.operations[0]!, state: "ABORTED", reason: "the peer serves" }],
    observations: {
      ...GOOD.observations,
      dns: seen("primary"),
      roles: { primary: seen("ACTIVE 1"), dr: [] },
    },
  };

  it("holds when nothing did", () => {
    assert.deepEqual(shortfalls(expectations.NO_FAILOVER, quiet), []);
    assert.equal(expectations.abortedBecause(/serves/).shortfall(outcome(quiet)), undefined);
    assert.equal(expectations.endsAs("primary", "ACTIVE").shortfall(outcome(quiet)), undefined);
    assert.equal(expectations.hadRole("primary", "ACTIVE").shortfall(outcome(quiet)), undefined);
  });

  it("fails when a Region took over, or DNS led elsewhere", () => {
    assert.equal(shortfalls(expectations.NO_FAILOVER, GOOD).length, 2);
    const dns = (...values: string[]) =>
      shortfalls(expectations.NO_FAILOVER, {
        ...quiet,
        observations: { ...quiet.observations, dns: seen(...values) },
      });
    assert.deepEqual(dns("primary", "unknown", "primary"), []);
    assert.equal(dns("primary", "none", "primary").length, 1);
  });

  it("fails when no operation says why", () => {
    assert.match(expectations.abortedBecause(/serves/).shortfall(outcome(GOOD))!, /SUCCEEDED/);
    assert.match(expectations.abortedBecause(/lease/).shortfall(outcome(quiet))!, /the peer serves/);
  });

  it("fails when a role is another one", () => {
    assert.equal(expectations.endsAs("primary", "FENCED").shortfall(outcome(quiet)), "it is ACTIVE 1");
    assert.equal(expectations.hadRole("dr", "ACTIVE").shortfall(outcome(quiet)), "it was never seen");
  });

  it("fails when payments paused", () => {
    assert.equal(expectations.pausesAtMost(400).shortfall(outcome(GOOD)), undefined);
    assert.match(expectations.pausesAtMost(60).shortfall(outcome(GOOD))!, /they did for 312 s/);
  });

  it("fails when no alarm was red, or only before the fault", () => {
    const expected = expectations.alarmed("dr", /readiness/);
    const red = (at: number, value: string) =>
      observed({ redAlarms: { primary: [], dr: [{ at: second(at), value }] } });
    assert.equal(expected.shortfall(outcome(red(20, "alarm-lease-x,alarm-readiness-x"))), undefined);
    assert.ok(expected.shortfall(outcome(red(20, "alarm-lease-x"))));
    assert.ok(expected.shortfall(outcome(red(5, "alarm-readiness-x"))));
  });

  it("fails when one database has what the other has not, or does not answer", () => {
    const { dr } = GOOD.databases;
    const same = { ...GOOD, databases: { dr, primary: { ...dr, place: "primary" as const } } };
    assert.equal(expectations.CAUGHT_UP.shortfall(outcome(same)), undefined);
    assert.match(expectations.CAUGHT_UP.shortfall(outcome(GOOD))!, /does not answer/);
    const less = { ...GOOD, databases: { dr, primary: database("primary", dr.payments.slice(1)) } };
    assert.match(expectations.CAUGHT_UP.shortfall(outcome(less))!, /1 payments in one database only/);
  });
});

describe("the scenarios", () => {
  it("are those that were agreed, each once, and each judged for safety", () => {
    const agreed = [
      ...["region-loss", "database-loss", "api-loss", "lambda-errors", "slow-primary", "false-alarm"],
      ...["dr-unhealthy", "partition", "isolated-primary", "dr-api-down-while-active", "double-failure"],
      ...["psp-down", "psp-timeouts", "flapping", "crash-mid-failover", "replay", "switchover", "failback"],
      ...["loss-during-failback", "standby-broken"],
    ];
    assert.deepEqual(SCENARIOS.map(({ name }) => name).sort(), agreed.sort());
    for (const { name, expectations: all } of SCENARIOS) {
      for (const each of expectations.SAFE) assert.ok(all.includes(each), `${name}: ${each.text}`);
      assert.equal(new Set(all.map(({ text }) => text)).size, all.length, `${name} expects something twice`);
    }
  });
});
