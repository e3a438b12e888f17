import { isAccountRoot, principalText } from "../engine/access";
import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { coversAction, statements } from "../engine/iam";
import { COMPLIANT, unresolved, violation, type Verdict } from "../engine/rule";

/** One action each is enough to be an administrator, or a user, of a key. */
const ADMINISTER = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"];
const USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"];

/** Whoever administers a key does not use it. */
export const rule = pciRule({
  id: "kms-separate-duties",
  title: "Administrators of a key are not its users",
  row: 26,
  requirements: "3.6.1.3 7.2.2",
  severity: "high",
  rationale:
    "Access to cleartext keys goes to the fewest; who may change a key's policy must not also decrypt. The account's root only delegates to IAM.",
  fix: "Give administration (kms:Put*, kms:ScheduleKeyDeletion, …) and use (kms:Decrypt, …) to different principals.",
  types: ["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
  judge(resource) {
    const document = resource.get("KeyPolicy");
    if (document === undefined) return COMPLIANT;
    const list = statements(document, "KeyPolicy");
    if (list === undefined) return unresolved("KeyPolicy", "The key's policy is known at deployment only.");
    const duties = new Map<string, { administers?: string; uses?: string }>();
    for (const statement of list.filter((item) => item.effect === "Allow")) {
      for (const principal of statement.principals) {
        if (principal.kind !== "aws" && principal.kind !== "unknown") continue;
        if (isAccountRoot(principal)) continue;
        const name = principalText(principal);
        const duty = duties.get(name) ?? {};
        duties.set(name, duty);
        if (ADMINISTER.some((action) => coversAction(statement, action))) duty.administers ??= statement.path;
        if (USE.some((action) => coversAction(statement, action))) duty.uses ??= statement.path;
      }
    }
    return orCompliant(
      [...duties].flatMap(([name, duty]): Verdict[] =>
        duty.administers !== undefined && duty.uses !== undefined
          ? [
              violation(
                duty.uses,
                `${name.replace(/[<>]/g, "").replace(/^.*#/, "")} both administers and uses the key.`,
              ),
            ]
          : [],
      ),
    );
  },
  examples: {
    compliant: [
      `K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "kms:*", Resource: "*"}, {Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:role/user"}, Action: ["kms:Decrypt"], Resource: "*"}]}}}`,
    ],
    violation: [
      `K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:role/admin"}, Action: "kms:*", Resource: "*"}]}}}`,
      `R: {Type: AWS::IAM::Role}
K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: !GetAtt R.Arn}, Action: ["kms:Put*"], Resource: "*"}, {Effect: Allow, Principal: {AWS: [!GetAtt R.Arn]}, Action: "KMS:decrypt", Resource: "*"}]}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: !Ref P}}}`,
    ],
  },
});
