/** A change of one file: a text that stands in it exactly once, and what takes its place. */
export interface Edit {
  /** Relative to the repository. */
  readonly file: string;
  readonly find: string;
  readonly replacement: string;
}

/** What must find out that the guard is gone. */
export type Finder =
  | { readonly kind: "exploration" }
  | {
      readonly kind: "drill";
      readonly scenario: string;
      /** One of the expectations that does not hold any more. */
      readonly fails: RegExp;
    };

/** A guard of the failover, how it is taken out, and what must notice. */
export interface Guard {
  readonly name: string;
  /** Why it is there; where another one covers it, both are taken out. */
  readonly why: string;
  readonly edits: readonly Edit[];
  readonly finder: Finder;
}

const NO_LEASE: Edit = {
  file: "functions/domain/failover/admission.ts",
  find: "return record.leaseRenewedAt !== undefined && isWithin(record.leaseRenewedAt, now, timings.leaseSeconds);",
  replacement: "return true;",
};

/** The guards whose absence must show. */
export const GUARDS: readonly Guard[] = [
  {
    name: "lease",
    why: "A Region that is named no more stops writing for good within the lease.",
    edits: [NO_LEASE],
    finder: { kind: "exploration" },
  },
  {
    name: "wait",
    why: "A Region that takes over waits until the old lease is over.",
    edits: [
      {
        file: "functions/domain/failover/takeover.ts",
        find: "ready: waitedSeconds >= timings.takeoverWaitSeconds,",
        replacement: "ready: history?.named === place,",
      },
    ],
    finder: { kind: "exploration" },
  },
  {
    name: "epoch",
    why: "A Region that hears of a higher epoch stands by.",
    edits: [
      {
        file: "functions/domain/failover/lease.ts",
        find: "if (peer !== undefined && peer.epoch > record.epoch) {",
        replacement: "if (peer !== undefined && peer.epoch > record.epoch && false) {",
      },
    ],
    finder: { kind: "exploration" },
  },
  {
    name: "latch",
    why:
      "The names stay with DR while it takes over. A primary without a lease says traffic=no, and one that witness and peer " +
      "both contradict is fenced at its next look, and the orchestrator fences one that answers: lease and both fences cover " +
      "for the latch, so all four are taken out.",
    edits: [
      NO_LEASE,
      {
        file: "functions/domain/failover/lease.ts",
        find: 'return {\n    kind: "fence",\n    reason: `the witness names',
        replacement:
          'if (named !== place) return keep("mutant");\n  return {\n    kind: "fence",\n    reason: `the witness names',
      },
      {
        file: "functions/region-control/roles.ts",
        find: "return await within(dependencies.peerTimeoutMilliseconds, fence(dependencies, record));",
        replacement: 'return { fenced: false, reason: "mutant" };',
      },
      {
        file: "cfn/dns.yaml",
        find: "ChildHealthChecks: [!Ref PrimaryCheck, !Ref LatchCheck]",
        replacement: "ChildHealthChecks: [!Ref PrimaryCheck]",
      },
      { file: "cfn/dns.yaml", find: "HealthThreshold: 2", replacement: "HealthThreshold: 1" },
    ],
    finder: { kind: "drill", scenario: "flapping", fails: /led back|took over|written|came to its end/ },
  },
  {
    name: "psp-query",
    why:
      "The PSP is asked before an operation is sent again. It recognises a repeat by its key, which covers for the " +
      "question: the key is made anew for every call as well.",
    edits: [
      {
        file: "functions/shared/payments/processOperation.ts",
        find: "if (prepared.askFirst) {",
        replacement: "if (prepared.askFirst && false) {",
      },
      {
        file: "functions/shared/payments/processOperation.ts",
        find: "const { operationId: idempotencyKey, amount, currency, kind } = operation;",
        replacement:
          "const { operationId, amount, currency, kind } = operation;\n" +
          "  const idempotencyKey = `${operationId}-${Math.random().toString(36).slice(2)}`;",
      },
    ],
    finder: { kind: "drill", scenario: "region-loss", fails: /no card was charged twice/ },
  },
  {
    name: "replay",
    why: "What waited in the lost Region's queue is sent to DR's.",
    edits: [
      {
        file: "functions/payment-recovery/replay.ts",
        find: "const last = operations.at(-1);",
        replacement: "const last = operations.slice(operations.length).at(-1);",
      },
    ],
    finder: { kind: "drill", scenario: "replay", fails: /came to its end|settled by replay/ },
  },
  {
    name: "re-drive",
    why: "What only the tables had carried over is accepted again from its session.",
    edits: [
      {
        file: "functions/payment-recovery/redrive.ts",
        find: "await requireSameEpoch(dependencies, epoch);\n  try {",
        replacement: 'if (epoch > 0) return { kind: "refused", reason: "mutant" };\n  try {',
      },
    ],
    finder: { kind: "drill", scenario: "region-loss", fails: /no loss is older/ },
  },
];

/**
 * Makes the change.
 * @throws Error when the text does not stand there exactly once: the guard has moved, and this list must follow
 */
export function applied(source: string, { file, find, replacement }: Edit): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} times: ${find}`);
  return source.replace(find, () => replacement);
}
