"""KMS: replica keys (refused in stock) and policies that lock everybody out."""

from __future__ import annotations

import json

from ministack.core.responses import get_account_id, get_region
from ministack.services import kms

from ..gateway import Json, call
from ..resources import Extension, Handler, Refused, Resource, changed, extend, register
from ..settings import Settings


def check_lockout(policy: Json | str, bypass: object) -> None:
    """Refuse a policy under which nobody of the account could change it again.

    AWS refuses a policy that does not let the caller call PutKeyPolicy later (KMS developer guide,
    "Key policy lockout safety check"). Here the account itself or one of its roles has to be allowed.
    """
    if str(bypass).lower() == "true":
        return
    document = json.loads(policy) if isinstance(policy, str) else policy
    account = get_account_id()
    for statement in document.get("Statement", []):
        actions = statement.get("Action", [])
        allowed = {"kms:*", "*", "kms:Put*", "kms:PutKeyPolicy"}
        if statement.get("Effect") != "Allow" or not allowed & set([actions] if isinstance(actions, str) else actions):
            continue
        principal = statement.get("Principal", {})
        named = principal if isinstance(principal, str) else json.dumps(principal.get("AWS", ""))
        if account in named or named == "*":
            return
    raise Refused("The new key policy will not allow you to update the key policy in the future.")


class Key(Extension):
    """A key with rotation, in its Region, as stock; plus the lock-out check."""

    type_name = "AWS::KMS::Key"

    def check(self, props: Json, old: Json | None) -> None:
        if "KeyPolicy" in props:
            check_lockout(props["KeyPolicy"], props.get("BypassPolicyLockoutSafetyCheck", False))


class ReplicaKey(Handler):
    """A multi-Region key's replica. Its policy, description and tags are its own; rotation is the primary's."""

    type_name = "AWS::KMS::ReplicaKey"
    create_only = ("PrimaryKeyArn",)
    tags = "Tags"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        check_lockout(props["KeyPolicy"], False)
        source_region = str(props["PrimaryKeyArn"]).split(":")[3]
        request = {
            "KeyId": props["PrimaryKeyArn"],
            "ReplicaRegion": get_region(),
            "Policy": props["KeyPolicy"],
            "Description": props.get("Description", ""),
        }
        made = call("kms", "replicate_key", request, source_region)["ReplicaKeyMetadata"]
        self._tag(made["KeyId"], {}, props)
        return made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        if "KeyPolicy" in changed(old, new):
            check_lockout(new["KeyPolicy"], False)
            call("kms", "put_key_policy", {"KeyId": physical_id, "PolicyName": "default", "Policy": new["KeyPolicy"]})
        if "Description" in changed(old, new):
            call("kms", "update_key_description", {"KeyId": physical_id, "Description": new.get("Description", "")})
        self._tag(physical_id, old, new)
        return physical_id, {"Arn": kms._resolve_key(physical_id)["Arn"], "KeyId": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        if kms._resolve_key(physical_id):
            window = props.get("PendingWindowInDays", 30)
            call("kms", "schedule_key_deletion", {"KeyId": physical_id, "PendingWindowInDays": window})

    @staticmethod
    def _tag(key_id: str, old: Json, new: Json) -> None:
        before = {t["Key"] for t in old.get("Tags") or []}
        after = {t["Key"]: t["Value"] for t in new.get("Tags") or [] if not t["Key"].startswith("aws:")}
        if before - after.keys():
            call("kms", "untag_resource", {"KeyId": key_id, "TagKeys": sorted(before - after.keys())})
        if after:
            tags = [{"TagKey": key, "TagValue": value} for key, value in after.items()]
            api_tags = {"KeyId": key_id, "Tags": tags}
            call("kms", "tag_resource", api_tags)


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(ReplicaKey())
    extend(Key())
