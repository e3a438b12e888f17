import assert from "node:assert/strict";
import {
  closingLine,
  countCfnLint,
  countMocha,
  countPytest,
  exitCodeOf,
  NONE,
  single,
  sum,
} from "../../../../local/verification/counts";

const mochaReport = (passes: number, failures: number) =>
  JSON.stringify({
    stats: { passes, failures, tests: passes + failures },
    failures: Array.from({ length: failures }, (_, index) => ({
      fullTitle: `suite test ${index}`,
      err: { message: "expected 1", stack: "AssertionError: expected 1\n    at file.ts:3:1" },
    })),
  });

describe("counts of a test run", () => {
  it("end in one line over all phases", () => {
    const total = sum([
      single(true, ""),
      { passed: 10, failed: 2, failures: ["a", "b"] },
      single(false, "c"),
      NONE,
    ]);
    assert.equal(closingLine(total), "11 passed, 3 failed");
    assert.deepEqual(total.failures, ["a", "b", "c"]);
  });

  it("fail a run with a failure, and a run in which nothing ran", () => {
    assert.equal(exitCodeOf({ passed: 5, failed: 0, failures: [] }), 0);
    assert.equal(exitCodeOf({ passed: 5, failed: 1, failures: [] }), 1);
    assert.equal(exitCodeOf(NONE), 1);
  });

  describe("from mocha", () => {
    it("are those of its report, with reasons", () => {
      const counts = countMocha(mochaReport(7, 2), 2, "tests/unit");
      assert.equal(closingLine(counts), "7 passed, 2 failed");
      assert.match(counts.failures[0]!, /^suite test 0\n {4}AssertionError: expected 1\n {4}at file\.ts/);
    });

    for (const [what, report] of Object.entries({
      "no report": undefined,
      "half a report": mochaReport(3, 0).slice(0, 20),
      "something else": "[]",
    })) {
      it(`are one failure when it left ${what}`, () => {
        const counts = countMocha(report, 0, "tests/unit");
        assert.equal(closingLine(counts), "0 passed, 1 failed");
      });
    }

    it("hold a failure when it ended badly although no test failed", () => {
      assert.equal(closingLine(countMocha(mochaReport(3, 0), 7, "tests/unit")), "3 passed, 1 failed");
    });
  });

  describe("from pytest", () => {
    const report = (attributes: string) =>
      `<?xml version="1.0"?><testsuites><testsuite name="pytest" ${attributes}>`;

    it("are those of its report; what was skipped has not passed", () => {
      const counts = countPytest(report('errors="1" failures="2" skipped="3" tests="20"'), 1, "reasons");
      assert.equal(closingLine(counts), "14 passed, 3 failed");
      assert.match(counts.failures[0]!, /reasons/);
    });

    it("are one failure when it wrote no report or ended badly without one", () => {
      assert.equal(closingLine(countPytest(undefined, 4, "usage")), "0 passed, 1 failed");
      assert.equal(
        closingLine(countPytest(report('errors="0" failures="0" skipped="0" tests="5"'), 3, "")),
        "0 passed, 1 failed",
      );
    });
  });

  describe("from cfn-lint", () => {
    const finding = {
      Filename: "cfn/network.yaml",
      Rule: { Id: "E3012" },
      Message: "not of type",
      Location: { Start: { LineNumber: 12 } },
    };

    it("are one check for each template", () => {
      const counts = countCfnLint(
        JSON.stringify([finding]),
        ["network.yaml", "tables.yaml"],
        "ap-southeast-2",
      );
      assert.equal(closingLine(counts), "1 passed, 1 failed");
      assert.equal(
        counts.failures[0],
        "cfn-lint network.yaml (ap-southeast-2)\n    line 12: E3012 not of type",
      );
    });

    it("are a failure when there is no report", () => {
      assert.equal(
        closingLine(countCfnLint("Traceback", ["network.yaml"], "ap-southeast-1")),
        "0 passed, 1 failed",
      );
    });
  });
});
