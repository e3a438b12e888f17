/** Gives up waiting after the time limit (milliseconds); what was sent may still take effect. */
export async function within<T>(limitMilliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error("no answer within the time limit")), limitMilliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    // The loser's failure concerns nobody any more.
    work.catch(() => undefined);
  }
}
