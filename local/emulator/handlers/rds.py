"""RDS: Aurora global clusters, clusters and instances, with real servers behind their endpoints."""

from __future__ import annotations

import hashlib
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import kms, rds
from ministack.services.cloudformation import provisioners

from .. import control_api
from ..gateway import Json, call, without_aws_tags
from ..resources import Extension, Handler, Refused, Resource, changed, extend, on_event_loop, physical_name, register
from ..settings import Settings


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def global_cluster(identifier: str) -> Json | None:
    """The global cluster's record. It belongs to the account, not to a Region."""
    found: Json | None = rds._resolve_global_cluster(identifier)
    return found


def set_roles(record: Json) -> None:
    """Writer and readers inside a cluster: the first instance writes, unless the cluster is a secondary."""
    group = global_cluster(record.get("GlobalClusterIdentifier") or "")
    members = (group or {}).get("GlobalClusterMembers", [])
    secondary = any(m["DBClusterArn"] == record["DBClusterArn"] and not m.get("IsWriter") for m in members)
    for number, member in enumerate(record.get("DBClusterMembers", [])):
        member["IsClusterWriter"] = number == 0 and not secondary


def set_endpoints(record: Json, endpoints: control_api.Endpoints) -> None:
    """Point a cluster and its instances at the real server."""
    record["Endpoint"], record["ReaderEndpoint"], record["Port"] = endpoints.host, endpoints.reader_host, endpoints.port
    record["_reader_port"] = endpoints.reader_port
    for instance in rds._instances.values():
        if instance.get("DBClusterIdentifier") == record["DBClusterIdentifier"]:
            set_instance_endpoint(instance, record)


def set_instance_endpoint(instance: Json, cluster: Json) -> None:
    """An instance answers where its cluster's server does."""
    instance["Endpoint"] = {
        "Address": cluster["Endpoint"],
        "Port": cluster["Port"],
        "HostedZoneId": "Z2R2ITUGPM61AM",
    }


class GlobalCluster(Handler):
    """A group of clusters in several Regions, one of which writes."""

    type_name = "AWS::RDS::GlobalCluster"
    create_only = ("Engine", "GlobalClusterIdentifier", "SourceDBClusterIdentifier", "StorageEncrypted")
    tags = "Tags"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        identifier = str(props.get("GlobalClusterIdentifier") or physical_name(stack_name, logical_id)).lower()
        if not props.get("Engine") and not props.get("SourceDBClusterIdentifier"):
            raise Refused("The parameter Engine must be provided and must not be blank.")
        call("rds", "create_global_cluster", {**props, "GlobalClusterIdentifier": identifier})
        source = props.get("SourceDBClusterIdentifier")
        if source and control_api.is_configured():
            record = rds._resolve_cluster(source)
            if record is not None:
                set_endpoints(record, control_api.create_cluster(server_request(record, "writer")))
        return identifier, self._attributes(identifier)

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        request: Json = {"GlobalClusterIdentifier": physical_id}
        if "EngineVersion" in changed(old, new):
            request |= {"EngineVersion": new["EngineVersion"], "AllowMajorVersionUpgrade": True}
        if "DeletionProtection" in changed(old, new):
            request["DeletionProtection"] = new.get("DeletionProtection", False)
        if len(request) > 1:
            call("rds", "modify_global_cluster", request)
        return physical_id, self._attributes(physical_id)

    def delete(self, physical_id: str, props: Json) -> None:
        record = global_cluster(physical_id)
        if record is None:
            return
        members = record.get("GlobalClusterMembers", [])
        if _is_true(record.get("DeletionProtection")):
            raise Refused("Cannot delete global cluster because it is protected against deletion.")
        # The source cluster is detached by CloudFormation's own handler of the type; secondaries are not.
        if len(members) == 1 and props.get("SourceDBClusterIdentifier"):
            detach(physical_id, members[0]["DBClusterArn"])
        call("rds", "delete_global_cluster", {"GlobalClusterIdentifier": physical_id})

    @staticmethod
    def _attributes(identifier: str) -> Json:
        digest = hashlib.sha256(identifier.encode()).hexdigest()[:12]
        name = f"{identifier}.global-{digest}.global.rds.amazonaws.com"
        return {"GlobalEndpoint.Address": name, "GlobalClusterResourceId": f"cluster-{digest}"}


def detach(identifier: str, cluster_arn: str) -> None:
    """RemoveFromGlobalCluster. The writer leaves last (Aurora user guide, "Removing a cluster")."""
    call(
        "rds", "remove_from_global_cluster", {"GlobalClusterIdentifier": identifier, "DbClusterIdentifier": cluster_arn}
    )


