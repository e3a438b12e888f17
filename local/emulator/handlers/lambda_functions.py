"""Lambda: properties that stock drops, and what AWS refuses (missing code, role, function, permission)."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, kms, lambda_svc, s3, sqs
from ministack.services.cloudformation import provisioners

from ..gateway import Json, call, client, fit
from ..permissions import role_allows, role_trusts
from ..resources import Extension, Refused, extend
from ..settings import Settings

ENVIRONMENT_LIMIT = 4096
"""Bytes of all environment variables together (Lambda quotas)."""

NETWORK_ACTIONS = ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")
"""What the execution role of a function in a VPC must be allowed (Lambda developer guide, "Required IAM permissions")."""


def function_exists(reference: str) -> bool:
    """Whether a function name or ARN, with the qualifier if it has one, names something."""
    return provisioners._lambda_function_for_cfn_ref(reference)[0] is not None


def number_text(value: Any) -> str:
    """A template value as the text that CloudFormation puts into an environment variable."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Function(Extension):
    """Code that must exist, role that must be assumable, VPC, key, dead letters, reserved concurrency."""

    type_name = "AWS::Lambda::Function"

    def check(self, props: Json, old: Json | None) -> None:
        name = props.get("FunctionName")
        if name and (old is None or old.get("FunctionName") != name) and name in lambda_svc._functions:
            raise Refused(f"Resource of type 'AWS::Lambda::Function' with identifier '{name}' already exists.")
        self._check_code(props.get("Code") or {})
        role = props.get("Role", "")
        if not role_trusts(role, "lambda.amazonaws.com"):
            raise Refused(f"The role defined for the function cannot be assumed by Lambda ({role}).")
        variables = (props.get("Environment") or {}).get("Variables") or {}
        size = sum(len(k.encode()) + len(number_text(v).encode()) for k, v in variables.items())
        if size > ENVIRONMENT_LIMIT:
            raise Refused(
                f"Environment variables take {size} bytes, more than the {ENVIRONMENT_LIMIT} that Lambda allows."
            )
        key = props.get("KmsKeyArn")
        if key and not kms._resolve_key(key):
            raise Refused(f"Lambda was unable to configure your environment variables: KMS key {key} does not exist.")
        self._check_network(props.get("VpcConfig") or {}, role)
        target = (props.get("DeadLetterConfig") or {}).get("TargetArn")
        action = "sqs:SendMessage" if target and ":sqs:" in target else "sns:Publish"
        if target and not role_allows(role, action, target):
            raise Refused(f"The provided execution role does not have permissions to call {action} on {target}")

    @staticmethod
    def _check_code(code: Json) -> None:
        bucket, key = code.get("S3Bucket"), code.get("S3Key")
        if not bucket:
            return
        if s3._bucket_owner_account(bucket) is None:
            raise Refused("Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
                          f"S3 Error Message: The specified bucket does not exist ({bucket})")  # fmt: skip
        if lambda_svc._fetch_code_from_s3(bucket, key, version_id=code.get("S3ObjectVersion")) is None:
            raise Refused("Error occurred while GetObject. S3 Error Code: NoSuchKey. "
                          f"S3 Error Message: The specified key does not exist ({bucket}/{key})")  # fmt: skip

    @staticmethod
    def _check_network(network: Json, role: str) -> None:
        subnets, groups = network.get("SubnetIds") or [], network.get("SecurityGroupIds") or []
        if not subnets:
            return
        for subnet in subnets:
            if subnet not in ec2._subnets:
                raise Refused(f"The subnet ID '{subnet}' does not exist")
        for group in groups:
            if group not in ec2._security_groups:
                raise Refused(f"The security group '{group}' does not exist")
        for action in NETWORK_ACTIONS:
            if not role_allows(role, action, "*"):
                raise Refused("The provided execution role does not have permissions to call "
                              f"{action.split(':')[1]} on EC2")  # fmt: skip

    def prepare(self, props: Json) -> Json:
        environment = props.get("Environment")
        if not environment:
            return props
        variables = {k: number_text(v) for k, v in (environment.get("Variables") or {}).items()}
        return {**props, "Environment": {"Variables": variables}}

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        before = old or {}
        configuration: Json = {}
        if props.get("VpcConfig") or before.get("VpcConfig"):
            configuration["VpcConfig"] = props.get("VpcConfig") or {"SubnetIds": [], "SecurityGroupIds": []}
        if props.get("KmsKeyArn") or before.get("KmsKeyArn"):
            configuration["KMSKeyArn"] = props.get("KmsKeyArn", "")
        if props.get("DeadLetterConfig") or before.get("DeadLetterConfig"):
            configuration["DeadLetterConfig"] = props.get("DeadLetterConfig") or {"TargetArn": ""}
        if configuration:
            call("lambda", "update_function_configuration", {"FunctionName": physical_id, **configuration})
        reserved = props.get("ReservedConcurrentExecutions")
        if reserved != before.get("ReservedConcurrentExecutions"):
            if reserved is None:
                call("lambda", "delete_function_concurrency", {"FunctionName": physical_id})
            else:
                request = {"FunctionName": physical_id, "ReservedConcurrentExecutions": reserved}
                call("lambda", "put_function_concurrency", request)
        return {}

    def deleted(self, physical_id: str, props: Json) -> None:
        # Stock leaves the workers of a deleted function running until they are idle for long enough.
        lambda_svc.invalidate_worker(physical_id, account=get_account_id(), region=get_region())


