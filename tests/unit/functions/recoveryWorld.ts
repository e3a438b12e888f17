import type { ReplayResult, ReconcileResult } from "../../../functions/shared/failover/recoveryActions";
import { createHandler } from "../../../functions/payment-recovery/handler";
import type { RecoveryDependencies } from "../../../functions/payment-recovery/dependencies";
import type { PspJournal, PspPerformed } from "../../../functions/shared/psp/PspJournal";
import type { OperationRecord } from "../../../functions/shared/regions/operationRecord";
import type { SessionIndex, SessionPosition } from "../../../functions/shared/tables/SessionIndex";
import type { World } from "./support";

/** The state machine's own words for an operation. */
export const OPERATION = {
  operationId: "failover-2026-11-24",
  executionArn: "arn:aws:states:ap-southeast-2:123456789012:execution:statemachine-failover-apse2-local:x",
  mode: "failover",
  approval: "automatic",
  trigger: "alarm-peer-unavailable-apse2-local",
  dryRun: false,
} as const;

/** Around a world: what the recovery reads besides. */
export class RecoveryWorld {
  readonly world: World;
  readonly kept = new Map<string, string>();
  readonly performed: PspPerformed[] = [];
  /** Sessions per page of the index. */
  pageSize = 100;
  journalIsAway = false;
  overrides: Partial<RecoveryDependencies> = {};
  record: OperationRecord;

  constructor(world: World, outageAt = new Date()) {
    this.world = world;
    this.record = {
      ...OPERATION,
      state: "RUNNING",
      step: "replay",
      targetEpoch: 2,
      previousEpoch: 1,
      startedAt: outageAt,
      updatedAt: outageAt,
      outageAt,
      request: "none",
      timeline: [],
    };
  }

  get dependencies(): RecoveryDependencies {
    const { world } = this;
    return {
      ...world.processing,
      queue: world.queue,
      sessionIndex: this.sessionIndex,
      journal: this.journal,
      resultReader: {
        read: (ids) =>
          Promise.resolve(new Map([...world.results.items].filter(([paymentId]) => ids.includes(paymentId)))),
      },
      operations: { read: () => Promise.resolve(this.record) },
      keep: (key, body) => {
        this.kept.set(key, body);
        return Promise.resolve();
      },
      ...this.overrides,
    };
  }

  readonly sessionIndex: SessionIndex = {
    page: (minute, after, limit) => {
      const all = [...this.world.sessions.items.values()]
        .filter((session) => session.acceptedAt.toISOString().startsWith(minute))
        .sort(
          (a, b) => a.acceptedAt.getTime() - b.acceptedAt.getTime() || (a.paymentId < b.paymentId ? -1 : 1),
        );
      const start = after ? all.findIndex((session) => session.paymentId === after.paymentId) + 1 : 0;
      const sessions = all.slice(start, start + Math.min(limit, this.pageSize));
      const last = sessions.at(-1);
      const next: SessionPosition | undefined =
        last && start + sessions.length < all.length
          ? { paymentId: last.paymentId, acceptedAt: last.acceptedAt.toISOString() }
          : undefined;
      return Promise.resolve({ sessions, malformed: [], next });
    },
  };

  readonly journal: PspJournal = {
    performedSince: (from) =>
      Promise.resolve(
        this.journalIsAway
          ? { kind: "unknown", reason: "connection" }
          : {
              kind: "page",
              performed: this.performed.filter(({ performedAt }) => performedAt >= from),
              next: undefined,
            },
      ),
  };

  /** One call, as the state machine makes it. */
  replay(cursor: string | null = null): Promise<ReplayResult> {
    return this.invoke({ action: "replay", operation: OPERATION, cursor }) as Promise<ReplayResult>;
  }

  /** Until it is done; the sums, and how many calls it took. */
  async replayAll(): Promise<{ replayed: number; redriven: number; refused: number; calls: number }> {
    const sums = { replayed: 0, redriven: 0, refused: 0, calls: 0 };
    let cursor: string | null = null;
    for (;;) {
      const { replayed, redriven, refused, done, cursor: next } = await this.replay(cursor);
      sums.replayed += replayed;
      sums.redriven += redriven;
      sums.refused += refused;
      sums.calls += 1;
      if (done) return sums;
      cursor = next ?? null;
    }
  }

  reconcile(): Promise<ReconcileResult> {
    return this.invoke({ action: "reconcile", operation: OPERATION }) as Promise<ReconcileResult>;
  }

  invoke(event: unknown): Promise<unknown> {
    return createHandler(this.dependencies)(event);
  }
}
