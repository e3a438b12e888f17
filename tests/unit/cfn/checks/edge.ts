import { createHash } from "node:crypto";
import { PROBLEMS } from "../../../../functions/domain/problems";
import {
  at,
  isMapping,
  list,
  mentions,
  refersTo,
  resources,
  statementsOf,
  text,
  where,
  type Check,
  type Json,
  type Templates,
} from "../templates";

/** Only the load balancer's 443 is open to the world, and nothing may go everywhere on every port (PCI DSS 1.3.1, 1.3.2). */
export const securityGroups: Check = (templates) =>
  resources(templates, "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress").flatMap((resource) => {
    const { properties } = resource;
    const ingress = resource.type.endsWith("Ingress")
      ? [properties]
      : list(properties["SecurityGroupIngress"]);
    const open = ingress
      .flatMap((rule) => (isMapping(rule) && "Fn::If" in rule ? list(rule["Fn::If"]).slice(1) : [rule]))
      .filter((rule) => ["0.0.0.0/0", "::/0"].includes(text(at(rule, "CidrIp") ?? at(rule, "CidrIpv6"))))
      .filter(
        (rule) =>
          !(
            resource.id === "LoadBalancerSecurityGroup" &&
            at(rule, "FromPort") === 443 &&
            at(rule, "ToPort") === 443
          ),
      );
    const egress = list(properties["SecurityGroupEgress"]);
    const unbounded = egress.some((rule) => text(at(rule, "IpProtocol")) === "-1");
    return [
      ...open.map(() => `${where(resource)} is open to the world`),
      ...(resource.type.endsWith("Ingress") || (egress.length > 0 && !unbounded)
        ? []
        : [`${where(resource)} lets everything out`]),
    ];
  });

/** Endpoints admit named actions of this account; S3's also admits what a custom resource answers (PCI DSS 7.3.1, trap 12). */
export const endpoints: Check = (templates) => {
  const all = resources(templates, "AWS::EC2::VPCEndpoint");
  const services = all.map(({ properties }) => text(properties["ServiceName"]).split(".").at(-1));
  const wanted = [
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "secretsmanager",
    "kms",
    "logs",
    "monitoring",
    "events",
    "states",
    "sts",
    "lambda",
    "rds",
  ];
  const s3 = all.find(({ id }) => id === "S3Endpoint");
  return [
    ...wanted
      .filter((service) => !services.includes(service))
      .map((service) => `network/ has no endpoint for ${service}`),
    ...(JSON.stringify(s3?.properties["PolicyDocument"]).includes(
      "arn:aws:s3:::cloudformation-custom-resource-response-*/*",
    )
      ? []
      : ["network/S3Endpoint keeps custom resources from answering"]),
    ...all.flatMap((resource) => {
      const statements = statementsOf(resource.properties["PolicyDocument"]);
      if (statements.length === 0) return [`${where(resource)} has the full-access policy`];
      return statements
        .filter((statement) => text(statement["Sid"]) !== "CustomResourceResponses")
        .flatMap((statement) => [
          ...list(statement["Action"])
            .map(text)
            .filter((action) => action.includes("*"))
            .map((action) => `${where(resource)} admits ${action}`),
          ...(at(statement["Condition"], "StringEquals", "aws:PrincipalAccount") === undefined
            ? [`${where(resource)} admits other accounts`]
            : []),
        ]);
    }),
  ];
};

/** The isolated subnets' table has no route, and only the public one knows the internet gateway (PCI DSS 1.4.2). */
export const routes: Check = (templates) =>
  resources(templates, "AWS::EC2::Route", "AWS::EC2::Subnet").flatMap((resource) => {
    const table = text(at(resource.properties["RouteTableId"], "Ref"));
    return [
      ...(table.startsWith("Isolated") ? [`${where(resource)} leads out of the isolated subnets`] : []),
      ...(resource.properties["GatewayId"] !== undefined && table !== "PublicRouteTable"
        ? [`${where(resource)} leads to the internet`]
        : []),
      ...(resource.type === "AWS::EC2::Subnet" && resource.properties["MapPublicIpOnLaunch"] !== false
        ? [`${where(resource)} gives out public addresses`]
        : []),
    ];
  });

/** Paths that must be anonymous: health checks and the other Region's probe have no key. */
const ANONYMOUS = ["HealthResource", "StatusResource"];

