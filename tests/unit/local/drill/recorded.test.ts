import assert from "node:assert/strict";
import { join } from "node:path";
import { recordedDrills } from "../../../../local/documents/drillsTable";

const FOLDER = join(__dirname, "..", "..", "..", "..", "docs", "drills");
const RTO_SECONDS = 3_600;
const RPO_SECONDS = 300;

/** Drills that end with a Region that lost its data for good, or stop before a recovery, have figures of another meaning. */
const reports = recordedDrills(FOLDER).map(({ report }) => report);

describe("the recorded drills", () => {
  it("satisfies R14: recovered within the hour, on AWS's clock", () => {
    const recovered = reports.filter(({ rtoSeconds }) => rtoSeconds !== null);
    assert.ok(recovered.length >= 5, `${recovered.length} drills recovered`);
    for (const { scenario, rtoSeconds, budgetOnAwsSeconds } of recovered) {
      assert.ok(Number(rtoSeconds) < RTO_SECONDS, `${scenario}: ${rtoSeconds} s`);
      assert.ok(
        budgetOnAwsSeconds === null || budgetOnAwsSeconds <= 900,
        `${scenario}: budget ${budgetOnAwsSeconds} s`,
      );
    }
  });

  it("satisfies R15: lost nothing that was acknowledged more than five minutes before the fault", () => {
    const measured = reports.filter(({ rpoSeconds }) => rpoSeconds !== null);
    assert.ok(measured.length >= 5, `${measured.length} drills measured a loss`);
    for (const { scenario, rpoSeconds } of measured)
      assert.ok(Number(rpoSeconds) < RPO_SECONDS, `${scenario}: ${rpoSeconds} s`);
  });

  it("charged no card twice", () => {
    for (const { scenario, doubleCharges } of reports) assert.deepEqual(doubleCharges, [], scenario);
  });
});
