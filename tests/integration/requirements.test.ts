import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  benchResult,
  type BenchResult,
  P99_LIMIT_MILLISECONDS,
  shortcomings,
} from "../../local/bench/result";

/** The least that a recorded run must have measured to count. */
const LEAST_PAYMENTS = 2_000;
const LEAST_PARALLEL = 20;

describe("recorded benchmark", () => {
  let text: string;
  let result: BenchResult;

  before(() => {
    text = readFileSync(join(__dirname, "..", "..", "docs", "bench", "latest.json"), "utf8");
    result = benchResult.parse(JSON.parse(text));
  });

  it("measured 2,000 payments, 20 at once, beside the bare function", () => {
    assert.ok(result.payments.count >= LEAST_PAYMENTS);
    assert.ok(result.parallel >= LEAST_PARALLEL);
    assert.ok(result.bareFunction.count >= LEAST_PAYMENTS);
  });

  it(`satisfies R49: p99 of POST /v1/payments is under ${P99_LIMIT_MILLISECONDS} ms, nothing lost, nothing charged twice`, () => {
    assert.deepEqual(shortcomings(result), []);
  });

  it("names no place on the machine", () => {
    assert.doesNotMatch(text, /\/(home|root|tmp|work|Users)\b/);
  });
});
