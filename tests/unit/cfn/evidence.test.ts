import { assetReaders, backupPlans, distributions, trails } from "./checks/evidence";
import { describeChecks, set, without } from "./mutations";

const P = "Properties";
const D = `${P}/DistributionConfig`;
const RULE = `${P}/BackupPlan/BackupPlanRule/0`;

describeChecks("audit and static assets", [
  [
    "satisfies R34: records in CloudTrail what is done to account, card data and the trail itself",
    trails,
    [
      set("audit/Trail", `${P}/EnableLogFileValidation`, false),
      set("audit/Trail", `${P}/IsMultiRegionTrail`, true),
      set("audit/Trail", `${P}/IncludeGlobalServiceEvents`, false),
      set("audit/Trail", `${P}/KMSKeyId`),
      set("audit/Trail", `${P}/AdvancedEventSelectors/1`),
      without("audit/Trail", "audit/"),
    ],
  ],
  [
    "satisfies R26, R28: backs up by plan, for a bounded time, with a copy in the other Region",
    backupPlans,
    [
      set("audit/BackupPlan", `${RULE}/CopyActions`),
      set("audit/BackupPlan", `${RULE}/Lifecycle`),
      set("audit/BackupPlan", `${RULE}/ScheduleExpression`),
      without("audit/BackupSelection", "audit/BackupPlan"),
    ],
  ],
  [
    "satisfies R12: serves static assets through CloudFront from both Regions",
    distributions,
    [
      set("edge/Distribution", `${D}/OriginGroups/Items/0/Members/Items/1`),
      set("edge/Distribution", `${D}/OriginGroups/Items/0/FailoverCriteria/StatusCodes/Items/0`),
      set("edge/Distribution", `${D}/DefaultCacheBehavior/TargetOriginId`, "primary"),
      set("edge/Distribution", `${D}/Origins/1/OriginAccessControlId`),
      set("edge/Distribution", `${D}/ViewerCertificate/MinimumProtocolVersion`, "TLSv1"),
      set("edge/Distribution", `${D}/Logging`),
    ],
  ],
  [
    "lets nobody but the own distribution read static assets",
    assetReaders,
    [set("static-assets/StaticAssetsBucketPolicy", `${P}/PolicyDocument/Statement/3/Condition`)],
  ],
]);