/** Every other method asks the authorizer, and a function may be called by its own method only (PCI DSS 7.2.1). */
export const methods: Check = (templates) =>
  resources(templates, "AWS::ApiGateway::Method").flatMap((resource) => {
    const { properties } = resource;
    const anonymous = ANONYMOUS.includes(text(at(properties["ResourceId"], "Ref")));
    const alias = /\$\{(\w+AliasArn)\}/.exec(text(at(properties["Integration"], "Uri")))?.[1] ?? "none";
    const permitted = resources(templates, "AWS::Lambda::Permission").some(
      (permission) =>
        at(permission.properties["FunctionName"], "Ref") === alias &&
        text(permission.properties["SourceArn"]).includes(`/live/${text(properties["HttpMethod"])}/`),
    );
    return [
      ...(anonymous || properties["AuthorizationType"] === "CUSTOM"
        ? []
        : [`${where(resource)} needs no key`]),
      ...(permitted ? [] : [`${where(resource)} may not call its function`]),
    ];
  });

/** What a deployment takes its snapshot of. */
const SNAPSHOT = [
  "Authorizer",
  "GatewayResponse",
  "Method",
  "Model",
  "RequestValidator",
  "Resource",
  "RestApi",
].map((name) => `AWS::ApiGateway::${name}`);

/** Keys sorted, so that a hash depends on content only. */
function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, canonical(item)]),
  );
}

/** The deployment's logical id carries the hash of what it snapshots: a changed method without a new id would never be served. */
export const deployment: Check = (templates) => {
  const parts = resources(templates, ...SNAPSHOT);
  const content = [...parts]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, type, properties }) => [id, type, canonical(properties)]);
  const expected = `Deployment${createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 8)}`;
  const awaited = ["AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"];
  return resources(templates, "AWS::ApiGateway::Deployment").flatMap((resource) => [
    ...(resource.id === expected
      ? []
      : [`${where(resource)} must be renamed to ${expected}: what it snapshots has changed`]),
    ...resources(templates, ...awaited)
      .filter(({ id }) => !list(resource.resource["DependsOn"]).includes(id))
      .map(({ id }) => `${where(resource)} does not wait for ${id}`),
  ]);
};

/** API Gateway's own refusals speak the functions' language: the same codes, status and titles, and nothing of the request. */
export const gatewayResponses: Check = (templates) =>
  resources(templates, "AWS::ApiGateway::GatewayResponse").flatMap((resource) => {
    const { properties } = resource;
    const template = text(at(properties["ResponseTemplates"], "application/json"));
    const problem = JSON.parse(template) as Record<string, Json>;
    const known = Object.entries(PROBLEMS).find(([code]) => code === problem["code"]);
    const status = properties["StatusCode"];
    const echoed = [...template.matchAll(/\$context\.([\w.]+)/g)]
      .map((match) => match[1])
      .filter((name) => name !== "requestId");
    const problems: [boolean, string][] = [
      [
        known !== undefined &&
          problem["title"] === known[1].title &&
          problem["type"] === `urn:payments:problem:${known[0]}`,
        "names a problem that the functions do not",
      ],
      [
        status === undefined ||
          (Number(status) === known?.[1].status && problem["status"] === Number(status)),
        "has another status than the problem",
      ],
      [
        at(properties["ResponseParameters"], "gatewayresponse.header.Content-Type") ===
          "'application/problem+json'",
        "is no problem+json",
      ],
      [
        at(properties["ResponseParameters"], "gatewayresponse.header.X-Correlation-Id") ===
          "context.requestId",
        "has no correlation id",
      ],
      [echoed.length === 0, `echoes ${echoed.join()}`],
    ];
    return problems.flatMap(([fine, what]) => (fine ? [] : [`${where(resource)} ${what}`]));
  });

/** What an access log may hold: the route's own text, never the path, query, headers or user agent as sent. */
const LOGGABLE =
  /^(requestId|extendedRequestId|requestTime|requestTimeEpoch|identity\.sourceIp|domainName|httpMethod|resourcePath|protocol|status|stage|error\.responseType|responseLength|responseLatency|integrationLatency|authorizer\.(merchantId|error|status|latency)|waf\.status|wafResponseCode|xrayTraceId|integration\.(error|status))$/;

