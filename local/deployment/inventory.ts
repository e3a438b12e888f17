import { ACMClient, paginateListCertificates } from "@aws-sdk/client-acm";
import { APIGatewayClient, GetDomainNamesCommand, GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { BackupClient, ListBackupPlansCommand, ListBackupVaultsCommand } from "@aws-sdk/client-backup";
import { CloudFormationClient, paginateListStacks } from "@aws-sdk/client-cloudformation";
import {
  CloudFrontClient,
  ListDistributionsCommand,
  ListOriginAccessControlsCommand,
  ListResponseHeadersPoliciesCommand,
} from "@aws-sdk/client-cloudfront";
import { CloudTrailClient, DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, paginateListTables } from "@aws-sdk/client-dynamodb";
import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient, ListEventBusesCommand, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { IAMClient, ListPoliciesCommand, paginateListRoles } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, ListAliasesCommand, paginateListKeys } from "@aws-sdk/client-kms";
import { LambdaClient, ListEventSourceMappingsCommand, paginateListFunctions } from "@aws-sdk/client-lambda";
import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeGlobalClustersCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { paginateListSecrets, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { paginateListTopics, SNSClient } from "@aws-sdk/client-sns";
import { paginateListQueues, SQSClient } from "@aws-sdk/client-sqs";
import { ListWebACLsCommand, WAFV2Client } from "@aws-sdk/client-wafv2";
import type { AwsClientConfig } from "../client";

/** One kind of resource and how all of it in a Region is listed. */
export interface Inventory {
  /** CloudFormation's name of the kind, for the report. */
  readonly kind: string;
  readonly list: (config: AwsClientConfig) => Promise<(string | undefined)[]>;
}

/** Collects one field of every page's items. */
async function collect<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => Item[] | undefined,
  name: (item: Item) => string | undefined,
): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const page of pages) {
    found.push(...(items(page) ?? []).map(name));
  }
  return found;
}

