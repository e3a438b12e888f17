import {
  functionPermissions,
  identityWildcards,
  keyPolicies,
  resourcePolicies,
  trustPolicies,
} from "./checks/access";
import { describeChecks, set } from "./mutations";

const P = "Properties";
const ROLE = `${P}/Policies/0/PolicyDocument/Statement`;

describeChecks("access", [
  [
    "satisfies R33: grants specific actions on specific resources",
    identityWildcards,
    [
      set("function-roles/IntakeRole", `${ROLE}/1/Action`, "secretsmanager:*"),
      set("function-roles/IntakeRole", `${ROLE}/2/Resource`, "*"),
      set("function-roles/BasePolicy", `${P}/PolicyDocument/Statement/3/Resource`, "*"),
      set("function-roles/QueryRole", `${ROLE}/1/NotAction`, "iam:*"),
      set("failover-roles/LeaseKeeperRole", `${ROLE}/3/Condition`),
    ],
  ],
  [
    "opens nothing to everyone, and holds services to this account",
    resourcePolicies,
    [
      set("messaging/EventDeadLetterQueuePolicy", `${P}/PolicyDocument/Statement/1/Condition`),
      set("messaging/OperationsTopicPolicy", `${P}/PolicyDocument/Statement/1/Principal`, "*"),
      set("encryption/MessagingKey", `${P}/KeyPolicy/Statement/1/Principal`, { AWS: "*" }),
    ],
  ],
  [
    "lets a function be invoked by one resource of this account",
    functionPermissions,
    [
      set("payments/AuthorizerPermission", `${P}/SourceArn`),
      set("functions/OutboxRelayPermission", `${P}/SourceAccount`),
      set("failover-functions/LeaseKeeperPermission", `${P}/SourceArn`),
    ],
  ],
  [
    "lets services take roles on for this account only",
    trustPolicies,
    [
      set("network/FlowLogRole", `${P}/AssumeRolePolicyDocument/Statement/0/Condition`),
      set("failover/OrchestratorRole", `${P}/AssumeRolePolicyDocument/Statement/0/Condition`),
      set("storage/ReplicationRole", `${P}/AssumeRolePolicyDocument/Statement/0/Principal`, {
        AWS: "arn:aws:iam::111122223333:root",
      }),
    ],
  ],
  [
    "satisfies R29: separates administering a key from using it, rotates it, and waits 30 days in production",
    keyPolicies,
    [
      set("encryption/DataKey", `${P}/KeyPolicy/Statement/0/Action`, ["kms:PutKeyPolicy", "kms:Decrypt"]),
      set("encryption/DataKey", `${P}/KeyPolicy/Statement/1/Condition/StringEquals/kms:ViaService`),
      set("encryption/LogsKey", `${P}/EnableKeyRotation`, false),
      set("encryption/DataKey", `${P}/PendingWindowInDays`, 7),
    ],
  ],
]);
