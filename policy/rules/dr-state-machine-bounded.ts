import { drRule } from "../engine/define";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import type { Resource } from "../engine/template";
import { Text, isList, isMap, isOpaque, type MapValue, type Value } from "../engine/values";

/** Attempts of a retrier that does not say how many. Source: Amazon States Language, "Retrying after error". */
const DEFAULT_ATTEMPTS = 3;

/** The definition as a value; texts are parsed with their unknown parts replaced. */
function definitionOf(resource: Resource): Value | undefined {
  const direct = resource.get("Definition");
  if (direct !== undefined) return direct;
  const text = resource.get("DefinitionString");
  const json = text instanceof Text ? text.render("x") : text;
  if (typeof json !== "string") return json;
  try {
    // Substitutions stand for numbers as well as for texts; as a number they are no bound.
    return JSON.parse(json.replace(/:\s*(\$\{[^}]*\}|x)\s*([,}])/g, ":null$2")) as Value;
  } catch {
    return undefined;
  }
}

const number = (value: Value | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

/** The longest time of one state in seconds with all its attempts; undefined when nothing bounds it. */
function boundOf(state: MapValue): number | undefined {
  const attempts = (isList(state["Retry"]) ? state["Retry"] : []).reduce<number>(
    (sum, retry) => sum + (isMap(retry) ? (number(retry["MaxAttempts"]) ?? DEFAULT_ATTEMPTS) : 0),
    1,
  );
  const type = state["Type"];
  if (type === "Task") {
    const timeout = number(state["TimeoutSeconds"]);
    return timeout === undefined ? undefined : timeout * attempts;
  }
  if (type === "Wait") return number(state["Seconds"]);
  if (type === "Parallel") {
    const branches = (isList(state["Branches"]) ? state["Branches"] : []).map((branch) =>
      isMap(branch) ? sumOf(branch) : undefined,
    );
    return branches.some((bound) => bound === undefined)
      ? undefined
      : Math.max(0, ...(branches as number[])) * attempts;
  }
  return type === "Map" ? undefined : 0;
}

/** The sum over all states: longer than any path, so a safe bound for a machine without loops. */
function sumOf(machine: MapValue): number | undefined {
  const states = machine["States"];
  if (!isMap(states)) return undefined;
  let sum = 0;
  for (const state of Object.values(states)) {
    const bound = isMap(state) ? boundOf(state) : undefined;
    if (bound === undefined) return undefined;
    sum += bound;
  }
  return sum;
}

/** A state machine ends before the recovery time is over. */
export const rule = drRule({
  id: "dr-state-machine-bounded",
  title: "State machines end within the recovery time",
  severity: "medium",
  rationale: "Timeouts in a row add up: steps that each look short can miss the recovery time together.",
  fix: "Set TimeoutSeconds of the machine, or of every task, so that the sum stays below the recovery time.",
  types: ["AWS::StepFunctions::StateMachine"],
  judge(resource, { settings }) {
    const path = resource.get("Definition") === undefined ? "DefinitionString" : "Definition";
    const definition = definitionOf(resource);
    if (isOpaque(definition) || !isMap(definition))
      return unresolved(path, "The definition is not in the template.");
    const bound = number(definition["TimeoutSeconds"]) ?? sumOf(definition);
    if (bound === undefined)
      return violation(path, "Neither the machine nor all of its tasks have a timeout.");
    if (bound <= settings.recoveryTimeSeconds) return COMPLIANT;
    return violation(
      path,
      `It may take ${bound} seconds; the recovery time is ${settings.recoveryTimeSeconds}.`,
    );
  },
  examples: {
    compliant: [
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {TimeoutSeconds: 900, StartAt: A, States: {A: {Type: Pass, End: true}}}}}`,
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","TimeoutSeconds":60,"Resource":"r","End":true}}}'}}`,
    ],
    violation: [
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Task, Resource: r, End: true}}}}}`,
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Task, TimeoutSeconds: 1800, Retry: [{MaxAttempts: 2}], Resource: r, End: true}}}}}`,
    ],
    unresolved: [
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: {Bucket: b, Key: k}}}`,
    ],
  },
});
