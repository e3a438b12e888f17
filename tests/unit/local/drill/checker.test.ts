import assert from "node:assert/strict";
import { check } from "../../../../local/drill/checker";
import type { Change, Facts } from "../../../../local/drill/facts";
import { accepted, charge, database, goodFacts, idOf, refused, second, session, stored } from "./support";

const dr = (facts: Facts) => facts.databases.dr!;
const changes = (...pairs: [number, string][]): Change<string>[] =>
  pairs.map(([seconds, value]) => ({ at: second(seconds), value }));

describe("the checker of a drill", () => {
  it("finds in a failover that went well what was lost, and nothing else", () => {
    const found = check(goodFacts());
    assert.equal(found.acknowledged, 15);
    assert.equal(found.surviving, 14);
    assert.deepEqual(found.lost, [
      {
        paymentId: idOf(3),
        merchantId: "mer_one",
        acknowledgedAt: second(9.8),
        charged: false,
        traceable: false,
        listed: true,
      },
    ]);
    assert.equal(found.recoveryPointMs, 200);
    assert.equal(found.detectedAt, second(22));
    assert.deepEqual(found.replayed, [idOf(2)]);
    assert.deepEqual(found.duplicates, []);
    assert.deepEqual(found.doubleCharges, []);
    assert.deepEqual(found.splitBrainWrites, []);
    assert.deepEqual(found.chargedWithoutPayment, []);
    assert.deepEqual(found.unsettled, []);
    assert.deepEqual(found.altered, []);
    assert.equal(found.failbackWithoutOperator, false);
  });

  describe("lost payments", () => {
    it("are all of them when no Region is active at the end", () => {
      assert.equal(check(goodFacts({ survivor: undefined })).surviving, 0);
    });

    it("say when the card was charged, and when no report lists them", () => {
      const facts = goodFacts({ productReports: [] });
      const found = check({ ...facts, psp: [...facts.psp, charge(3, 9.9)] });
      assert.deepEqual([found.lost[0]!.charged, found.lost[0]!.listed], [true, false]);
      assert.deepEqual(found.chargedWithoutPayment, [idOf(3)]);
    });

    it("are traceable by the PSP's books and by the survivor's tables", () => {
      const facts = goodFacts();
      const traceable = (change: Partial<Facts>) => check({ ...facts, ...change }).lost[0]!.traceable;
      assert.equal(traceable({ psp: [charge(3, 9.9, { status: "declined" })] }), true);
      assert.equal(traceable({ tables: { dr: { sessions: [session(3, 9)], results: [] } } }), true);
      assert.equal(traceable({ tables: { primary: { sessions: [session(3, 9)], results: [] } } }), false);
    });

    it("count from the oldest one's first acknowledgement", () => {
      const facts = goodFacts({ databases: { dr: database("dr", []) } });
      assert.equal(check(facts).recoveryPointMs, 9_000);
    });

    it("give no negative recovery point when they were acknowledged after the fault", () => {
      const facts = goodFacts({ attempts: [accepted(3, 12)] });
      assert.equal(check(facts).recoveryPointMs, 0);
    });
  });

  describe("duplicates", () => {
    it("are two ids acknowledged for one key", () => {
      const facts = goodFacts();
      const again = accepted(1, 50, { paymentId: "pay_other", epoch: 2 });
      const found = check({ ...facts, attempts: [...facts.attempts, again] });
      assert.deepEqual(found.duplicates, [
        { merchantId: "mer_one", idempotencyKey: "key-001", paymentIds: [idOf(1), "pay_other"] },
      ]);
    });

    it("are two ids stored for one key, also in different databases", () => {
      const facts = goodFacts();
      const other = database("primary", [stored(2, 2, { paymentId: "pay_other" })]);
      assert.equal(check({ ...facts, earlierDatabases: [other] }).duplicates.length, 1);
    });
  });

  describe("double charges", () => {
    const withBooks = (...more: ReturnType<typeof charge>[]) => {
      const facts = goodFacts();
      return check({ ...facts, psp: [...facts.psp, ...more] }).doubleCharges;
    };

    it("are two authorisations that took effect for one payment", () => {
      const second = charge(1, 50, { idempotencyKey: "other", authorization: "psp_other" });
      assert.deepEqual(withBooks(second), [
        { paymentId: idOf(1), authorizations: 2, taken: 2002, wanted: 1001 },
      ]);
    });

    it("are more money than was wanted", () => {
      const capture = charge(1, 50, { kind: "capture", captured: false, amount: 1 });
      assert.deepEqual(withBooks(capture), [
        { paymentId: idOf(1), authorizations: 1, taken: 1002, wanted: 1001 },
      ]);
    });

    it("are not a settlement of a pending authorisation, a decline, or a refund", () => {
      const pending = charge(9_001, 50, { status: "pending" });
      const settled = { ...pending, kind: "settlement" as const, status: "succeeded" as const };
      const declined = charge(1, 51, { status: "declined", authorization: "psp_declined" });
      const refund = charge(1, 52, { kind: "refund", captured: false });
      assert.deepEqual(withBooks(pending, settled, declined, refund), []);
    });
  });

  it("finds payments that came to no end", () => {
    const facts = goodFacts();
    const open = stored(20, 60, { status: "processing" });
    const databases = { dr: database("dr", [...dr(facts).payments, open]) };
    assert.deepEqual(check({ ...facts, databases }).unsettled, [idOf(20)]);
  });

  it("finds payments that were altered", () => {
    const facts = goodFacts();
    const payments = dr(facts).payments.map((each) =>
      each.paymentId === idOf(1) ? { ...each, amount: 1 } : each,
    );
    assert.deepEqual(check({ ...facts, databases: { dr: database("dr", payments) } }).altered, [idOf(1)]);
  });

  it("finds payments that only one database has, and an unbalanced ledger", () => {
    const facts = goodFacts();
    const primary = database("primary", dr(facts).payments.slice(1), { ledgerDifference: 7 });
    const found = check({ ...facts, databases: { dr: dr(facts), primary } });
    assert.deepEqual(found.databaseDifferences, [idOf(1)]);
    assert.equal(found.ledgerDifference, 7);
  });

  describe("split-brain writes", () => {
    const withAttempt = (attempt: ReturnType<typeof accepted>) => {
      const facts = goodFacts();
      return check({ ...facts, attempts: [...facts.attempts, attempt] }).splitBrainWrites;
    };

    it("are acceptances in an epoch after a higher one was taken", () => {
      const [write] = withAttempt(accepted(30, 41, { epoch: 1 }));
      assert.deepEqual([write?.subject, write?.epoch], [idOf(30), 1]);
      assert.equal(write?.activation.epoch, 2);
    });

    it("are not acceptances whose answer came late", () => {
      assert.deepEqual(withAttempt(accepted(30, 41, { epoch: 1, startedAt: second(39) })), []);
    });

    it("are not answers that repeat an earlier one", () => {
      assert.deepEqual(withAttempt(accepted(1, 50, { epoch: 1, replayed: true, number: 2 })), []);
    });

    it("are sessions that no client knows of", () => {
      const facts = goodFacts();
      const tables = { primary: { sessions: [session(31, 45, 1)], results: [] } };
      assert.deepEqual(
        check({ ...facts, tables }).splitBrainWrites.map(({ subject }) => subject),
        [idOf(31)],
      );
    });

    it("are rows of the old writer's database", () => {
      const facts = goodFacts();
      const old = database("primary", [stored(32, 45)], { isWriter: true });
      assert.equal(check({ ...facts, earlierDatabases: [old] }).splitBrainWrites.length, 1);
    });

    it("are not rows that were re-driven from an older session", () => {
      const facts = goodFacts();
      const payments = [...dr(facts).payments, stored(33, 45)];
      const tables = { dr: { sessions: [session(33, 9)], results: [] } };
      const found = check({ ...facts, databases: { dr: database("dr", payments) }, tables });
      assert.deepEqual(found.splitBrainWrites, []);
    });

    it("are any change in the old writer's database after the take-over", () => {
      const facts = goodFacts();
      const old = database("primary", [], { isWriter: true, at: second(90), lastChangeAt: second(41) });
      const [write] = check({ ...facts, earlierDatabases: [old] }).splitBrainWrites;
      assert.equal(write?.subject, "database of primary");
      const standby = { ...old, isWriter: false };
      assert.deepEqual(check({ ...facts, earlierDatabases: [standby] }).splitBrainWrites, []);
    });
  });

  describe("failback without an operator", () => {
    const found = (change: Partial<Facts>) => check(goodFacts(change)).failbackWithoutOperator;
    const good = goodFacts();

    it("is an activation of the other place", () => {
      const activations = [...good.activations, { place: "primary" as const, epoch: 3, at: second(70) }];
      assert.equal(found({ activations }), true);
      assert.equal(found({ activations, failbackAskedAt: second(60) }), false);
    });

    it("is an answer of DNS or of the witness that had already moved", () => {
      for (const name of ["dns", "witness"] as const) {
        const observations = {
          ...good.observations,
          [name]: changes([0, "primary"], [19, "dr"], [70, "primary"]),
        };
        assert.equal(found({ observations }), true);
        assert.equal(found({ observations, failbackAskedAt: second(60) }), false);
      }
    });

    it("cannot be before the fault, or before anything has moved", () => {
      const startUp = changes([0, "dr"], [4, "primary"], [19, "dr"]);
      assert.equal(found({ observations: { ...good.observations, dns: startUp } }), false);
      const observations = {
        ...good.observations,
        dns: changes([0, "primary"], [5, "none"], [8, "primary"]),
      };
      assert.equal(found({ observations, activations: [] }), false);
      assert.equal(found({ observations }), false);
    });
  });

  describe("recovery", () => {
    const good = goodFacts();

    it("is the tenth consecutive write of the newly active Region", () => {
      assert.equal(check(good).recoveredAt, second(50));
    });

    it("begins anew after a write that failed", () => {
      const attempts = [...good.attempts, refused(40, 42.5)];
      assert.equal(check({ ...good, attempts }).recoveredAt, second(52));
    });

    it("waits for the service alarm of the newly active Region", () => {
      const withAlarm = (...pairs: [number, string][]) => ({
        ...good.observations,
        serviceAlarms: { primary: changes([0, "OK"]), dr: changes(...pairs) },
      });
      const at = (observations: Facts["observations"]) => check({ ...good, observations }).recoveredAt;
      assert.equal(at(withAlarm([0, "OK"], [45, "ALARM"], [50.5, "OK"])), second(51));
      assert.equal(at(withAlarm([0, "ALARM"])), undefined);
      assert.equal(at(withAlarm()), undefined);
    });

    it("does not count writes of the old Region, nor those that began before the fault", () => {
      const old = Array.from({ length: 12 }, (_, index) => accepted(50 + index, 40 + index, { epoch: 1 }));
      assert.equal(check({ ...good, attempts: old }).recoveredAt, undefined);
      const early = old.map((each) => ({ ...each, epoch: 2, startedAt: second(5) }));
      assert.equal(check({ ...good, attempts: early }).recoveredAt, undefined);
    });

    it("is not there when no Region took over, or without a fault", () => {
      assert.equal(check({ ...good, activations: [] }).recoveredAt, undefined);
      const { recoveredAt, detectedAt } = check({ ...good, outageAt: undefined });
      assert.deepEqual([recoveredAt, detectedAt], [undefined, undefined]);
    });
  });

  it("notices by the operation's start when no alarm was seen", () => {
    const good = goodFacts();
    const observations = { ...good.observations, peerAlarms: { primary: [], dr: changes([0, "ALARM"]) } };
    assert.equal(check({ ...good, observations }).detectedAt, second(22.5));
    assert.equal(check({ ...good, observations, operations: [] }).detectedAt, undefined);
  });

  it("measures the longest pause between writes since the fault", () => {
    const good = goodFacts();
    assert.deepEqual(check(good).writePause, { from: second(9.8), milliseconds: 31_200 });
    const attempts = [accepted(1, 1), accepted(2, 9), accepted(3, 11), accepted(4, 14)];
    assert.deepEqual(check({ ...good, attempts }).writePause, { from: second(11), milliseconds: 3_000 });
    assert.equal(check({ ...good, attempts: [accepted(1, 1)] }).writePause, undefined);
  });
});
