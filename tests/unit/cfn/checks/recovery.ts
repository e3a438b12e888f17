import aslValidator from "asl-validator";
import { BUDGET_LIMITS, failoverBudget, machineOf } from "../../../../components/failover/budget";
import { OPERATION_STEPS } from "../../../../functions/domain/failover";
import { at, isMapping, list, mentions, resources, statementsOf, text, where, type Check, type Json } from "../templates";

type States = Readonly<Record<string, { [key: string]: Json }>>;

/** A failure may leave these without a word: each is repeated, or may fail without harm, or is the word itself. */
const BEST_EFFORT: Readonly<Record<string, string>> = {
  Checkpoint: "a question that cannot be answered stops no recovery; it is reported as a warning",
  Confirm: "a look that fails says nothing and is repeated, up to a limit that ends in an abort with a reason",
  FencePeer: "a lost Region cannot be reached; it is reported as a warning",
  Witness: "a look that fails counts as not named, up to a limit that is told",
  WaitForWriter: "a look that fails counts as not yet, up to a limit that is told",
  WaitForWrites: "a look that fails counts as not yet, up to a limit that is told",
  Notify: "it is the telling itself",
  NotifyStuck: "it is the telling itself",
  FinishFailed: "the failure was told before",
};

/** What a failure can name besides the steps of an operation. */
const STEPS = new Set<string>([...OPERATION_STEPS, "finish", "abort"]);

const RETRIED = /^(Lambda\.\w+|States\.Timeout|[A-Z][A-Za-z]+)$/;

/** The orchestrator's definition and its states. */
function definition(templates: Parameters<Check>[0]): { machine: Json | undefined; states: States } {
  const machine = resources(templates, "AWS::StepFunctions::StateMachine")[0]?.properties["Definition"];
  const states = at(machine, "States");
  return { machine, states: (isMapping(states) ? states : {}) as States };
}

function label(name: string): string {
  return `failover/Orchestrator ${name}`;
}

/** The definition is one that Step Functions takes. */
export const validLanguage: Check = (templates) => {
  const { machine } = definition(templates);
  // Function ARNs and settings stand in the definition as `${Name}` and are put in by CloudFormation.
  const whole: unknown = JSON.parse(
    JSON.stringify(machine ?? {})
      .replaceAll("${WitnessFreshSeconds}", "15")
      .replace(/\$\{\w+\}/g, "arn:aws:lambda:ap-southeast-2:111122223333:function:f:live"),
  );
  const verdict = aslValidator(whole);
  return verdict.isValid ? [] : [`${label("")}is not valid: ${verdict.errorsText("; ")}`];
};

function bounds(name: string, state: { [key: string]: Json }): string[] {
  const timeout = Number(state["TimeoutSeconds"] ?? NaN);
  const retries = list(state["Retry"]);
  return [
    ...(timeout > 0 && timeout <= 1200 ? [] : [`${label(name)} has no timeout`]),
    ...(retries.every((retry) => Number(at(retry, "MaxAttempts") ?? NaN) <= 3) ? [] : [`${label(name)} retries without a limit`]),
    ...(retries
      .flatMap((retry) => list(at(retry, "ErrorEquals")).map(text))
      .every((error) => RETRIED.test(error) && error !== "States.ALL")
      ? []
      : [`${label(name)} retries errors that it does not name`]),
  ];
}

function caught(name: string, state: { [key: string]: Json }): string[] {
  const catcher = list(state["Catch"]).find((item) => list(at(item, "ErrorEquals")).includes("States.ALL"));
  if (catcher === undefined) return [`${label(name)} does not catch every error`];
  if (name in BEST_EFFORT) return [];
  const told = ["Notify", "NotifyStuck"].includes(text(at(catcher, "Next")));
  const step = text(at(catcher, "Assign", "failure", "step"));
  return told && STEPS.has(step) ? [] : [`${label(name)} fails without naming its step`];
}

/** Every task ends, repeats only named errors, and tells its failure with its step. */
export const boundedStates: Check = (templates) => {
  const { states } = definition(templates);
  return Object.entries(states).flatMap(([name, state]) => {
    const type = text(state["Type"]);
    if (type === "Wait") return Number(state["Seconds"] ?? NaN) <= 60 ? [] : [`${label(name)} waits too long`];
    if (!["Task", "Parallel", "Map"].includes(type)) return [];
    return [...bounds(name, state), ...caught(name, state)];
  });
};

/** Notifications name step, error and section of the runbook. */
export const notifications: Check = (templates) => {
  const { states } = definition(templates);
  return ["Notify", "NotifyStuck"].flatMap((name) => {
    const payload = at(states[name], "Arguments", "Payload");
    return ["step", "error", "runbookSection"]
      .filter((key) => !text(at(payload, key)).includes("$failure.step") && !text(at(payload, key)).includes("$failure.error"))
      .map((key) => `${label(name)} does not say ${key}`);
  });
};

