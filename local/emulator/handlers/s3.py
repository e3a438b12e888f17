"""S3: the bucket properties that stock drops, and deletes that AWS refuses."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from ministack.services import kms, s3

from ..gateway import Json, call, client, without_aws_tags
from ..permissions import role_of, role_trusts
from ..resources import Extension, Refused, extend
from ..settings import Settings


def encryption(value: Json) -> Json:
    """BucketEncryption as PutBucketEncryption takes it."""
    rules = []
    for rule in value.get("ServerSideEncryptionConfiguration", []):
        api: Json = {"BucketKeyEnabled": rule.get("BucketKeyEnabled", False)}
        if rule.get("ServerSideEncryptionByDefault"):
            api["ApplyServerSideEncryptionByDefault"] = rule["ServerSideEncryptionByDefault"]
        rules.append(api)
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _transition(value: Json, noncurrent: bool) -> Json:
    api: Json = {"StorageClass": value["StorageClass"]}
    if "TransitionInDays" in value:
        api["NoncurrentDays" if noncurrent else "Days"] = value["TransitionInDays"]
    if "TransitionDate" in value:
        api["Date"] = value["TransitionDate"]
    if "NewerNoncurrentVersions" in value:
        api["NewerNoncurrentVersions"] = value["NewerNoncurrentVersions"]
    return api


def lifecycle(value: Json) -> Json:
    """LifecycleConfiguration as PutBucketLifecycleConfiguration takes it."""
    rules = []
    for number, rule in enumerate(value.get("Rules", [])):
        conditions: Json = {k: rule[k] for k in ("ObjectSizeGreaterThan", "ObjectSizeLessThan") if k in rule}
        if rule.get("TagFilters"):
            conditions["Tags"] = rule["TagFilters"]
        prefix = rule.get("Prefix", "")
        api: Json = {
            "ID": rule.get("Id", f"rule-{number}"),
            "Status": rule["Status"],
            "Filter": {"And": {"Prefix": prefix, **conditions}} if conditions else {"Prefix": prefix},
        }
        expiration = {
            "Days": rule.get("ExpirationInDays"),
            "Date": rule.get("ExpirationDate"),
            "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
        }
        if any(entry is not None for entry in expiration.values()):
            api["Expiration"] = {k: v for k, v in expiration.items() if v is not None}
        if "NoncurrentVersionExpiration" in rule:
            api["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
        elif "NoncurrentVersionExpirationInDays" in rule:
            api["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
        if rule.get("Transitions"):
            api["Transitions"] = [_transition(t, False) for t in rule["Transitions"]]
        if rule.get("NoncurrentVersionTransitions"):
            api["NoncurrentVersionTransitions"] = [_transition(t, True) for t in rule["NoncurrentVersionTransitions"]]
        if "AbortIncompleteMultipartUpload" in rule:
            api["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
        rules.append(api)
    return {"LifecycleConfiguration": {"Rules": rules}}


def replication(value: Json) -> Json:
    """ReplicationConfiguration as PutBucketReplication takes it."""
    rules = []
    for rule in value.get("Rules", []):
        api = {k: v for k, v in rule.items() if k not in ("Id", "Filter")}
        if "Id" in rule:
            api["ID"] = rule["Id"]
        if "Filter" in rule:
            source = rule["Filter"] or {}
            chosen: Json = {}
            if "TagFilter" in source:
                chosen = {"Tag": source["TagFilter"]}
            elif "And" in source:
                both = source["And"]
                chosen = {"And": {"Prefix": both.get("Prefix", ""), "Tags": both.get("TagFilters", [])}}
            else:
                chosen = {"Prefix": source.get("Prefix", "")}
            api["Filter"] = chosen
        rules.append(api)
    return {"ReplicationConfiguration": {"Role": value["Role"], "Rules": rules}}


def logging(value: Json) -> Json:
    """LoggingConfiguration as PutBucketLogging takes it. An empty destination switches logging off."""
    if not value.get("DestinationBucketName"):
        return {"BucketLoggingStatus": {}}
    target = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix", "")}
    return {"BucketLoggingStatus": {"LoggingEnabled": target}}


def object_lock(value: Json) -> Json:
    """ObjectLockConfiguration: same shape, the rule is optional."""
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **value}}


# property → (shape, put operation, delete operation)
CONFIGURATIONS: dict[str, tuple[Any, str, str | None]] = {
    "BucketEncryption": (encryption, "put_bucket_encryption", "delete_bucket_encryption"),
    "LifecycleConfiguration": (
        lifecycle,
        "put_bucket_lifecycle_configuration",
        "delete_bucket_lifecycle",
    ),
    "LoggingConfiguration": (logging, "put_bucket_logging", None),
    "OwnershipControls": (
        lambda value: {"OwnershipControls": value},
        "put_bucket_ownership_controls",
        "delete_bucket_ownership_controls",
    ),
    "ObjectLockConfiguration": (object_lock, "put_object_lock_configuration", None),
    "ReplicationConfiguration": (replication, "put_bucket_replication", "delete_bucket_replication"),
    "AccelerateConfiguration": (
        lambda value: {"AccelerateConfiguration": {"Status": value["AccelerationStatus"]}},
        "put_bucket_accelerate_configuration",
        None,
    ),
}


class Bucket(Extension):
    """Encryption, lifecycle, replication, logging, ownership, object lock and tags; refusal of non-empty deletes."""

    type_name = "AWS::S3::Bucket"
    tags = "Tags"

    def check(self, props: Json, old: Json | None) -> None:
        for rule in (props.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration", []):
            key = (rule.get("ServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")
            if key and not kms._resolve_key(key):
                raise Refused(f"The KMS key {key} of the bucket encryption does not exist in this Region.")
        target = (props.get("LoggingConfiguration") or {}).get("DestinationBucketName")
        if target and s3._bucket_owner_account(target) is None:
            raise Refused(f"The target bucket for logging does not exist: {target}")
        copies = props.get("ReplicationConfiguration")
        if copies:
            self._check_replication(props, copies)

    @staticmethod
    def _check_replication(props: Json, copies: Json) -> None:
        if (props.get("VersioningConfiguration") or {}).get("Status") != "Enabled":
            raise Refused("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
        if role_of(copies["Role"]) is None or not role_trusts(copies["Role"], "s3.amazonaws.com"):
            raise Refused(f"S3 cannot assume the replication role {copies['Role']}.")
        for rule in copies["Rules"]:
            name = str(rule["Destination"]["Bucket"]).split(":::")[-1]
            if s3._bucket_owner_account(name) is None:
                raise Refused("Destination bucket must exist.")
            encrypted = (rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects", {})
            key = (rule["Destination"].get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
            if encrypted.get("Status") == "Enabled" and not key:
                raise Refused("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects is Enabled.")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        before = old or {}
        if str(props.get("ObjectLockEnabled", "")).lower() == "true" and old is None:
            s3._bucket_object_lock[physical_id] = {"enabled": True, "default_retention": None}
        status = (props.get("VersioningConfiguration") or {}).get("Status")
        if status != (before.get("VersioningConfiguration") or {}).get("Status"):
            # Versioning cannot be switched off again, only suspended.
            wanted = {"VersioningConfiguration": {"Status": status or "Suspended"}}
            call("s3", "put_bucket_versioning", {"Bucket": physical_id, **wanted})
        for name, (shape, put, delete) in CONFIGURATIONS.items():
            value = props.get(name)
            if value == before.get(name):
                continue
            if value is not None:
                call("s3", put, {"Bucket": physical_id, **shape(value)})
            elif delete:
                call("s3", delete, {"Bucket": physical_id})
            elif name == "LoggingConfiguration":
                call("s3", put, {"Bucket": physical_id, **logging({})})
        tags = without_aws_tags(props.get("Tags"))
        if tags:
            call("s3", "put_bucket_tagging", {"Bucket": physical_id, "Tagging": {"TagSet": tags}})
        elif old is not None and without_aws_tags(old.get("Tags")):
            call("s3", "delete_bucket_tagging", {"Bucket": physical_id})
        domain = f"{physical_id}.s3.dualstack.{s3.get_region()}.amazonaws.com"
        return {"DualStackDomainName": domain}

    def check_delete(self, physical_id: str, props: Json) -> None:
        try:
            client("s3").delete_bucket(Bucket=physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] == "BucketNotEmpty":
                raise Refused(
                    "The bucket you tried to delete is not empty. You must delete all versions in the bucket. "
                    "(Service: S3, Status Code: 409)"
                ) from error
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise


class BucketPolicy(Extension):
    """A policy on a bucket that does not exist fails (stock stores it)."""

    type_name = "AWS::S3::BucketPolicy"

    def check(self, props: Json, old: Json | None) -> None:
        if s3._bucket_owner_account(props["Bucket"]) is None:
            raise Refused(f"The specified bucket does not exist: {props['Bucket']}")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        # Through the API: it validates the document, and Block Public Access applies.
        call("s3", "put_bucket_policy", {"Bucket": props["Bucket"], "Policy": props["PolicyDocument"]})
        return {}


def install(settings: Settings) -> None:
    """Register the types of this module."""
    extend(Bucket())
    extend(BucketPolicy())
