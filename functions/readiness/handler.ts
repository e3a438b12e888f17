import { evaluateReadiness, type Judgement } from "../domain/failover/readiness";
import type { Place } from "../domain/failover";
import type { Clock } from "../shared/clock";
import type { ReadinessResult } from "../shared/failover/recoveryActions";
import type { Log } from "../shared/observability/logger";
import { gatherFacts, type FactSources } from "./gatherFacts";

/** What the evaluation works with. */
export interface ReadinessDependencies {
  readonly sources: FactSources;
  readonly place: Place;
  /** Counts the failed checks in CloudWatch. */
  readonly publishMetric: (failures: number, at: Date) => Promise<void>;
  /** Tells of the evaluation on the Region's event bus. */
  readonly putEvent: (detail: object) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Evaluates, every half hour and on demand, whether the standby could take over. It changes nothing. A failed check is
 * the answer and no error; only a result that could not be published is one, because then nobody is told.
 */
export function createHandler(dependencies: ReadinessDependencies): () => Promise<ReadinessResult> {
  const { sources, place, publishMetric, putEvent, clock, log } = dependencies;
  return async () => {
    const now = clock.now();
    const checks: Judgement[] = evaluateReadiness(await gatherFacts(sources, { place, now }));
    const failed = checks.filter(({ ok }) => !ok);
    const result: ReadinessResult = {
      place,
      ready: failed.length === 0,
      checkedAt: now.toISOString(),
      checks,
    };
    if (result.ready) log.info("ready", { checks: checks.length });
    else log.error("not ready", { failed });
    // Of the end, not of the beginning: a fact that hangs takes a minute, and an alarm looks at the last minute.
    const outcomes = await Promise.allSettled([
      publishMetric(failed.length, clock.now()),
      putEvent({ ...result }),
    ]);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    return result;
  };
}