def server_request(record: Json, role: str) -> Json:
    """What the control API is asked for a cluster. Holds the master password: never log it."""
    body: Json = {
        "region": str(record["DBClusterArn"]).split(":")[3],
        "clusterIdentifier": record["DBClusterIdentifier"],
        "engineVersion": record["EngineVersion"],
        "databaseName": record.get("DatabaseName") or "postgres",
        "role": role,
    }
    if record.get("GlobalClusterIdentifier"):
        body["globalClusterIdentifier"] = record["GlobalClusterIdentifier"]
        group = global_cluster(record["GlobalClusterIdentifier"])
        body["databaseName"] = record.get("DatabaseName") or (group or {}).get("DatabaseName") or body["databaseName"]
    if role == "writer":
        body["masterUsername"] = record["MasterUsername"]
        body["masterUserPassword"] = record["_MasterUserPassword"]
    return body


class DbCluster(Extension):
    """Membership of a global cluster, key, parameter group, logs, tags, protection, and a real server."""

    type_name = "AWS::RDS::DBCluster"
    tags = "Tags"

    def check(self, props: Json, old: Json | None) -> None:
        key, group_id = props.get("KmsKeyId"), props.get("GlobalClusterIdentifier")
        if key and not kms._resolve_key(key):
            raise Refused(f"The KMS key {key} of the cluster does not exist in this Region.")
        group = props.get("DBClusterParameterGroupName")
        if group and group not in rds._db_cluster_param_groups and not str(group).startswith("default."):
            raise Refused(f"DBClusterParameterGroup not found: {group}")
        subnets = props.get("DBSubnetGroupName")
        if subnets and subnets not in rds._subnet_groups:
            raise Refused(f"DB subnet group '{subnets}' does not exist.")
        if old is not None:
            return
        name = props.get("DBClusterIdentifier")
        if name and name in rds._clusters:
            raise Refused(f"Resource of type 'AWS::RDS::DBCluster' with identifier '{name}' already exists.")
        group_record = global_cluster(group_id) if group_id else None
        if group_id and group_record is None:
            raise Refused(f"Global cluster {group_id} not found")
        if group_record is None and not group_id and not props.get("MasterUsername"):
            raise Refused("MasterUsername must be provided for a cluster that is not a secondary.")
        if group_record:
            self._check_member(props, group_record)
        elif not props.get("MasterUserPassword") and not _is_true(props.get("ManageMasterUserPassword", False)):
            raise Refused("MasterUserPassword must be provided.")

    @staticmethod
    def _check_member(props: Json, group: Json) -> None:
        if props.get("EngineVersion") and group.get("EngineVersion") != props["EngineVersion"]:
            raise Refused(f"The engine version {props['EngineVersion']} differs from the global cluster's "
                          f"{group.get('EngineVersion')}.")  # fmt: skip
        members = group.get("GlobalClusterMembers", [])
        regions = [str(m["DBClusterArn"]).split(":")[3] for m in members]
        if get_region() in regions:
            raise Refused(f"Global cluster already has a cluster in Region {get_region()}.")
        if members and (props.get("MasterUsername") or props.get("MasterUserPassword")):
            raise Refused("Cannot specify user name or password for a secondary cluster of a global cluster.")
        if _is_true(group.get("StorageEncrypted")) and not _is_true(props.get("StorageEncrypted", False)):
            raise Refused("The cluster must be encrypted, as the global cluster is.")
        if members and _is_true(group.get("StorageEncrypted")) and not props.get("KmsKeyId"):
            raise Refused("A cross-Region secondary of an encrypted global cluster needs a KmsKeyId of its own Region.")

    def prepare(self, props: Json) -> Json:
        group = global_cluster(props.get("GlobalClusterIdentifier") or "")
        inherited = {"EngineVersion": (group or {}).get("EngineVersion")} if group else {}
        return {**{k: v for k, v in inherited.items() if v}, **props}

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        record = rds._clusters[physical_id]
        key = props.get("KmsKeyId")
        record.update(
            {
                "KmsKeyId": kms._resolve_key(key)["Arn"] if key else "",
                "StorageEncrypted": _is_true(props.get("StorageEncrypted", False)),
                "DBSubnetGroup": props.get("DBSubnetGroupName", "default"),
                "DBClusterParameterGroup": props.get("DBClusterParameterGroupName", ""),
                "EnabledCloudwatchLogsExports": list(props.get("EnableCloudwatchLogsExports") or []),
                "BackupRetentionPeriod": int(props.get("BackupRetentionPeriod", 1)),
                "TagList": [{"Key": t["Key"], "Value": str(t["Value"])} for t in props.get("Tags") or []],
                "_monitoring": {k: props[k] for k in ("MonitoringInterval", "MonitoringRoleArn",
                                                      "PerformanceInsightsEnabled", "PerformanceInsightsKmsKeyId",
                                                      "PerformanceInsightsRetentionPeriod", "NetworkType",
                                                      "DatabaseInsightsMode") if k in props},
            }
        )  # fmt: skip
        rds._tags[record["DBClusterArn"]] = list(record["TagList"])
        group_id = props.get("GlobalClusterIdentifier")
        if old is None:
            self._start(record, group_id)
        elif group_id != old.get("GlobalClusterIdentifier"):
            if old.get("GlobalClusterIdentifier") and not group_id:
                detach(old["GlobalClusterIdentifier"], record["DBClusterArn"])
            else:
                raise Refused("A cluster cannot move to another global cluster in place.")
        return self.attributes(record)

    @staticmethod
    def _start(record: Json, group_id: str | None) -> None:
        role = "writer"
        if group_id:
            group = global_cluster(group_id)
            if group is None:
                raise Refused(f"Global cluster {group_id} not found")
            role = "secondary" if group.get("GlobalClusterMembers") else "writer"
            on_event_loop(rds._attach_cluster_to_global, group, record, role == "writer")
            if role == "writer" and record.get("DatabaseName"):
                group["DatabaseName"] = group.get("DatabaseName") or record["DatabaseName"]
        if control_api.is_configured():
            set_endpoints(record, control_api.create_cluster(server_request(record, role)))

    @staticmethod
    def attributes(record: Json) -> Json:
        attributes: Json = {
            **provisioners._rds_db_cluster_attrs(record),
            "ReadEndpoint.Address": record["ReaderEndpoint"],
            "Endpoint.Port": str(record["Port"]),
        }
        return attributes

    def check_delete(self, physical_id: str, props: Json) -> None:
        record = rds._clusters.get(physical_id)
        if record is None:
            return
        if _is_true(record.get("DeletionProtection")):
            raise Refused("Cannot delete protected Cluster, please disable deletion protection and try again.")
        left = [
            i["DBInstanceIdentifier"] for i in rds._instances.values() if i.get("DBClusterIdentifier") == physical_id
        ]
        if left:
            raise Refused(f"Cluster cannot be deleted, it still contains DB instances in non-deleting state: {left}")
        if record.get("GlobalClusterIdentifier"):
            # CloudFormation's handler of the type leaves the global cluster before it deletes.
            detach(record["GlobalClusterIdentifier"], record["DBClusterArn"])

    def deleted(self, physical_id: str, props: Json) -> None:
        if control_api.is_configured():
            control_api.delete_cluster(get_region(), physical_id)
        arn = f"arn:aws:rds:{get_region()}:{get_account_id()}:cluster:{physical_id}"
        rds._tags.pop(arn, None)
        for group in list(rds._global_clusters.values()):
            group["GlobalClusterMembers"] = [
                m for m in group.get("GlobalClusterMembers", []) if m["DBClusterArn"] != arn
            ]


