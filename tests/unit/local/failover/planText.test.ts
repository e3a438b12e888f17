import assert from "node:assert/strict";
import { failoverBudget } from "../../../../components/failover/budget";
import { OPERATION_STEPS } from "../../../../functions/domain/failover";
import { planText } from "../../../../local/failover";

describe("the plan of a failover", () => {
  const budget = failoverBudget();
  const lines = planText(budget).split("\n");

  it("has a line for each part, with its bound, its typical time and its source", () => {
    for (const part of [...budget.parts, ...budget.afterwards]) {
      const line = lines.find((each) => each.includes(part.name) && each.includes(part.source));
      assert.ok(line, part.name);
      assert.match(line, new RegExp(` ${part.boundSeconds} s +${part.typicalSeconds} s  `));
    }
  });

  it("names steps as the operation's record does", () => {
    const named = [...budget.parts, ...budget.afterwards].flatMap(({ step }) => (step ? [step] : []));
    named.forEach((step) => assert.ok((OPERATION_STEPS as readonly string[]).includes(step), step));
  });

  it("sums up, and says whether the limits hold", () => {
    const sum = budget.parts.reduce((total, part) => total + part.boundSeconds, 0);
    assert.ok(lines.some((line) => line.includes(`bound   ${Math.round(sum)} s`) && line.includes("within")));
    const over = planText({ ...budget, boundSeconds: 901 });
    assert.match(over, /bound {3}901 s .* OVER the limit of 15 min/);
  });
});
