import {
  deployment,
  domainNames,
  endpoints,
  gatewayResponses,
  loadBalancers,
  methods,
  routes,
  securityGroups,
  stage,
} from "./checks/edge";
import { describeChecks, replaced, set, without } from "./mutations";
import { type Json } from "./templates";

const P = "Properties";
const WORLD: Json = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "0.0.0.0/0" };

describeChecks("network and edge", [
  [
    "opens only the load balancer's 443 to the world, and nothing outwards by default",
    securityGroups,
    [
      set("network/LoadBalancerSecurityGroup", `${P}/SecurityGroupIngress/0/FromPort`, 80),
      set("network/FunctionSecurityGroup", `${P}/SecurityGroupIngress`, [WORLD]),
      set("network/DatabaseSecurityGroup", `${P}/SecurityGroupEgress`),
      set("network/EndpointSecurityGroup", `${P}/SecurityGroupEgress/0/IpProtocol`, "-1"),
    ],
  ],
  [
    "has every endpoint, each for named actions of this account",
    endpoints,
    [
      set("network/SqsEndpoint", `${P}/PolicyDocument`),
      set("network/KmsEndpoint", `${P}/PolicyDocument/Statement/0/Condition`),
      set("network/DynamoDbEndpoint", `${P}/PolicyDocument/Statement/0/Action`, "dynamodb:*"),
      set("network/S3Endpoint", `${P}/PolicyDocument/Statement/1`),
      without("network/RdsEndpoint", "network/"),
    ],
  ],
  [
    "satisfies R31: leads nowhere from isolated subnets, and to the internet from public ones only",
    routes,
    [
      set("network/PrivateRoute1", `${P}/RouteTableId`, { Ref: "IsolatedRouteTable" }),
      set("network/PublicRoute", `${P}/RouteTableId`, { Ref: "PrivateRouteTable1" }),
      set("network/PublicSubnet1", `${P}/MapPublicIpOnLaunch`, true),
    ],
  ],
  [
    "satisfies R8: asks for a key on every method but health and status",
    methods,
    [
      set("payments/CreatePaymentMethod", `${P}/AuthorizationType`, "NONE"),
      without("payments/RefundPaymentPermission", "payments/RefundPaymentMethod"),
    ],
  ],
  [
    "renames the deployment when what it snapshots changes",
    deployment,
    [
      {
        ...set("payments/CreatePaymentMethod", `${P}/Integration/TimeoutInMillis`, 20_000),
        where: "payments/Deployment",
      },
      { ...without("payments/ThrottledResponse", "payments/Deployment") },
    ],
  ],
  [
    "answers refusals of the gateway with the functions' problems, echoing nothing",
    gatewayResponses,
    [
      replaced(
        "payments/ThrottledResponse",
        `${P}/ResponseTemplates/application~1json`,
        "too_many_requests",
        "throttled",
      ),
      replaced(
        "payments/RouteNotFoundResponse",
        `${P}/ResponseTemplates/application~1json`,
        "$context.requestId",
        "$context.path",
      ),
      set("payments/AccessDeniedResponse", `${P}/StatusCode`, "401"),
      set("payments/PayloadTooLargeResponse", `${P}/ResponseParameters`),
    ],
  ],
  [
    "logs, traces, throttles and shields the stage, and no card number reaches its log",
    stage,
    [
      replaced("payments/Stage", `${P}/AccessLogSetting/Format`, "$context.resourcePath", "$context.path"),
      set("payments/Stage", `${P}/MethodSettings/0/DataTraceEnabled`, true),
      set("payments/Stage", `${P}/TracingEnabled`, false),
      without("payments/ApiWebAclAssociation", "payments/Stage"),
    ],
  ],
  [
    "satisfies R30: gives the load balancer modern TLS, strict parsing, logs it may write, and a web ACL",
    loadBalancers,
    [
      set("payments/LoadBalancer", `${P}/LoadBalancerAttributes/0/Value`, "false"),
      without("payments/LoadBalancerWebAclAssociation", "payments/LoadBalancer"),
      set("payments/HttpListener", `${P}/DefaultActions/0/RedirectConfig`),
      {
        ...set("artifacts/AccessLogBucketPolicy", `${P}/PolicyDocument/Statement/3/Resource`, "elsewhere/*"),
        where: "payments/LoadBalancer",
      },
    ],
  ],
  [
    "satisfies R8, R30: gives both API names TLS 1.2 and a way to the stage",
    domainNames,
    [
      set("payments/RegionalDomain", `${P}/SecurityPolicy`, "TLS_1_0"),
      without("payments/PublicDomainMapping", "payments/PublicDomain"),
    ],
  ],
]);
