/** What someone answered, or why there is no answer. */
export type Answer<T> =
  { readonly answered: true; readonly value: T } | { readonly answered: false; readonly reason: string };

/** How long one Region may take to answer a question of an operator, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 3_000;

/**
 * Asks, but does not wait for ever: a lost Region is a black hole, its connections hang. Never throws; the reason says
 * why there is no answer.
 * @param ask gets a signal that is aborted when the time is over
 */
export async function ask<T>(
  question: (signal: AbortSignal) => Promise<T>,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Answer<T>> {
  const abort = new AbortController();
  const seconds = timeoutMs / 1000;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<Answer<T>>((resolve) => {
    timer = setTimeout(() => {
      abort.abort();
      resolve({ answered: false, reason: `no answer within ${seconds} s` });
    }, timeoutMs);
  });
  const answer = Promise.resolve()
    .then(() => question(abort.signal))
    .then(
      (value): Answer<T> => ({ answered: true, value }),
      (error: unknown): Answer<T> => ({
        answered: false,
        reason: abort.signal.aborted ? `no answer within ${seconds} s` : reasonOf(error),
      }),
    );
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error in one line for people. SDK errors carry what matters in `name`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of several addresses none answered: Node's message is empty, the first cause says what is wrong.
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  const message = error.message.split("\n")[0]!.trim();
  if (message === "") return error.name;
  return error.name === "Error" || error.name === "TypeError" ? message : `${error.name}: ${message}`;
}

/** The value of an answer; undefined without one. */
export function valueOf<T>(answer: Answer<T>): T | undefined {
  return answer.answered ? answer.value : undefined;
}
