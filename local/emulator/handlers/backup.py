"""AWS Backup: what a plan protects (refused in stock). No backup is taken."""

from __future__ import annotations

from ..gateway import Json, call, ignoring
from ..permissions import role_trusts
from ..resources import Handler, Refused, Resource, register
from ..settings import Settings


class BackupSelection(Handler):
    """Every property replaces."""

    type_name = "AWS::Backup::BackupSelection"
    create_only = ("BackupPlanId", "BackupSelection")

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        role = props["BackupSelection"]["IamRoleArn"]
        if not role_trusts(role, "backup.amazonaws.com"):
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


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(BackupSelection())
