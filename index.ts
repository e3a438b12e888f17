/**
 * The payment platform: the same infrastructure in two Regions, one active and one standby. Read from top to bottom;
 * the order is the order of dependence. Pulumi runs in parallel whatever does not depend on each other.
 */
import { hostNames, loadConfig, secretArns } from "./components/config";
import { configurationHash } from "./components/configurationHash";
import { connectionsThreshold } from "./components/databaseConnections";
import { environmentOf } from "./components/environment";
import { exportFlatOutputs } from "./components/flatOutputs";
import { forbidDefaultProviders } from "./components/guards";
import { buildFunctions, LambdaBundles } from "./components/LambdaBundles";
import { liveState } from "./components/liveState";
import { omit } from "./components/omit";
import { guardAgainstRemoval } from "./components/preview";
import { RegionPair } from "./components/RegionPair";
import { peerOf, REGIONS } from "./components/regions";
import { StaticPages } from "./components/StaticPages";
import { TemplateStack, type StackParameters } from "./components/TemplateStack";

const config = loadConfig();
const environment = environmentOf(config);
const regions = new RegionPair(config);
forbidDefaultProviders(regions);

/** What a failover changes at run time: as the live control record says, not as it was deployed. */
const live = liveState(config);

const names = hostNames(config);

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
        TicketEmail: config.ticketEmail,
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

const secrets = { primary: secretArns(config, "primary"), dr: secretArns(config, "dr") };

