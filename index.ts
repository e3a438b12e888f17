/**
 * The payment platform: the same infrastructure in two Regions, one active and one standby. Read from top to bottom;
 * the order is the order of dependence. Pulumi runs in parallel whatever does not depend on each other.
 */
import { hostNames, loadConfig, secretArns } from "./components/config";
import { configurationHash } from "./components/configurationHash";
import { environmentOf } from "./components/environment";
import { exportFlatOutputs } from "./components/flatOutputs";
import { forbidDefaultProviders } from "./components/guards";
import { buildFunctions, LambdaBundles } from "./components/LambdaBundles";
import { liveState } from "./components/liveState";
import { RegionPair } from "./components/RegionPair";
import { peerOf, REGIONS } from "./components/regions";
import { TemplateStack, type StackParameters } from "./components/TemplateStack";

const config = loadConfig();
const environment = environmentOf(config);
const regions = new RegionPair(config);
forbidDefaultProviders(regions);

/** What a failover changes at run time. */
const live = liveState(config);

// --- Keys, network, and the buckets that deployments need -----------------------------------------------------------

const encryption = regions.both(
  (region) =>
    new TemplateStack("encryption", {
      region,
      environment,
      parameters: { KeyAdministratorArn: config.keyAdministratorArn },
    }),
);

const network = regions.both(
  (region) =>
    new TemplateStack("network", {
      region,
      environment,
      parameters: {
        VpcCidr: config.network.cidr[region.place],
        NatGateways: config.network.natGateways,
        LogsKeyArn: encryption[region.place].outputs.LogsKeyArn,
      },
    }),
);

const artifacts = regions.both(
  (region) =>
    new TemplateStack("artifacts", {
      region,
      environment,
      parameters: {
        DataKeyArn: encryption[region.place].outputs.DataKeyArn,
        LogsKeyArn: encryption[region.place].outputs.LogsKeyArn,
        PrivateSubnetIds: network[region.place].outputs.PrivateSubnetIds,
        FunctionSecurityGroupId: network[region.place].outputs.FunctionSecurityGroupId,
      },
    }),
);

/** Where templates go that are too large for a request. */
const store = regions.both(({ place }) => ({
  bucketName: artifacts[place].outputs.BucketName,
  keyArn: encryption[place].outputs.DataKeyArn,
}));

// --- Transaction logs and backups: DR's buckets first, the primary replicates to them and sets the way back ---------

const storageParameters = regions.both(({ place }) => {
  return {
    DataKeyArn: encryption[place].outputs.DataKeyArn,
    LogsKeyArn: encryption[place].outputs.LogsKeyArn,
    PeerDataKeyArn: encryption[peerOf(place)].outputs.DataKeyArn,
    AccessLogBucketName: artifacts[place].outputs.AccessLogBucketName,
    BucketCleanupFunctionArn: artifacts[place].outputs.BucketCleanupFunctionArn,
  } satisfies Partial<StackParameters<"storage">>;
});

const drStorage = new TemplateStack("storage", {
  region: regions.dr,
  environment,
  parameters: storageParameters.dr,
});

const primaryStorage = new TemplateStack("storage", {
  region: regions.primary,
  environment,
  parameters: {
    ...storageParameters.primary,
    PeerTransactionBucketArn: drStorage.outputs.TransactionBucketArn,
    PeerBackupBucketArn: drStorage.outputs.BackupBucketArn,
    PeerReplicationRoleArn: drStorage.outputs.ReplicationRoleArn,
  },
});

const storage = { primary: primaryStorage, dr: drStorage };

// --- Tables: declared once for both Regions; role and lease belong to each Region -----------------------------------

const tables = new TemplateStack("tables", {
  region: regions.primary,
  environment,
  parameters: {
    DrRegion: REGIONS.dr.name,
    PrimaryDataKeyArn: encryption.primary.outputs.DataKeyArn,
    DrDataKeyArn: encryption.dr.outputs.DataKeyArn,
    EnvironmentTag: config.tags.Environment,
    ProjectTag: config.tags.Project,
    CostCenterTag: config.tags.CostCenter,
  },
});

