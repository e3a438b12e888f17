import { systemClock } from "../clock";
import { createLogger } from "../observability/logger";
import { createMetrics } from "../observability/metrics";
import type { HttpDependencies } from "./apiHandler";

/** Log, metrics and clock of a running function. */
export function runtimeDependencies(): HttpDependencies {
  return { log: createLogger(), metrics: createMetrics(), clock: systemClock };
}
