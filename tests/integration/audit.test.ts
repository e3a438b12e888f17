import assert from "node:assert/strict";
import {
  BackupClient,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupSelectionsCommand,
  type BackupRule,
} from "@aws-sdk/client-backup";
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  type AdvancedEventSelector,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { setTimeout as sleep } from "node:timers/promises";
import {
  awsConfig,
  FlatOutputs,
  readEmbeddedCloud,
  REGIONS,
  type EmbeddedCloud,
  type Place,
} from "../../local/client";

const PLACES = ["primary", "dr"] as const;
const PEER = { primary: "dr", dr: "primary" } as const;
const LEAST_RETENTION_DAYS = 365;
const EVENTUALLY_MILLISECONDS = 30_000;

describe("audit trail and backups", () => {
  let cloud: EmbeddedCloud;
  let outputs: FlatOutputs;
  const nameOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

  before(() => {
    cloud = readEmbeddedCloud();
    outputs = FlatOutputs.read();
  });

  async function trailOf(place: Place) {
    const client = new CloudTrailClient(awsConfig(cloud, place));
    const name = nameOf(outputs.of(place, "AuditTrailArn"));
    const { trailList } = await client.send(
      new DescribeTrailsCommand({ trailNameList: [name], includeShadowTrails: false }),
    );
    const { IsLogging } = await client.send(new GetTrailStatusCommand({ Name: name }));
    const { AdvancedEventSelectors } = await client.send(new GetEventSelectorsCommand({ TrailName: name }));
    return { trail: trailList?.[0], isLogging: IsLogging, selectors: AdvancedEventSelectors ?? [] };
  }

  for (const place of PLACES) {
    it(`satisfies R34: the trail of ${place} records, encrypts and signs its files`, async () => {
      const { trail, isLogging } = await trailOf(place);
      assert.equal(isLogging, true);
      assert.equal(trail?.LogFileValidationEnabled, true);
      assert.equal(trail.KmsKeyId, outputs.of(place, "EncryptionLogsKeyArn"));
      assert.equal(trail.S3BucketName, outputs.of(place, "AuditTrailBucketName"));
      assert.equal(trail.IsMultiRegionTrail, place === "dr");
      assert.equal(trail.IncludeGlobalServiceEvents, place === "dr");
    });

    it(`satisfies R34: the trail of ${place} records management, and each access to card data and to itself`, async () => {
      const { selectors } = await trailOf(place);
      const values = (selector: AdvancedEventSelector, field: string) => {
        const found = selector.FieldSelectors?.find(({ Field }) => Field === field);
        return [...(found?.Equals ?? []), ...(found?.StartsWith ?? [])];
      };
      const resources = (type: string) =>
        selectors
          .filter((selector) => values(selector, "resources.type").includes(type))
          .flatMap((selector) => values(selector, "resources.ARN"));
      assert.ok(selectors.some((selector) => values(selector, "eventCategory").includes("Management")));
      const buckets = ["StorageTransactionBucketName", "StorageBackupBucketName", "AuditTrailBucketName"];
      const objects = resources("AWS::S3::Object");
      for (const bucket of buckets) {
        assert.ok(objects.includes(`arn:aws:s3:::${outputs.of(place, bucket)}/`), bucket);
      }
      const tables = ["SessionsTableName", "ResultsTableName", "ControlTableName"].map((table) =>
        outputs.get(`PrimaryTables${table}`),
      );
      const expected = [...tables, outputs.of(place, "RegionStateRegionTableName")].map(
        (table) => `arn:aws:dynamodb:${REGIONS[place]}:${cloud.accountId}:table/${table}`,
      );
      assert.deepEqual(resources("AWS::DynamoDB::Table").sort(), expected.sort());
    });

    it(`satisfies R35: CloudWatch Logs keeps the trail of ${place} a year, under a key`, async () => {
      const { trail } = await trailOf(place);
      const logGroupName = outputs.of(place, "AuditTrailLogGroupName");
      const { logGroups } = await new CloudWatchLogsClient(awsConfig(cloud, place)).send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
      );
      assert.ok(trail?.CloudWatchLogsLogGroupArn?.includes(`:log-group:${logGroupName}:`));
      assert.ok((logGroups?.[0]?.retentionInDays ?? 0) >= LEAST_RETENTION_DAYS);
      assert.equal(logGroups?.[0]?.kmsKeyId, outputs.of(place, "EncryptionLogsKeyArn"));
    });

    it(`satisfies R28: what stands in the trail bucket of ${place} arrives in the other Region, under its key`, async () => {
      // Prepare
      const Key = `AWSLogs/${cloud.accountId}/test-${Date.now()}-${place}`;
      const own = new S3Client({ ...awsConfig(cloud, place), forcePathStyle: true });
      const peer = new S3Client({ ...awsConfig(cloud, PEER[place]), forcePathStyle: true });
      const copy = { Bucket: outputs.of(PEER[place], "AuditTrailBucketName"), Key };

      // Act
      const Bucket = outputs.of(place, "AuditTrailBucketName");
      await own.send(new PutObjectCommand({ Bucket, Key, Body: "record" }));
      await eventually(() => peer.send(new HeadObjectCommand(copy)));

      // Assess
      const { Body, SSEKMSKeyId } = await peer.send(new GetObjectCommand(copy));
      assert.equal(await Body?.transformToString(), "record");
      assert.equal(SSEKMSKeyId, outputs.of(PEER[place], "EncryptionLogsKeyArn"));
    });

    it(`satisfies R26: a plan of ${place} backs up the cluster and every table each day`, async () => {
      const { rules, selected } = await planOf(place);
      const daily = rules.find(({ RuleName }) => RuleName === "daily");
      assert.match(daily?.ScheduleExpression ?? "", /^cron\(\d+ \d+ \* \* \? \*\)$/);
      assert.equal(daily?.TargetBackupVaultName, outputs.of(place, "AuditBackupVaultName"));
      assert.ok((daily?.Lifecycle?.DeleteAfterDays ?? 0) >= 35);
      const tables = ["SessionsTableName", "ResultsTableName", "ControlTableName"].map((table) =>
        outputs.get(`PrimaryTables${table}`),
      );
      const arns = [...tables, outputs.of(place, "RegionStateRegionTableName")].map(
        (table) => `arn:aws:dynamodb:${REGIONS[place]}:${cloud.accountId}:table/${table}`,
      );
      assert.deepEqual([...selected].sort(), [...arns, outputs.of(place, "DatabaseClusterArn")].sort());
    });

    it(`satisfies R28: every backup of ${place} is copied to the other Region's vault`, async () => {
      const { rules } = await planOf(place);
      assert.ok(rules.length >= 2);
      for (const { RuleName, CopyActions, Lifecycle } of rules) {
        const [copy] = CopyActions ?? [];
        const vault = outputs.of(PEER[place], "AuditBackupVaultArn");
        assert.equal(copy?.DestinationBackupVaultArn, vault, RuleName);
        assert.equal(copy?.Lifecycle?.DeleteAfterDays, Lifecycle?.DeleteAfterDays, RuleName);
      }
    });
  }

  async function planOf(place: Place): Promise<{ rules: BackupRule[]; selected: string[] }> {
    const client = new BackupClient(awsConfig(cloud, place));
    const BackupPlanId = outputs.of(place, "AuditBackupPlanId");
    const { BackupPlan } = await client.send(new GetBackupPlanCommand({ BackupPlanId }));
    const { BackupSelectionsList } = await client.send(new ListBackupSelectionsCommand({ BackupPlanId }));
    const selections = await Promise.all(
      (BackupSelectionsList ?? []).map(({ SelectionId }) =>
        client.send(new GetBackupSelectionCommand({ BackupPlanId, SelectionId })),
      ),
    );
    const selected = selections.flatMap(({ BackupSelection }) => BackupSelection?.Resources ?? []);
    return { rules: BackupPlan?.Rules ?? [], selected };
  }
});

async function eventually(look: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + EVENTUALLY_MILLISECONDS;
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
