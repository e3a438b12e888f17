import { keyKind, requireCustomerKey } from "../engine/checks";
import { pciRule } from "../engine/define";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { isList, isMap, isOpaque } from "../engine/values";

/** Secrets and their replicas are encrypted with keys of ours. */
export const rule = pciRule({
  id: "secret-encrypted",
  title: "Secrets and their replicas are under customer-managed keys",
  row: 25,
  requirements: "3.5.1 3.6.1",
  severity: "high",
  rationale:
    "Without KmsKeyId Secrets Manager uses the account's AWS-managed key, which every principal of the account may use.",
  fix: "Set KmsKeyId, and one in each entry of ReplicaRegions.",
  types: ["AWS::SecretsManager::Secret"],
  judge(resource) {
    const replicas = resource.get("ReplicaRegions");
    const found: Verdict[] = [requireCustomerKey(resource, "KmsKeyId", "The secret")];
    if (isOpaque(replicas))
      found.push(unresolved("ReplicaRegions", "The replicas are known at deployment only."));
    if (isList(replicas)) {
      replicas.forEach((replica, index) => {
        if (isMap(replica) && keyKind(replica["KmsKeyId"]) !== "customer") {
          found.push(
            violation(
              `ReplicaRegions.${index}.KmsKeyId`,
              "The replica names no customer-managed key of its Region.",
            ),
          );
        }
      });
    }
    return found;
  },
  examples: {
    compliant: [
      `S: {Type: AWS::SecretsManager::Secret, Properties: {KmsKeyId: k, ReplicaRegions: [{Region: eu-west-1, KmsKeyId: k2}]}}`,
    ],
    violation: [
      `S: {Type: AWS::SecretsManager::Secret}`,
      `S: {Type: AWS::SecretsManager::Secret, Properties: {KmsKeyId: alias/aws/secretsmanager}}`,
      `S: {Type: AWS::SecretsManager::Secret, Properties: {KmsKeyId: k, ReplicaRegions: [{Region: eu-west-1}]}}`,
    ],
    unresolved: [
      `Parameters: {R: {Type: String}}
Resources: {S: {Type: AWS::SecretsManager::Secret, Properties: {KmsKeyId: k, ReplicaRegions: !Ref R}}}`,
    ],
  },
});
