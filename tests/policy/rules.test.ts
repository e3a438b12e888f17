import assert from "node:assert/strict";
import { RULES } from "../../policy/rules/index";
import { judgeText } from "./examples";

describe("rules", () => {
  it("have unique ids and cover every row of the requirement table", () => {
    const ids = new Set(RULES.map((rule) => rule.id));
    const rows = new Set(RULES.flatMap((rule) => rule.rows));

    assert.equal(ids.size, RULES.length);
    for (let row = 1; row <= 46; row += 1) assert.ok(rows.has(row), `no rule implements row ${row}`);
  });

  for (const rule of RULES) {
    describe(rule.id, () => {
      rule.examples.violation.forEach((example, index) =>
        it(`reports violation ${index + 1}`, () => {
          const { findings } = judgeText(example, [rule]);
          assert.ok(
            findings.some((finding) => finding.result === "violation"),
            JSON.stringify(findings),
          );
        }),
      );
      rule.examples.compliant.forEach((example, index) =>
        it(`accepts compliant ${index + 1}`, () => {
          const { findings, assessments } = judgeText(example, [rule]);
          assert.deepEqual(findings, []);
          if (rule.judge !== undefined) assert.ok(assessments.some((item) => item.result === "compliant"));
        }),
      );
      rule.examples.notApplicable?.forEach((example, index) =>
        it(`does not apply to ${index + 1}`, () => {
          const { findings, assessments } = judgeText(example, [rule]);
          assert.deepEqual(findings, []);
          assert.ok(assessments.some((item) => item.result === "notApplicable"));
        }),
      );
      rule.examples.unresolved?.forEach((example, index) =>
        it(`leaves ${index + 1} unresolved`, () => {
          const { findings } = judgeText(example, [rule]);
          assert.ok(findings.length > 0, "nothing was reported");
          assert.deepEqual(
            findings.filter((finding) => finding.result !== "unresolved"),
            [],
          );
        }),
      );
    });
  }
});
