/** Formats a duration for people: `0.4 s`, `12 s`, `3 min 5 s`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Writes a line of progress. Results go to standard output, progress to standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Between two signs of life of a long step, in milliseconds. */
const TICK_MS = 15_000;

/** Runs a step: says what begins, shows that it goes on, and how long it took (or that it failed). */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const elapsed = () => formatElapsed(performance.now() - started);
  say(`▸ ${title} …`);
  const ticker = setInterval(() => say(`  … ${title}: ${elapsed()}`), TICK_MS);
  ticker.unref();
  try {
    const result = await work();
    say(`  ${title}: done in ${elapsed()}`);
    return result;
  } catch (error) {
    say(`  ${title}: failed after ${elapsed()}`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
