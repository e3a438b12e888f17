/** One way to break a template: what it does to a resource, or a resource that it adds. */
export type Mutation =
  | { readonly type: string; readonly set: Readonly<Record<string, unknown>> }
  /** `spares` are logical ids that may lack it. */
  | { readonly type: string; readonly remove: string; readonly spares?: readonly string[] }
  | { readonly type: string; readonly statement: { readonly path: string; readonly value: unknown } }
  | { readonly without: string }
  | { readonly add: unknown }
  | { readonly parameter: unknown }
  | { readonly output: unknown };

const OPEN = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "0.0.0.0/0" };
const EVERYONE = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
const identity = (statement: unknown): Mutation[] => [
  { type: "AWS::IAM::Role", statement: { path: "Policies.0.PolicyDocument.Statement", value: statement } },
  { add: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: { Statement: statement } } } },
];
const trail = { IsLogging: true, S3BucketName: "bucket", IsMultiRegionTrail: true };

/** For every rule at least one mutation that it has to catch. */
export const MUTATIONS: Readonly<Record<string, readonly Mutation[]>> = {
  "ec2-ingress-open": [
    {
      type: "AWS::EC2::SecurityGroup",
      set: { SecurityGroupIngress: [{ ...OPEN, FromPort: 80, ToPort: 80 }] },
    },
    { type: "AWS::EC2::SecurityGroupIngress", set: { CidrIpv6: "::/0" } },
  ],
  "ec2-ingress-sensitive-port": [
    { type: "AWS::EC2::SecurityGroup", set: { SecurityGroupIngress: [OPEN] } },
    { type: "AWS::EC2::SecurityGroupIngress", set: { CidrIp: "0.0.0.0/0", IpProtocol: "-1" } },
  ],
  "ec2-egress-restricted": [
    {
      type: "AWS::EC2::SecurityGroup",
      set: { SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "0.0.0.0/0" }] },
    },
    { type: "AWS::EC2::SecurityGroupEgress", set: { IpProtocol: "-1", CidrIp: "0.0.0.0/0" } },
    { add: { Type: "AWS::EC2::SecurityGroup", Properties: { GroupDescription: "new" } } },
  ],
  "lambda-in-vpc": [{ type: "AWS::Lambda::Function", remove: "VpcConfig" }],
  "rds-not-public": [{ type: "AWS::RDS::DBInstance", set: { PubliclyAccessible: true } }],
  "rds-isolated-subnets": [{ add: { Type: "AWS::RDS::DBSubnetGroup", Properties: {} } }],
  "ec2-subnet-no-public-address": [{ type: "AWS::EC2::Subnet", set: { MapPublicIpOnLaunch: true } }],
  "ec2-no-internet-route": [
    {
      type: "AWS::EC2::Route",
      set: { GatewayId: "igw-1", DestinationCidrBlock: "0.0.0.0/0", RouteTableId: "rtb-1" },
    },
    {
      add: {
        Type: "AWS::EC2::Route",
        Properties: { RouteTableId: "rtb-1", DestinationIpv6CidrBlock: "::/0", GatewayId: "igw-1" },
      },
    },
  ],
  "ec2-endpoint-policy": [
    { type: "AWS::EC2::VPCEndpoint", remove: "PolicyDocument" },
    { type: "AWS::EC2::VPCEndpoint", set: { PolicyDocument: { Statement: [EVERYONE] } } },
  ],
  "s3-public-access-blocked": [
    { type: "AWS::S3::Bucket", remove: "PublicAccessBlockConfiguration" },
    { type: "AWS::S3::Bucket", set: { "PublicAccessBlockConfiguration.BlockPublicPolicy": "false" } },
  ],
  "s3-no-public-acl": [{ type: "AWS::S3::Bucket", set: { AccessControl: "PublicRead" } }],
  "s3-no-public-policy": [
    { type: "AWS::S3::BucketPolicy", statement: { path: "PolicyDocument.Statement", value: EVERYONE } },
  ],
  "lambda-permission-source": [
    { type: "AWS::Lambda::Permission", set: { Principal: "*", SourceArn: "*" } },
    {
      add: {
        Type: "AWS::Lambda::Permission",
        Properties: { Action: "lambda:InvokeFunction", FunctionName: "f", Principal: "events.amazonaws.com" },
      },
    },
  ],
  "sqs-policy-principals": [
    { type: "AWS::SQS::QueuePolicy", statement: { path: "PolicyDocument.Statement", value: EVERYONE } },
  ],
  "sns-policy-principals": [
    { type: "AWS::SNS::TopicPolicy", statement: { path: "PolicyDocument.Statement", value: EVERYONE } },
  ],
  "s3-tls-only": [
    { type: "AWS::S3::BucketPolicy", set: { "PolicyDocument.Statement": [] } },
    { without: "AWS::S3::BucketPolicy" },
  ],
  "sqs-tls-only": [
    { type: "AWS::SQS::QueuePolicy", set: { "PolicyDocument.Statement": [] } },
    { without: "AWS::SQS::QueuePolicy" },
  ],
  "sns-tls-only": [
    { type: "AWS::SNS::TopicPolicy", set: { "PolicyDocument.Statement": [] } },
    { without: "AWS::SNS::TopicPolicy" },
  ],
  "cloudfront-viewer-https": [
    {
      add: {
        Type: "AWS::CloudFront::Distribution",
        Properties: { DistributionConfig: { DefaultCacheBehavior: { ViewerProtocolPolicy: "allow-all" } } },
      },
    },
  ],
  "cloudfront-viewer-tls": [
    {
      add: {
        Type: "AWS::CloudFront::Distribution",
        Properties: {
          DistributionConfig: {
            ViewerCertificate: { AcmCertificateArn: "a", MinimumProtocolVersion: "TLSv1.2_2019" },
          },
        },
      },
    },
  ],
  "cloudfront-origin-https": [
    {
      add: {
        Type: "AWS::CloudFront::Distribution",
        Properties: {
          DistributionConfig: {
            Origins: [{ Id: "a", CustomOriginConfig: { OriginProtocolPolicy: "http-only" } }],
          },
        },
      },
    },
  ],
  "apigateway-domain-tls": [{ type: "AWS::ApiGateway::DomainName", set: { SecurityPolicy: "TLS_1_0" } }],
  "elb-listener-tls": [
    {
      type: "AWS::ElasticLoadBalancingV2::Listener",
      set: { Protocol: "HTTP", DefaultActions: [{ Type: "forward" }] },
    },
    {
      type: "AWS::ElasticLoadBalancingV2::Listener",
      set: { Protocol: "HTTPS", SslPolicy: "ELBSecurityPolicy-2016-08" },
    },
  ],
  "elb-drop-invalid-headers": [
    { type: "AWS::ElasticLoadBalancingV2::LoadBalancer", remove: "LoadBalancerAttributes" },
  ],
  "rds-tls-enforced": [
    { type: "AWS::RDS::DBClusterParameterGroup", set: { Parameters: { "rds.force_ssl": "0" } } },
  ],
  "s3-lifecycle": [{ type: "AWS::S3::Bucket", remove: "LifecycleConfiguration" }],
  "sqs-retention": [{ type: "AWS::SQS::Queue", set: { MessageRetentionPeriod: 10 } }],
  "dynamodb-ttl": [
    { type: "AWS::DynamoDB::Table", remove: "TimeToLiveSpecification" },
    { type: "AWS::DynamoDB::GlobalTable", set: { "TimeToLiveSpecification.Enabled": false } },
  ],
  "rds-encrypted": [
    { type: "AWS::RDS::DBCluster", remove: "StorageEncrypted" },
    { type: "AWS::RDS::DBCluster", set: { KmsKeyId: "alias/aws/rds" } },
    { type: "AWS::RDS::GlobalCluster", set: { StorageEncrypted: "false" } },
  ],
  "dynamodb-encrypted": [
    { type: "AWS::DynamoDB::Table", remove: "SSESpecification" },
    { type: "AWS::DynamoDB::GlobalTable", set: { "SSESpecification.SSEEnabled": false } },
  ],
  "dynamodb-replica-keys": [
    { type: "AWS::DynamoDB::GlobalTable", set: { Replicas: [{ Region: "ap-southeast-1" }] } },
  ],
  "s3-encrypted": [{ type: "AWS::S3::Bucket", remove: "BucketEncryption" }],
  "s3-replication-encrypted": [
    {
      type: "AWS::S3::Bucket",
      set: {
        ReplicationConfiguration: { Role: "r", Rules: [{ Status: "Enabled", Destination: { Bucket: "b" } }] },
      },
    },
  ],
  "messaging-encrypted": [
    { type: "AWS::SQS::Queue", remove: "KmsMasterKeyId" },
    { type: "AWS::SNS::Topic", remove: "KmsMasterKeyId" },
  ],
  "logs-encrypted": [{ type: "AWS::Logs::LogGroup", remove: "KmsKeyId" }],
  "lambda-environment-encrypted": [{ type: "AWS::Lambda::Function", remove: "KmsKeyArn" }],
  "secret-encrypted": [{ add: { Type: "AWS::SecretsManager::Secret" } }],
  "kms-policy-principals": [
    { type: "AWS::KMS::Key", statement: { path: "KeyPolicy.Statement", value: EVERYONE } },
  ],
  "kms-separate-duties": [
    {
      type: "AWS::KMS::Key",
      statement: {
        path: "KeyPolicy.Statement",
        value: { ...EVERYONE, Principal: { AWS: "arn:aws:iam::111122223333:role/r" }, Action: "kms:*" },
      },
    },
  ],
  "kms-rotation": [{ type: "AWS::KMS::Key", remove: "EnableKeyRotation" }],
  "secret-rotation": [{ add: { Type: "AWS::SecretsManager::Secret" } }],
  "kms-deletion-window": [{ type: "AWS::KMS::Key", set: { PendingWindowInDays: 7 } }],
  "db-credentials": [{ type: "AWS::RDS::DBCluster", set: { MasterUserPassword: "correct-horse" } }],
  "lambda-environment-secrets": [
    { type: "AWS::Lambda::Function", set: { "Environment.Variables": { API_KEY: "correct-horse" } } },
  ],
  "parameter-secrets": [{ parameter: { Type: "String", Default: "correct-horse", NoEcho: true } }],
  "output-secrets": [{ output: { Value: "postgres://user:correct-horse@host/db" } }],
  "plain-text-secrets": [{ add: { Type: "Custom::Thing", Properties: { Password: "correct-horse" } } }],
  "lambda-runtime": [{ type: "AWS::Lambda::Function", set: { Runtime: "nodejs14.x" } }],
  "rds-minor-upgrades": [{ type: "AWS::RDS::DBInstance", set: { AutoMinorVersionUpgrade: false } }],
  "waf-before-public-apps": [{ without: "AWS::WAFv2::WebACLAssociation" }],
  "api-authorization": [{ type: "AWS::ApiGateway::Method", set: { AuthorizationType: "NONE" } }],
  "iam-no-administrator": identity([{ Effect: "Allow", Action: "*", Resource: "*" }]),
  "iam-no-wildcard-action": identity([{ Effect: "Allow", Action: ["dynamodb:*"], Resource: "x" }]),
  "iam-no-wildcard-resource": identity([{ Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*" }]),
  "iam-no-notaction-allow": identity([{ Effect: "Allow", NotAction: "iam:*", Resource: "x" }]),
  "iam-trust-principals": [
    {
      type: "AWS::IAM::Role",
      set: { AssumeRolePolicyDocument: { Statement: [{ ...EVERYONE, Action: "sts:AssumeRole" }] } },
    },
  ],
  "iam-no-user-policies": [
    { add: { Type: "AWS::IAM::User", Properties: { Policies: [{ PolicyName: "p" }] } } },
  ],
  "iam-no-access-keys": [{ add: { Type: "AWS::IAM::AccessKey", Properties: { UserName: "u" } } }],
  "rds-iam-authentication": [{ type: "AWS::RDS::DBCluster", remove: "EnableIAMDatabaseAuthentication" }],
  "access-logs": [
    // A bucket that receives logs may do without a log of its own; these two have one all the same.
    { type: "AWS::S3::Bucket", remove: "LoggingConfiguration", spares: ["TrailBucket", "EdgeLogBucket"] },
    { type: "AWS::ApiGateway::Stage", remove: "AccessLogSetting" },
    { type: "AWS::ElasticLoadBalancingV2::LoadBalancer", remove: "LoadBalancerAttributes" },
  ],
  "flow-logs-complete": [{ type: "AWS::EC2::FlowLog", set: { TrafficType: "ACCEPT" } }],
  "waf-logging": [{ type: "AWS::WAFv2::LoggingConfiguration", set: { LogDestinationConfigs: [] } }],
  "rds-logs-exported": [{ type: "AWS::RDS::DBCluster", remove: "EnableCloudwatchLogsExports" }],
  "states-logging": [
    {
      add: {
        Type: "AWS::StepFunctions::StateMachine",
        Properties: { LoggingConfiguration: { Level: "ERROR" } },
      },
    },
  ],
  "trail-on": [{ add: { Type: "AWS::CloudTrail::Trail", Properties: { ...trail, IsLogging: false } } }],
  "trail-data-events": [{ type: "AWS::CloudTrail::Trail", remove: "AdvancedEventSelectors" }],
  "trail-protected": [{ add: { Type: "AWS::CloudTrail::Trail", Properties: trail } }],
  "log-bucket-versioned": [
    { add: { Type: "AWS::S3::Bucket", Properties: { AccessControl: "LogDeliveryWrite" } } },
  ],
  "trail-to-cloudwatch": [{ add: { Type: "AWS::CloudTrail::Trail", Properties: trail } }],
  "logs-retention": [{ type: "AWS::Logs::LogGroup", set: { RetentionInDays: 30 } }],
  "log-bucket-retention": [
    {
      add: {
        Type: "AWS::S3::Bucket",
        Properties: {
          AccessControl: "LogDeliveryWrite",
          LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 30 }] },
        },
      },
    },
  ],
  "alarm-actions": [
    { type: "AWS::CloudWatch::Alarm", set: { ActionsEnabled: false } },
    { add: { Type: "AWS::CloudWatch::Alarm", Properties: { AlarmActions: [] } } },
  ],
  "dynamodb-point-in-time-recovery": [
    { type: "AWS::DynamoDB::Table", remove: "PointInTimeRecoverySpecification" },
    { type: "AWS::DynamoDB::GlobalTable", set: { Replicas: [{ Region: "ap-southeast-1" }] } },
  ],
  "rds-backups": [{ type: "AWS::RDS::DBCluster", set: { BackupRetentionPeriod: 1 } }],
  "config-records-changes": [
    {
      add: {
        Type: "AWS::Config::ConfigurationRecorder",
        Properties: { RecordingGroup: { AllSupported: false } },
      },
    },
  ],
  "dr-event-rule-delivery": [
    { add: { Type: "AWS::Events::Rule", Properties: { Targets: [{ Id: "a", Arn: "a" }] } } },
  ],
  "dr-failover-records-latched": [
    { add: { Type: "AWS::Route53::RecordSet", Properties: { Failover: "PRIMARY" } } },
  ],
  "dr-global-cluster-protected": [{ type: "AWS::RDS::GlobalCluster", set: { DeletionProtection: false } }],
  "dr-global-metrics-region": [
    { add: { Type: "AWS::CloudWatch::Alarm", Properties: { Namespace: "AWS/Route53" } } },
  ],
  "dr-no-headless-secondary": [{ without: "AWS::RDS::DBInstance" }],
  "dr-one-engine-version": [{ type: "AWS::RDS::DBCluster", set: { EngineVersion: "16.1" } }],
  "dr-parameter-group-parity": [
    { type: "AWS::RDS::DBClusterParameterGroup", set: { Parameters: { log_statement: "all" } } },
  ],
  "dr-queue-redrive": [{ type: "AWS::SQS::Queue", remove: "RedrivePolicy" }],
  "dr-state-machine-bounded": [
    {
      add: {
        Type: "AWS::StepFunctions::StateMachine",
        Properties: { Definition: { TimeoutSeconds: 7200, States: {} } },
      },
    },
  ],
  "dr-stateful-protected": [
    { type: "AWS::RDS::DBCluster", set: { DeletionProtection: false, "@DeletionPolicy": "Delete" } },
    { type: "AWS::DynamoDB::Table", set: { DeletionProtectionEnabled: false, "@DeletionPolicy": "Delete" } },
    { add: { Type: "AWS::DynamoDB::Table" } },
  ],
};

/** Rules that report nothing but what cannot be known; there is nothing to kill. */
export const WITHOUT_VIOLATION = new Set(["log-bucket-backed-up"]);
