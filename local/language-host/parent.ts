const INTERVAL_MS = 1_000;

/**
 * Calls back once when the process that started this one has gone. The engine ends its plugins itself, but an engine
 * that was killed cannot, and they would stay for ever.
 */
export function whenParentGone(callback: () => void, parentOf: () => number = () => process.ppid): void {
  const parent = parentOf();
  const timer = setInterval(() => {
    if (parentOf() !== parent) {
      clearInterval(timer);
      callback();
    }
  }, INTERVAL_MS);
  timer.unref();
}
