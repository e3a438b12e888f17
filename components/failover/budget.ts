/**
 * How long a failover may take, added up from what bounds it: the state machine's own time-outs, retries and limits of
 * loops (template failover), the schedules and health checks before it, and what remains after it until the tenth
 * payment. A part counts once, in the order in which it happens. What runs beside another part is said so and counts 0.
 */
import * as path from "node:path";
import { z } from "zod";
import { loadTemplate } from "../template";

/** One part of the time from the fault to the tenth consecutive successful write. */
export interface BudgetPart {
  readonly name: string;
  /** Step of the operation's record; absent where no step of the state machine bounds it. */
  readonly step?: string;
  /** The most that it can take without the run failing or starting again, in seconds. */
  readonly boundSeconds: number;
  /** What it takes as a rule, in seconds. */
  readonly typicalSeconds: number;
  /** Where bound and typical time come from. */
  readonly source: string;
}

/** The budget of a failover without approval. */
export interface FailoverBudget {
  /** From the fault to the tenth consecutive successful write. */
  readonly parts: readonly BudgetPart[];
  /** What follows while payments are taken again. */
  readonly afterwards: readonly BudgetPart[];
  readonly boundSeconds: number;
  readonly typicalSeconds: number;
}

/** What the sums may come to: 15 and 10 minutes. */
export const BUDGET_LIMITS = { boundSeconds: 900, typicalSeconds: 600 } as const;

/** Seconds between two runs of the probe and of the lease keeper (template failover-functions). */
const SCHEDULE_SECONDS = 60;
/** Route 53's request interval and failure threshold (template dns). */
const HEALTH_CHECK = { intervalSeconds: 30, threshold: 3, answerSeconds: 6 } as const;
/** Time to live of the witness record. */
const WITNESS_TTL_SECONDS = 10;
/** Route 53 answers alias records with the target's time to live: 60 s for API Gateway. */
const ALIAS_TTL_SECONDS = 60;
/** One look of the probe at a Region that is a black hole. */
const PROBE_SECONDS = 12;

const GUIDE = {
  lambda: "time-outs and retries in template failover; typical: a warm Lambda function and DynamoDB",
  schedule: "schedule in template failover-functions; the second failed probe in a row starts the run",
  eventBridge: "Amazon EventBridge User Guide: a rule's target is invoked in about half a second",
  route53: "Amazon Route 53 Developer Guide: request interval 30 s times failure threshold 3",
  aurora:
    "Amazon Aurora features: a secondary Region is promoted in under a minute; bound in template failover",
} as const;

const retry = z.looseObject({
  IntervalSeconds: z.number().default(1),
  MaxAttempts: z.number().default(3),
  BackoffRate: z.number().default(2),
});
const state = z.looseObject({
  Type: z.string(),
  TimeoutSeconds: z.number().optional(),
  Seconds: z.number().optional(),
  Retry: z.array(retry).default([]),
});
const machine = z.looseObject({
  States: z.intersection(
    z.record(z.string(), state),
    z.looseObject({
      Begin: z.looseObject({ Assign: z.looseObject({ limits: z.record(z.string(), z.number()) }) }),
    }),
  ),
});
/** The orchestrator's definition, as far as it bounds time. */
export type Machine = z.output<typeof machine>;

/**
 * The definition in a template's document.
 * @throws z.ZodError when a state has no such form
 */
export function machineOf(document: unknown): Machine {
  const template = z
    .looseObject({
      Resources: z.looseObject({
        Orchestrator: z.looseObject({ Properties: z.looseObject({ Definition: machine }) }),
      }),
    })
    .parse(document);
  return template.Resources.Orchestrator.Properties.Definition;
}

function ownMachine(): Machine {
  return machineOf(loadTemplate(path.resolve(__dirname, "../../cfn/failover.yaml")).document);
}

/** Seconds that one state takes at most, with all its attempts and the pauses between them. */
export function stateBound(definition: Machine, name: string): number {
  const found = definition.States[name];
  if (found === undefined) throw new Error(`the state machine has no state ${name}`);
  if (found.Type === "Wait") return required(found.Seconds, name);
  const timeout = required(found.TimeoutSeconds, name);
  return found.Retry.reduce((sum, { MaxAttempts, IntervalSeconds, BackoffRate }) => {
    let pauses = 0;
    for (let attempt = 0; attempt < MaxAttempts; attempt += 1)
      pauses += IntervalSeconds * BackoffRate ** attempt;
    return sum + MaxAttempts * timeout + pauses;
  }, timeout);
}

function required(value: number | undefined, name: string): number {
  if (value === undefined) throw new Error(`nothing bounds the state ${name}`);
  return value;
}

/** Seconds of a loop that looks, waits, and looks again up to its limit. */
export function loopBound(definition: Machine, look: string, wait: string, limit: string): number {
  const looks = definition.States.Begin.Assign.limits[limit];
  if (looks === undefined) throw new Error(`the state machine has no limit ${limit}`);
  return looks * stateBound(definition, look) + (looks - 1) * stateBound(definition, wait);
}