const functionRoles = regions.both(
  (region) =>
    new TemplateStack("function-roles", {
      region,
      environment,
      store: store[region.place],
      parameters: {
        ApplicationSecretArn: secrets[region.place].databaseApplication,
        AdminSecretArn: secrets[region.place].databaseAdmin,
        MerchantSecretArn: secrets[region.place].merchants,
        PspSecretArn: secrets[region.place].psp,
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

/** What every function of a Region has in common. */
const placement = regions.both(({ place }) => ({
  LogLevel: config.functions.logLevel,
  DataKeyArn: encryption[place].outputs.DataKeyArn,
  PrivateSubnetIds: network[place].outputs.PrivateSubnetIds,
  FunctionSecurityGroupId: network[place].outputs.FunctionSecurityGroupId,
  DatabaseHost: database[place].outputs.ClusterEndpoint,
  DatabasePort: database[place].outputs.ClusterPort,
  DatabaseName: database[place].outputs.DatabaseName,
  ApplicationSecretArn: secrets[place].databaseApplication,
  RegionTable: regionState[place].outputs.RegionTableName,
}));

/** Where a Region's code and dead letters are; no version freezes them. */
const functionSupport = regions.both(({ place }) => ({
  CodeBucketName: artifacts[place].outputs.BucketName,
  FunctionDeadLetterQueueArn: messaging[place].outputs.FunctionDeadLetterQueueArn,
}));

// --- Schema and role record: what a Region needs before it takes payments -------------------------------------------

const preparation = regions.both(
  (region) =>
    new TemplateStack("preparation", {
      region,
      environment,
      parameters: {
        ...placement[region.place],
        ...functionSupport[region.place],
        ...code[region.place].codeParameters("preparation"),
        SchemaMigrationRoleArn: functionRoles[region.place].outputs.SchemaMigrationRoleArn,
        RegionRoleRoleArn: functionRoles[region.place].outputs.RegionRoleRoleArn,
        AdminSecretArn: secrets[region.place].databaseAdmin,
        ActivePlace: live.activePlace,
        Epoch: live.epoch,
      },
    }),
);

// --- Functions on the path of payments ------------------------------------------------------------------------------

/** Who may write: the witness and the protocol's timings. */
const protocol = {
  WitnessName: names.witness,
  WitnessTtlSeconds: config.protocol.witnessTtlSeconds,
  WitnessFreshSeconds: config.protocol.witnessFreshSeconds,
  LeaseSeconds: config.protocol.leaseSeconds,
  TakeoverWaitSeconds: config.protocol.takeoverWaitSeconds,
};

/** Everything that a function's published version freezes, besides its code. */
const functionSettings = regions.both(({ place }) => {
  return {
    ...placement[place],
    ...protocol,
    ...omit(functionRoles[place].outputs, "SchemaMigrationRoleArn", "RegionRoleRoleArn"),
    MerchantSecretArn: secrets[place].merchants,
    PspSecretArn: secrets[place].psp,
    OutboundSecurityGroupId: network[place].outputs.OutboundSecurityGroupId,
    SessionsTable: tables.outputs.SessionsTableName,
    ResultsTable: tables.outputs.ResultsTableName,
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
        ...functionSupport[region.place],
        ...code[region.place].codeParameters("functions"),
        ConfigurationHash: configurationHash("functions", functionSettings[region.place]),
        ResultsStreamArn: regionState[region.place].outputs.ResultsStreamArn,
        PaymentQueueArn: messaging[region.place].outputs.PaymentQueueArn,
        EventDeadLetterQueueArn: messaging[region.place].outputs.EventDeadLetterQueueArn,
        ProvisionedConcurrency: config.functions.provisionedConcurrency,
        ProvisionedConcurrencyMaximum: config.functions.provisionedConcurrencyMaximum,
        ProcessorMaximumConcurrency: config.functions.processorMaximumConcurrency,
        ConsumersEnabled: live[region.place].consumersEnabled,
        StreamConsumersEnabled: live[region.place].streamConsumersEnabled,
        OutboxRelayEnabled: live[region.place].outboxRelayEnabled,
      },
    }),
);

// --- Ways in: the API for merchants, the load balancer for notifications of the PSP ---------------------------------

const payments = regions.both((region) => {
  const hosts = names[region.place];
  const aliases = functions[region.place].outputs;
  return new TemplateStack("payments", {
    region,
    environment,
    store: store[region.place],
    parameters: {
      RegionalApiDomainName: hosts.api,
      PublicApiDomainName: names.api,
      NotificationsDomainName: hosts.notifications,
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

// --- Failover: who watches, who decides and who acts; the same in both Regions --------------------------------------

const failoverRoles = regions.both((region) => {
  const { place } = region;
  return new TemplateStack("failover-roles", {
    region,
    environment,
    store: store[place],
    parameters: {
      DataKeyArn: encryption[place].outputs.DataKeyArn,
      PeerDataKeyArn: encryption[peerOf(place)].outputs.DataKeyArn,
      MessagingKeyArn: encryption[place].outputs.MessagingKeyArn,
      LogsKeyArn: encryption[place].outputs.LogsKeyArn,
      SecretsKeyArn: config.secretsKeyArns?.[place],
      ApplicationSecretArn: secrets[place].databaseApplication,
      MerchantSecretArn: secrets[place].merchants,
      PspSecretArn: secrets[place].psp,
      SyntheticSecretArn: secrets[place].syntheticMerchant,
      CertificateArn: config.certificates[place],
      SessionsTableName: tables.outputs.SessionsTableName,
      ResultsTableName: tables.outputs.ResultsTableName,
      ControlTableName: tables.outputs.ControlTableName,
      RegionTableName: regionState[place].outputs.RegionTableName,
      GlobalClusterIdentifier: database[place].outputs.GlobalClusterIdentifier,
      ClusterArn: database[place].outputs.ClusterArn,
      PeerClusterArn: database[peerOf(place)].outputs.ClusterArn,
      PaymentQueueArn: messaging[place].outputs.PaymentQueueArn,
      PaymentQueueSourceId: functions[place].outputs.PaymentQueueSourceId,
      ResultsStreamSourceId: functions[place].outputs.ResultsStreamSourceId,
      FunctionDeadLetterQueueArn: messaging[place].outputs.FunctionDeadLetterQueueArn,
      OperationsTopicArn: messaging[place].outputs.OperationsTopicArn,
      EventBusArn: messaging[place].outputs.EventBusArn,
      TransactionBucketName: storage[place].outputs.TransactionBucketName,
    },
  });
});

const failoverSettings = regions.both(({ place }) => {
  return {
    ...placement[place],
    ...protocol,
    ...failoverRoles[place].outputs,
    MessagingKeyArn: encryption[place].outputs.MessagingKeyArn,
    LogsKeyArn: encryption[place].outputs.LogsKeyArn,
    OutboundSecurityGroupId: network[place].outputs.OutboundSecurityGroupId,
    OwnApiUrl: `https://${names[place].api}`,
    PeerApiUrl: `https://${names[peerOf(place)].api}`,
    PublicApiUrl: `https://${names.api}`,
    PspBaseUrl: config.psp.baseUrl,
    GlobalClusterIdentifier: database[place].outputs.GlobalClusterIdentifier,
    ClusterArn: database[place].outputs.ClusterArn,
    PeerClusterArn: database[peerOf(place)].outputs.ClusterArn,
    MerchantSecretArn: secrets[place].merchants,
    PspSecretArn: secrets[place].psp,
    SyntheticSecretArn: secrets[place].syntheticMerchant,
    CertificateArn: config.certificates[place],
    SessionsTable: tables.outputs.SessionsTableName,
    ResultsTable: tables.outputs.ResultsTableName,
    ControlTable: tables.outputs.ControlTableName,
    PaymentQueueUrl: messaging[place].outputs.PaymentQueueUrl,
    OperationsTopicArn: messaging[place].outputs.OperationsTopicArn,
    TransactionBucketName: storage[place].outputs.TransactionBucketName,
    ProvisionedConcurrency: config.functions.provisionedConcurrency,
  } satisfies Partial<StackParameters<"failover-functions">>;
});

const failoverFunctions = regions.both(
  (region) =>
    new TemplateStack("failover-functions", {
      region,
      environment,
      store: store[region.place],
      parameters: {
        ...failoverSettings[region.place],
        ...functionSupport[region.place],
        ...code[region.place].codeParameters("failover-functions"),
        ConfigurationHash: configurationHash("failover-functions", failoverSettings[region.place]),
        EventDeadLetterQueueArn: messaging[region.place].outputs.EventDeadLetterQueueArn,
      },
    }),
);

const failover = regions.both((region) => {
  const aliases = failoverFunctions[region.place].outputs;
  return new TemplateStack("failover", {
    region,
    environment,
    store: store[region.place],
    parameters: {
      Approval: config.failover.approval,
      WitnessFreshSeconds: config.protocol.witnessFreshSeconds,
      RegionControlAliasArn: aliases.RegionControlAliasArn,
      PeerProbeAliasArn: aliases.PeerProbeAliasArn,
      DatabaseControlAliasArn: aliases.DatabaseControlAliasArn,
      CapacityControlAliasArn: aliases.CapacityControlAliasArn,
      PaymentRecoveryAliasArn: aliases.PaymentRecoveryAliasArn,
      SyntheticPaymentAliasArn: aliases.SyntheticPaymentAliasArn,
      FailoverReportAliasArn: aliases.FailoverReportAliasArn,
      LogsKeyArn: encryption[region.place].outputs.LogsKeyArn,
    },
  });
});

const failoverDetection = regions.both(
  (region) =>
    new TemplateStack("failover-detection", {
      region,
      environment,
      parameters: {
        StateMachineArn: failover[region.place].outputs.StateMachineArn,
        OperationsTopicArn: messaging[region.place].outputs.OperationsTopicArn,
        TicketTopicArn: messaging[region.place].outputs.TicketTopicArn,
        EventDeadLetterQueueArn: messaging[region.place].outputs.EventDeadLetterQueueArn,
        ClusterIdentifier: database[region.place].outputs.ClusterIdentifier,
      },
    }),
);

// --- Audit trail and backups: DR's trail bucket first, the primary replicates to it and sets the way back ------------

const auditParameters = regions.both(({ place }) => {
  return {
    DataKeyArn: encryption[place].outputs.DataKeyArn,
    LogsKeyArn: encryption[place].outputs.LogsKeyArn,
    PeerDataKeyArn: encryption[peerOf(place)].outputs.DataKeyArn,
    PeerLogsKeyArn: encryption[peerOf(place)].outputs.LogsKeyArn,
    TransactionBucketArn: storage[place].outputs.TransactionBucketArn,
    BackupBucketArn: storage[place].outputs.BackupBucketArn,
    SessionsTableName: tables.outputs.SessionsTableName,
    ResultsTableName: tables.outputs.ResultsTableName,
    ControlTableName: tables.outputs.ControlTableName,
    RegionTableName: regionState[place].outputs.RegionTableName,
    ClusterArn: database[place].outputs.ClusterArn,
    AccessLogBucketName: artifacts[place].outputs.AccessLogBucketName,
    BucketCleanupFunctionArn: artifacts[place].outputs.BucketCleanupFunctionArn,
    TicketTopicArn: messaging[place].outputs.TicketTopicArn,
    EventDeadLetterQueueArn: messaging[place].outputs.EventDeadLetterQueueArn,
  } satisfies Partial<StackParameters<"audit">>;
});

const drAudit = new TemplateStack("audit", {
  region: regions.dr,
  environment,
  parameters: auditParameters.dr,
});

const primaryAudit = new TemplateStack("audit", {
  region: regions.primary,
  environment,
  parameters: {
    ...auditParameters.primary,
    PeerTrailBucketArn: drAudit.outputs.TrailBucketArn,
    PeerTrailReplicationRoleArn: drAudit.outputs.TrailReplicationRoleArn,
    ReplicationWayBackFunctionArn: storage.primary.outputs.ReplicationWayBackFunctionArn,
  },
});

const audit = { primary: primaryAudit, dr: drAudit };

// --- What is watched, and who is told -------------------------------------------------------------------------------

const onCall = regions.both(({ place }) => ({
  OperationsTopicArn: messaging[place].outputs.OperationsTopicArn,
  TicketTopicArn: messaging[place].outputs.TicketTopicArn,
}));

/** What alarms and dashboards of a Region look at. */
const watched = regions.both(({ place }) => ({
  database: {
    ClusterIdentifier: database[place].outputs.ClusterIdentifier,
    DatabaseConnectionsThreshold: connectionsThreshold(config.database),
  },
  waysIn: {
    ApiName: payments[place].outputs.ApiName,
    ApiStageName: payments[place].outputs.ApiStageName,
    LoadBalancerFullName: payments[place].outputs.LoadBalancerFullName,
    NotificationTargetGroupFullName: payments[place].outputs.NotificationTargetGroupFullName,
  },
  certificate: { CertificateArn: config.certificates[place] },
  tables: {
    SessionsTableName: tables.outputs.SessionsTableName,
    ResultsTableName: tables.outputs.ResultsTableName,
    ControlTableName: tables.outputs.ControlTableName,
  },
  buckets: {
    TransactionBucketName: storage[place].outputs.TransactionBucketName,
    BackupBucketName: storage[place].outputs.BackupBucketName,
    PeerTransactionBucketName: storage[peerOf(place)].outputs.TransactionBucketName,
    PeerBackupBucketName: storage[peerOf(place)].outputs.BackupBucketName,
  },
}));

const resourceAlarms = regions.both((region) => {
  const { database: cluster, certificate, tables: globalTables, buckets } = watched[region.place];
  const { HotPathReservedConcurrency, PathReservedConcurrency } = functions[region.place].outputs;
  return new TemplateStack("resource-alarms", {
    region,
    environment,
    parameters: {
      ...onCall[region.place],
      ...cluster,
      ...certificate,
      ...globalTables,
      ...buckets,
      HotPathReservedConcurrency,
      PathReservedConcurrency,
      RegionTableName: regionState[region.place].outputs.RegionTableName,
    },
  });
});

const monitoring = regions.both(
  (region) =>
    new TemplateStack(
      "monitoring",
      { region, environment, parameters: { ...onCall[region.place], ...watched[region.place].waysIn } },
      // A composite alarm is refused while an alarm that its rule names does not exist.
      { dependsOn: [failoverDetection[region.place], resourceAlarms[region.place]] },
    ),
);

const auditAlarms = regions.both(
  (region) =>
    new TemplateStack("audit-alarms", {
      region,
      environment,
      parameters: {
        ...onCall[region.place],
        TrailLogGroupName: audit[region.place].outputs.TrailLogGroupName,
      },
    }),
);

const dashboards = regions.both((region) => {
  const { database: cluster, waysIn, certificate, tables: globalTables, buckets } = watched[region.place];
  return new TemplateStack("dashboards", {
    region,
    environment,
    parameters: {
      ...cluster,
      ...waysIn,
      ...certificate,
      ...globalTables,
      ...buckets,
      StateMachineArn: failover[region.place].outputs.StateMachineArn,
    },
  });
});

// --- Names of both Regions: deployed from dr, so that they do not stand in the Region that fails --------------------

const dns = new TemplateStack("dns", {
  region: regions.dr,
  environment,
  parameters: {
    HostedZoneId: config.domain.hostedZoneId,
    WitnessName: names.witness,
    PublicApiDomainName: names.api,
    PublicNotificationsDomainName: names.notifications,
    PrimaryApiDomainName: names.primary.api,
    PrimaryNotificationsDomainName: names.primary.notifications,
    PrimaryPublicTarget: payments.primary.outputs.PublicDomainTarget,
    PrimaryPublicTargetZoneId: payments.primary.outputs.PublicDomainHostedZoneId,
    PrimaryRegionalTarget: payments.primary.outputs.RegionalDomainTarget,
    PrimaryRegionalTargetZoneId: payments.primary.outputs.RegionalDomainHostedZoneId,
    PrimaryLoadBalancerTarget: payments.primary.outputs.LoadBalancerDnsName,
    PrimaryLoadBalancerTargetZoneId: payments.primary.outputs.LoadBalancerHostedZoneId,
    DrApiDomainName: names.dr.api,
    DrNotificationsDomainName: names.dr.notifications,
    DrPublicTarget: payments.dr.outputs.PublicDomainTarget,
    DrPublicTargetZoneId: payments.dr.outputs.PublicDomainHostedZoneId,
    DrRegionalTarget: payments.dr.outputs.RegionalDomainTarget,
    DrRegionalTargetZoneId: payments.dr.outputs.RegionalDomainHostedZoneId,
    DrLoadBalancerTarget: payments.dr.outputs.LoadBalancerDnsName,
    DrLoadBalancerTargetZoneId: payments.dr.outputs.LoadBalancerHostedZoneId,
    // The embedded cloud's clock scales what is in the zone by itself.
    WitnessTtlSeconds: config.target === "aws" ? config.protocol.witnessTtlSeconds : undefined,
  },
});

// --- Static pages: CloudFront, then a bucket in each Region that only it may read -----------------------------------

const edge = new TemplateStack("edge", {
  region: regions.dr,
  environment,
  parameters: {
    SiteDomainName: names.site,
    HostedZoneId: config.domain.hostedZoneId,
    CertificateArn: config.edge.certificateArn,
    WebAclArn: config.edge.webAclArn,
    LogsKeyArn: encryption.dr.outputs.LogsKeyArn,
    AccessLogBucketName: artifacts.dr.outputs.AccessLogBucketName,
    BucketCleanupFunctionArn: artifacts.dr.outputs.BucketCleanupFunctionArn,
  },
});

const staticAssets = regions.both(
  (region) =>
    new TemplateStack("static-assets", {
      region,
      environment,
      parameters: {
        DataKeyArn: encryption[region.place].outputs.DataKeyArn,
        AccessLogBucketName: artifacts[region.place].outputs.AccessLogBucketName,
        BucketCleanupFunctionArn: artifacts[region.place].outputs.BucketCleanupFunctionArn,
        DistributionArn: edge.outputs.DistributionArn,
      },
    }),
);

regions.both(
  (region) =>
    new StaticPages(`pages-${region.code}`, {
      region,
      environment,
      bucketName: staticAssets[region.place].outputs.BucketName,
      keyArn: encryption[region.place].outputs.DataKeyArn,
    }),
);

// --- Outputs: flat, `Primary…`, `Dr…`, `Global…` --------------------------------------------------------------------

const perRegion = [
  encryption,
  network,
  artifacts,
  storage,
  regionState,
  messaging,
  database,
  functionRoles,
  preparation,
  functions,
  payments,
  failoverRoles,
  failoverFunctions,
  failover,
  failoverDetection,
  audit,
  staticAssets,
  resourceAlarms,
  monitoring,
  auditAlarms,
  dashboards,
];

const stacks = [tables, dns, edge, ...perRegion.flatMap(({ primary, dr }) => [primary, dr])];

// A stack that leaves the program takes what it holds with it: refused unless somebody has allowed that.
guardAgainstRemoval(environment, stacks);

/** Every stack's outputs under one flat key each; also written to the file that tests read. */
export const flatOutputs = exportFlatOutputs(stacks);
