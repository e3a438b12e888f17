import { auditOfAudit, cleanUpLast, edgeKeys, locks } from "./checks/audit";
import { describeChecks, set } from "./mutations";

const P = "Properties";
const IN_PRODUCTION = (value: boolean | Record<string, number>) => ({
  "Fn::If": ["IsProduction", value, { Ref: "AWS::NoValue" }],
});

describeChecks("audit files and backups", [
  [
    "locks audit files and backups in production, and only there",
    locks,
    [
      set("audit/TrailBucket", `${P}/ObjectLockEnabled`, true),
      set("audit/TrailBucket", `${P}/ObjectLockConfiguration/Fn::If/1/Rule/DefaultRetention/Days`, 364),
      set("audit/TrailBucket", `${P}/ObjectLockConfiguration/Fn::If/1/Rule/DefaultRetention/Mode`, "COMPLIANCE"),
      set("audit/BackupVault", `${P}/LockConfiguration`, { MinRetentionDays: 35 }),
      set("audit/BackupVault", `${P}/LockConfiguration`, IN_PRODUCTION({ MinRetentionDays: 34 })),
    ],
  ],
  [
    "satisfies R34: records who reads and who deletes audit files, but not their delivery",
    auditOfAudit,
    [
      set("audit/Trail", `${P}/AdvancedEventSelectors/3`),
      set("audit/Trail", `${P}/AdvancedEventSelectors/4`),
      set("audit/Trail", `${P}/AdvancedEventSelectors/4/FieldSelectors/3`),
    ],
  ],
  [
    "satisfies R12: lets CloudFront open the pages, and its logs' delivery write them, with no other key",
    edgeKeys,
    [
      set("encryption/DataKey", `${P}/KeyPolicy/Statement/3/Condition/StringLike`),
      set("encryption/DataKey", `${P}/KeyPolicy/Statement/3/Action`, "kms:Encrypt"),
      set("encryption/LogsKey", `${P}/KeyPolicy/Statement/5/Condition`),
      set("encryption/MessagingKey", `${P}/KeyPolicy/Statement/2/Principal/Service`, "cloudfront.amazonaws.com"),
    ],
  ],
  [
    "empties log buckets only when nobody writes to them any more",
    cleanUpLast,
    [
      set("audit/TrailBucketPolicy", `${P}/PolicyDocument/Id`, "trail"),
      set("edge/Distribution", "DependsOn"),
    ].map((mutation) => ({
      ...mutation,
      where: mutation.where.startsWith("audit") ? "audit/TrailBucket" : "edge/EdgeLogBucket",
    })),
  ],
]);
