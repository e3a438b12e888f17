import assert from "node:assert/strict";
import { FAILOVER_EXIT_CODES, UsageError } from "../../../../local/cli";
import { parseFailoverArguments } from "../../../../local/failover";

describe("the command line of npm run failover", () => {
  it("is understood with all the flags of start", () => {
    const line = "start --mode switchover --approval --dry-run --region dr --wait --json --cloud aws";
    const request = parseFailoverArguments(line.split(" "));
    assert.deepEqual(request, {
      action: "start",
      mode: "switchover",
      approval: true,
      dryRun: true,
      place: "dr",
      wait: true,
      json: true,
      cloud: "aws",
      yes: false,
      reason: undefined,
      operationId: undefined,
    });
  });

  for (const [line, message] of [
    ["", /What to do is missing/],
    ["takeover", /no action "takeover"/],
    ["constructor", /no action "constructor"/],
    ["start", /start needs --mode/],
    ["start --mode planned", /--mode is failover or switchover, not "planned"/],
    ["start --mode failover --yes", /start knows no --yes/],
    ["resume-writes --region apse1", /--region is primary or dr, not "apse1"/],
    ["status --cloud gcp", /--cloud is embedded or aws/],
    ["status --region dr", /status knows no --region/],
    ["status --verbose", /Unknown option/],
    ["status now", /Unexpected argument "now"/],
  ] as const) {
    it(`is a usage error with exit code 1: "${line}"`, () => {
      assert.throws(
        () => parseFailoverArguments(line === "" ? [] : line.split(" ")),
        (error: Error) => {
          assert.match(error.message, message);
          assert.match(error.message, /Usage: npm run failover/);
          assert.ok(error instanceof UsageError);
          assert.equal(FAILOVER_EXIT_CODES.usage, 1);
          return true;
        },
      );
    });
  }
});