const regionState = regions.both(
  (region) =>
    new TemplateStack("region-state", {
      region,
      environment,
      parameters: {
        DataKeyArn: encryption[region.place].outputs.DataKeyArn,
        LogsKeyArn: encryption[region.place].outputs.LogsKeyArn,
        ResultsTableName: tables.outputs.ResultsTableName,
        PrimaryResultsStreamArn: tables.outputs.ResultsStreamArn,
        PrivateSubnetIds: network[region.place].outputs.PrivateSubnetIds,
        FunctionSecurityGroupId: network[region.place].outputs.FunctionSecurityGroupId,
      },
    }),
);

// --- Queues, topics and the Region's event bus ----------------------------------------------------------------------

const messaging = regions.both(
  (region) =>
    new TemplateStack("messaging", {
      region,
      environment,
      parameters: {
        MessagingKeyArn: encryption[region.place].outputs.MessagingKeyArn,
        PaymentQueueOpen: live[region.place].paymentQueueOpen,
        OnCallEmail: config.onCallEmail,
      },
    }),
);

// --- Database: the primary makes the global cluster, DR joins it ----------------------------------------------------

const databaseParameters = regions.both(({ place }) => {
  return {
    EngineVersion: config.database.engineVersion,
    MinCapacity: config.database.minCapacity,
    MaxCapacity: config.database.maxCapacity,
    BackupRetentionDays: config.database.backupRetentionDays,
    IsolatedSubnetIds: network[place].outputs.IsolatedSubnetIds,
    DatabaseSecurityGroupId: network[place].outputs.DatabaseSecurityGroupId,
    DataKeyArn: encryption[place].outputs.DataKeyArn,
    LogsKeyArn: encryption[place].outputs.LogsKeyArn,
  } satisfies Partial<StackParameters<"database">>;
});

const primaryDatabase = new TemplateStack("database", {
  region: regions.primary,
  environment,
  parameters: { ...databaseParameters.primary, AdminSecretArn: config.secrets.databaseAdmin.primary },
});

const drDatabase = new TemplateStack("database", {
  region: regions.dr,
  environment,
  parameters: {
    ...databaseParameters.dr,
    GlobalClusterIdentifier: primaryDatabase.outputs.GlobalClusterIdentifier,
  },
});

const database = { primary: primaryDatabase, dr: drDatabase };

// --- Functions: code built once, uploaded to each Region ------------------------------------------------------------

const bundles = buildFunctions();

const code = regions.both(
  (region) =>
    new LambdaBundles(`code-${region.code}`, { region, environment, bundles, ...store[region.place] }),
);

const secretParameters = regions.both(({ place }) => {
  const arns = secretArns(config, place);
  return {
    ApplicationSecretArn: arns.databaseApplication,
    AdminSecretArn: arns.databaseAdmin,
    MerchantSecretArn: arns.merchants,
    PspSecretArn: arns.psp,
  };
});

const functionRoles = regions.both(
  (region) =>
    new TemplateStack("function-roles", {
      region,
      environment,
      store: store[region.place],
      parameters: {
        ...secretParameters[region.place],
        SecretsKeyArn: config.secretsKeyArns?.[region.place],
        DataKeyArn: encryption[region.place].outputs.DataKeyArn,
        LogsKeyArn: encryption[region.place].outputs.LogsKeyArn,
        MessagingKeyArn: encryption[region.place].outputs.MessagingKeyArn,
        SessionsTableName: tables.outputs.SessionsTableName,
        ResultsTableName: tables.outputs.ResultsTableName,
        RegionTableName: regionState[region.place].outputs.RegionTableName,
        ResultsStreamArn: regionState[region.place].outputs.ResultsStreamArn,
        PaymentQueueArn: messaging[region.place].outputs.PaymentQueueArn,
        FunctionDeadLetterQueueArn: messaging[region.place].outputs.FunctionDeadLetterQueueArn,
        TransactionBucketName: storage[region.place].outputs.TransactionBucketName,
      },
    }),
);

