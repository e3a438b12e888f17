import type { Rule } from "../engine/rule";
import { rule as accessLogs } from "./access-logs";
import { rule as alarmActions } from "./alarm-actions";
import { rule as apiAuthorization } from "./api-authorization";
import { rule as apigatewayDomainTls } from "./apigateway-domain-tls";
import { rule as cloudfrontOriginHttps } from "./cloudfront-origin-https";
import { rule as cloudfrontViewerHttps } from "./cloudfront-viewer-https";
import { rule as cloudfrontViewerTls } from "./cloudfront-viewer-tls";
import { rule as configRecordsChanges } from "./config-records-changes";
import { rule as dbCredentials } from "./db-credentials";
import { rule as drEventRuleDelivery } from "./dr-event-rule-delivery";
import { rule as drFailoverRecordsLatched } from "./dr-failover-records-latched";
import { rule as drGlobalClusterProtected } from "./dr-global-cluster-protected";
import { rule as drGlobalMetricsRegion } from "./dr-global-metrics-region";
import { rule as drNoHeadlessSecondary } from "./dr-no-headless-secondary";
import { rule as drOneEngineVersion } from "./dr-one-engine-version";
import { rule as drParameterGroupParity } from "./dr-parameter-group-parity";
import { rule as drQueueRedrive } from "./dr-queue-redrive";
import { rule as drStateMachineBounded } from "./dr-state-machine-bounded";
import { rule as drStatefulProtected } from "./dr-stateful-protected";
import { rule as dynamodbEncrypted } from "./dynamodb-encrypted";
import { rule as dynamodbPointInTimeRecovery } from "./dynamodb-point-in-time-recovery";
import { rule as dynamodbReplicaKeys } from "./dynamodb-replica-keys";
import { rule as dynamodbTtl } from "./dynamodb-ttl";
import { rule as ec2EgressRestricted } from "./ec2-egress-restricted";
import { rule as ec2EndpointPolicy } from "./ec2-endpoint-policy";
import { rule as ec2IngressOpen } from "./ec2-ingress-open";
import { rule as ec2IngressSensitivePort } from "./ec2-ingress-sensitive-port";
import { rule as ec2NoInternetRoute } from "./ec2-no-internet-route";
import { rule as ec2SubnetNoPublicAddress } from "./ec2-subnet-no-public-address";
import { rule as elbDropInvalidHeaders } from "./elb-drop-invalid-headers";
import { rule as elbListenerTls } from "./elb-listener-tls";
import { rule as flowLogsComplete } from "./flow-logs-complete";
import { rule as iamNoAccessKeys } from "./iam-no-access-keys";
import { rule as iamNoAdministrator } from "./iam-no-administrator";
import { rule as iamNoNotactionAllow } from "./iam-no-notaction-allow";
import { rule as iamNoUserPolicies } from "./iam-no-user-policies";
import { rule as iamNoWildcardAction } from "./iam-no-wildcard-action";
import { rule as iamNoWildcardResource } from "./iam-no-wildcard-resource";
import { rule as iamTrustPrincipals } from "./iam-trust-principals";
import { rule as kmsDeletionWindow } from "./kms-deletion-window";
import { rule as kmsPolicyPrincipals } from "./kms-policy-principals";
import { rule as kmsRotation } from "./kms-rotation";
import { rule as kmsSeparateDuties } from "./kms-separate-duties";
import { rule as lambdaEnvironmentEncrypted } from "./lambda-environment-encrypted";
import { rule as lambdaEnvironmentSecrets } from "./lambda-environment-secrets";
import { rule as lambdaInVpc } from "./lambda-in-vpc";
import { rule as lambdaPermissionSource } from "./lambda-permission-source";
import { rule as lambdaRuntime } from "./lambda-runtime";
import { rule as logBucketBackedUp } from "./log-bucket-backed-up";
import { rule as logBucketRetention } from "./log-bucket-retention";
import { rule as logBucketVersioned } from "./log-bucket-versioned";
import { rule as logsEncrypted } from "./logs-encrypted";
import { rule as logsRetention } from "./logs-retention";
import { rule as messagingEncrypted } from "./messaging-encrypted";
import { rule as outputSecrets } from "./output-secrets";
import { rule as parameterSecrets } from "./parameter-secrets";
import { rule as plainTextSecrets } from "./plain-text-secrets";
import { rule as rdsBackups } from "./rds-backups";
import { rule as rdsEncrypted } from "./rds-encrypted";
import { rule as rdsIamAuthentication } from "./rds-iam-authentication";
import { rule as rdsIsolatedSubnets } from "./rds-isolated-subnets";
import { rule as rdsLogsExported } from "./rds-logs-exported";
import { rule as rdsMinorUpgrades } from "./rds-minor-upgrades";
import { rule as rdsNotPublic } from "./rds-not-public";
import { rule as rdsTlsEnforced } from "./rds-tls-enforced";
import { rule as s3Encrypted } from "./s3-encrypted";
import { rule as s3Lifecycle } from "./s3-lifecycle";
import { rule as s3NoPublicAcl } from "./s3-no-public-acl";
import { rule as s3NoPublicPolicy } from "./s3-no-public-policy";
import { rule as s3PublicAccessBlocked } from "./s3-public-access-blocked";
import { rule as s3ReplicationEncrypted } from "./s3-replication-encrypted";
import { rule as s3TlsOnly } from "./s3-tls-only";
import { rule as secretEncrypted } from "./secret-encrypted";
import { rule as secretRotation } from "./secret-rotation";
import { rule as snsPolicyPrincipals } from "./sns-policy-principals";
import { rule as snsTlsOnly } from "./sns-tls-only";
import { rule as sqsPolicyPrincipals } from "./sqs-policy-principals";
import { rule as sqsRetention } from "./sqs-retention";
import { rule as sqsTlsOnly } from "./sqs-tls-only";
import { rule as statesLogging } from "./states-logging";
import { rule as trailDataEvents } from "./trail-data-events";
import { rule as trailOn } from "./trail-on";
import { rule as trailProtected } from "./trail-protected";
import { rule as trailToCloudwatch } from "./trail-to-cloudwatch";
import { rule as wafBeforePublicApps } from "./waf-before-public-apps";
import { rule as wafLogging } from "./waf-logging";

