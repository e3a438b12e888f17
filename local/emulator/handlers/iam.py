"""IAM: names that must be free, managed policies that must exist."""

from __future__ import annotations

from ministack.services import iam

from ..gateway import Json
from ..resources import Extension, Refused, extend
from ..settings import Settings


class Role(Extension):
    """Role names are global in the account: a second Region's stack must not take over the first one's role."""

    type_name = "AWS::IAM::Role"

    def check(self, props: Json, old: Json | None) -> None:
        name = props.get("RoleName")
        if name and (old is None or old.get("RoleName") != name) and name in iam._roles:
            raise Refused(f"Resource of type 'AWS::IAM::Role' with identifier '{name}' already exists.")
        if name and len(name) > 64:
            raise Refused(f"RoleName {name} has more than 64 characters.")
        for arn in props.get("ManagedPolicyArns") or []:
            if ":iam::aws:policy/" not in str(arn) and arn not in iam._policies:
                raise Refused(f"Policy {arn} does not exist or is not attachable.")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        if props.get("PermissionsBoundary"):
            boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": props["PermissionsBoundary"]}
            iam._roles[physical_id]["PermissionsBoundary"] = boundary
        return {}


def install(settings: Settings) -> None:
    """Register the types of this module."""
    extend(Role())