/** The record of an operation that failed says what the error said, not only its name. */
export const causes: Check = (templates) => {
  const { states } = definition(templates);
  const kept = text(at(states["AfterFailure"], "Assign", "outcome", "cause")).includes("$failure.cause");
  const told = { Abort: "$outcome.cause", FinishFailed: "$failure.cause" };
  return [
    ...(kept ? [] : [`${label("AfterFailure")} forgets the cause`]),
    ...Object.entries(told)
      .filter(([name, cause]) => !text(at(states[name], "Arguments", "Payload", "cause")).includes(cause))
      .map(([name]) => `${label(name)} does not say the cause`),
  ];
};

/** Where a state leads, with the step that the way notes: that of a checkpoint, or of a failure. */
function ways(state: { [key: string]: Json }): { next: string; step: string | undefined }[] {
  const way = (from: Json | undefined, key: string) => {
    const noted = at(from, "Assign", "failure", "step") ?? at(from, "Assign", "step");
    return { next: text(at(from, key)), step: noted === undefined ? undefined : text(noted) };
  };
  return [
    way(state, "Next"),
    way(state, "Default"),
    ...list(state["Catch"]).map((item) => way(item, "Next")),
    ...list(state["Choices"]).map((item) => way(item, "Next")),
  ].filter(({ next }) => next !== "");
}

/** Choices to which many ways lead, each with the state before it: their circles end because steps only go forward. */
const HUBS: Readonly<Record<string, string>> = { Decide: "Checkpoint", AfterFailure: "Notify" };