/** Everything that a function's published version freezes, besides its code. */
const functionSettings = regions.both(({ place }) => {
  return {
    ...secretParameters[place],
    ...functionRoles[place].outputs,
    LogLevel: config.functions.logLevel,
    DataKeyArn: encryption[place].outputs.DataKeyArn,
    PrivateSubnetIds: network[place].outputs.PrivateSubnetIds,
    FunctionSecurityGroupId: network[place].outputs.FunctionSecurityGroupId,
    OutboundSecurityGroupId: network[place].outputs.OutboundSecurityGroupId,
    DatabaseHost: database[place].outputs.ClusterEndpoint,
    DatabasePort: database[place].outputs.ClusterPort,
    DatabaseName: database[place].outputs.DatabaseName,
    SessionsTable: tables.outputs.SessionsTableName,
    ResultsTable: tables.outputs.ResultsTableName,
    RegionTable: regionState[place].outputs.RegionTableName,
    PaymentQueueUrl: messaging[place].outputs.PaymentQueueUrl,
    TransactionBucketName: storage[place].outputs.TransactionBucketName,
    PspBaseUrl: config.psp.baseUrl,
    PaymentLimitMinorUnits: config.api.paymentLimitMinorUnits,
    NotificationPrivateHosts: config.functions.notificationPrivateHosts?.join(","),
  } satisfies Partial<StackParameters<"functions">>;
});

const functions = regions.both(
  (region) =>
    new TemplateStack("functions", {
      region,
      environment,
      store: store[region.place],
      parameters: {
        ...functionSettings[region.place],
        ...code[region.place].codeParameters,
        ConfigurationHash: configurationHash("functions", functionSettings[region.place]),
        CodeBucketName: artifacts[region.place].outputs.BucketName,
        ResultsStreamArn: regionState[region.place].outputs.ResultsStreamArn,
        PaymentQueueArn: messaging[region.place].outputs.PaymentQueueArn,
        FunctionDeadLetterQueueArn: messaging[region.place].outputs.FunctionDeadLetterQueueArn,
        EventDeadLetterQueueArn: messaging[region.place].outputs.EventDeadLetterQueueArn,
        ProvisionedConcurrency: config.functions.provisionedConcurrency,
        ProvisionedConcurrencyMaximum: config.functions.provisionedConcurrencyMaximum,
        ProcessorMaximumConcurrency: config.functions.processorMaximumConcurrency,
        ConsumersEnabled: live[region.place].consumersEnabled,
        StreamConsumersEnabled: live[region.place].streamConsumersEnabled,
        OutboxRelayEnabled: live[region.place].outboxRelayEnabled,
        ActivePlace: live.activePlace,
        Epoch: live.epoch,
      },
    }),
);

// --- Ways in: the API for merchants, the load balancer for notifications of the PSP ---------------------------------

const payments = regions.both((region) => {
  const hosts = hostNames(config, region.code);
  const aliases = functions[region.place].outputs;
  return new TemplateStack("payments", {
    region,
    environment,
    store: store[region.place],
    parameters: {
      RegionalApiDomainName: hosts.regionalApi,
      PublicApiDomainName: hosts.publicApi,
      NotificationsDomainName: hosts.regionalNotifications,
      ApiCertificateArn: config.certificates[region.place],
      LoadBalancerCertificateArn: config.certificates[region.place],
      AuthorizerAliasArn: aliases.AuthorizerAliasArn,
      IntakeAliasArn: aliases.IntakeAliasArn,
      QueryAliasArn: aliases.QueryAliasArn,
      CaptureAliasArn: aliases.CaptureAliasArn,
      RefundAliasArn: aliases.RefundAliasArn,
      CancelAliasArn: aliases.CancelAliasArn,
      StatusAliasArn: aliases.StatusAliasArn,
      PspNotificationAliasArn: aliases.PspNotificationAliasArn,
      PublicSubnetIds: network[region.place].outputs.PublicSubnetIds,
      LoadBalancerSecurityGroupId: network[region.place].outputs.LoadBalancerSecurityGroupId,
      ThrottlingRateLimit: config.api.throttlingRateLimit,
      ThrottlingBurstLimit: config.api.throttlingBurstLimit,
      LogsKeyArn: encryption[region.place].outputs.LogsKeyArn,
      AccessLogBucketName: artifacts[region.place].outputs.AccessLogBucketName,
    },
  });
});

// --- Outputs: flat, `Primary…`, `Dr…` -------------------------------------------------------------------------------

const perRegion = [
  encryption,
  network,
  artifacts,
  storage,
  regionState,
  messaging,
  database,
  functionRoles,
  functions,
  payments,
];

/** Every stack's outputs under one flat key each; also written to the file that tests read. */
export const flatOutputs = exportFlatOutputs([
  tables,
  ...perRegion.flatMap(({ primary, dr }) => [primary, dr]),
]);
