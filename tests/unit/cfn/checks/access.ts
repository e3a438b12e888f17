import {
  at,
  isMapping,
  list,
  resources,
  statementsOf,
  text,
  where,
  type Check,
  type Json,
} from "../templates";

/** Actions that AWS offers no resource-level permission for, each with its reason (Service Authorization Reference). */
const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  "cloudwatch:DescribeAlarms": "composite alarms are told only to a permission on all alarms",
  "cloudwatch:GetMetricData": "reads metrics; has no resource",
  "cloudwatch:PutMetricData": "has no resource; a condition holds it to one namespace",
  "dynamodb:ListStreams": "lists; has no resource",
  "ec2:AssignPrivateIpAddresses": "Lambda's network interfaces are not known beforehand",
  "ec2:CreateNetworkInterface": "Lambda's network interfaces are not known beforehand",
  "ec2:DeleteNetworkInterface": "Lambda's network interfaces are not known beforehand",
  "ec2:DescribeNetworkInterfaces": "describes; has no resource",
  "ec2:DescribeSecurityGroups": "describes; has no resource",
  "ec2:DescribeSubnets": "describes; has no resource",
  "ec2:UnassignPrivateIpAddresses": "Lambda's network interfaces are not known beforehand",
  "lambda:GetAccountSettings": "reads; has no resource",
  "lambda:ListEventSourceMappings": "lists; has no resource",
  "logs:CreateLogDelivery": "delivery of vended logs; has no resource",
  "logs:DeleteLogDelivery": "delivery of vended logs; has no resource",
  "logs:DescribeLogGroups": "describes; has no resource",
  "logs:DescribeResourcePolicies": "describes; has no resource",
  "logs:GetLogDelivery": "delivery of vended logs; has no resource",
  "logs:ListLogDeliveries": "delivery of vended logs; has no resource",
  "logs:PutResourcePolicy": "delivery of vended logs; has no resource",
  "logs:UpdateLogDelivery": "delivery of vended logs; has no resource",
  "xray:GetSamplingRules": "has no resource",
  "xray:GetSamplingTargets": "has no resource",
  "xray:PutTelemetryRecords": "has no resource",
  "xray:PutTraceSegments": "has no resource",
};

function identityStatements(properties: { [key: string]: Json }): { [key: string]: Json }[] {
  return [
    ...statementsOf(properties["PolicyDocument"]),
    ...list(properties["Policies"]).flatMap((policy) => statementsOf(at(policy, "PolicyDocument"))),
  ];
}

/** Specific actions on specific resources (R33). */
export const identityWildcards: Check = (templates) =>
  resources(templates, "AWS::IAM::Role", "AWS::IAM::ManagedPolicy").flatMap((resource) =>
    identityStatements(resource.properties)
      .filter((statement) => statement["Effect"] === "Allow")
      .flatMap((statement) => {
        const actions = list(statement["Action"]).map(text);
        const everything = list(statement["Resource"]).some((item) => text(item) === "*");
        const unbounded =
          actions.includes("cloudwatch:PutMetricData") &&
          at(statement["Condition"], "StringEquals", "cloudwatch:namespace") === undefined;
        return [
          ...(unbounded ? [`${where(resource)} may publish any metric`] : []),
          ...("NotAction" in statement || "NotResource" in statement
            ? [`${where(resource)} grants by exclusion`]
            : []),
          ...actions
            .filter((action) => action.includes("*"))
            .map((action) => `${where(resource)} grants ${action}`),
          ...(everything ? actions : [])
            .filter((action) => !(action in WITHOUT_RESOURCE))
            .map((action) => `${where(resource)} grants ${action} on everything`),
        ];
      }),
  );

const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "AWS::Events::EventBusPolicy": "Statement",
  "AWS::KMS::Key": "KeyPolicy",
  "AWS::S3::BucketPolicy": "PolicyDocument",
  "AWS::SNS::TopicPolicy": "PolicyDocument",
  "AWS::SQS::QueuePolicy": "PolicyDocument",
};

