"""AWS Backup: what a plan protects (refused in stock), and what a vault refuses. No backup is taken."""

from __future__ import annotations

from ministack.core.responses import get_account_id, get_region
from ministack.services import backup, kms, sns

from ..gateway import Json, call, ignoring
from ..permissions import key_admits, resource_policy_admits, role_trusts
from ..resources import Extension, Handler, Refused, Resource, extend, register
from ..settings import Settings

SERVICE = "backup.amazonaws.com"


class BackupSelection(Handler):
    """Every property replaces."""

    type_name = "AWS::Backup::BackupSelection"
    create_only = ("BackupPlanId", "BackupSelection")

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        role = props["BackupSelection"]["IamRoleArn"]
        if not role_trusts(role, SERVICE):
            raise Refused(f"The role {role} cannot be assumed by AWS Backup.")
        made = call("backup", "create_backup_selection", props)
        identifier = f"{made['SelectionId']}_{props['BackupPlanId']}"
        return identifier, {
            "Id": identifier,
            "SelectionId": made["SelectionId"],
            "BackupPlanId": props["BackupPlanId"],
        }

    def delete(self, physical_id: str, props: Json) -> None:
        request = {"BackupPlanId": props["BackupPlanId"], "SelectionId": physical_id.split("_")[0]}
        ignoring("NotFound|InvalidParameter", "backup", "delete_backup_selection", request)


class BackupVault(Extension):
    """Key and topic must exist, and the topic must take what AWS Backup publishes: else it is mute."""

    type_name = "AWS::Backup::BackupVault"

    def check(self, props: Json, old: Json | None) -> None:
        key = props.get("EncryptionKeyArn")
        if key and not kms._resolve_key(key):
            raise Refused(f"KMS key {key} does not exist.")
        arn = (props.get("Notifications") or {}).get("SNSTopicArn")
        if not arn:
            return
        topic = sns._topics.get(arn)
        if topic is None:
            raise Refused(f"The SNS topic {arn} does not exist.")
        source = f"arn:aws:backup:{get_region()}:{get_account_id()}:backup-vault:{props['BackupVaultName']}"
        attributes = topic.get("attributes") or {}
        admitted = resource_policy_admits(attributes.get("Policy"), SERVICE, "sns:Publish", arn, source)
        if not admitted or not key_admits(attributes.get("KmsMasterKeyId"), SERVICE, source):
            raise Refused(f"The topic {arn}, or its key, does not let AWS Backup publish.")

    def check_delete(self, physical_id: str, props: Json) -> None:
        vault = backup._vaults.get(physical_id) or {}
        if vault.get("NumberOfRecoveryPoints"):
            raise Refused("Backup vault cannot be deleted because it contains recovery points.")


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(BackupSelection())
    extend(BackupVault())
