import type { ParseArgsConfig } from "node:util";
import type { Place } from "../../components/regions";
import { parseCommandLine, UsageError } from "../cli";
import type { Mode } from "./decisions";
import type { CloudKind } from "./Platform";

export const FAILOVER_HELP = `Usage: npm run failover -- ACTION [FLAGS] [--json] [--cloud embedded|aws]

Watches:
  status                    both Regions: role, epoch, lease, alarms, readiness, DNS, operation, replication lag
  plan                      each step with its bound and its typical time, and the summed RTO budget
  report [--operation ID]   the last failover's report: timeline, RTO, RPO, lost payments
Acts:
  start --mode failover|switchover [--approval] [--dry-run] [--region primary|dr] [--wait]
                            makes a Region active (default: the standby). failover: the active one is lost;
                            switchover: both are healthy and nothing is lost
  failback [--approval] [--dry-run] [--wait]
                            a switchover back to primary, once it is a standby and ready
  approve | reject [--reason TEXT]
                            answers an operation that waits for an approval
  pause | resume | cancel   an operation that has not begun to promote the database
Last resorts, see docs/runbook.md:
  resume-writes [--region primary|dr] --yes [--wait]
                            lets a FENCED Region write again. Only when the other one certainly does not write
  detach [--region primary|dr] --yes
                            cuts the standby's database out of the global cluster. What had not arrived is lost

  --wait    follows to the end; Ctrl-C ends the watch, not the operation
  --json    prints the result as JSON (use npm run -s)
  --cloud   default: the embedded cloud if one is here, else AWS. On AWS: credentials as for the AWS CLI, and the
            deployment's flat outputs in cfn-outputs/flat-outputs.json or the file named by FLAT_OUTPUTS

Exit codes: 0 done, 1 usage, 2 refused or ended without a change, 3 failed, 130 interrupted.`;

export const FAILOVER_OPTIONS = {
  mode: { type: "string" },
  approval: { type: "boolean" },
  "dry-run": { type: "boolean" },
  region: { type: "string" },
  wait: { type: "boolean" },
  reason: { type: "string" },
  operation: { type: "string" },
  yes: { type: "boolean" },
  json: { type: "boolean" },
  cloud: { type: "string" },
} as const satisfies NonNullable<ParseArgsConfig["options"]>;

type Flag = keyof typeof FAILOVER_OPTIONS;

/** The flags of each action, besides those that all have. */
const ACTIONS = {
  status: [],
  plan: [],
  report: ["operation"],
  start: ["mode", "approval", "dry-run", "region", "wait"],
  failback: ["approval", "dry-run", "wait"],
  approve: [],
  reject: ["reason"],
  pause: [],
  resume: [],
  cancel: [],
  "resume-writes": ["region", "yes", "wait"],
  detach: ["region", "yes"],
} as const satisfies Record<string, readonly Flag[]>;

export type FailoverAction = keyof typeof ACTIONS;

const COMMON_FLAGS: readonly Flag[] = ["json", "cloud"];

/** A command line that is understood. */
export interface FailoverRequest {
  readonly action: FailoverAction;
  /** Only of `start`. */
  readonly mode?: Mode;
  readonly approval: boolean;
  readonly dryRun: boolean;
  readonly place?: Place;
  readonly wait: boolean;
  readonly reason?: string;
  readonly operationId?: string;
  readonly yes: boolean;
  readonly json: boolean;
  readonly cloud?: CloudKind;
}

type Values = ReturnType<typeof parse>["values"];

function parse(args: string[]) {
  return parseCommandLine(
    {
      name: "npm run failover",
      help: FAILOVER_HELP,
      options: FAILOVER_OPTIONS,
      positionals: 1,
      run: () => Promise.resolve(),
    },
    args,
  );
}

/** @throws UsageError */
export function parseFailoverArguments(args: string[]): FailoverRequest {
  const { values, positionals } = parse(args);
  return failoverRequest(values, positionals);
}

/** Understands what was parsed. @throws UsageError */
export function failoverRequest(values: Values, [action]: readonly string[]): FailoverRequest {
  if (action === undefined || !Object.hasOwn(ACTIONS, action)) {
    throw usage(action === undefined ? "What to do is missing." : `There is no action "${action}".`);
  }
  const allowed: readonly Flag[] = [...COMMON_FLAGS, ...ACTIONS[action as FailoverAction]];
  const foreign = (Object.keys(values) as Flag[]).filter((flag) => !allowed.includes(flag));
  if (foreign.length > 0) throw usage(`${action} knows no --${foreign.join(", --")}.`);
  if (action === "start" && values.mode === undefined) throw usage("start needs --mode failover|switchover.");
  return {
    action: action as FailoverAction,
    mode: choice("mode", values.mode, ["failover", "switchover"]),
    place: choice("region", values.region, ["primary", "dr"]),
    cloud: choice("cloud", values.cloud, ["embedded", "aws"]),
    approval: values.approval ?? false,
    dryRun: values["dry-run"] ?? false,
    wait: values.wait ?? false,
    yes: values.yes ?? false,
    json: values.json ?? false,
    reason: values.reason,
    operationId: values.operation,
  };
}

function choice<T extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const chosen = choices.find((each) => each === value);
  if (chosen === undefined) throw usage(`--${flag} is ${choices.join(" or ")}, not "${value}".`);
  return chosen;
}

function usage(message: string): UsageError {
  return new UsageError(`${message}\n\n${FAILOVER_HELP}`);
}
