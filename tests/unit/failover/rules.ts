import {
  AWS_TIMINGS,
  decideLease,
  mayAcceptWrite,
  shownRole,
  takeoverWait,
  whyNotActivate,
  whyNotTakeOver,
  type ProtocolTimings,
} from "../../../functions/domain/failover";

/** The rules that the two Regions run; a mutant replaces one. */
export interface Rules {
  readonly mayAcceptWrite: typeof mayAcceptWrite;
  readonly decideLease: typeof decideLease;
  readonly takeoverWait: typeof takeoverWait;
  readonly whyNotActivate: typeof whyNotActivate;
  readonly whyNotTakeOver: typeof whyNotTakeOver;
  readonly shownRole: typeof shownRole;
  readonly timings: ProtocolTimings;
  /** Whether dr's traffic keeps the witness from going back. */
  readonly latch: boolean;
  /** Whether a reading that could not be renewed counts as if it were new. */
  readonly staleReadings: boolean;
}

/** The product's own rules. */
export const RULES: Rules = {
  mayAcceptWrite,
  decideLease,
  takeoverWait,
  whyNotActivate,
  whyNotTakeOver,
  shownRole,
  timings: AWS_TIMINGS,
  latch: true,
  staleReadings: false,
};
