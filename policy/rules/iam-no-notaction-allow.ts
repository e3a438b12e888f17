import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { violation } from "../engine/rule";
import { IDENTITY_TYPES, allowed } from "../facts/identity";

/** Nothing is allowed by exception. */
export const rule = pciRule({
  id: "iam-no-notaction-allow",
  title: "No policy allows everything but some actions",
  row: 34,
  requirements: "7.2.1 7.2.2 7.3.1",
  severity: "high",
  rationale: "NotAction with Allow grants every action of AWS that is not named, also those of tomorrow.",
  fix: "Use Action, or NotAction with Deny.",
  types: IDENTITY_TYPES,
  judge: (resource) =>
    orCompliant(
      allowed(resource)
        .list.filter((statement) => statement.effect === "Allow" && statement.notActions.length > 0)
        .map((statement) =>
          violation(`${statement.path}.NotAction`, "NotAction with Allow grants all other actions."),
        ),
    ),
  examples: {
    compliant: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Deny, NotAction: "iam:*", Resource: "*"}}}}`,
    ],
    violation: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, NotAction: ["iam:*"], Resource: "*"}}}}`,
    ],
  },
});
