import { at, list, refersTo, resources, text, where, type Check, type Json } from "../templates";

/** Both trails are validated, encrypted, delivered to bucket and log group; DR's records every Region and the global services (R34, trap 4). */
export const trails: Check = (templates) => {
  const all = resources(templates, "AWS::CloudTrail::Trail");
  return [
    ...(all.length === 1 ? [] : ["audit/ has not one trail for each Region"]),
    ...all.flatMap((resource) => {
      const { properties } = resource;
      const inDr = JSON.stringify({ "Fn::If": ["IsDr", true, false] });
      const recorded = list(properties["AdvancedEventSelectors"])
        .flatMap((selector) => list(at(selector, "FieldSelectors")))
        .map((field) => JSON.stringify(field));
      const problems: [boolean, string][] = [
        [properties["IsLogging"] === true, "is switched off"],
        [properties["EnableLogFileValidation"] === true, "can be changed unnoticed"],
        [properties["KMSKeyId"] !== undefined, "is not under a customer-managed key"],
        [properties["CloudWatchLogsLogGroupArn"] !== undefined, "reaches no alarm"],
        [JSON.stringify(properties["IsMultiRegionTrail"]) === inDr, "leaves Regions out, or records them twice"],
        [
          JSON.stringify(properties["IncludeGlobalServiceEvents"]) === inDr,
          "leaves global services out, or records them twice",
        ],
        ...["TransactionBucketArn", "BackupBucketArn", "SessionsTableName", "ResultsTableName"].map(
          (name): [boolean, string] => [
            recorded.some((field) => field.includes(`\${${name}}`)),
            `does not record access to ${name}`,
          ],
        ),
      ];
      return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
    }),
  ];
};

/** Each rule of a plan keeps what it made for a bounded time, and copies it to the other Region (R26, R28). */
export const backupPlans: Check = (templates) => {
  const plans = resources(templates, "AWS::Backup::BackupPlan");
  return [
    ...(plans.length > 0 ? [] : ["audit/ backs nothing up"]),
    ...plans.flatMap((resource) => {
      const rules = list(at(resource.properties["BackupPlan"], "BackupPlanRule"));
      const isChosen = resources(templates, "AWS::Backup::BackupSelection").some(({ properties }) =>
        refersTo(properties["BackupPlanId"], resource.id),
      );
      const bounded = (rule: Json) => at(rule, "Lifecycle", "DeleteAfterDays") !== undefined;
      const copied = (rule: Json) =>
        list(at(rule, "CopyActions")).some((action) =>
          JSON.stringify(at(action, "DestinationBackupVaultArn") ?? "").includes("Peers"),
        );
      const problems: [boolean, string][] = [
        [isChosen, "covers nothing"],
        [rules.length > 0 && rules.every((rule) => at(rule, "ScheduleExpression") !== undefined), "never runs"],
        [rules.every(bounded), "keeps backups for ever"],
        [rules.every(copied), "has a rule that copies nothing to the other Region"],
      ];
      return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
    }),
  ];
};

/** Static assets come from both Regions' buckets, signed, over modern TLS, with headers and logs (R12). */
export const distributions: Check = (templates) => {
  const all = resources(templates, "AWS::CloudFront::Distribution");
  return [
    ...(all.length === 1 ? [] : ["edge/ has not one distribution"]),
    ...all.flatMap((resource) => {
      const config = resource.properties["DistributionConfig"];
      const origins = list(at(config, "Origins"));
      const group = at(config, "OriginGroups", "Items", 0);
      const members = list(at(group, "Members", "Items")).map((member) => text(at(member, "OriginId")));
      const statuses = list(at(group, "FailoverCriteria", "StatusCodes", "Items"));
      const behaviour = at(config, "DefaultCacheBehavior");
      const problems: [boolean, string][] = [
        [members.join() === "primary,dr", "does not turn to DR's bucket"],
        [[403, 500, 503].every((status) => statuses.includes(status)), "stays with an origin that refuses or fails"],
        [at(behaviour, "TargetOriginId") === at(group, "Id"), "passes the pair of origins by"],
        [origins.every((origin) => at(origin, "OriginAccessControlId") !== undefined), "asks buckets unsigned"],
        [at(behaviour, "ViewerProtocolPolicy") === "redirect-to-https", "serves plain text"],
        [at(config, "ViewerCertificate", "MinimumProtocolVersion") === "TLSv1.2_2021", "takes old TLS"],
        [at(behaviour, "ResponseHeadersPolicyId") !== undefined, "says nothing to the browser"],
        [at(config, "Logging", "Bucket") !== undefined, "is not logged"],
        [at(config, "WebACLId") !== undefined, "has no web ACL"],
      ];
      return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
    }),
  ];
};

/** Buckets of static assets are read by the distribution alone, which is found by its account (R12). */
export const assetReaders: Check = (templates) =>
  resources(templates, "AWS::S3::BucketPolicy")
    .filter(({ template }) => template === "static-assets")
    .flatMap((resource) => {
      const allowed = list(at(resource.properties["PolicyDocument"], "Statement")).filter(
        (statement) => at(statement, "Effect") === "Allow",
      );
      const readers = allowed.filter((statement) => at(statement, "Principal", "Service") === "cloudfront.amazonaws.com");
      return [
        ...(readers.length > 0 ? [] : [`${where(resource)} lets CloudFront read nothing`]),
        ...allowed
          .filter((statement) => !/aws:Source(Arn|Account)/.test(JSON.stringify(at(statement, "Condition") ?? {})))
          .map(() => `${where(resource)} lets anybody's distribution read`),
      ];
    });
