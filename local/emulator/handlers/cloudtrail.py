"""CloudTrail: trails (refused in stock)."""

from __future__ import annotations

from ministack.core.responses import get_account_id, get_region
from ministack.services import kms, s3

from ..gateway import Json, call, ignoring, without_aws_tags
from ..permissions import resource_policy_admits
from ..resources import Handler, Refused, Resource, physical_name, register
from ..settings import Settings


class Trail(Handler):
    """A trail with its bucket, key, log group and selectors."""

    type_name = "AWS::CloudTrail::Trail"
    create_only = ("TrailName",)
    tags = "Tags"

    @staticmethod
    def _check(props: Json, name: str) -> None:
        bucket, account = props["S3BucketName"], get_account_id()
        if s3._bucket_owner_account(bucket) is None:
            raise Refused(f"S3 bucket {bucket} does not exist!")
        prefix = f"{props['S3KeyPrefix']}/" if props.get("S3KeyPrefix") else ""
        key = f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{account}/x"
        source = f"arn:aws:cloudtrail:{get_region()}:{account}:trail/{name}"
        policy = s3._bucket_policies.get(bucket)
        if not resource_policy_admits(policy, "cloudtrail.amazonaws.com", "s3:PutObject", key, source):
            raise Refused(f"Incorrect S3 bucket policy is detected for bucket: {bucket}")
        if props.get("KMSKeyId") and not kms._resolve_key(props["KMSKeyId"]):
            raise Refused(f"KMS key {props['KMSKeyId']} does not exist.")

    @staticmethod
    def _settings(name: str, props: Json) -> None:
        for selectors, operation in (
            ("EventSelectors", "put_event_selectors"),
            ("AdvancedEventSelectors", "put_event_selectors"),
        ):
            if props.get(selectors):
                call("cloudtrail", operation, {"TrailName": name, selectors: props[selectors]})
        running = str(props.get("IsLogging", "false")).lower() == "true"
        call("cloudtrail", "start_logging" if running else "stop_logging", {"Name": name})

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        name = props.get("TrailName") or physical_name(stack_name, logical_id)
        self._check(props, name)
        request = {k: v for k, v in props.items() if k not in ("Tags", "KMSKeyId")}
        if props.get("KMSKeyId"):
            request["KmsKeyId"] = props["KMSKeyId"]
        tags = without_aws_tags(props.get("Tags"))
        arn = call("cloudtrail", "create_trail", {**request, "Name": name, "TagsList": tags})["TrailARN"]
        self._settings(name, props)
        return name, {"Arn": arn}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        self._check(new, physical_id)
        request = {k: v for k, v in new.items() if k not in ("Tags", "KMSKeyId")}
        if new.get("KMSKeyId"):
            request["KmsKeyId"] = new["KMSKeyId"]
        arn = call("cloudtrail", "update_trail", {**request, "Name": physical_id})["TrailARN"]
        self._settings(physical_id, new)
        return physical_id, {"Arn": arn}

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NotFound", "cloudtrail", "delete_trail", {"Name": physical_id})


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(Trail())