class DbInstance(Extension):
    """The real endpoint, monitoring settings, and one writer per cluster."""

    type_name = "AWS::RDS::DBInstance"

    def check(self, props: Json, old: Json | None) -> None:
        cluster = props.get("DBClusterIdentifier")
        if cluster and cluster not in rds._clusters:
            raise Refused(f"DBCluster {cluster} not found.")
        name = props.get("DBInstanceIdentifier")
        if old is None and name and name in rds._instances:
            raise Refused(f"Resource of type 'AWS::RDS::DBInstance' with identifier '{name}' already exists.")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        instance = rds._instances[physical_id]
        cluster = rds._clusters.get(instance.get("DBClusterIdentifier") or "")
        if cluster is not None:
            if control_api.is_configured():
                set_instance_endpoint(instance, cluster)
            set_roles(cluster)
            instance.update(
                {
                    "StorageEncrypted": cluster["StorageEncrypted"],
                    "KmsKeyId": cluster.get("KmsKeyId", ""),
                    "TagList": without_aws_tags(props.get("Tags")),
                }
            )
        instance["PerformanceInsightsKMSKeyId"] = props.get("PerformanceInsightsKMSKeyId", "")
        instance["PerformanceInsightsRetentionPeriod"] = int(props.get("PerformanceInsightsRetentionPeriod") or 7)
        return dict(provisioners._rds_db_instance_attrs(instance))

    def check_delete(self, physical_id: str, props: Json) -> None:
        if _is_true((rds._instances.get(physical_id) or {}).get("DeletionProtection")):
            raise Refused("Cannot delete protected DB Instance, please disable deletion protection and try again.")

    def deleted(self, physical_id: str, props: Json) -> None:
        cluster = rds._clusters.get(props.get("DBClusterIdentifier") or "")
        if cluster is not None:
            set_roles(cluster)


def install(settings: Settings) -> None:
    """Register the types of this module."""
    control_api.configure(settings)
    register(GlobalCluster())
    extend(DbCluster())
    extend(DbInstance())
