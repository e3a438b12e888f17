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
  type ResourceUnderTest,
  type Templates,
} from "../templates";

/** The policy documents that other resources of the same template lay on this one. */
function policiesOn(templates: Templates, resource: ResourceUnderTest, type: string): Json[] {
  return resources(templates, type)
    .filter((policy) => policy.template === resource.template)
    .filter(({ properties }) =>
      [properties["Bucket"], ...list(properties["Queues"]), ...list(properties["Topics"])].some((item) =>
        refersTo(item, resource.id),
      ),
    )
    .map(({ properties }) => properties["PolicyDocument"] ?? null);
}

function denies(documents: readonly Json[], condition: string): boolean {
  return documents
    .flatMap((document) => statementsOf(document))
    .some(
      (statement) =>
        statement["Effect"] === "Deny" &&
        statement["Principal"] === "*" &&
        JSON.stringify(statement["Condition"] ?? {}).includes(condition),
    );
}

const WITHOUT_TLS = '"Bool":{"aws:SecureTransport":false}';

/** Load balancers write to SSE-S3 buckets only: the access-log bucket has no KMS key, and no log of its own. */
const ACCESS_LOGS = "AccessLogBucket";

/** CloudFront delivers its standard logs by a grant in the bucket's ACL. */
const EDGE_LOGS = "EdgeLogBucket";

