"""S3 replication that takes time, encrypts the replica under its own key and obeys the role.

AWS: replication is asynchronous; the source reads PENDING until it is COMPLETED; objects under SSE-KMS
are replicated only with ``SseKmsEncryptedObjects`` and come out under ``ReplicaKmsKeyID``; the role must
be allowed to read and to replicate (S3 user guide, "Replicating objects"). Stock copies at once and
keeps the source's key id, which does not exist in the other Region.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import s3

from ..gateway import Json
from ..permissions import role_allows
from ..replication import REPLICATOR
from ..settings import Settings

logger = logging.getLogger("emulator.s3")

KMS_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
SSE_HEADER = "x-amz-server-side-encryption"

_stock_replicate = s3._maybe_replicate
_stock_delete_marker = s3._maybe_replicate_delete_marker


def bucket_region(name: str) -> str:
    """The Region that a bucket stands in."""
    owner = s3._bucket_owner_account(name)
    bucket = s3._buckets.get_scoped(owner, None, name) if owner else None
    return str((bucket or {}).get("region", ""))


def _destination(rule: Json) -> str:
    return str((rule.get("Destination") or {}).get("Bucket", "")).split(":::")[-1]


def refusal(bucket: str, key: str, obj: Json, rule: Json, role: str) -> str | None:
    """Why an object is not replicated, or None."""
    headers = obj.get("preserved_headers", {})
    if headers.get(SSE_HEADER) == "aws:kms":
        wanted = ((rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}).get("Status")
        if wanted != "Enabled":
            return "the object is under SSE-KMS and the rule does not select such objects"
    if not role_allows(role, "s3:GetObjectVersionForReplication", f"arn:aws:s3:::{bucket}/{key}"):
        return f"{role} may not s3:GetObjectVersionForReplication on {bucket}"
    target = _destination(rule)
    if not role_allows(role, "s3:ReplicateObject", f"arn:aws:s3:::{target}/{key}"):
        return f"{role} may not s3:ReplicateObject on {target}"
    replica_key = ((rule.get("Destination") or {}).get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    if replica_key and not role_allows(
        role,
        "kms:Encrypt",
        replica_key,
        {
            "kms:ViaService": f"s3.{bucket_region(target)}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{target}",
        },
    ):
        return f"{role} may not kms:Encrypt with {replica_key}"
    return None


def _copy(account: str, bucket: str, key: str, obj: Json, data: Any, tags: Any, rule: Json) -> None:
    with request_scope(account, bucket_region(bucket)):
        _stock_replicate(bucket, key, obj, data, tags)
        target = _destination(rule)
        placed = obj.get("_replica")
        destination = s3._buckets.get(target)
        if placed is None or destination is None:
            return
        replica_key = ((rule.get("Destination") or {}).get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
        current = destination["objects"].get(key)
        versions = s3._object_versions.get((target, key), [])
        for copied in (current, *(v for v in versions if v.get("version_id") == placed[1])):
            if copied is None or not replica_key:
                continue
            headers = dict(copied.get("preserved_headers", {}))
            headers.update({SSE_HEADER: "aws:kms", KMS_HEADER: replica_key})
            copied["preserved_headers"] = headers
        for version in s3._object_versions.get((bucket, key), []):
            if version.get("version_id") == obj.get("version_id"):
                version["replication_status"] = obj["replication_status"]


def _maybe_replicate(bucket_name: str, key: str, obj: Json, data: Any, tags: Any = None) -> None:
    rule, role = s3._replication_rule_for(bucket_name, key, tags)
    if rule is None:
        return
    reason = refusal(bucket_name, key, obj, rule, role)
    if reason:
        logger.warning("replication of s3://%s/%s failed: %s", bucket_name, key, reason)
        obj["replication_status"] = "FAILED"
        return
    obj["replication_status"] = "PENDING"
    change = partial(_copy, get_account_id(), bucket_name, key, obj, data, tags, rule)
    REPLICATOR.send("s3", bucket_region(bucket_name), bucket_region(_destination(rule)), change)


def _mark(account: str, region: str, bucket: str, key: str) -> None:
    with request_scope(account, region):
        _stock_delete_marker(bucket, key)


def _maybe_replicate_delete_marker(bucket_name: str, key: str) -> None:
    rule, _role = s3._replication_rule_for(bucket_name, key, None)
    if rule is None:
        return
    source = bucket_region(bucket_name)
    change = partial(_mark, get_account_id(), source, bucket_name, key)
    REPLICATOR.send("s3", source, bucket_region(_destination(rule)), change)


def install(settings: Settings) -> None:
    """Replace the immediate copy."""
    s3._maybe_replicate = _maybe_replicate
    s3._maybe_replicate_delete_marker = _maybe_replicate_delete_marker
