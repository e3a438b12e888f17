import assert from "node:assert/strict";
import {
  mayAcceptWrites,
  REGION_ROLES,
  standbyProblem,
  STANDBY_RETRY_AFTER_SECONDS,
} from "../../../functions/domain";

describe("region admission", () => {
  it("admits the active Region, in its epoch", () => {
    assert.deepEqual(mayAcceptWrites({ role: "ACTIVE", epoch: 3 }), { admitted: true, epoch: 3 });
  });

  for (const role of REGION_ROLES.filter((role) => role !== "ACTIVE")) {
    it(`refuses a Region that is ${role}, with 503 and Retry-After`, () => {
      const admission = mayAcceptWrites({ role, epoch: 3 });
      assert.ok(!admission.admitted);
      assert.match(admission.reason, new RegExp(role));
      const problem = standbyProblem(admission);
      assert.equal(problem.status, 503);
      assert.equal(problem.retryAfterSeconds, STANDBY_RETRY_AFTER_SECONDS);
    });
  }

  it("refuses when the record cannot be read", () => {
    assert.ok(!mayAcceptWrites(undefined).admitted);
  });

  it("asks every further rule", () => {
    const holds = () => undefined;
    const lacksLease = () => "the lease has run out";
    assert.ok(mayAcceptWrites({ role: "ACTIVE", epoch: 1 }, [holds]).admitted);
    const refused = mayAcceptWrites({ role: "ACTIVE", epoch: 1 }, [holds, lacksLease]);
    assert.ok(!refused.admitted && refused.reason === "the lease has run out");
  });
});
