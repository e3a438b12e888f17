import { known, knownLower } from "../engine/literal";
import { target } from "../engine/links";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { isPresent } from "../engine/values";

/** An instance of a cluster takes encryption, backups, log export and IAM authentication from the cluster. */
export function isClusterMember(resource: Resource): boolean {
  if (resource.type !== "AWS::RDS::DBInstance") return false;
  if (isPresent(resource.get("DBClusterIdentifier"))) return true;
  return knownLower(resource.get("Engine"))?.startsWith("aurora") ?? false;
}

/** The cluster that an instance belongs to, if it is in the set. */
export function clusterOf(set: TemplateSet, resource: Resource): Resource | undefined {
  return target(set, "AWS::RDS::DBCluster", resource.get("DBClusterIdentifier"));
}

/** A read replica in the Region of its source: the source decides. */
export function isReplica(resource: Resource): boolean {
  return (
    isPresent(resource.get("SourceDBInstanceIdentifier")) ||
    isPresent(resource.get("SourceDBClusterIdentifier")) ||
    isPresent(resource.get("ReplicationSourceIdentifier"))
  );
}

/** Restored databases take properties that are not given from the snapshot or the source. */
export function restoredFrom(resource: Resource): string | undefined {
  return [
    "SnapshotIdentifier",
    "DBSnapshotIdentifier",
    "DBClusterSnapshotIdentifier",
    "SourceDBClusterIdentifier",
    "SourceDBInstanceIdentifier",
    "SourceDbiResourceId",
    "SourceDBInstanceAutomatedBackupsArn",
  ].find((name) => isPresent(resource.get(name)));
}

/** Aurora Serverless v1; it is always encrypted and lacks some features. */
export function isServerlessV1(resource: Resource): boolean {
  return knownLower(resource.get("EngineMode")) === "serverless";
}

/** The engine in lower case; undefined when it is absent or not known. */
export function engineOf(resource: Resource): string | undefined {
  return known(resource.get("Engine"))?.toLowerCase();
}
