import assert from "node:assert/strict";
import { connectionsThreshold, maximumConnections } from "../../../components/databaseConnections";

describe("connections of a database", () => {
  // https://repost.aws/articles/ARm5e6RHE3R4mnHS2S-UZUwA and the table in Aurora's user guide.
  const published = [
    [1, 1, 189],
    [1, 4, 823],
    [1, 8, 1_669],
    [1, 16, 3_360],
    [1, 32, 5_000],
    [2, 64, 5_000],
    [0.5, 1, 189],
    [0.5, 16, 2_000],
  ] as const;

  for (const [minCapacity, maxCapacity, expected] of published) {
    it(`are ${expected} between ${minCapacity} and ${maxCapacity} capacity units`, () => {
      assert.equal(maximumConnections({ minCapacity, maxCapacity }), expected);
    });
  }

  it("are too many from 80 % of them on", () => {
    const database = { engineVersion: "17.7", minCapacity: 1, maxCapacity: 4, backupRetentionDays: 35 };
    assert.equal(connectionsThreshold(database), 658);
  });
});
