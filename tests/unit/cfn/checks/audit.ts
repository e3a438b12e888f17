import { at, list, mentions, resources, statementsOf, text, where, type Check, type Json } from "../templates";

const inProduction = (value: Json | undefined) =>
  at(value, "Fn::If", 0) === "IsProduction" && at(value, "Fn::If", 2, "Ref") === "AWS::NoValue"
    ? at(value, "Fn::If", 1)
    : undefined;

/** What must not be deleted is locked in production for at least its retention by PCI DSS 10.5.1, and nowhere else: what is locked cannot be destroyed. */
export const locks: Check = (templates) => [
  ...resources(templates, "AWS::CloudTrail::Trail").flatMap((trail) => {
    const bucket = resources(templates, "AWS::S3::Bucket").find(
      ({ template, id }) => template === trail.template && mentions(trail.properties["S3BucketName"], id),
    );
    if (!bucket) return [`${where(trail)} writes to no bucket of its template`];
    const retention = at(
      inProduction(bucket.properties["ObjectLockConfiguration"]),
      "Rule",
      "DefaultRetention",
    );
    return [
      ...(inProduction(bucket.properties["ObjectLockEnabled"]) === true &&
      at(retention, "Mode") === "GOVERNANCE" &&
      Number(at(retention, "Days")) >= 365
        ? []
        : [`${where(bucket)} is not locked in production alone, for a year`]),
    ];
  }),
  ...resources(templates, "AWS::Backup::BackupVault").flatMap((vault) =>
    Number(at(inProduction(vault.properties["LockConfiguration"]), "MinRetentionDays")) >= 35
      ? []
      : [`${where(vault)} is not locked in production alone, for 35 days`],
  ),
];

/** Who reads or deletes audit files is recorded (PCI DSS 10.2.1.3); what CloudTrail writes is not, or each delivery would cause another. */
export const auditOfAudit: Check = (templates) =>
  resources(templates, "AWS::CloudTrail::Trail").flatMap((trail) => {
    const onItself = list(trail.properties["AdvancedEventSelectors"])
      .map((selector) => list(at(selector, "FieldSelectors")))
      .filter((fields) => fields.some((field) => JSON.stringify(field).includes("${TrailBucket.Arn}/")));
    const narrowedBy = (name: string, value: string) =>
      onItself.some((fields) =>
        fields.some((field) => at(field, "Field") === name && JSON.stringify(field).includes(value)),
      );
    const isNarrow = (fields: readonly Json[]) =>
      fields.some((field) => ["readOnly", "eventName"].includes(text(at(field, "Field"))));
    return [
      ...(narrowedBy("readOnly", '"true"') ? [] : [`${where(trail)} does not record reads of its own files`]),
      ...(narrowedBy("eventName", '"Delete"')
        ? []
        : [`${where(trail)} does not record deletions of its own files`]),
      ...(onItself.every(isNarrow) ? [] : [`${where(trail)} records its own deliveries`]),
    ];
  });

/** Whose word opens a key: the service, and for what it may be. */
const KEY_USERS: Readonly<Record<string, { key: string; actions: string[]; condition: RegExp }>> = {
  "cloudfront.amazonaws.com": {
    key: "DataKey",
    actions: ["kms:Decrypt"],
    condition: /aws:SourceArn.*distribution.*EncryptionContext:aws:s3:arn.*bucket-static-assets-/,
  },
  "delivery.logs.amazonaws.com": {
    key: "LogsKey",
    actions: ["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
    condition: /EncryptionContext:aws:s3:arn.*bucket-edge-logs-/,
  },
};

/** CloudFront opens the static pages and nothing else; the delivery of its logs encrypts for one bucket and reads nothing. */
export const edgeKeys: Check = (templates) =>
  Object.entries(KEY_USERS).flatMap(([service, { key, actions, condition }]) => {
    const keys = resources(templates, "AWS::KMS::Key").filter(({ template }) => template === "encryption");
    return keys.flatMap((resource) => {
      const statements = statementsOf(resource.properties["KeyPolicy"]).filter(
        (statement) => text(at(statement["Principal"], "Service")) === service,
      );
      if (resource.id !== key) return statements.map(() => `${where(resource)} admits ${service}`);
      const [statement] = statements;
      const allowed = list(statement?.["Action"]).map(text).sort();
      return JSON.stringify(allowed) === JSON.stringify(actions) &&
        condition.test(JSON.stringify(statement?.["Condition"]))
        ? []
        : [`${where(resource)} admits ${service} to more or less than its purpose`];
    });
  });

/** Logs that still arrive are kept out while a bucket is emptied: the policy, and who writes, go before the clean-up runs. */
export const cleanUpLast: Check = (templates) =>
  ["audit/TrailBucket", "edge/EdgeLogBucket"].flatMap((name) => {
    const [template, bucket = ""] = name.split("/");
    const policy = resources(templates, "AWS::S3::BucketPolicy").find(
      (each) => each.template === template && mentions(each.properties["Bucket"], bucket),
    );
    const writers = resources(templates, "AWS::CloudTrail::Trail", "AWS::CloudFront::Distribution");
    const writer = writers.find((each) => each.template === template);
    return [
      ...(mentions(at(policy?.properties["PolicyDocument"], "Id"), `${bucket}Cleanup`)
        ? []
        : [`${name} may be emptied while it is written to`]),
      ...(text(writer?.resource["DependsOn"]) === policy?.id ? [] : [`${name} outlives who writes to it`]),
    ];
  });
