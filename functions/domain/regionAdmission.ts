import { ProblemError } from "./problems";

/** What a refused caller is told to wait, in seconds: DNS moves about 90 s after an outage, its TTL is 10 s. */
export const STANDBY_RETRY_AFTER_SECONDS = 10;

/** The answer to a request that this Region must not serve: 503 with Retry-After. */
export function standbyProblem(): ProblemError {
  return new ProblemError("region_standby", {
    detail: "Try again at the public name of the API; nothing was written.",
    retryAfterSeconds: STANDBY_RETRY_AFTER_SECONDS,
  });
}