/** Buckets are private, versioned, encrypted, over TLS 1.2, logged, and get rid of what is old (PCI DSS 1.4.2, 3.2.1, 3.5.1, 4.2.1, 10.2.1). */
export const buckets: Check = (templates) =>
  resources(templates, "AWS::S3::Bucket").flatMap((resource) => {
    const { properties } = resource;
    const policies = policiesOn(templates, resource, "AWS::S3::BucketPolicy");
    const blocks = at(properties["PublicAccessBlockConfiguration"]);
    const encryption = at(properties["BucketEncryption"], "ServerSideEncryptionConfiguration", 0);
    const ownKey =
      at(encryption, "ServerSideEncryptionByDefault", "SSEAlgorithm") === "aws:kms" &&
      at(encryption, "BucketKeyEnabled") === true;
    const problems: [boolean, string][] = [
      [
        isMapping(blocks) && Object.values(blocks).filter((value) => value === true).length === 4,
        "is not blocked from the public",
      ],
      [
        at(properties["OwnershipControls"], "Rules", 0, "ObjectOwnership") ===
          (resource.id === EDGE_LOGS ? "BucketOwnerPreferred" : "BucketOwnerEnforced"),
        "lets others own objects",
      ],
      [at(properties["VersioningConfiguration"], "Status") === "Enabled", "is not versioned"],
      [ownKey || resource.id === ACCESS_LOGS, "is not under a customer-managed key with a bucket key"],
      [denies(policies, WITHOUT_TLS), "answers without TLS"],
      [denies(policies, '"NumericLessThan":{"s3:TlsVersion":1.2}'), "answers below TLS 1.2"],
      [
        list(at(properties["LifecycleConfiguration"], "Rules")).some(
          (rule) => at(rule, "Status") === "Enabled",
        ),
        "keeps everything",
      ],
      [properties["LoggingConfiguration"] !== undefined || resource.id === ACCESS_LOGS, "is not logged"],
      [
        resources(templates, "Custom::BucketCleanup").some((cleanup) =>
          mentions(cleanup.properties["BucketName"], resource.id),
        ),
        "is not emptied when its stack goes",
      ],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
  });

/** What S3 calls a rule and what the custom resource of the way back sends are the same promises. */
const REPLICATION: readonly (readonly (string | number)[])[] = [
  ["Status"],
  ["DeleteMarkerReplication", "Status"],
  ["SourceSelectionCriteria", "SseKmsEncryptedObjects", "Status"],
  ["SourceSelectionCriteria", "ReplicaModifications", "Status"],
  ["Destination", "Metrics", "Status"],
  ["Destination", "ReplicationTime", "Status"],
];

/** The other Region's key for what each template replicates. */
const PEER_KEY: Readonly<Record<string, string>> = { storage: "PeerDataKeyArn", audit: "PeerLogsKeyArn" };

/** Both ways copy delete markers and encrypted objects, re-encrypt, and are measured (R23, R28). */
export const replication: Check = (templates) => {
  const replicated = resources(templates, "AWS::S3::Bucket").filter(({ template }) =>
    ["storage", "audit"].includes(template),
  );
  const forward = replicated.flatMap((resource) => {
    const rule = at(resource.properties["ReplicationConfiguration"], "Fn::If", 1, "Rules", 0);
    return [
      ...REPLICATION.filter((steps) => at(rule, ...steps) !== "Enabled").map(
        (steps) => `${where(resource)} replicates without ${steps.join(".")}`,
      ),
      ...(at(rule, "Destination", "EncryptionConfiguration", "ReplicaKmsKeyID", "Ref") === PEER_KEY[resource.template]
        ? []
        : [`${where(resource)} does not encrypt replicas with the other Region's key`]),
    ];
  });
  const wayBack = resources(templates, "AWS::Lambda::Function").filter(
    ({ id }) => id === "ReplicationWayBackFunction",
  );
  const code = text(at(wayBack[0]?.properties, "Code", "ZipFile"));
  const back = REPLICATION.filter((steps) => steps.length > 1).filter(
    (steps) => !new RegExp(`${String(steps.at(-2))}: \\{ Status: 'Enabled'`).test(code),
  );
  return [
    ...forward,
    ...back.map((steps) => `storage/ReplicationWayBackFunction leaves out ${steps.join(".")}`),
    ...replicated
      .filter(
        ({ id }) =>
          !resources(templates, "Custom::BucketReplication").some((wayBack) =>
            mentions(wayBack.properties["DestinationBucketArn"], id),
          ),
      )
      .map((resource) => `${where(resource)} has no way back`),
  ];
};

/** Standard queues have a way out for what fails, are encrypted, over TLS, and closed in a standby (R10, R39, R19). */
export const queues: Check = (templates) =>
  resources(templates, "AWS::SQS::Queue").flatMap((resource) => {
    const { properties } = resource;
    const policies = policiesOn(templates, resource, "AWS::SQS::QueuePolicy");
    const redrive = at(properties["RedrivePolicy"], "maxReceiveCount") !== undefined;
    const last = ["byQueue", "denyAll"].includes(
      text(at(properties["RedriveAllowPolicy"], "redrivePermission")),
    );
    return [
      ...(redrive !== last ? [] : [`${where(resource)} has no dead-letter queue and is none`]),
      ...(properties["FifoQueue"] === undefined ? [] : [`${where(resource)} is no standard queue`]),
      ...(properties["KmsMasterKeyId"] === undefined
        ? [`${where(resource)} has no customer-managed key`]
        : []),
      ...(properties["MessageRetentionPeriod"] === undefined
        ? [`${where(resource)} does not say how long it keeps messages`]
        : []),
      ...(denies(policies, WITHOUT_TLS) ? [] : [`${where(resource)} answers without TLS`]),
      ...(resource.id !== "PaymentQueue" || JSON.stringify(policies).includes('"Fn::If":["QueueIsOpen"')
        ? []
        : [`${where(resource)} is open in a standby`]),
    ];
  });

export const topics: Check = (templates) =>
  resources(templates, "AWS::SNS::Topic").flatMap((resource) => [
    ...(resource.properties["KmsMasterKeyId"] === undefined
      ? [`${where(resource)} has no customer-managed key`]
      : []),
    ...(denies(policiesOn(templates, resource, "AWS::SNS::TopicPolicy"), WITHOUT_TLS)
      ? []
      : [`${where(resource)} answers without TLS`]),
  ]);

/** Rules try for a bounded time and keep what they could not deliver. */
export const rules: Check = (templates) =>
  resources(templates, "AWS::Events::Rule").flatMap((resource) =>
    list(resource.properties["Targets"]).flatMap((target) => [
      ...(at(target, "DeadLetterConfig", "Arn") === undefined
        ? [`${where(resource)} loses what it cannot deliver`]
        : []),
      ...(at(target, "RetryPolicy", "MaximumEventAgeInSeconds") === undefined
        ? [`${where(resource)} retries for a day`]
        : []),
    ]),
  );

/** A service that publishes to something encrypted must be admitted by its key, or topic and queue are mute. */
export const mutePublishers: Check = (templates) => {
  const admitted = resources(templates, "AWS::KMS::Key")
    .filter(({ id }) => id === "MessagingKey")
    .flatMap(({ properties }) => statementsOf(properties["KeyPolicy"]))
    .map((statement) => text(at(statement["Principal"], "Service")));
  return resources(templates, "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy").flatMap((resource) =>
    statementsOf(resource.properties["PolicyDocument"])
      .map((statement) => text(at(statement["Principal"], "Service")))
      .filter((service) => service !== "" && !admitted.includes(service))
      .map((service) => `${where(resource)} admits ${service}, the messaging key does not`),
  );
};

/** Each replica has its Region's key, recovery, protection and tags; what ends, ends by itself (R24, R27, R37, R44). */
export const tables: Check = (templates) =>
  resources(templates, "AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table").flatMap((resource) => {
    const { properties } = resource;
    const global = resource.type === "AWS::DynamoDB::GlobalTable";
    const replicas = global ? list(properties["Replicas"]) : [properties];
    const keys = replicas.map((replica) =>
      text(at(replica, "SSESpecification", global ? "KMSMasterKeyId" : "KMSMasterKeyId", "Ref")),
    );
    const tags = (replica: Json): string =>
      list(at(replica, "Tags"))
        .map((tag) => text(at(tag, "Key")))
        .sort()
        .join();
    const problems: [boolean, string][] = [
      [replicas.length === (global ? 2 : 1), "does not stand in both Regions"],
      [
        keys.every((key) => key.endsWith("KeyArn")) && new Set(keys).size === keys.length,
        "has a replica without its own Region's key",
      ],
      [at(properties["SSESpecification"], "SSEType") === "KMS", "is not under KMS"],
      [
        replicas.every(
          (replica) => at(replica, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") === true,
        ),
        "cannot be recovered to a point in time",
      ],
      [
        replicas.every(
          (replica) =>
            JSON.stringify(at(replica, "DeletionProtectionEnabled")) ===
            '{"Fn::If":["IsProduction",true,false]}',
        ),
        "is not protected in production",
      ],
      [
        !global || replicas.every((replica) => tags(replica) === "CostCenter,Environment,Project"),
        "has a replica without the three tags",
      ],
      [
        !global || at(properties["StreamSpecification"], "StreamViewType") === "NEW_AND_OLD_IMAGES",
        "has no stream with both images",
      ],
      // The control record and the Region's role never expire.
      [
        resource.id === "ControlTable" || at(properties["TimeToLiveSpecification"], "Enabled") === true,
        "keeps everything",
      ],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
  });

/** What a secondary cluster takes from its global cluster, and therefore must not say itself. */
const FOLLOWS_PLACE = ["DatabaseName", "GlobalClusterIdentifier", "MasterUserPassword", "MasterUsername"];

/** One text for both places, so the secondary has what the primary has; only what follows the place differs (trap 9). */
export const databaseParity: Check = (templates) =>
  resources(templates)
    .filter(({ template, type }) => template === "database" && type.startsWith("AWS::"))
    .flatMap((resource) => {
      const differing = Object.entries(resource.properties)
        .filter(([, value]) => JSON.stringify(value).includes('"IsPrimary"'))
        .map(([key]) => key)
        .filter((key) => !FOLLOWS_PLACE.includes(key));
      const conditional =
        resource.resource["Condition"] !== undefined && resource.type !== "AWS::RDS::GlobalCluster";
      return [
        ...differing.map((key) => `${where(resource)} differs in ${key}`),
        ...(conditional ? [`${where(resource)} stands in one place only`] : []),
      ];
    });

const CLUSTER: readonly (readonly [string, string])[] = [
  ["StorageEncrypted", "true"],
  ["KmsKeyId", '{"Ref":"DataKeyArn"}'],
  ["EnableIAMDatabaseAuthentication", "true"],
  ["CopyTagsToSnapshot", "true"],
  ["EnableCloudwatchLogsExports", '["postgresql"]'],
  ["BackupRetentionPeriod", '{"Ref":"BackupRetentionDays"}'],
  ["DeletionProtection", '{"Fn::If":["IsProduction",true,false]}'],
];

const SETTINGS: Readonly<Record<string, string>> = {
  "rds.force_ssl": "1",
  ssl_min_protocol_version: "TLSv1.2",
  log_connections: "1",
  log_disconnections: "1",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  "pgaudit.log_parameter": "0",
};

/** Encrypted, over TLS, backed up, logged without data, never public, in two zones (R9, R26, R30, R37). */
export const database: Check = (templates) => {
  const cluster = resources(templates, "AWS::RDS::DBCluster").flatMap((resource) => [
    ...CLUSTER.filter(([key, value]) => JSON.stringify(resource.properties[key]) !== value).map(
      ([key]) => `${where(resource)} is wrong in ${key}`,
    ),
    ...["MasterUsername", "MasterUserPassword"]
      .filter(
        (key) =>
          !text(at(resource.properties[key], "Fn::If", 1)).startsWith(
            "{{resolve:secretsmanager:${AdminSecretArn}:",
          ),
      )
      .map((key) => `${where(resource)} takes ${key} from elsewhere than the existing secret`),
  ]);
  const settings = resources(templates, "AWS::RDS::DBClusterParameterGroup").flatMap((resource) =>
    Object.entries(SETTINGS)
      .filter(([key, value]) => at(resource.properties["Parameters"], key) !== value)
      .map(([key]) => `${where(resource)} is wrong in ${key}`),
  );
  const instances = resources(templates, "AWS::RDS::DBInstance");
  const zones = new Set(instances.map(({ properties }) => JSON.stringify(properties["AvailabilityZone"])));
  return [
    ...cluster,
    ...settings,
    ...(instances.length >= 2 && zones.size === instances.length ? [] : ["database/ instances share a zone"]),
    ...instances.flatMap((resource) => [
      ...(resource.properties["PubliclyAccessible"] === false ? [] : [`${where(resource)} is public`]),
      ...(at(resource.properties["PerformanceInsightsKMSKeyId"], "Ref") === "DataKeyArn"
        ? []
        : [`${where(resource)} shows queries under another key`]),
    ]),
  ];
};
