/** Latencies of one series, in milliseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers per second over the whole series. */
  readonly perSecond: number;
}

/** The value below which the given share of the sorted values lies (nearest rank). `share` is above 0, at most 1. */
export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError("there is no value");
  return value;
}

/** Summarises a series that took `elapsedMilliseconds` as a whole. @throws RangeError when it is empty */
export function summarize(latencies: readonly number[], elapsedMilliseconds: number): LatencySummary {
  const sorted = [...latencies].sort((left, right) => left - right);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    count: sorted.length,
    p50: round(percentile(sorted, 0.5)),
    p99: round(percentile(sorted, 0.99)),
    max: round(percentile(sorted, 1)),
    perSecond: round((sorted.length * 1000) / elapsedMilliseconds),
  };
}
