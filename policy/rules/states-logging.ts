import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { isOpaque, isPresent, isUnresolved } from "../engine/values";

/** State machines log everything. */
export const rule = pciRule({
  id: "states-logging",
  title: "State machines log ALL events",
  row: 38,
  requirements: "10.2.1",
  severity: "medium",
  rationale: "A state machine acts on the CDE by itself; its history must outlive the execution.",
  fix: "Set LoggingConfiguration.Level to ALL with a log group as destination.",
  types: ["AWS::StepFunctions::StateMachine"],
  judge(resource) {
    const path = "LoggingConfiguration";
    const configuration = resource.get(path);
    if (isOpaque(configuration)) return unresolved(path, "The logging is known at deployment only.");
    const level = resource.get(`${path}.Level`);
    if (isUnresolved(level)) return unresolved(`${path}.Level`, "The level is known at deployment only.");
    if (known(level) !== "ALL")
      return violation(`${path}.Level`, `The level is ${known(level) ?? "OFF by default"}.`);
    return isPresent(resource.get(`${path}.Destinations`))
      ? COMPLIANT
      : violation(`${path}.Destinations`, "The log has no destination.");
  },
  examples: {
    compliant: [
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {LoggingConfiguration: {Level: ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: a}}]}}}`,
    ],
    violation: [
      `S: {Type: AWS::StepFunctions::StateMachine}`,
      `S: {Type: AWS::StepFunctions::StateMachine, Properties: {LoggingConfiguration: {Level: ERROR, Destinations: [a]}}}`,
    ],
    unresolved: [
      `Parameters: {L: {Type: String}}
Resources: {S: {Type: AWS::StepFunctions::StateMachine, Properties: {LoggingConfiguration: {Level: !Ref L, Destinations: [a]}}}}`,
    ],
  },
});