/** Every rule, in the order of the requirement table; the disaster-recovery pack comes last. */
export const RULES: readonly Rule[] = [
  ec2IngressOpen,
  ec2IngressSensitivePort,
  ec2EgressRestricted,
  lambdaInVpc,
  rdsNotPublic,
  rdsIsolatedSubnets,
  ec2SubnetNoPublicAddress,
  ec2NoInternetRoute,
  ec2EndpointPolicy,
  s3NoPublicAcl,
  s3NoPublicPolicy,
  s3PublicAccessBlocked,
  lambdaPermissionSource,
  snsPolicyPrincipals,
  sqsPolicyPrincipals,
  s3TlsOnly,
  snsTlsOnly,
  sqsTlsOnly,
  cloudfrontViewerHttps,
  cloudfrontViewerTls,
  cloudfrontOriginHttps,
  apigatewayDomainTls,
  elbListenerTls,
  elbDropInvalidHeaders,
  rdsTlsEnforced,
  dynamodbTtl,
  s3Lifecycle,
  sqsRetention,
  rdsEncrypted,
  dynamodbEncrypted,
  dynamodbReplicaKeys,
  s3Encrypted,
  s3ReplicationEncrypted,
  messagingEncrypted,
  logsEncrypted,
  lambdaEnvironmentEncrypted,
  secretEncrypted,
  kmsPolicyPrincipals,
  kmsSeparateDuties,
  kmsRotation,
  secretRotation,
  kmsDeletionWindow,
  dbCredentials,
  lambdaEnvironmentSecrets,
  outputSecrets,
  plainTextSecrets,
  parameterSecrets,
  lambdaRuntime,
  rdsMinorUpgrades,
  wafBeforePublicApps,
  apiAuthorization,
  iamNoAdministrator,
  iamNoNotactionAllow,
  iamNoWildcardAction,
  iamNoWildcardResource,
  iamTrustPrincipals,
  iamNoAccessKeys,
  iamNoUserPolicies,
  rdsIamAuthentication,
  accessLogs,
  flowLogsComplete,
  wafLogging,
  rdsLogsExported,
  statesLogging,
  trailOn,
  trailDataEvents,
  logBucketVersioned,
  trailProtected,
  logBucketBackedUp,
  trailToCloudwatch,
  logBucketRetention,
  logsRetention,
  alarmActions,
  dynamodbPointInTimeRecovery,
  rdsBackups,
  configRecordsChanges,
  drEventRuleDelivery,
  drFailoverRecordsLatched,
  drGlobalClusterProtected,
  drGlobalMetricsRegion,
  drNoHeadlessSecondary,
  drOneEngineVersion,
  drParameterGroupParity,
  drQueueRedrive,
  drStateMachineBounded,
  drStatefulProtected,
];
