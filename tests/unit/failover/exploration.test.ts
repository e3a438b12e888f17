import assert from "node:assert/strict";
import fc from "fast-check";
import { histories, type History } from "./history";
import { MUTANTS } from "./mutants";
import { RULES, type Rules } from "./rules";
import { Simulation } from "./Simulation";

/** `EXPLORATION_SEED` and `EXPLORATION_RUNS` repeat a run, or explore for longer. */
const SEED = Number(process.env["EXPLORATION_SEED"] ?? 20_261_124);
const RUNS = Number(process.env["EXPLORATION_RUNS"] ?? 3_000);
/** Milliseconds, on a machine that does much else. */
const TIMEOUT = 120_000;

/** Two Regions, driven by the protocol's module, through whatever may happen to them. */
describe("the admission protocol, explored", function () {
  this.timeout(Math.max(TIMEOUT, RUNS * 20));

  const run = (history: History, rules: Rules = RULES) => new Simulation(history, rules).run();

  it(`has never two writers, and one in every healthy end (${RUNS} histories)`, () => {
    let takeovers = 0;
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = run(history);
        takeovers += verdict.takeovers;
        assert.equal(verdict.unsafe, undefined);
        assert.ok(verdict.endsWithOneWriter, `not exactly one writer in the end: ${verdict.end}`);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // An exploration in which nothing happens would prove nothing.
    assert.ok(takeovers > RUNS / 3, `${takeovers} take-overs`);
  });

  it("runs the same history the same way", () => {
    const [history] = fc.sample(histories, { seed: SEED, numRuns: 1 });
    assert.ok(history);
    assert.deepEqual(run(history), run(history));
  });

  for (const { name, rules, hurts, where = histories, histories: limit } of MUTANTS) {
    it(`finds a violation without ${name}`, () => {
      const result = fc.check(
        fc.property(where, (history) => {
          const { unsafe, endsWithOneWriter } = run(history, rules);
          return hurts === "writers" ? unsafe === undefined : endsWithOneWriter;
        }),
        { seed: SEED, numRuns: limit, endOnFailure: true },
      );
      assert.ok(result.failed, `${limit} histories were safe without it`);
    });
  }
});
