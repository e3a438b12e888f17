import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, unresolved, violation, type Verdict } from "../engine/rule";
import { Reference, at, flag, isList, isMap, isOpaque, isPresent, symbolOf } from "../engine/values";

/** The Region of a key's ARN. */
const regionOf = (arn: string): string | undefined => /^arn:[^:]*:kms:([a-z0-9-]+):/.exec(arn)?.[1];

/** Every replica is encrypted with a key of its own Region. */
export const rule = pciRule({
  id: "dynamodb-replica-keys",
  title: "Each replica of a global table uses its own Region's key",
  row: 20,
  requirements: "3.5.1 3.6.1",
  severity: "high",
  rationale:
    "A KMS key serves one Region; a replica without a key of its own is not under our control, or dies with the other Region.",
  fix: "Give every entry of Replicas an SSESpecification.KMSMasterKeyId of its Region.",
  types: ["AWS::DynamoDB::GlobalTable"],
  judge(resource) {
    if (flag(resource.get("SSESpecification.SSEEnabled")) !== "true") return COMPLIANT;
    const replicas = resource.get("Replicas");
    if (isOpaque(replicas)) return unresolved("Replicas", "The replicas are known at deployment only.");
    if (!isList(replicas)) return violation("Replicas", "The table names no replica.");
    const seen = new Map<string, string>();
    return orCompliant(
      replicas.flatMap((replica, index): Verdict[] => {
        if (!isMap(replica)) return [];
        const key = at(replica, "SSESpecification.KMSMasterKeyId");
        const path = `Replicas.${index}.SSESpecification.KMSMasterKeyId`;
        const region = known(replica["Region"]);
        if (!isPresent(key)) return [violation(path, "The replica names no key of its Region.")];
        const keyRegion = regionOf(symbolOf(key));
        if (region !== undefined && keyRegion !== undefined && keyRegion !== region) {
          return [violation(path, `The replica in ${region} uses a key of ${keyRegion}.`)];
        }
        // An alias or a key's id may name a key in each Region; a reference or an ARN is one key.
        const single = key instanceof Reference || keyRegion !== undefined;
        const before = seen.get(symbolOf(key));
        seen.set(symbolOf(key), symbolOf(replica["Region"]));
        return single && before !== undefined
          ? [violation(path, "Two replicas share one Region's key.")]
          : [];
      }),
    );
  },
  examples: {
    compliant: [
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {SSESpecification: {SSEEnabled: true}, Replicas: [{Region: eu-west-1, SSESpecification: {KMSMasterKeyId: "arn:aws:kms:eu-west-1:111122223333:key/a"}}, {Region: eu-west-2, SSESpecification: {KMSMasterKeyId: "arn:aws:kms:eu-west-2:111122223333:key/b"}}]}}`,
    ],
    violation: [
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {SSESpecification: {SSEEnabled: true}, Replicas: [{Region: eu-west-1}]}}`,
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {SSESpecification: {SSEEnabled: true}, Replicas: [{Region: eu-west-1, SSESpecification: {KMSMasterKeyId: "arn:aws:kms:eu-west-2:111122223333:key/b"}}]}}`,
      `K: {Type: AWS::KMS::Key}
T: {Type: AWS::DynamoDB::GlobalTable, Properties: {SSESpecification: {SSEEnabled: true}, Replicas: [{Region: a, SSESpecification: {KMSMasterKeyId: !GetAtt K.Arn}}, {Region: b, SSESpecification: {KMSMasterKeyId: !GetAtt K.Arn}}]}}`,
    ],
    unresolved: [
      `Parameters: {R: {Type: String}}
Resources: {T: {Type: AWS::DynamoDB::GlobalTable, Properties: {SSESpecification: {SSEEnabled: true}, Replicas: !Ref R}}}`,
    ],
  },
});
