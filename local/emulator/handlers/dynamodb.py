"""DynamoDB: replicas of a global table with their own keys, tags and recovery; settings that stock drops."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import dynamodb, kms

from ..gateway import Json, call, client, without_aws_tags
from ..resources import Extension, Refused, extend
from ..settings import Settings


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def record(name: str, region: str) -> Json | None:
    """The stored table of one Region."""
    found: Json | None = dynamodb._tables.get_scoped(get_account_id(), region, name)
    return found


def check_key(key: str, region: str) -> None:
    """A replica is encrypted under a key of its own Region (DynamoDB developer guide, "Encryption at rest")."""
    with request_scope(get_account_id(), region):
        if str(key).startswith("arn:") and str(key).split(":")[3] != region or not kms._resolve_key(key):
            raise Refused(f"KMS key {key} does not exist in Region {region}, where its replica stands.")


def set_encryption(name: str, region: str, enabled: bool, key: str | None) -> None:
    """Record the encryption of one Region's table, as DescribeTable returns it."""
    table = record(name, region)
    if table is None:
        return
    with request_scope(get_account_id(), region):
        spec = {"Enabled": enabled, "SSEType": "KMS", **({"KMSMasterKeyId": key} if key else {})}
        table["SSEDescription"] = dynamodb._sse_description_from_spec(spec) if enabled else None
        table["_kms_key"] = key


def set_time_to_live(name: str, region: str, old: Json | None, new: Json | None) -> None:
    """Bring the TTL attribute to what the template says."""
    if old == new:
        return
    spec = new or {"AttributeName": (old or {})["AttributeName"], "Enabled": False}
    call("dynamodb", "update_time_to_live", {"TableName": name, "TimeToLiveSpecification": spec}, region)


def set_recovery(name: str, region: str, spec: Json | None) -> None:
    """Point-in-time recovery; without the property it is off."""
    wanted = spec or {"PointInTimeRecoveryEnabled": False}
    request = {"TableName": name, "PointInTimeRecoverySpecification": wanted}
    call("dynamodb", "update_continuous_backups", request, region)


def set_tags(name: str, region: str, tags: Any) -> None:
    """Replace the tags of one Region's table by those of the template."""
    arn = f"arn:aws:dynamodb:{region}:{get_account_id()}:table/{name}"
    store = dynamodb._tags
    wanted = [{"Key": t["Key"], "Value": str(t["Value"])} for t in tags or []]
    with request_scope(get_account_id(), region):
        store[arn] = wanted


def forget_tags(name: str, region: str) -> None:
    """Stock keeps the tags of deleted tables, and the tagging API would list them."""
    with request_scope(get_account_id(), region):
        dynamodb._tags.pop(f"arn:aws:dynamodb:{region}:{get_account_id()}:table/{name}", None)
        dynamodb._ttl_settings.pop(name, None)
        dynamodb._pitr_settings.pop(name, None)


def protected(name: str, region: str) -> bool:
    """Whether deletion protection is on in a Region."""
    return bool((record(name, region) or {}).get("DeletionProtectionEnabled"))


PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)


class Table(Extension):
    """TTL, point-in-time recovery, encryption, table class; deletion protection."""

    type_name = "AWS::DynamoDB::Table"

    def check(self, props: Json, old: Json | None) -> None:
        name = props.get("TableName")
        if name and (old is None or old.get("TableName") != name) and record(name, get_region()):
            raise Refused(f"Resource of type 'AWS::DynamoDB::Table' with identifier '{name}' already exists.")
        key = (props.get("SSESpecification") or {}).get("KMSMasterKeyId")
        if key:
            check_key(key, get_region())

    def prepare(self, props: Json) -> Json:
        return {k: v for k, v in props.items() if k != "SSESpecification"}

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        before, region = old or {}, get_region()
        sse = props.get("SSESpecification") or {}
        set_encryption(physical_id, region, _is_true(sse.get("SSEEnabled", False)), sse.get("KMSMasterKeyId"))
        set_time_to_live(
            physical_id, region, before.get("TimeToLiveSpecification"), props.get("TimeToLiveSpecification")
        )
        recovery = props.get("PointInTimeRecoverySpecification")
        if old is None or recovery != before.get("PointInTimeRecoverySpecification"):
            set_recovery(physical_id, region, recovery)
        table = dynamodb._tables[physical_id]
        table["DeletionProtectionEnabled"] = _is_true(props.get("DeletionProtectionEnabled", False))
        if props.get("TableClass"):
            table["TableClassSummary"] = {"TableClass": props["TableClass"]}
        return {}

    def check_delete(self, physical_id: str, props: Json) -> None:
        if protected(physical_id, get_region()):
            raise Refused(PROTECTED)

    def deleted(self, physical_id: str, props: Json) -> None:
        forget_tags(physical_id, get_region())


