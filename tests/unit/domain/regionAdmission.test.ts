import assert from "node:assert/strict";
import { standbyProblem, STANDBY_RETRY_AFTER_SECONDS } from "../../../functions/domain";

describe("region admission", () => {
  it("answers 503 with Retry-After where a Region must not serve", () => {
    const problem = standbyProblem();

    assert.equal(problem.status, 503);
    assert.equal(problem.code, "region_standby");
    assert.equal(problem.retryAfterSeconds, STANDBY_RETRY_AFTER_SECONDS);
  });
});