class Version(Extension):
    """``CodeSha256`` guards against publishing other code than was meant (Lambda API, PublishVersion)."""

    type_name = "AWS::Lambda::Version"

    def check(self, props: Json, old: Json | None) -> None:
        function = provisioners._lambda_function_for_cfn_ref(props.get("FunctionName", ""))[0]
        if function is None:
            raise Refused(f"Function not found: {props.get('FunctionName')}")
        expected, actual = props.get("CodeSha256"), function["config"]["CodeSha256"]
        if expected and expected != actual:
            raise Refused(f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({actual}). "
                          "Please try again with the CodeSHA256 in $LATEST.")  # fmt: skip

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        return {"FunctionArn": physical_id}


class Alias(Extension):
    """An alias needs its function and its version."""

    type_name = "AWS::Lambda::Alias"

    def check(self, props: Json, old: Json | None) -> None:
        function = provisioners._lambda_function_for_cfn_ref(props.get("FunctionName", ""))[0]
        version = str(props.get("FunctionVersion", ""))
        if function is None or version != "$LATEST" and version not in function["versions"]:
            raise Refused(f"Function not found: {props.get('FunctionName')}:{version}")
        provisioned = props.get("ProvisionedConcurrencyConfig")
        if provisioned and version == "$LATEST":
            raise Refused("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        reserved = function.get("concurrency")
        wanted = int((provisioned or {}).get("ProvisionedConcurrentExecutions", 0))
        if isinstance(reserved, int) and wanted > reserved:
            raise Refused(f"Requested Provisioned Concurrency {wanted} should not be greater than the "
                          f"reserved concurrent executions {reserved} of the function.")  # fmt: skip


class Permission(Extension):
    """A permission on a function that does not exist fails."""

    type_name = "AWS::Lambda::Permission"

    def check(self, props: Json, old: Json | None) -> None:
        if not function_exists(str(props.get("FunctionName", ""))):
            raise Refused(f"Function not found: {props.get('FunctionName')}")


class EventSourceMapping(Extension):
    """``Enabled`` may be text; its function, source, role and visibility time-out are checked as AWS does."""

    type_name = "AWS::Lambda::EventSourceMapping"

    def check(self, props: Json, old: Json | None) -> None:
        reference = str(props.get("FunctionName", ""))
        function = provisioners._lambda_function_for_cfn_ref(reference)[0]
        if function is None:
            raise Refused(f"Function not found: {reference}")
        source, role = str(props.get("EventSourceArn", "")), function["config"]["Role"]
        if ":sqs:" in source:
            name = source.rsplit(":", 1)[-1]
            queue = sqs._queues.get(sqs._queue_name_to_url.get(name, ""))
            if queue is None:
                raise Refused(f"Error occurred while ReceiveMessage. SQS Error Code: NonExistentQueue ({source})")
            visible, limit = int(queue["attributes"]["VisibilityTimeout"]), int(function["config"]["Timeout"])
            if visible < limit:
                raise Refused(
                    f"Queue visibility timeout: {visible} seconds is less than Function timeout: {limit} seconds"
                )
            actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
            self._check_key(queue["attributes"].get("KmsMasterKeyId"), role, source)
        elif ":dynamodb:" in source:
            actions = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
        else:
            return
        for action in actions:
            if not role_allows(role, action, source):
                raise Refused("The provided execution role does not have permissions to call "
                              f"{action.split(':')[1]} on {action.split(':')[0].upper()}")  # fmt: skip

    @staticmethod
    def _check_key(reference: str | None, role: str, source: str) -> None:
        """The poller receives as the role: it must be able to decrypt, or it reads nothing."""
        if not reference or str(reference).startswith("alias/aws/"):
            return
        keys = {
            "kms:ViaService": f"sqs.{get_region()}.amazonaws.com",
            "kms:EncryptionContext:aws:sqs:arn": source,
            "kms:CallerAccount": get_account_id(),
        }
        if not role_allows(role, "kms:Decrypt", kms._resolve_key(reference)["Arn"], keys):
            raise Refused(
                "The function execution role does not have permissions to call kms:Decrypt on the queue's key"
            )

    def prepare(self, props: Json) -> Json:
        # Numbers from template parameters are text; the poller compares them as they are.
        shape = client("lambda").meta.service_model.operation_model("CreateEventSourceMapping").input_shape
        typed = fit(shape, {name: value for name, value in props.items() if name != "Tags"})
        return {**props, **typed, "Enabled": number_text(props.get("Enabled", True)).lower() == "true"}

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        record = lambda_svc._esms[physical_id]
        record["State"] = "Enabled" if record["Enabled"] else "Disabled"  # stock: Enabled after every create
        return {}


class EventInvokeConfig(Extension):
    """The destination's permission is the role's (Lambda API, PutFunctionEventInvokeConfig)."""

    type_name = "AWS::Lambda::EventInvokeConfig"

    def check(self, props: Json, old: Json | None) -> None:
        function = provisioners._lambda_function_for_cfn_ref(props.get("FunctionName", ""))[0]
        if function is None:
            raise Refused(f"Function not found: {props.get('FunctionName')}")
        for destination in (props.get("DestinationConfig") or {}).values():
            target = str(destination.get("Destination", ""))
            action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get((target.split(":") + [""] * 3)[2])
            if action and not role_allows(function["config"]["Role"], action, target):
                raise Refused("The function's execution role does not have permissions to call "
                              f"{action.split(':')[1]} on {target}")  # fmt: skip


def install(settings: Settings) -> None:
    """Register the types of this module."""
    for extension in (
        Function(),
        Version(),
        Alias(),
        Permission(),
        EventSourceMapping(),
        EventInvokeConfig(),
    ):
        extend(extension)