/** Whom AWS calls for: a service principal must be held to this account, or anyone's bucket or rule could use ours. */
const SOURCE_CONDITION = /aws:SourceAccount|aws:SourceArn|kms:EncryptionContext/;

/** Resource policies open nothing to everyone, and services act for this account only (PCI DSS 1.4.2, 7.3.1). */
export const resourcePolicies: Check = (templates) =>
  resources(templates, ...Object.keys(RESOURCE_POLICIES)).flatMap((resource) => {
    const document = resource.properties[RESOURCE_POLICIES[resource.type] ?? ""];
    const statements = isMapping(document) && "Effect" in document ? [document] : statementsOf(document);
    return statements
      .filter((statement) => statement["Effect"] === "Allow")
      .flatMap((statement) => {
        const label = `${where(resource)} ${text(statement["Sid"])}`;
        const principal = statement["Principal"];
        const service = at(principal, "Service");
        const condition = JSON.stringify(statement["Condition"] ?? {});
        return [
          ...(principal === "*" || at(principal, "AWS") === "*" ? [`${label} admits everyone`] : []),
          ...(service !== undefined && !SOURCE_CONDITION.test(condition)
            ? [`${label} admits a service acting for anyone`]
            : []),
          ...list(statement["Action"])
            .map(text)
            .filter((action) => action.includes("*"))
            .map((action) => `${label} grants ${action}`),
        ];
      });
  });

/** Whoever invokes a function does so for one resource of this account. */
export const functionPermissions: Check = (templates) =>
  resources(templates, "AWS::Lambda::Permission").flatMap((resource) =>
    ["SourceAccount", "SourceArn"]
      .filter((property) => resource.properties[property] === undefined)
      .map((property) => `${where(resource)} has no ${property}`),
  );

/** Services that are not documented to send a source when they take on a role; IAM passes no role to another account. */
const SOURCELESS: readonly string[] = ["apigateway", "backup", "cloudtrail", "lambda"];

/** Roles that a service takes on for us are held to this account, where the service says for whom it acts. */
export const trustPolicies: Check = (templates) =>
  resources(templates, "AWS::IAM::Role").flatMap((resource) =>
    statementsOf(resource.properties["AssumeRolePolicyDocument"]).flatMap((statement) => {
      const service = text(at(statement["Principal"], "Service"));
      if (service === "") return [`${where(resource)} is not for a service`];
      const sourceless = SOURCELESS.includes(service.replace(/\.amazonaws\.com$/, ""));
      return sourceless || SOURCE_CONDITION.test(JSON.stringify(statement["Condition"] ?? {}))
        ? []
        : [`${where(resource)} trusts ${service} acting for anyone`];
    }),
  );

const ADMINISTRATION = /^kms:(Cancel|Create|Delete|Disable|Enable|Put|Revoke|Schedule|Tag|Untag|Update)/;
const USE = /^kms:(Decrypt|Encrypt|GenerateDataKey|ReEncrypt)/;

/** Administering and using a key are different statements; use goes through the storing service (PCI DSS 3.6.1.3, 7.2.2). */
export const keyPolicies: Check = (templates) =>
  resources(templates, "AWS::KMS::Key").flatMap((resource) => {
    const { properties } = resource;
    const mixed = statementsOf(properties["KeyPolicy"]).filter((statement) => {
      const actions = list(statement["Action"]).map(text);
      const uses = actions.some((action) => USE.test(action));
      const direct =
        uses &&
        at(statement["Principal"], "AWS") !== undefined &&
        at(statement["Condition"], "StringEquals", "kms:ViaService") === undefined;
      return direct || (uses && actions.some((action) => ADMINISTRATION.test(action)));
    });
    return [
      ...mixed.map(
        (statement) => `${where(resource)} ${text(statement["Sid"])} mixes duties or allows direct use`,
      ),
      ...(properties["EnableKeyRotation"] === true ? [] : [`${where(resource)} is not rotated`]),
      ...(JSON.stringify(properties["PendingWindowInDays"]) === '{"Fn::If":["IsProduction",30,7]}'
        ? []
        : [`${where(resource)} can be gone in less than 30 days in production`]),
    ];
  });