async function keysInUse(config: AwsClientConfig): Promise<(string | undefined)[]> {
  const client = new KMSClient(config);
  const ids = await collect(
    paginateListKeys({ client }, {}),
    (page) => page.Keys,
    (key) => key.KeyId,
  );
  const states = await Promise.all(
    ids.map(async (KeyId) => (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata),
  );
  // A key cannot be deleted at once, on AWS neither: pending deletion is as gone as it gets.
  return states
    .filter((key) => key?.KeyManager === "CUSTOMER" && key.KeyState !== "PendingDeletion")
    .map((key) => key?.KeyId);
}

/** Everything that the platform's templates or its functions can leave behind, service by service. */
export const INVENTORIES: readonly Inventory[] = [
  {
    kind: "CloudFormation::Stack",
    list: (config) =>
      collect(
        paginateListStacks({ client: new CloudFormationClient(config) }, {}),
        (page) => page.StackSummaries?.filter((stack) => stack.StackStatus !== "DELETE_COMPLETE"),
        (stack) => stack.StackName,
      ),
  },
  {
    kind: "tagged resource",
    list: (config) =>
      collect(
        paginateGetResources({ client: new ResourceGroupsTaggingAPIClient(config) }, {}),
        // Keys keep their tags until they are gone for good; KMS::Key below says which are in use.
        (page) =>
          page.ResourceTagMappingList?.filter(({ ResourceARN }) => !/^arn:aws:kms:/.test(ResourceARN ?? "")),
        (resource) => resource.ResourceARN,
      ),
  },
  {
    kind: "S3::Bucket",
    list: async (config) => {
      const { Buckets } = await new S3Client({ ...config, forcePathStyle: true }).send(
        new ListBucketsCommand({}),
      );
      return (Buckets ?? []).map((bucket) => bucket.Name);
    },
  },
  {
    kind: "DynamoDB::Table",
    list: (config) =>
      collect(
        paginateListTables({ client: new DynamoDBClient(config) }, {}),
        (page) => page.TableNames,
        (name) => name,
      ),
  },
  {
    kind: "Lambda::Function",
    list: (config) =>
      collect(
        paginateListFunctions({ client: new LambdaClient(config) }, {}),
        (page) => page.Functions,
        (each) => each.FunctionName,
      ),
  },
  {
    kind: "Lambda::EventSourceMapping",
    list: async (config) => {
      const { EventSourceMappings } = await new LambdaClient(config).send(
        new ListEventSourceMappingsCommand({}),
      );
      return (EventSourceMappings ?? []).map((mapping) => mapping.UUID);
    },
  },
  {
    kind: "SQS::Queue",
    list: (config) =>
      collect(
        paginateListQueues({ client: new SQSClient(config) }, {}),
        (page) => page.QueueUrls,
        (url) => url,
      ),
  },
  {
    kind: "SNS::Topic",
    list: (config) =>
      collect(
        paginateListTopics({ client: new SNSClient(config) }, {}),
        (page) => page.Topics,
        (topic) => topic.TopicArn,
      ),
  },
  { kind: "KMS::Key", list: keysInUse },
  {
    kind: "KMS::Alias",
    list: async (config) => {
      const { Aliases } = await new KMSClient(config).send(new ListAliasesCommand({}));
      return (Aliases ?? []).map((alias) => alias.AliasName);
    },
  },
  {
    kind: "SecretsManager::Secret",
    list: (config) =>
      collect(
        paginateListSecrets({ client: new SecretsManagerClient(config) }, {}),
        (page) => page.SecretList,
        (secret) => secret.Name,
      ),
  },
  {
    kind: "Logs::LogGroup",
    list: (config) =>
      collect(
        paginateDescribeLogGroups({ client: new CloudWatchLogsClient(config) }, {}),
        (page) => page.logGroups,
        (group) => group.logGroupName,
      ),
  },
  {
    kind: "IAM::Role",
    list: (config) =>
      collect(
        paginateListRoles({ client: new IAMClient(config) }, {}),
        (page) => page.Roles,
        (role) => role.RoleName,
      ),
  },
  {
    kind: "IAM::ManagedPolicy",
    list: async (config) => {
      const { Policies } = await new IAMClient(config).send(new ListPoliciesCommand({ Scope: "Local" }));
      return (Policies ?? []).map((policy) => policy.PolicyName);
    },
  },
  {
    kind: "RDS::GlobalCluster",
    list: async (config) => {
      const { GlobalClusters } = await new RDSClient(config).send(new DescribeGlobalClustersCommand({}));
      return (GlobalClusters ?? []).map((cluster) => cluster.GlobalClusterIdentifier);
    },
  },
  {
    kind: "RDS::DBCluster",
    list: async (config) => {
      const { DBClusters } = await new RDSClient(config).send(new DescribeDBClustersCommand({}));
      return (DBClusters ?? []).map((cluster) => cluster.DBClusterIdentifier);
    },
  },
  {
    kind: "RDS::DBInstance",
    list: async (config) => {
      const { DBInstances } = await new RDSClient(config).send(new DescribeDBInstancesCommand({}));
      return (DBInstances ?? []).map((instance) => instance.DBInstanceIdentifier);
    },
  },
  {
    kind: "RDS::DBSubnetGroup",
    list: async (config) => {
      const { DBSubnetGroups } = await new RDSClient(config).send(new DescribeDBSubnetGroupsCommand({}));
      return (DBSubnetGroups ?? []).map((group) => group.DBSubnetGroupName);
    },
  },
  {
    kind: "RDS::DBClusterParameterGroup",
    list: async (config) => {
      const { DBClusterParameterGroups } = await new RDSClient(config).send(
        new DescribeDBClusterParameterGroupsCommand({}),
      );
      return (DBClusterParameterGroups ?? []).map((group) => group.DBClusterParameterGroupName);
    },
  },
  {
    kind: "EC2::VPC",
    list: async (config) => {
      const { Vpcs } = await new EC2Client(config).send(new DescribeVpcsCommand({}));
      return (Vpcs ?? []).map((vpc) => vpc.VpcId);
    },
  },
  {
    kind: "EC2::Subnet",
    list: async (config) => {
      const { Subnets } = await new EC2Client(config).send(new DescribeSubnetsCommand({}));
      return (Subnets ?? []).map((subnet) => subnet.SubnetId);
    },
  },
  {
    kind: "EC2::SecurityGroup",
    list: async (config) => {
      const { SecurityGroups } = await new EC2Client(config).send(new DescribeSecurityGroupsCommand({}));
      return (SecurityGroups ?? []).map((group) => group.GroupId);
    },
  },
  {
    kind: "EC2::NatGateway",
    list: async (config) => {
      const { NatGateways } = await new EC2Client(config).send(new DescribeNatGatewaysCommand({}));
      return (NatGateways ?? []).filter((each) => each.State !== "deleted").map((each) => each.NatGatewayId);
    },
  },
  {
    kind: "EC2::EIP",
    list: async (config) => {
      const { Addresses } = await new EC2Client(config).send(new DescribeAddressesCommand({}));
      return (Addresses ?? []).map((address) => address.AllocationId);
    },
  },
  {
    kind: "EC2::VPCEndpoint",
    list: async (config) => {
      const { VpcEndpoints } = await new EC2Client(config).send(new DescribeVpcEndpointsCommand({}));
      return (VpcEndpoints ?? [])
        .filter((each) => each.State !== "Deleted")
        .map((each) => each.VpcEndpointId);
    },
  },
  {
    kind: "EC2::FlowLog",
    list: async (config) => {
      const { FlowLogs } = await new EC2Client(config).send(new DescribeFlowLogsCommand({}));
      return (FlowLogs ?? []).map((log) => log.FlowLogId);
    },
  },
  {
    kind: "ElasticLoadBalancingV2::LoadBalancer",
    list: async (config) => {
      const client = new ElasticLoadBalancingV2Client(config);
      const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand({}));
      return (LoadBalancers ?? []).map((balancer) => balancer.LoadBalancerName);
    },
  },
  {
    kind: "ElasticLoadBalancingV2::TargetGroup",
    list: async (config) => {
      const client = new ElasticLoadBalancingV2Client(config);
      const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({}));
      return (TargetGroups ?? []).map((group) => group.TargetGroupName);
    },
  },
  {
    kind: "ApiGateway::RestApi",
    list: async (config) => {
      const { items } = await new APIGatewayClient(config).send(new GetRestApisCommand({}));
      return (items ?? []).map((api) => api.name);
    },
  },
  {
    kind: "ApiGateway::DomainName",
    list: async (config) => {
      const { items } = await new APIGatewayClient(config).send(new GetDomainNamesCommand({}));
      return (items ?? []).map((domain) => domain.domainName);
    },
  },
  {
    kind: "WAFv2::WebACL",
    list: async (config) => {
      const { WebACLs } = await new WAFV2Client(config).send(new ListWebACLsCommand({ Scope: "REGIONAL" }));
      return (WebACLs ?? []).map((acl) => acl.Name);
    },
  },
  {
    kind: "Events::EventBus",
    list: async (config) => {
      const { EventBuses } = await new EventBridgeClient(config).send(new ListEventBusesCommand({}));
      return (EventBuses ?? []).map((bus) => bus.Name);
    },
  },
  {
    kind: "Events::Rule",
    list: async (config) => {
      const { Rules } = await new EventBridgeClient(config).send(new ListRulesCommand({}));
      return (Rules ?? []).map((rule) => rule.Name);
    },
  },
  {
    kind: "CloudWatch::Alarm",
    list: async (config) => {
      const { MetricAlarms, CompositeAlarms } = await new CloudWatchClient(config).send(
        new DescribeAlarmsCommand({}),
      );
      return [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])].map((alarm) => alarm.AlarmName);
    },
  },
  {
    kind: "StepFunctions::StateMachine",
    list: async (config) => {
      const { stateMachines } = await new SFNClient(config).send(new ListStateMachinesCommand({}));
      return (stateMachines ?? []).map((machine) => machine.name);
    },
  },
  {
    kind: "CertificateManager::Certificate",
    list: (config) =>
      collect(
        paginateListCertificates({ client: new ACMClient(config) }, {}),
        (page) => page.CertificateSummaryList,
        (certificate) => certificate.CertificateArn,
      ),
  },
  {
    kind: "Route53::HostedZone",
    list: async (config) => {
      const { HostedZones } = await new Route53Client(config).send(new ListHostedZonesCommand({}));
      return (HostedZones ?? []).map((zone) => zone.Name);
    },
  },
  {
    kind: "CloudTrail::Trail",
    list: async (config) => {
      const { trailList } = await new CloudTrailClient(config).send(
        new DescribeTrailsCommand({ includeShadowTrails: false }),
      );
      return (trailList ?? []).map((trail) => trail.Name);
    },
  },
  {
    kind: "Backup::BackupVault",
    list: async (config) => {
      const { BackupVaultList } = await new BackupClient(config).send(new ListBackupVaultsCommand({}));
      return (BackupVaultList ?? []).map((vault) => vault.BackupVaultName);
    },
  },
  {
    kind: "Backup::BackupPlan",
    list: async (config) => {
      const { BackupPlansList } = await new BackupClient(config).send(new ListBackupPlansCommand({}));
      return (BackupPlansList ?? []).map((plan) => plan.BackupPlanName);
    },
  },
  {
    kind: "CloudFront::Distribution",
    list: async (config) => {
      const { DistributionList } = await new CloudFrontClient(config).send(new ListDistributionsCommand({}));
      return (DistributionList?.Items ?? []).map((distribution) => distribution.Id);
    },
  },
  {
    kind: "CloudFront::OriginAccessControl",
    list: async (config) => {
      const { OriginAccessControlList } = await new CloudFrontClient(config).send(
        new ListOriginAccessControlsCommand({}),
      );
      return (OriginAccessControlList?.Items ?? []).map((control) => control.Name);
    },
  },
  {
    kind: "CloudFront::ResponseHeadersPolicy",
    list: async (config) => {
      const { ResponseHeadersPolicyList } = await new CloudFrontClient(config).send(
        new ListResponseHeadersPoliciesCommand({ Type: "custom" }),
      );
      return (ResponseHeadersPolicyList?.Items ?? []).map(
        (item) => item.ResponseHeadersPolicy?.ResponseHeadersPolicyConfig?.Name,
      );
    },
  },
];
