"""CloudTrail: trails (refused in stock)."""

from __future__ import annotations

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, cloudwatch_logs, kms, s3

from ..gateway import Json, call, ignoring, without_aws_tags
from ..permissions import resource_policy_admits, role_allows, role_trusts
from ..resources import Handler, Refused, Resource, physical_name, register
from ..settings import Settings

SERVICE = "cloudtrail.amazonaws.com"


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
        written = {"s3:x-amz-acl": "bucket-owner-full-control"}
        if not resource_policy_admits(policy, SERVICE, "s3:PutObject", key, source, written):
            raise Refused(f"Incorrect S3 bucket policy is detected for bucket: {bucket}")
        Trail._check_key(props.get("KMSKeyId"), source)
        Trail._check_log_group(props)

    @staticmethod
    def _check_key(reference: str | None, source: str) -> None:
        if not reference:
            return
        found = kms._resolve_key(reference)
        if found is None:
            raise Refused(f"KMS key {reference} does not exist.")
        context = {"kms:EncryptionContext:aws:cloudtrail:arn": source}
        policy, arn = found.get("Policy"), found["Arn"]
        if not resource_policy_admits(policy, SERVICE, "kms:GenerateDataKey", arn, source, context):
            raise Refused("Insufficient permissions to access S3 bucket or KMS key.")

    @staticmethod
    def _check_log_group(props: Json) -> None:
        arn, role = props.get("CloudWatchLogsLogGroupArn"), props.get("CloudWatchLogsRoleArn")
        if not arn:
            return
        name = str(arn).removesuffix(":*").split(":log-group:", 1)[-1]
        if name not in cloudwatch_logs._log_groups or not str(arn).endswith(":*"):
            raise Refused(f"CloudTrail cannot validate the specified log group ARN {arn}")
        stream = f"{str(arn)[:-2]}:log-stream:{get_account_id()}_CloudTrail_{get_region()}"
        allowed = role_trusts(str(role), SERVICE) and all(
            role_allows(str(role), action, stream) for action in ("logs:CreateLogStream", "logs:PutLogEvents")
        )
        if not allowed:
            raise Refused("Access denied. Check the permissions for your role.")

    @staticmethod
    def _settings(name: str, props: Json) -> None:
        for selectors, operation in (
            ("EventSelectors", "put_event_selectors"),
            ("AdvancedEventSelectors", "put_event_selectors"),
        ):
            if props.get(selectors):
                call("cloudtrail", operation, {"TrailName": name, selectors: props[selectors]})
        # Stock keeps neither, and returns what the record holds.
        for member in ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"):
            cloudtrail._trails[name].pop(member, None)
            if props.get(member):
                cloudtrail._trails[name][member] = props[member]
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
