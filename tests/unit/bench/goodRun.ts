import type { BenchResult } from "../../../local/bench/result";

const LATENCY = { count: 2000, p50: 50, p99: 200, max: 300, perSecond: 400 };
/** A run that satisfies every requirement. */
export const GOOD_RUN: BenchResult = {
  recordedAt: "2026-11-24T09:05:00.000Z",
  machine: { cpuModel: "x", cores: 2, memoryGiB: 24, platform: "linux x64", node: "v24.21.0" },
  parallel: 20,
  cold: LATENCY,
  payments: LATENCY,
  bareFunction: LATENCY,
  medianRatio: 1,
  secondsUntilAllFinal: 10,
  outcome: {
    acknowledged: 2000,
    succeeded: 2000,
    notSucceeded: 0,
    missingInDatabase: 0,
    missingAtPsp: 0,
    chargedTwice: 0,
    ledgerDifference: 0,
  },
};
