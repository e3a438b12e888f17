import { at, isMapping, mentions, refersTo, resources, text, where, type Check, type Json } from "../templates";

/** Every method is served by a function's alias, and what is queued or streamed is taken by one (R7). */
export const servedByFunctions: Check = (templates) => [
  ...resources(templates, "AWS::ApiGateway::Method").flatMap((resource) => {
    const integration = resource.properties["Integration"];
    return at(integration, "Type") === "AWS_PROXY" && /\$\{\w+AliasArn\}/.test(text(at(integration, "Uri")))
      ? []
      : [`${where(resource)} is served by no function`];
  }),
  ...["PaymentQueueArn", "ResultsStreamArn"]
    .filter(
      (source) =>
        !resources(templates, "AWS::Lambda::EventSourceMapping").some(
          ({ properties }) => at(properties["EventSourceArn"], "Ref") === source,
        ),
    )
    .map((source) => `functions/ takes nothing from ${source}`),
];

/** Targets are asked for their health, more often than AWS's default for functions, which is not at all (R11). */
export const targetHealth: Check = (templates) =>
  resources(templates, "AWS::ElasticLoadBalancingV2::TargetGroup").flatMap((resource) => {
    const { properties } = resource;
    const isForwardedTo = resources(
      templates,
      "AWS::ElasticLoadBalancingV2::Listener",
      "AWS::ElasticLoadBalancingV2::ListenerRule",
    ).some((listener) => mentions(listener.properties, resource.id));
    const problems: [boolean, string][] = [
      [properties["HealthCheckEnabled"] === true, "does not check its targets"],
      [properties["HealthCheckPath"] === "/health", "asks for another path than the functions answer"],
      [Number(properties["HealthCheckIntervalSeconds"] ?? NaN) <= 60, "looks too rarely"],
      [Number(properties["UnhealthyThresholdCount"] ?? NaN) <= 3, "takes long to call a target unhealthy"],
      [isForwardedTo, "gets no traffic"],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
  });

/** Public, private and isolated subnets, each kind in three zones (R13). */
export const zones: Check = (templates) => {
  const subnets = resources(templates, "AWS::EC2::Subnet");
  return ["Public", "Private", "Isolated"].flatMap((kind) => {
    const own = subnets.filter(({ id }) => id.startsWith(kind));
    const different = new Set(own.map(({ properties }) => JSON.stringify(properties["AvailabilityZone"])));
    return different.size >= 3 && own.every(({ properties }) => properties["AvailabilityZone"] !== undefined)
      ? []
      : [`network/${kind}Subnet1 and its like stand in ${different.size} zones`];
  });
};

/** Functions that a caller waits for: authorizer and the handlers of the API. */
const HOT_PATH = ["Authorizer", "Intake", "Query"];

/** The hot path's warm executions follow the load, the rest is bounded so that it cannot take its place (R38). */
export const scaling: Check = (templates) =>
  HOT_PATH.flatMap((name) => {
    const alias = `function:\${${name}Function}:live`;
    const target = resources(templates, "AWS::ApplicationAutoScaling::ScalableTarget").find(
      ({ properties }) => text(properties["ResourceId"]) === alias,
    );
    if (target === undefined) return [`functions/${name}Function does not scale`];
    const { MinCapacity: least, MaxCapacity: most } = target.properties;
    const policy = resources(templates, "AWS::ApplicationAutoScaling::ScalingPolicy").find(({ properties }) =>
      refersTo(properties["ScalingTargetId"], target.id),
    );
    const tracked = at(policy?.properties["TargetTrackingScalingPolicyConfiguration"], "PredefinedMetricSpecification");
    const problems: [boolean, string][] = [
      [at(least, "Ref") === "ProvisionedConcurrency" && at(most, "Ref") === "ProvisionedConcurrencyMaximum", "has fixed bounds"],
      [
        at(tracked, "PredefinedMetricType") === "LambdaProvisionedConcurrencyUtilization",
        "does not follow the use of its warm executions",
      ],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`functions/${name}Function ${problem}`]));
  });

/** Types whose resources are paid for by the hour for being there, though a serverless one would do. */
const SERVERS = /^AWS::(EC2::Instance|ECS::|EKS::|AutoScaling::|ElastiCache::|MSK::|OpenSearchService::|EMR::)/;

/** Nothing is paid for by the hour that can be paid for by use: capacity follows the load (R46). */
export const serverless: Check = (templates) =>
  resources(templates).flatMap((resource) => {
    const { properties, type } = resource;
    const problems: [boolean, string][] = [
      [!SERVERS.test(type), "is a server"],
      [
        type !== "AWS::RDS::DBInstance" || properties["DBInstanceClass"] === "db.serverless",
        "has a fixed size",
      ],
      [
        !type.startsWith("AWS::DynamoDB::") || properties["BillingMode"] === "PAY_PER_REQUEST",
        "is paid for by capacity",
      ],
      [
        type !== "AWS::EC2::NatGateway" || text(resource.resource["Condition"]).startsWith("HasNat"),
        "is there whether it is wanted or not",
      ],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
  });

const CREDENTIAL = /(password|api_?key|secretstring|secretvalue|pepper|signingkey|privatekey)$/i;

function entriesOf(value: Json | undefined): [string, Json][] {
  return isMapping(value) ? Object.entries(value) : [];
}

/** Texts that stand under a key that names a credential, with the path to each. */
function literals(value: Json | undefined, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => literals(item, `${path}.${index}`));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = `${path}.${key}`;
    if (!CREDENTIAL.test(key)) return literals(item, here);
    const texts = JSON.stringify(item).match(/"[^"]*"/g) ?? [];
    return texts.some((literal) => literal.startsWith('"{{resolve:secretsmanager:${')) ? [] : [here];
  });
}

/** Whether a value is made of ARNs that the stack was given, and nothing else. */
function namesArns(value: Json): boolean {
  const joined = at(value, "Fn::Join", 1);
  return (Array.isArray(joined) ? joined : [value]).every((item) => /^\w+SecretArn$/.test(text(at(item, "Ref"))));
}

/** No secret is made, and no credential is written down or passed as a parameter: ARNs of existing secrets are (R32). */
export const existingSecrets: Check = (templates) => [
  ...resources(templates)
    .filter(({ type }) => type.startsWith("AWS::SecretsManager::") || type === "AWS::SSM::Parameter")
    .map((resource) => `${where(resource)} makes a secret`),
  ...resources(templates).flatMap((resource) =>
    literals(resource.properties, "").map((path) => `${where(resource)} holds a credential at ${path.slice(1)}`),
  ),
  ...[...templates.values()].flatMap(({ name, document }) =>
    entriesOf(document["Parameters"])
      .filter(([key, value]) => CREDENTIAL.test(key) || at(value, "NoEcho") !== undefined)
      .map(([key]) => `${name}/${key} asks for a secret's value`),
  ),
  ...resources(templates, "AWS::Lambda::Function").flatMap((resource) =>
    entriesOf(at(resource.properties, "Environment", "Variables"))
      .filter(([key, value]) => /SECRET/.test(key) && !namesArns(value))
      .map(([key]) => `${where(resource)} has more than a secret's ARN in ${key}`),
  ),
];
