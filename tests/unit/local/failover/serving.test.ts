import assert from "node:assert/strict";
import { CommandError } from "../../../../local/cli";
import { waitUntilServing } from "../../../../local/failover";
import { activeRegion, fakePlatform, standbyRegion } from "./support";

const options = { signal: new AbortController().signal, intervalMs: 1, timeoutMs: 50 };

describe("waiting until a Region serves", () => {
  it("ends when the active Region is named by the witness", async () => {
    const regions = { primary: activeRegion("primary", 1), dr: standbyRegion(1) };
    assert.equal(await waitUntilServing(fakePlatform(regions, { witness: ["primary"] }), options), "primary");
  });

  it("finds dr after a failover", async () => {
    const regions = { primary: standbyRegion(2), dr: activeRegion("dr", 2) };
    assert.equal(await waitUntilServing(fakePlatform(regions, { witness: ["dr"] }), options), "dr");
  });

  for (const [what, primary, witness] of [
    ["the witness names the standby", activeRegion("primary", 1), "dr"],
    ["nobody is active", standbyRegion(1), "primary"],
  ] as const) {
    it(`says what everybody says when ${what} until the time is over`, async () => {
      const platform = fakePlatform({ primary, dr: standbyRegion(1) }, { witness: [witness] });
      await assert.rejects(waitUntilServing(platform, options), (error: Error) => {
        assert.ok(error instanceof CommandError);
        assert.match(error.message, new RegExp(`primary says .*; dr says .*; the witness says ${witness}`));
        return true;
      });
    });
  }
});
