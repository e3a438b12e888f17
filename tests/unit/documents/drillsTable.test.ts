import assert from "node:assert/strict";
import { join } from "node:path";
import { drillsTable, recordedDrills } from "../../../local/documents/drillsTable";
import { REPOSITORY } from "../support/repository";

describe("the table of the recorded drills", () => {
  const recorded = recordedDrills(join(REPOSITORY, "docs", "drills"));

  it("has a line for each, that leads to its report", () => {
    const lines = drillsTable(recorded).split("\n").slice(2);
    assert.equal(lines.length, recorded.length);
    assert.ok(recorded.length >= 20, `${recorded.length} drills`);
    for (const [index, { name, report }] of recorded.entries())
      assert.ok(lines[index]?.startsWith(`| [${name}](./${name}.html) | ${report.verdict} |`), lines[index]);
  });

  it("tells nothing that was not measured, and everything that was bad", () => {
    const [first] = recorded;
    assert.ok(first);
    const { report } = first;
    const lost = { ...report.lost[0]!, paymentId: "pay_x" };
    const bad = { ...report, rtoSeconds: null, rpoSeconds: 12.4, splitBrainWrites: 2, lost: [lost] };
    const line = drillsTable([{ name: "x", report: bad }]).split("\n")[2] ?? "";
    assert.deepEqual(line.split(" | ").slice(2, 4), ["–", "12"]);
    assert.match(line, / 1 \| 0 \| 2 \|$/);
  });
});
