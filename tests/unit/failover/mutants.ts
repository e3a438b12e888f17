import type fc from "fast-check";
import {
  decideLease,
  isLeaseLive,
  mayAcceptWrite,
  takeoverWait,
  type LeaseDecision,
  type LeaseView,
  type ProtocolTimings,
} from "../../../functions/domain/failover";
import { turning, type History } from "./history";
import { RULES, type Rules } from "./rules";

/** A rule taken out of the protocol. */
export interface Mutant {
  readonly name: string;
  readonly rules: Rules;
  /** `writers`: two of them, or one in an epoch that is over. `end`: none or two in a healthy end. */
  readonly hurts: "writers" | "end";
  /** Where to look; anywhere if absent. */
  readonly where?: fc.Arbitrary<History>;
  /** Histories within which the exploration must find it out. */
  readonly histories: number;
}

const ENDLESS_LEASE: ProtocolTimings = { ...RULES.timings, leaseSeconds: Number.MAX_SAFE_INTEGER };

/** Keeps what it has, as if leases never ended. */
function neverFenced(view: LeaseView): LeaseDecision {
  const decision = decideLease(view, ENDLESS_LEASE);
  return decision.kind === "fence" ? { kind: "keep", reason: "never fenced" } : decision;
}

/** Keeps a live lease whatever witness and peer say. */
function fencedLate(view: LeaseView, timings: ProtocolTimings): LeaseDecision {
  const decision = decideLease(view, timings);
  const isEarly = decision.kind === "fence" && isLeaseLive(view.record, view.now, timings);
  return isEarly ? { kind: "keep", reason: "until the lease is over" } : decision;
}

/** Resumes whatever the peer says, or does not say. */
function resumeAlone(view: LeaseView, timings: ProtocolTimings): LeaseDecision {
  const decision = decideLease(view, timings);
  const hasNoLease = decision.kind === "fence" || (decision.kind === "keep" && view.record.role === "FENCED");
  if (!hasNoLease || view.witness === undefined) return decision;
  return { kind: "resume", leaseRenewedAt: view.witness.readAt, opens: false, reason: "alone" };
}

/** Hears the peer, but not its epoch. */
function deafToEpochs(view: LeaseView, timings: ProtocolTimings): LeaseDecision {
  const peer = view.peer && { ...view.peer, epoch: Math.min(view.peer.epoch, view.record.epoch) };
  return decideLease({ ...view, peer }, timings);
}

/** A hot path that does not look at the witness itself, beside a wait of half the length: each covers for the other. */
const BLIND_HOT_PATH: Rules = {
  ...RULES,
  timings: { ...RULES.timings, takeoverWaitSeconds: RULES.timings.takeoverWaitSeconds / 2 },
  mayAcceptWrite: (view, timings) =>
    mayAcceptWrite({ ...view, witness: { named: view.place, readAt: view.now } }, timings),
};

/** Every rule that the exploration misses when it is gone. Where two guards cover each other, both are. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "the wait for the old lease",
    rules: {
      ...RULES,
      takeoverWait: (view, timings) => {
        const wait = takeoverWait(view, timings);
        return { ...wait, ready: wait.named };
      },
    },
    hurts: "writers",
    histories: 500,
  },
  {
    name: "the lease, and the fence that witness and peer together put up before it is over",
    rules: {
      ...RULES,
      mayAcceptWrite: (view) => mayAcceptWrite(view, ENDLESS_LEASE),
      decideLease: neverFenced,
      shownRole: (record) => record.role,
    },
    hurts: "writers",
    histories: 500,
  },
  {
    name: "the freshness of the witness's readings",
    rules: { ...RULES, staleReadings: true },
    hurts: "writers",
    histories: 500,
  },
  {
    name: "the witness on the hot path, and half of the wait",
    rules: BLIND_HOT_PATH,
    hurts: "writers",
    histories: 500,
  },
  {
    name: "the rule for resuming",
    rules: { ...RULES, decideLease: resumeAlone },
    hurts: "writers",
    histories: 500,
  },
  {
    name: "the fence that witness and peer together put up before the lease is over",
    rules: { ...RULES, decideLease: fencedLate },
    where: turning,
    hurts: "writers",
    histories: 5_000,
  },
  {
    name: "the peer's higher epoch",
    rules: { ...RULES, decideLease: deafToEpochs },
    hurts: "end",
    histories: 500,
  },
];