/** Leaves a loop once a counter has reached its limit. */
function isLimit(state: { [key: string]: Json }): boolean {
  return list(state["Choices"]).some((choice) =>
    /\$(polls|pauses) >= \(?.*\$limits\.\w+/.test(text(at(choice, "Condition"))),
  );
}

/** The names of states on a circle that nothing leaves after a number of turns. */
function endless(states: States): string[] {
  const left = new Map(Object.entries(states).filter(([name, state]) => !(name in HUBS) && !isLimit(state)));
  for (;;) {
    const ends = [...left].filter(([, state]) => !ways(state).some(({ next }) => left.has(next)));
    if (ends.length === 0) return [...left.keys()];
    for (const [name] of ends) left.delete(name);
  }
}

function orderOf(step: string): number {
  return step === "finish" ? OPERATION_STEPS.length : OPERATION_STEPS.findIndex((known) => known === step);
}

/** The steps with which the ways from a state come to the entry of a hub. */
function stepsAt(states: States, entry: string, from: string): Set<string> {
  const reached = new Set<string>();
  const seen = new Set<string>();
  const walk = (name: string, step: string | undefined): void => {
    if (name === entry && step !== undefined) reached.add(step);
    const key = `${name} ${step ?? ""}`;
    if (name in HUBS || Object.values(HUBS).includes(name) || seen.has(key)) return;
    seen.add(key);
    for (const way of ways(states[name] ?? {})) walk(way.next, way.step ?? step);
  };
  walk(from, undefined);
  return reached;
}

/** Ways that lead from a hub back to it with a step that is not later. */
function backwards(states: States, hub: string, entry: string): string[] {
  return list(states[hub]?.["Choices"]).flatMap((rule) => {
    const words = [...text(at(rule, "Condition")).matchAll(/"(\w+)"/g)].map(([, word]) => word ?? "");
    const step = words.find((word) => orderOf(word) >= 0);
    if (step === undefined || text(at(rule, "Condition")).includes("$committed")) return [];
    return [...stepsAt(states, entry, text(at(rule, "Next")))]
      .filter((next) => orderOf(next) <= orderOf(step))
      .map((next) => `${label(hub)} leads from ${step} back to ${next}`);
  });
}

/** Every loop has a counter, and the steps only go forward. */
export const boundedLoops: Check = (templates) => {
  const { states } = definition(templates);
  return [
    ...endless(states).map((name) => `${label(name)} may go round for ever`),
    ...Object.entries(HUBS).flatMap(([hub, entry]) => backwards(states, hub, entry)),
  ];
};

/** The worst path takes at most 15 minutes, the usual one at most 10. */
export const budget: Check = (templates) => {
  const { boundSeconds, typicalSeconds } = failoverBudget(machineOf(templates.get("failover")?.document));
  return [
    ...(boundSeconds <= BUDGET_LIMITS.boundSeconds ? [] : [`${label("")}may take ${boundSeconds} s`]),
    ...(typicalSeconds <= BUDGET_LIMITS.typicalSeconds ? [] : [`${label("")}takes ${typicalSeconds} s as a rule`]),
  ];
};

/** What the budget takes for granted about schedules, health checks and records. */
export const budgetGrounds: Check = (templates) => {
  const rules = resources(templates, "AWS::Events::Rule").filter(({ id }) =>
    ["PeerProbeRule", "LeaseKeeperRule"].includes(id),
  );
  const checks = resources(templates, "AWS::Route53::HealthCheck").filter(
    ({ properties }) => at(properties["HealthCheckConfig"], "Type") !== "CALCULATED",
  );
  return [
    ...(rules.length === 2 ? [] : ["failover-functions/ does not schedule probe and lease keeper"]),
    ...rules
      .filter(({ properties }) => properties["ScheduleExpression"] !== "rate(1 minute)")
      .map((rule) => `${where(rule)} does not run every minute`),
    ...(checks.length === 2 ? [] : ["dns/ does not look at both Regions"]),
    ...checks
      .filter(({ properties: { HealthCheckConfig: config } }) => at(config, "RequestInterval") !== 30 || at(config, "FailureThreshold") !== 3)
      .map((check) => `${where(check)} needs longer than 90 seconds`),
    ...(at(templates.get("dns")?.document, "Parameters", "WitnessTtlSeconds", "Default") === 10
      ? []
      : ["dns/WitnessTtlSeconds has another time to live"]),
  ];
};

/** Control planes that may be down together with the lost Region or with us-east-1. */
const CONTROL_PLANES = /^(iam|route53|route53domains|cloudfront|acm|cloudformation|organizations|sts):/;
const READS = /^\w+:(Describe|Get|List|BatchGet)/;

/** Roles that act during a recovery, by template. */
const RECOVERY = new Set(["failover-roles", "failover", "failover-detection"]);

/** A recovery calls no control plane that may be down, nothing in us-east-1, and Lambda functions only. */
export const controlPlanes: Check = (templates) => {
  const roles = resources(templates, "AWS::IAM::Role", "AWS::IAM::ManagedPolicy").filter(({ template }) => RECOVERY.has(template));
  const granted = roles.flatMap((role) =>
    [role.properties["PolicyDocument"], ...list(role.properties["Policies"]).map((policy) => at(policy, "PolicyDocument"))]
      .flatMap((document) => statementsOf(document))
      .filter((statement) => statement["Effect"] === "Allow")
      .flatMap((statement) => [
        ...list(statement["Action"])
          .map(text)
          .filter((action) => CONTROL_PLANES.test(action.toLowerCase()) && !READS.test(action))
          .map((action) => `${where(role)} may call ${action}`),
        ...(JSON.stringify(statement).includes("us-east-1") ? [`${where(role)} reaches for us-east-1`] : []),
      ]),
  );
  const managed = roles.flatMap((role) =>
    list(role.properties["ManagedPolicyArns"])
      .filter((policy) => !mentions(policy, "BasePolicy"))
      .map(() => `${where(role)} has a policy that is not in sight`),
  );
  const { states } = definition(templates);
  const calls = Object.entries(states)
    .filter(([, state]) => state["Type"] === "Task")
    .filter(([, state]) => !/^arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$/.test(text(state["Resource"])))
    .map(([name]) => `${label(name)} calls something else than a function`);
  return [...granted, ...managed, ...calls];
};

/** The newest evaluation alone decides, and when none comes any more, that is told. */
export const readiness: Check = (templates) => {
  const rule = resources(templates, "AWS::Events::Rule").find(({ id }) => id === "ReadinessRule");
  const scheduleSeconds = 60 * Number(/^rate\((\d+) minutes\)$/.exec(text(rule?.properties["ScheduleExpression"]))?.[1] ?? NaN);
  const alarms = resources(templates, "AWS::CloudWatch::Alarm").filter(
    ({ properties }) => properties["MetricName"] === "ReadinessFailures",
  );
  const find = (statistic: string) => alarms.find(({ properties }) => properties["Statistic"] === statistic);
  const [state, guard] = [find("Maximum"), find("SampleCount")];
  if (state === undefined) return ["failover-detection/ReadinessAlarm does not follow the failures"];
  if (guard === undefined) return ["failover-detection/ReadinessMissingAlarm does not count the evaluations"];
  const [own, its] = [state.properties, guard.properties];
  const windowSeconds = Number(its["Period"]) * Number(its["EvaluationPeriods"]);
  const topics = list(its["InsufficientDataActions"]);
  const problems: [boolean, string][] = [
    [own["Period"] === 60 && own["EvaluationPeriods"] === 1, `${where(state)} looks at older evaluations too`],
    [own["TreatMissingData"] === "ignore", `${where(state)} changes without an evaluation`],
    [windowSeconds >= 2 * scheduleSeconds, `${where(guard)} cannot do without a single evaluation`],
    [windowSeconds <= 3 * scheduleSeconds, `${where(guard)} takes long to notice`],
    [its["DatapointsToAlarm"] === its["EvaluationPeriods"], `${where(guard)} wants an evaluation in every period`],
    [its["TreatMissingData"] === "missing" && topics.length > 0, `${where(guard)} does not tell that none came`],
  ];
  return problems.flatMap(([fine, problem]) => (fine ? [] : [problem]));
};

/** Only what a failover is: the orchestrator may invoke its functions, the rules may start the orchestrator. */
export const startOnly: Check = (templates) => {
  const allowed: Readonly<Record<string, string>> = { OrchestratorRole: "lambda:InvokeFunction", StartRole: "states:StartExecution" };
  return resources(templates, "AWS::IAM::Role")
    .filter(({ id }) => id in allowed)
    .flatMap((role) =>
      list(role.properties["Policies"])
        .flatMap((policy) => statementsOf(at(policy, "PolicyDocument")))
        .filter((statement) => text(statement["Resource"]) !== "*")
        .flatMap((statement) => list(statement["Action"]).map(text))
        .filter((action) => action !== allowed[role.id])
        .map((action) => `${where(role)} may also ${action}`),
    );
};

/** Names return to nobody by themselves: PRIMARY under endpoint and latch, SECONDARY without a check. */
export const latchedNames: Check = (templates) => {
  const records = resources(templates, "AWS::Route53::RecordSet").filter(({ properties }) => properties["Failover"] !== undefined);
  const checks = resources(templates, "AWS::Route53::HealthCheck");
  const config = (id: string) => checks.find((check) => check.id === id)?.properties["HealthCheckConfig"];
  const calculated = checks.find(({ properties }) => at(properties["HealthCheckConfig"], "Type") === "CALCULATED");
  const children = list(at(calculated?.properties["HealthCheckConfig"], "ChildHealthChecks")).map((child) => text(at(child, "Ref")));
  const inverted = children.filter((id) => at(config(id), "Inverted") === true);
  const latch = at(config(inverted[0] ?? ""), "FullyQualifiedDomainName", "Ref");
  return [
    ...(records.length === 6 ? [] : ["dns/ has not three failover pairs"]),
    ...records.flatMap((record) => {
      const check = record.properties["HealthCheckId"];
      const primary = record.properties["Failover"] === "PRIMARY";
      const fine = primary ? calculated !== undefined && mentions(check, calculated.id) : check === undefined;
      return fine ? [] : [`${where(record)} has the wrong health check`];
    }),
    ...(children.length === 2 && inverted.length === 1 && latch === "DrApiDomainName"
      ? []
      : [`dns/${calculated?.id ?? "PrimaryServes"} has no latch on DR`]),
    ...(at(calculated?.properties["HealthCheckConfig"], "HealthThreshold") === 2
      ? []
      : [`dns/${calculated?.id ?? "PrimaryServes"} does not need both`]),
    ...children
      .filter((id) => at(config(id), "SearchString") !== "traffic=yes" || at(config(id), "Type") !== "HTTPS_STR_MATCH")
      .map((id) => `dns/${id} does not look for traffic=yes`),
  ];
};

/** A rule starts a real failover, from this Region's own probe or from what the other Region says of itself; or goes on with one that was killed. */
export const triggers: Check = (templates) => {
  const rules = resources(templates, "AWS::Events::Rule").filter(({ template }) => template === "failover-detection");
  const alarm = resources(templates, "AWS::CloudWatch::Alarm").find(({ id }) => id === "PeerUnavailableAlarm");
  const own = ["PeerLostRule", "LeftBehindRule"].map((id) => ({ id, rule: rules.find((rule) => rule.id === id) }));
  const modes: Readonly<Record<string, string>> = { LeftBehindRule: '"mode":<mode>' };
  return [
    ...(rules.length === 4 ? [] : ["failover-detection/ has not four triggers"]),
    ...rules
      .filter(
        ({ id, properties }) =>
          !text(at(properties["Targets"], 0, "InputTransformer", "InputTemplate")).includes(modes[id] ?? '"mode":"failover"'),
      )
      .map((rule) => `${where(rule)} starts something else`),
    ...rules.filter(({ properties }) => properties["State"] !== "ENABLED").map((rule) => `${where(rule)} is switched off`),
    ...(alarm?.properties["TreatMissingData"] === "breaching" ? [] : ["failover-detection/PeerUnavailableAlarm is green without data"]),
    ...own
      .filter(({ rule }) => !mentions(rule?.properties["EventPattern"], "AWS::Region"))
      .map(({ id }) => `failover-detection/${id} hears the other Region's own signal`),
  ];
};