class GlobalTable(Extension):
    """Stock makes one table and ignores ``Replicas``. Version 2019.11.21, multi-Region eventual consistency."""

    type_name = "AWS::DynamoDB::GlobalTable"

    def check(self, props: Json, old: Json | None) -> None:
        replicas = props.get("Replicas") or []
        regions = [replica["Region"] for replica in replicas]
        name = props.get("TableName")
        if get_region() not in regions:
            raise Refused("Replicas must contain the Region that the stack is deployed to.")
        if len(set(regions)) != len(regions):
            raise Refused("Replicas must name each Region once.")
        if len(regions) > 1:
            view = (props.get("StreamSpecification") or {}).get("StreamViewType")
            if view != "NEW_AND_OLD_IMAGES":
                raise Refused("StreamSpecification with NEW_AND_OLD_IMAGES is required with more than one replica.")
            if props.get("BillingMode", "PROVISIONED") != "PAY_PER_REQUEST" and not props.get(
                "WriteProvisionedThroughputSettings"
            ):
                raise Refused("A global table needs PAY_PER_REQUEST or write auto scaling.")
        sse = props.get("SSESpecification") or {}
        for replica in replicas:
            key = (replica.get("SSESpecification") or {}).get("KMSMasterKeyId")
            if key:
                if not _is_true(sse.get("SSEEnabled", False)):
                    raise Refused("A replica's KMS key needs SSESpecification with SSEEnabled on the table.")
                check_key(key, replica["Region"])
            if old is None and name and record(name, replica["Region"]):
                raise Refused(f"A table with name {name} already exists in Region {replica['Region']}.")

    def prepare(self, props: Json) -> Json:
        stock = {k: v for k, v in props.items() if k not in ("SSESpecification", "TimeToLiveSpecification")}
        for replica in props.get("Replicas") or []:
            if replica["Region"] == get_region():
                stock["DeletionProtectionEnabled"] = _is_true(replica.get("DeletionProtectionEnabled", False))
        return stock

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        home, before = get_region(), old or {}
        replicas = {replica["Region"]: replica for replica in props["Replicas"]}
        present = {home, *(r["RegionName"] for r in self._describe(physical_id).get("Replicas", []))}
        set_time_to_live(physical_id, home, before.get("TimeToLiveSpecification"), props.get("TimeToLiveSpecification"))
        for region in sorted(present - replicas.keys()):
            self._update_replica(physical_id, "Delete", region)
            forget_tags(physical_id, region)
        for region in sorted(replicas.keys() - present):
            self._update_replica(physical_id, "Create", region)
        encrypted = _is_true((props.get("SSESpecification") or {}).get("SSEEnabled", False))
        for region, replica in replicas.items():
            key = (replica.get("SSESpecification") or {}).get("KMSMasterKeyId")
            set_encryption(physical_id, region, encrypted, key)
            set_recovery(physical_id, region, replica.get("PointInTimeRecoverySpecification"))
            set_tags(physical_id, region, without_aws_tags(replica.get("Tags")))
            table = record(physical_id, region)
            if table is not None:
                table["DeletionProtectionEnabled"] = _is_true(replica.get("DeletionProtectionEnabled", False))
                if replica.get("TableClass"):
                    table["TableClassSummary"] = {"TableClass": replica["TableClass"]}
            if old is not None and region != home and region in present:
                set_time_to_live(
                    physical_id, region, before.get("TimeToLiveSpecification"), props.get("TimeToLiveSpecification")
                )
        described = self._describe(physical_id)
        attributes = {"Arn": described["TableArn"], "TableId": described["TableId"]}
        if described.get("LatestStreamArn"):
            attributes["StreamArn"] = described["LatestStreamArn"]
        return attributes

    def check_delete(self, physical_id: str, props: Json) -> None:
        table = record(physical_id, get_region())
        if table is None:
            return
        others = [r["RegionName"] for r in self._describe(physical_id).get("Replicas", [])]
        if any(protected(physical_id, region) for region in (get_region(), *others)):
            raise Refused(PROTECTED)
        for region in others:
            self._update_replica(physical_id, "Delete", region)
            forget_tags(physical_id, region)

    def deleted(self, physical_id: str, props: Json) -> None:
        forget_tags(physical_id, get_region())

    @staticmethod
    def _describe(name: str) -> Json:
        described: Json = client("dynamodb").describe_table(TableName=name)["Table"]
        return described

    @staticmethod
    def _update_replica(name: str, action: str, region: str) -> None:
        updates = [{action: {"RegionName": region}}]
        call("dynamodb", "update_table", {"TableName": name, "ReplicaUpdates": updates})


def install(settings: Settings) -> None:
    """Register the types of this module."""
    stock_description = dynamodb._table_description

    def description(name: str) -> Json:
        """DescribeTable names each replica's key (API reference, ReplicaDescription); stock does not."""
        described: Json = stock_description(name)
        for replica in described.get("Replicas", []):
            key = (record(name, replica["RegionName"]) or {}).get("_kms_key")
            if key:
                replica["KMSMasterKeyId"] = key
        return described

    dynamodb._table_description = description
    extend(Table())
    extend(GlobalTable())