/** The stage is logged, traced, throttled, and behind the web ACL; a card number cannot reach the log (PCI DSS 3.3.1, 6.4.2, 10.2.1). */
export const stage: Check = (templates) =>
  resources(templates, "AWS::ApiGateway::Stage").flatMap((resource) => {
    const { properties } = resource;
    const settings = at(properties["MethodSettings"], 0);
    const fields = [
      ...text(at(properties["AccessLogSetting"], "Format")).matchAll(/\$context\.([\w.]+)/g),
    ].map((match) => match[1] ?? "");
    const associated = resources(templates, "AWS::WAFv2::WebACLAssociation").some((association) =>
      mentions(association.properties["ResourceArn"], resource.id),
    );
    const problems: [boolean, string][] = [
      [fields.length > 0, "is not logged"],
      [fields.every((field) => LOGGABLE.test(field)), "logs what a caller may put a card number in"],
      [at(settings, "DataTraceEnabled") === false, "logs bodies"],
      [at(settings, "ThrottlingRateLimit", "Ref") === "ThrottlingRateLimit", "is not throttled"],
      [properties["TracingEnabled"] === true, "is not traced"],
      [associated, "has no web ACL"],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
  });

function loggingPrefixes(templates: Templates): RegExp[] {
  return resources(templates, "AWS::S3::BucketPolicy")
    .flatMap(({ properties }) => statementsOf(properties["PolicyDocument"]))
    .filter(
      (statement) =>
        text(at(statement["Principal"], "Service")) === "logdelivery.elasticloadbalancing.amazonaws.com",
    )
    .map((statement) =>
      text(statement["Resource"])
        .replace(/^\$\{\w+\.Arn\}\//, "")
        .replace(/\/AWSLogs\/.*$/, ""),
    )
    .map((prefix) => new RegExp(`^${prefix.replaceAll("*", ".*")}$`));
}

const ATTRIBUTES: Readonly<Record<string, Json>> = {
  "routing.http.drop_invalid_header_fields.enabled": "true",
  "routing.http.desync_mitigation_mode": "strictest",
  "client_keep_alive.seconds": "60",
  "access_logs.s3.enabled": "true",
  "connection_logs.s3.enabled": "true",
};

/** The load balancer talks TLS 1.2 or newer, drops what is malformed, is logged where it may write, and has a web ACL. */
export const loadBalancers: Check = (templates) =>
  resources(templates, "AWS::ElasticLoadBalancingV2::LoadBalancer").flatMap((resource) => {
    const attributes = new Map(
      list(resource.properties["LoadBalancerAttributes"]).map((item) => [
        text(at(item, "Key")),
        at(item, "Value"),
      ]),
    );
    const prefixes = loggingPrefixes(templates);
    const listeners = resources(templates, "AWS::ElasticLoadBalancingV2::Listener").filter(({ properties }) =>
      refersTo(properties["LoadBalancerArn"], resource.id),
    );
    return [
      ...Object.entries(ATTRIBUTES)
        .filter(([key, value]) => attributes.get(key) !== value)
        .map(([key]) => `${where(resource)} is wrong in ${key}`),
      ...(at(attributes.get("deletion_protection.enabled"), "Fn::If", 0) === "IsProduction"
        ? []
        : [`${where(resource)} is not protected in production`]),
      ...["access_logs.s3.prefix", "connection_logs.s3.prefix"]
        .filter((key) => !prefixes.some((prefix) => prefix.test(text(attributes.get(key)))))
        .map((key) => `${where(resource)} may not write to its ${key}`),
      ...(resources(templates, "AWS::WAFv2::WebACLAssociation").some(({ properties }) =>
        mentions(properties["ResourceArn"], resource.id),
      )
        ? []
        : [`${where(resource)} has no web ACL`]),
      ...listeners
        .filter(
          ({ properties }) =>
            !(properties["Protocol"] === "HTTPS" && at(properties["SslPolicy"], "Ref") === "SslPolicy"),
        )
        .filter(
          ({ properties }) => at(properties["DefaultActions"], 0, "RedirectConfig", "Protocol") !== "HTTPS",
        )
        .map((listener) => `${where(listener)} serves plain text`),
    ];
  });

/** Both API names speak TLS 1.2 or newer and lead to the stage. */
export const domainNames: Check = (templates) =>
  resources(templates, "AWS::ApiGateway::DomainName").flatMap((resource) => [
    ...(resource.properties["SecurityPolicy"] === "TLS_1_2" ? [] : [`${where(resource)} takes old TLS`]),
    ...(resources(templates, "AWS::ApiGateway::BasePathMapping").some(({ properties }) =>
      refersTo(properties["DomainName"], resource.id),
    )
      ? []
      : [`${where(resource)} leads nowhere`]),
  ]);
