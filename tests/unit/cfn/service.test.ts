import { existingSecrets, scaling, serverless, servedByFunctions, targetHealth, zones } from "./checks/service";
import { describeChecks, set, without } from "./mutations";
import { isMapping, mutated } from "./templates";

const P = "Properties";

describeChecks("service", [
  [
    "satisfies R7: has every request, message and result served by a Lambda function",
    servedByFunctions,
    [
      set("payments/CreatePaymentMethod", `${P}/Integration/Type`, "MOCK"),
      without("functions/PaymentQueueSource", "functions/ takes nothing from PaymentQueueArn"),
    ],
  ],
  [
    "satisfies R11: has the load balancer check the health of what it forwards to",
    targetHealth,
    [
      set("payments/PspTargetGroup", `${P}/HealthCheckEnabled`, false),
      set("payments/PspTargetGroup", `${P}/UnhealthyThresholdCount`, 10),
      {
        what: "nothing forwards to the load balancer's targets",
        where: "payments/PspTargetGroup",
        change: (from) => without("payments/PspNotificationRule", "").change(without("payments/HealthRule", "").change(from)),
      },
    ],
  ],
  [
    "satisfies R13: has public, private and isolated subnets in three zones",
    zones,
    [
      { ...set("network/PrivateSubnet3", `${P}/AvailabilityZone`, { "Fn::Select": [0, { "Fn::GetAZs": "" }] }), where: "network/Private" },
      without("network/PublicSubnet3", "network/Public"),
    ],
  ],
  [
    "satisfies R38: scales the warm executions of the hot path by their use",
    scaling,
    [
      without("functions/IntakeScaling", "functions/IntakeFunction"),
      { ...set("functions/QueryScaling", `${P}/MaxCapacity`, 5), where: "functions/QueryFunction" },
      without("functions/AuthorizerScalingPolicy", "functions/AuthorizerFunction"),
    ],
  ],
  [
    "satisfies R46: pays for use, not for servers",
    serverless,
    [
      set("database/InstanceA", `${P}/DBInstanceClass`, "db.r8g.large"),
      set("tables/SessionsTable", `${P}/BillingMode`, "PROVISIONED"),
      set("network/NatGateway1", "Condition"),
    ],
  ],
  [
    "satisfies R32: reads existing secrets, makes none and holds no credential",
    existingSecrets,
    [
      set("database/Cluster", `${P}/MasterUserPassword`, "correct horse battery staple"),
      set("functions/IntakeFunction", `${P}/Environment/Variables/PSP_API_KEY`, "sk_live_1"),
      set("functions/IntakeFunction", `${P}/Environment/Variables/DATABASE_SECRET_ARN`, "postgres"),
      set("messaging/PaymentQueue", "Type", "AWS::SecretsManager::Secret"),
      {
        what: "a password becomes a parameter",
        where: "database/MasterPassword",
        change: (from) =>
          mutated(from, "database", (document) => {
            if (isMapping(document["Parameters"])) document["Parameters"]["MasterPassword"] = { Type: "String", NoEcho: true };
          }),
      },
    ],
  ],
]);
