import assert from "node:assert/strict";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { StepFunctionsExecutions } from "../../../functions/shared/failover/executions";
import { Regions } from "./failoverRegions";

describe("region control, operated", () => {
  let regions: Regions;
  beforeEach(() => {
    regions = new Regions();
  });

  describe("pause, cancel and approval", () => {
    const request = (value: "pause" | "resume" | "cancel"): void => {
      assert.ok(regions.operations.record);
      regions.operations.record = { ...regions.operations.record, request: value };
    };

    it("pauses until an operator resumes", async () => {
      await regions.act("lock");
      request("pause");
      assert.deepEqual(await regions.step("latch"), { decision: "pause" });
      assert.deepEqual(await regions.step("latch"), { decision: "pause" });
      assert.equal(regions.operations.record?.state, "PAUSED");

      request("resume");
      assert.deepEqual(await regions.step("latch"), { decision: "proceed" });
      assert.deepEqual(
        [regions.operations.record?.state, regions.operations.record?.request],
        ["RUNNING", "none"],
      );
    });

    it("cancels up to the promotion, and not once that has begun", async () => {
      await regions.act("lock");
      await regions.act("latch");
      request("cancel");
      assert.deepEqual(await regions.step("promote"), { decision: "cancel" });

      request("resume");
      assert.deepEqual(await regions.step("promote"), { decision: "proceed" });
      for (const late of ["cancel", "pause"] as const) {
        request(late);
        assert.deepEqual(await regions.step("promote"), { decision: "proceed" });
      }
      request("cancel");
      assert.deepEqual(await regions.step("replay"), { decision: "proceed" });
    });

    it("says CANCELLED when an operator asked, ABORTED otherwise", async () => {
      await regions.act("lock");
      await regions.act("latch");
      request("cancel");
      const cancelled = await regions.act("abort", { reason: "cancelled" });
      assert.deepEqual(cancelled, { state: "CANCELLED", reason: "cancelled" });
      assert.equal(regions.role.state.role, "STANDBY");

      await regions.act("lock", {}, { operationId: "op-2" });
      const answer = await regions.act("abort", { reason: "not confirmed" }, { operationId: "op-2" });
      assert.deepEqual(answer, { state: "ABORTED", reason: "not confirmed" });
    });

    const failure = (errorMessage: unknown) =>
      JSON.stringify({ errorType: "PromotionRefused", errorMessage, trace: ["at promote (index.js:1:1)"] });
    for (const [what, cause, said] of [
      ["what the error says", failure("the cluster\n is  changing"), " (the cluster is changing)"],
      [
        "a cause that is no JSON",
        "Task timed out after 12.00 seconds",
        " (Task timed out after 12.00 seconds)",
      ],
      ["a cause without a message", failure(7), ` (${failure(7)})`],
      ["no cause when there is none", "", ""],
      ["300 characters at most", failure("x".repeat(1_000)), ` (${"x".repeat(300)})`],
      ["no secret", failure("key mk_live_abcdefgh1234 of 4111 1111 1111 1111"), undefined],
    ] as const) {
      it(`gives an end ${what}`, async () => {
        for (const [action, input] of [
          ["abort", {}],
          ["finish", { state: "FAILED" }],
        ] as const) {
          const operationId = `op-${action}`;
          await regions.act("lock", {}, { operationId });
          await regions.act(
            action,
            { ...input, reason: "promote: PromotionRefused", cause },
            { operationId },
          );
          const reason = regions.operations.record?.reason ?? "";
          if (said === undefined) assert.doesNotMatch(reason, /abcdefgh|4111 1111/);
          else assert.equal(reason, `promote: PromotionRefused${said}`);
          regions.operations.record = undefined;
        }
      });
    }

    it("keeps the token for the approval, tells the engineer, and goes on at the next checkpoint", async () => {
      await regions.act("lock");

      await regions.act("awaitApproval", { taskToken: "the-token" });

      assert.deepEqual(
        [regions.operations.record?.state, regions.operations.record?.taskToken],
        ["AWAITING_APPROVAL", "the-token"],
      );
      assert.match(regions.told[0] ?? "", /waits for approval.*npm run failover -- approve/s);
      assert.ok(!regions.told[0]?.includes("the-token"));
      await regions.step("latch");
      assert.deepEqual(
        [regions.operations.record?.state, regions.operations.record?.taskToken],
        ["RUNNING", ""],
      );
    });

    it("bounds the timeline, and notes a step once however often it is asked", async () => {
      await regions.act("lock");
      for (let time = 0; time < 3; time += 1) await regions.step("confirm");
      assert.equal(regions.operations.record?.timeline.length, 2);

      for (let time = 0; time < 100; time += 1) {
        await regions.step("confirm");
        await regions.step("approval");
      }
      assert.equal(regions.operations.record?.timeline.length, 100);
    });
  });

  describe("a switchover", () => {
    const planned = { mode: "switchover" } as const;

    it("makes the active Region a standby and closes it, also a second time", async () => {
      await regions.act("lock", {}, planned);

      await regions.act("demotePeer", {}, planned);
      await regions.act("demotePeer", {}, planned);

      assert.equal(regions.roles, "STANDBY 1, peer STANDBY 1");
      assert.deepEqual(regions.capacityCalls, ["close", "close"]);
      assert.equal(regions.operations.record?.outageAt, undefined);
    });

    it("keeps a peer from resuming that it stood down before", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      const asItsKeeperReadIt = await regions.peerRole.read();
      regions.clock.pass(200);

      await regions.act("demotePeer", {}, planned);

      const at = regions.clock.now();
      assert.equal(await regions.peerRole.change(asItsKeeperReadIt, { role: "ACTIVE", epoch: 1, at }), false);
    });

    it("waits for what was under way only, once the peer has handed over", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      await regions.act("latch", {}, planned);
      await regions.step("promote");
      await regions.wait(20);
      await assert.rejects(regions.act("activate", {}, planned), { name: "WitnessLost" });
      await regions.wait(10);

      const answer = await regions.act("activate", {}, planned);

      assert.equal((answer as { epoch: number }).epoch, 2);
      assert.equal(regions.roles, "ACTIVE 2, peer STANDBY 1");
    });

    it("waits for a whole lease when the peer took its role back, or does not say", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      await regions.act("latch", {}, planned);
      await regions.wait(40);

      regions.peerRole.state = { ...regions.peerRole.state, role: "ACTIVE" };
      await assert.rejects(regions.act("activate", {}, planned), { name: "WitnessLost" });
      regions.peerRole.isAway = true;
      await assert.rejects(regions.act("activate", {}, planned), { name: "WitnessLost" });
    });

    it("stops when the peer is out of reach or takes over itself", async () => {
      await regions.act("lock", {}, planned);
      regions.isCapacityAway = true;
      await assert.rejects(regions.act("demotePeer", {}, planned), { name: "PeerUnreachable" });

      regions.peerRole.state = { ...regions.peerRole.state, role: "TAKING_OVER" };
      await assert.rejects(regions.act("demotePeer", {}, planned), { name: "RoleChanged" });
    });

    it("gives the role back when it aborts: fenced, from where the lease keeper resumes, and open", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      await regions.act("latch", {}, planned);

      await regions.act("abort", { reason: "the witness stayed" }, planned);
      await regions.act("abort", { reason: "the witness stayed" }, planned);

      assert.equal(regions.roles, "STANDBY 1, peer FENCED 1");
      assert.deepEqual(regions.capacityCalls, ["close", "open", "open"]);
    });

    it("does not touch a peer that never gave up its role", async () => {
      await regions.act("lock", {}, planned);

      await regions.act("abort", { reason: "rejected" }, planned);

      assert.equal(regions.roles, "STANDBY 1, peer ACTIVE 1");
      assert.deepEqual(regions.capacityCalls, []);
    });

    it("does not wake a standby whose epoch it is not", async () => {
      for (const record of [regions.role, regions.peerRole]) {
        record.state = { ...record.state, role: "STANDBY", epoch: 2 };
      }
      await regions.act("lock", {}, planned);

      await regions.act("abort", { reason: "rejected" }, planned);

      assert.equal(regions.roles, "STANDBY 2, peer STANDBY 2");
      assert.deepEqual(regions.capacityCalls, []);
    });

    it("says in its reason that a peer that is away was not released", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      regions.peerRole.isAway = true;

      await regions.act("abort", { reason: "lost" }, planned);

      assert.match(regions.operations.record?.reason ?? "", /^lost; the peer was not released/);
      assert.equal(regions.operations.record?.state, "ABORTED");
    });
  });

  describe("asking for an execution", () => {
    const isRunning = (answer: { status: string } | Error): Promise<boolean | undefined> => {
      const send = async (): Promise<object> => {
        if (answer instanceof Error) throw answer;
        return answer;
      };
      return new StepFunctionsExecutions({ send } as unknown as SFNClient).isRunning("arn");
    };
    const named = (name: string): Error => Object.assign(new Error(name), { name });

    it("knows one that runs from one that is over or gone", async () => {
      assert.equal(await isRunning({ status: "RUNNING" }), true);
      for (const status of ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]) {
        assert.equal(await isRunning({ status }), false);
      }
      assert.equal(await isRunning(named("ExecutionDoesNotExist")), false);
    });

    it("says nothing when Step Functions does not", async () => {
      assert.equal(await isRunning(named("TimeoutError")), undefined);
    });
  });
});