/** Seconds after a fault at which the witness names the other Region at the latest. */
export function witnessBoundSeconds(): number {
  const { intervalSeconds, threshold, answerSeconds } = HEALTH_CHECK;
  return intervalSeconds * threshold + answerSeconds + WITNESS_TTL_SECONDS;
}

/**
 * The time until the run starts: the first probe after the fault, the second a minute later.
 * @returns parts of the budget before the state machine
 */
function detection(): BudgetPart[] {
  return [
    {
      name: "Detection: two failed probes in a row",
      boundSeconds: 2 * SCHEDULE_SECONDS + PROBE_SECONDS,
      typicalSeconds: 1.5 * SCHEDULE_SECONDS + PROBE_SECONDS / 2,
      source: GUIDE.schedule,
    },
    {
      name: "Health checks, calculated check and witness (beside detection and confirmation)",
      boundSeconds: 0,
      typicalSeconds: 0,
      source: `${GUIDE.route53}; ${witnessBoundSeconds()} s with time to live, which the confirmation waits for`,
    },
    { name: "Start of the execution", boundSeconds: 5, typicalSeconds: 1, source: GUIDE.eventBridge },
  ];
}

/** Checkpoints on the way to the promotion: before confirmation, approval, wait and promotion. */
const CHECKPOINTS = 4;

function untilActive(definition: Machine): BudgetPart[] {
  const task = (
    name: string,
    step: string,
    text: string,
    typicalSeconds: number,
    source: string = GUIDE.lambda,
  ) => ({
    ...{ name: text, step, typicalSeconds, source },
    boundSeconds: stateBound(definition, name),
  });
  return [
    task("Lock", "lock", "Lock and next epoch", 2),
    {
      name: "Confirmation by probe and witness",
      step: "confirm",
      boundSeconds: loopBound(definition, "Confirm", "ConfirmWait", "confirm"),
      typicalSeconds: 15,
      source: "limit of the loop in template failover; typical: two looks",
    },
    {
      name: "Checkpoints (pause, cancel)",
      boundSeconds: CHECKPOINTS * stateBound(definition, "Checkpoint"),
      typicalSeconds: CHECKPOINTS * 0.5,
      source: GUIDE.lambda,
    },
    task("Latch", "latch", "Latch: role TAKING_OVER", 1),
    task("FencePeer", "fence", "Fence of the lost Region, best effort", 6, "5 s that a black hole is given"),
    {
      name: "Wait until the old lease is over",
      step: "wait",
      boundSeconds: loopBound(definition, "Witness", "WitnessWait", "witness"),
      typicalSeconds: 165,
      source: "lease 120 s, time to live 10 s and a margin of 20 s; looks every 20 s",
    },
    task("PromoteDatabase", "promote", "Promotion is asked for", 4),
    {
      name: "The cluster becomes the writer",
      step: "promote",
      boundSeconds: loopBound(definition, "WaitForWriter", "WriterWait", "writer"),
      typicalSeconds: 60,
      source: GUIDE.aurora,
    },
    {
      name: "The database takes writes",
      step: "writes",
      boundSeconds: loopBound(definition, "WaitForWrites", "WritesWait", "writes"),
      typicalSeconds: 5,
      source: "limit of the loop in template failover; typical: the second look",
    },
    task("OpenCapacity", "open", "Queue, consumers, relay and warm capacity", 10),
    task("Activate", "activate", "Role ACTIVE", 1),
  ];
}

function untilTenthWrite(): BudgetPart[] {
  return [
    {
      name: "Clients' cached answers of DNS",
      boundSeconds: ALIAS_TTL_SECONDS,
      typicalSeconds: 0,
      source:
        "time to live of the alias' target; as a rule over long before, during the wait for the old lease",
    },
    {
      name: "Ten writes in a row",
      boundSeconds: 20,
      typicalSeconds: 10,
      source: "a write a second, the service alarm green: it watches this Region only",
    },
  ];
}

function afterwards(definition: Machine): BudgetPart[] {
  const replay = loopBound(definition, "Replay", "ReplayWait", "replay");
  const task = (name: string, step: string, text: string, typicalSeconds: number): BudgetPart => ({
    ...{ name: text, step, typicalSeconds, source: GUIDE.lambda },
    boundSeconds: stateBound(definition, name),
  });
  return [
    { name: "Replay", step: "replay", boundSeconds: replay, typicalSeconds: 30, source: GUIDE.lambda },
    task("Reconcile", "reconcile", "Reconciliation", 20),
    task("SyntheticPayment", "synthetic", "Synthetic payment", 3),
    task("Report", "report", "Report", 3),
  ];
}

function total(parts: readonly BudgetPart[], key: "boundSeconds" | "typicalSeconds"): number {
  return Math.round(parts.reduce((sum, part) => sum + part[key], 0));
}

/**
 * The budget of the orchestrator that stands in the template.
 * @param definition the state machine; by default that of cfn/failover.yaml
 */
export function failoverBudget(definition: Machine = ownMachine()): FailoverBudget {
  const parts = [...detection(), ...untilActive(definition), ...untilTenthWrite()];
  return {
    parts,
    afterwards: afterwards(definition),
    boundSeconds: total(parts, "boundSeconds"),
    typicalSeconds: total(parts, "typicalSeconds"),
  };
}
