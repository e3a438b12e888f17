import assert from "node:assert/strict";
import { derivePaymentId } from "../../../functions/domain/identifiers";
import type { SweepResult } from "../../../functions/shared/failover/recoveryActions";
import { recoverySetting } from "./recoverySetting";
import { OPERATION, type RecoveryWorld } from "./recoveryWorld";
import type { World } from "./support";

describe("reconciliation after a failover", function () {
  this.timeout(60_000);
  const { pay, ask, deliverAll, get, takeOver, forget, present } = recoverySetting();
  let world: World;
  let recovery: RecoveryWorld;
  beforeEach(() => {
    ({ world, recovery } = present());
  });

  describe("reconciliation", () => {
    it("finds nothing lost when everything came over", async () => {
      await pay();
      await deliverAll();
      takeOver();
      await recovery.replayAll();

      assert.deepEqual(await recovery.reconcile(), {
        lost: [],
        count: 0,
        listKey: null,
        complete: true,
        redriven: 0,
      });
    });

    it("lists a session that cannot be driven again, with what the PSP says, and keeps the list", async () => {
      // Prepare: one of a merchant that Aurora had not carried over, one that was tampered with.
      const orphan = await pay();
      const broken = await pay();
      await deliverAll();
      await forget(orphan, broken);
      takeOver();
      const sessions = world.sessions.items;
      const moved = { ...sessions.get(orphan)!, merchantId: "mer_unknown01" };
      const movedId = derivePaymentId(moved.merchantId, moved.idempotencyKey);
      sessions.delete(orphan);
      sessions.set(movedId, { ...moved, paymentId: movedId, targetPaymentId: movedId });
      sessions.set(broken, { ...sessions.get(broken)!, idempotencyKey: "another-key" });

      // Act
      const { refused } = await recovery.replayAll();
      const { lost, count, listKey } = await recovery.reconcile();

      // Assess
      assert.equal(refused, 2);
      assert.equal(count, 2);
      assert.deepEqual(
        new Map(lost.map((each) => [each.operationId, [each.reason, each.pspStatus, each.action]])),
        new Map([
          [movedId, ["merchant_unknown", "not_found", "operator"]],
          [broken, ["session_unusable", "succeeded", "operator"]],
        ]),
      );
      assert.equal(listKey, `failover-reports/${OPERATION.operationId}-lost.json`);
      const kept = recovery.kept.get(listKey) ?? "";
      assert.deepEqual((JSON.parse(kept) as { lost: unknown }).lost, lost);
      assert.doesNotMatch(kept, /pm_ok/);
    });

    it("lists what only the PSP knows of", async () => {
      // Prepare: charged in the lost Region, and lost from both replicas.
      const id = await pay();
      await deliverAll();
      await forget(id);
      world.sessions.items.delete(id);
      const kept = await pay();
      await deliverAll();
      takeOver();
      const performedAt = new Date(Date.now() - 60_000);
      for (const operationId of [id, kept]) {
        recovery.performed.push({ operationId, paymentId: operationId, status: "succeeded", performedAt });
      }

      // Act
      const { lost } = await recovery.reconcile();

      // Assess
      assert.deepEqual(lost, [
        {
          paymentId: id,
          operationId: id,
          kind: "authorize",
          merchantId: null,
          acceptedAt: performedAt.toISOString(),
          pspStatus: "succeeded",
          action: "operator",
          reason: "known_by_the_psp_only",
        },
      ]);
    });

    it("says that it is not complete when the PSP gives no journal", async () => {
      takeOver();
      recovery.journalIsAway = true;

      assert.equal((await recovery.reconcile()).complete, false);
    });

    it("lifts a payment's version over a result that is ahead, and lists what only the result knows", async () => {
      // Prepare: a refund of which Aurora's tail and the session are lost; its result came over.
      const id = await pay();
      await deliverAll();
      takeOver();
      const operationId = `ref_${"a".repeat(26)}`;
      const result = world.results.items.get(id)!;
      world.results.items.set(id, { ...result, version: 9, operationId, amountRefunded: 100 });
      world.psp.known.set(operationId, { kind: "succeeded", pspReference: "psp_refund" });

      // Act
      const { lost } = await recovery.reconcile();
      const again = await recovery.reconcile();

      // Assess
      assert.deepEqual(
        lost.map((each) => [each.paymentId, each.operationId, each.kind, each.pspStatus, each.reason]),
        [[id, operationId, "refund", "succeeded", "known_by_its_result_only"]],
      );
      assert.deepEqual(again.lost, []);
      await ask("refund", id, { amount: 50 });
      await deliverAll();
      assert.ok((world.results.items.get(id)?.version ?? 0) > 9);
    });
  });

  describe("the sweep after a failover", () => {
    const sweep = () => recovery.invoke({ action: "sweep" }) as Promise<SweepResult>;
    const ended = (): void => {
      recovery.record = { ...recovery.record, state: "SUCCEEDED", updatedAt: new Date() };
    };

    it("drives again what the lost Region's tables bring when it returns, and keeps the list anew", async () => {
      // Prepare: nothing but the lost Region knew of the request.
      const id = await pay();
      const session = world.sessions.items.get(id)!;
      world.sessions.items.delete(id);
      await forget(id);
      takeOver();
      ended();
      const before = await sweep();
      world.sessions.items.set(id, session);

      // Act
      const after = await sweep();

      // Assess
      assert.deepEqual(before, { swept: true, lost: 0, redriven: 0, complete: true });
      assert.deepEqual(after, { swept: true, lost: 0, redriven: 1, complete: true });
      await deliverAll();
      assert.equal((await get(id))["status"], "succeeded");
      const kept = recovery.kept.get(`failover-reports/${OPERATION.operationId}-lost.json`);
      assert.deepEqual((JSON.parse(kept ?? "") as { lost: unknown }).lost, []);
    });

    it("looks only at what was accepted until the failover had ended", async () => {
      const id = await pay();
      await forget(id);
      takeOver();
      ended();
      recovery.record = { ...recovery.record, updatedAt: new Date(Date.now() - 120_000) };

      assert.deepEqual(await sweep(), { swept: true, lost: 0, redriven: 0, complete: true });
    });

    it("does nothing before a failover has ended, after a switchover, or a day later", async () => {
      const quiet = async () => assert.equal((await sweep()).swept, false);
      takeOver();
      await quiet();
      ended();
      const { record } = recovery;
      recovery.record = { ...record, mode: "switchover" };
      await quiet();
      recovery.record = { ...record, startedAt: new Date(Date.now() - 24 * 3_600_000) };
      await quiet();
    });

    it("does nothing in a Region that does not write", async () => {
      ended();
      world.regionState.hasLease = false;

      assert.deepEqual(await sweep(), { swept: false, reason: "this Region does not write" });
    });
  });
});
