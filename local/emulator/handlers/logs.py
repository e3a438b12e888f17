"""CloudWatch Logs: what AWS refuses and stock accepts."""

from __future__ import annotations

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, kms

from ..gateway import Json
from ..permissions import resource_policy_admits
from ..resources import Extension, Refused, extend
from ..settings import Settings

RETENTION_DAYS = frozenset(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
"""Values of PutRetentionPolicy (CloudWatch Logs API reference)."""


class LogGroup(Extension):
    """A group must not exist yet, its key must be usable, its retention one of AWS's values."""

    type_name = "AWS::Logs::LogGroup"

    def check(self, props: Json, old: Json | None) -> None:
        name = props.get("LogGroupName")
        if name and (old is None or old.get("LogGroupName") != name) and name in cloudwatch_logs._log_groups:
            raise Refused(f"Resource of type 'AWS::Logs::LogGroup' with identifier '{name}' already exists.")
        if "RetentionInDays" in props and int(props["RetentionInDays"]) not in RETENTION_DAYS:
            raise Refused(f"RetentionInDays {props['RetentionInDays']} is not one of {sorted(RETENTION_DAYS)}.")
        key = props.get("KmsKeyId")
        if key and not kms._resolve_key(key):
            raise Refused(f"The specified KMS key does not exist: {key}")
        if key:
            self._check_key(key, name)

    @staticmethod
    def _check_key(key: str, name: str | None) -> None:
        """The key policy must admit the Region's logs service, usually for this group's context only."""
        record = kms._resolve_key(key)
        arn = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{name}"
        service, keys = f"logs.{get_region()}.amazonaws.com", {"kms:encryptioncontext:aws:logs:arn": arn}
        for action in ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"):
            if not resource_policy_admits(record.get("Policy"), service, action, record["Arn"], arn, keys):
                raise Refused(f"The specified KMS key is not allowed to be used with Arn '{arn}' ({action}).")

    def check_delete(self, physical_id: str, props: Json) -> None:
        if str(props.get("DeletionProtectionEnabled", "")).lower() == "true":
            raise Refused(f"The log group {physical_id} is protected against deletion.")


def install(settings: Settings) -> None:
    """Register the types of this module."""
    extend(LogGroup())
