import { at, isMapping, list, resources, text, where, type Check, type Json } from "../templates";

/** Property that names a resource, by type. Types without a name of their own are not here. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::Authorizer": "Name",
  "AWS::ApiGateway::RequestValidator": "Name",
  "AWS::ApiGateway::RestApi": "Name",
  "AWS::ApplicationAutoScaling::ScalingPolicy": "PolicyName",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::CloudWatch::CompositeAlarm": "AlarmName",
  "AWS::CloudWatch::Dashboard": "DashboardName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::EC2::SecurityGroup": "GroupName",
  "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
  "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
  "AWS::Events::EventBus": "Name",
  "AWS::Events::Rule": "Name",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Role": "RoleName",
  "AWS::KMS::Alias": "AliasName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::Logs::MetricFilter": "FilterName",
  "AWS::RDS::DBCluster": "DBClusterIdentifier",
  "AWS::RDS::DBClusterParameterGroup": "DBClusterParameterGroupName",
  "AWS::RDS::DBInstance": "DBInstanceIdentifier",
  "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
  "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
  "AWS::RDS::GlobalCluster": "GlobalClusterIdentifier",
  "AWS::S3::Bucket": "BucketName",
  "AWS::SNS::Topic": "TopicName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::StepFunctions::StateMachine": "StateMachineName",
  "AWS::WAFv2::WebACL": "Name",
};

/** Exist once for both Regions. */
const GLOBAL = new Set(["AWS::DynamoDB::GlobalTable", "AWS::RDS::GlobalCluster"]);

/** The bare name: a log group's or alias' path in front and the log's own name behind are not part of it. */
function bareName(name: string): string {
  return name.replace(/^(\/aws\/[a-z/]+\/|alias\/)/, "").replace(/\/postgresql$/, "");
}

/** `resourceType-purpose-environmentSuffix`, with the Region's code in the purpose of everything Regional (R42). */
export const names: Check = (templates) =>
  resources(templates).flatMap((resource) => {
    const property = NAME_PROPERTY[resource.type];
    const named =
      property === undefined
        ? at(list(resource.properties["Tags"])[0], "Value")
        : resource.properties[property];
    if (property === undefined && named === undefined) return [];
    const name = text(named);
    // AWS gives this name: API-Gateway-Execution-Logs_<api>/<stage>.
    if (name.startsWith("API-Gateway-Execution-Logs_")) return [];
    const pattern = GLOBAL.has(resource.type)
      ? /^[a-z]+-[a-z0-9-]+-\$\{EnvironmentSuffix\}$/
      : /^[a-z]+-[a-z0-9-]+-\$\{RegionCode\}-(\$\{AWS::AccountId\}-)?\$\{EnvironmentSuffix\}$/;
    return pattern.test(bareName(name)) ? [] : [`${where(resource)} is named ${name || "by CloudFormation"}`];
  });

/** AWS refuses longer ones only at deployment; the suffix has at most 15 characters, the account's id 12. */
const LONGEST: Readonly<Record<string, number>> = {
  "AWS::ElasticLoadBalancingV2::LoadBalancer": 32,
  "AWS::ElasticLoadBalancingV2::TargetGroup": 32,
  "AWS::IAM::Role": 64,
  "AWS::Lambda::Function": 64,
  "AWS::RDS::DBCluster": 63,
  "AWS::RDS::DBInstance": 63,
  "AWS::S3::Bucket": 63,
  "AWS::SQS::Queue": 80,
  "AWS::StepFunctions::StateMachine": 80,
};

/** The longest suffix still gives a name that AWS takes. */
export const nameLengths: Check = (templates) =>
  resources(templates, ...Object.keys(LONGEST)).flatMap((resource) => {
    const name = text(resource.properties[NAME_PROPERTY[resource.type] ?? ""])
      .replaceAll("${EnvironmentSuffix}", "s".repeat(15))
      .replaceAll("${RegionCode}", "apse1")
      .replaceAll("${AWS::AccountId}", "123456789012");
    const longest = LONGEST[resource.type] ?? 0;
    return name.length <= longest
      ? []
      : [`${where(resource)} is named ${name}: ${name.length} characters, ${longest} allowed`];
  });

/** CloudFormation takes 51,200 bytes inline, and returns everything but ASCII as question marks. */
export const size: Check = (templates) =>
  [...templates.values()].flatMap(({ name, text: body }) => [
    ...(Buffer.byteLength(body) < 50_000 ? [] : [`${name}/ has ${Buffer.byteLength(body)} bytes`]),
    ...(/^[\x20-\x7e\n]*$/.test(body) ? [] : [`${name}/ has characters outside ASCII`]),
    ...(body.startsWith("# ") ? [] : [`${name}/ does not begin with a comment that says what it is for`]),
  ]);

function parameterProblems(parameter: Json): string[] {
  const type = text(at(parameter, "Type"));
  const checkedByAws = /^(List<)?AWS::/.test(type);
  const bounded = ["AllowedPattern", "AllowedValues", "MinValue"].some(
    (key) => at(parameter, key) !== undefined,
  );
  return [
    ...(text(at(parameter, "Description")).length >= 10 ? [] : ["has no description"]),
    ...(bounded || checkedByAws ? [] : ["takes any value"]),
    ...(checkedByAws || at(parameter, "ConstraintDescription") !== undefined
      ? []
      : ["does not say what it takes"]),
  ];
}

/** Every parameter says what it is and what it takes, and stands in exactly one group. */
export const parameters: Check = (templates) =>
  [...templates.values()].flatMap(({ name, document }) => {
    const declared = isMapping(document["Parameters"]) ? document["Parameters"] : {};
    const groups = list(at(document, "Metadata", "AWS::CloudFormation::Interface", "ParameterGroups"));
    const grouped = groups.flatMap((group) => list(at(group, "Parameters")).map(text));
    return [
      ...["EnvironmentSuffix", "RegionCode"]
        .filter((key) => !(key in declared))
        .map((key) => `${name}/${key} is missing`),
      ...Object.entries(declared).flatMap(([key, value]) => [
        ...parameterProblems(value).map((problem) => `${name}/${key} ${problem}`),
        ...(grouped.filter((item) => item === key).length === 1
          ? []
          : [`${name}/${key} is not in exactly one group`]),
      ]),
      ...grouped
        .filter((key) => !(key in declared))
        .map((key) => `${name}/${key} is grouped but not declared`),
    ];
  });

const STATEFUL = new Set([
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::KMS::Key",
  "AWS::Logs::LogGroup",
  "AWS::RDS::DBCluster",
  "AWS::RDS::DBInstance",
  "AWS::RDS::GlobalCluster",
  "AWS::S3::Bucket",
  "AWS::SQS::Queue",
]);

/** What holds data says what becomes of it, and nothing is retained (R43). */
export const deletionPolicies: Check = (templates) =>
  resources(templates).flatMap((resource) =>
    ["DeletionPolicy", "UpdateReplacePolicy"].flatMap((attribute) => {
      const policy = resource.resource[attribute];
      if (policy === undefined)
        return STATEFUL.has(resource.type) ? [`${where(resource)} has no ${attribute}`] : [];
      return JSON.stringify(policy).includes("Retain") ? [`${where(resource)} is retained`] : [];
    }),
  );
