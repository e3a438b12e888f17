/** A series of calls: the latency of each, in milliseconds, and how long all took. */
export interface Series {
  readonly latencies: number[];
  readonly elapsedMilliseconds: number;
}

/**
 * Makes `count` calls, at most `parallel` at once, each started as soon as another ends (a closed loop).
 *
 * @throws what the first failing call throws, after the calls under way have ended.
 */
export async function runParallel(
  count: number,
  parallel: number,
  call: (index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<Series> {
  const latencies: number[] = [];
  let next = 0;
  let failure: unknown;
  const startedAt = performance.now();
  const worker = async () => {
    while (next < count && failure === undefined) {
      const index = next;
      next += 1;
      const callStartedAt = performance.now();
      try {
        signal?.throwIfAborted();
        await call(index);
        latencies.push(performance.now() - callStartedAt);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
  if (failure !== undefined) throw failure as Error;
  return { latencies, elapsedMilliseconds: performance.now() - startedAt };
}
