import { ProblemError } from "./problems";

/** What a Region is right now; only ACTIVE may write. */
export const REGION_ROLES = ["ACTIVE", "STANDBY", "TAKING_OVER", "FENCED"] as const;
export type RegionRole = (typeof REGION_ROLES)[number];

/** The Region's role record. */
export interface RoleRecord {
  readonly role: RegionRole;
  /** Odd while primary is active, even while dr is. */
  readonly epoch: number;
}

/** A further condition for writing, e.g. the lease: the reason why not, or undefined when it holds. */
export type AdmissionRule = (record: RoleRecord) => string | undefined;

/** Whether a Region may accept a write, and in which epoch. */
export type Admission =
  | { readonly admitted: true; readonly epoch: number }
  | { readonly admitted: false; readonly reason: string; readonly retryAfterSeconds: number };

/** What a refused caller is told to wait, in seconds: DNS moves about 90 s after an outage, its TTL is 10 s. */
export const STANDBY_RETRY_AFTER_SECONDS = 10;

/**
 * The rule of who may write: a Region whose role record says ACTIVE, and for which every further rule holds. A record
 * that could not be read (undefined) does not admit: a Region that cannot prove that it is active does not write.
 */
export function mayAcceptWrites(
  record: RoleRecord | undefined,
  rules: readonly AdmissionRule[] = [],
): Admission {
  if (record === undefined) return refused("the role record cannot be read");
  if (record.role !== "ACTIVE") return refused(`the role is ${record.role}`);
  for (const rule of rules) {
    const reason = rule(record);
    if (reason !== undefined) return refused(reason);
  }
  return { admitted: true, epoch: record.epoch };
}

/** The answer to a write that is not admitted: 503 with Retry-After. */
export function standbyProblem(admission: Extract<Admission, { admitted: false }>): ProblemError {
  return new ProblemError("region_standby", {
    detail: "Try again at the public name of the API; nothing was written.",
    retryAfterSeconds: admission.retryAfterSeconds,
  });
}

function refused(reason: string): Admission {
  return { admitted: false, reason, retryAfterSeconds: STANDBY_RETRY_AFTER_SECONDS };
}
