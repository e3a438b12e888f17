"""What a failover's functions may do is held to their roles."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, DR, PRIMARY, Emulator
from .templates import Json, allow

CALLS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("rds", "failover_global_cluster", "rds:FailoverGlobalCluster",
     {"GlobalClusterIdentifier": "g", "TargetDbClusterIdentifier": "c", "AllowDataLoss": True}),
    ("rds", "switchover_global_cluster", "rds:SwitchoverGlobalCluster",
     {"GlobalClusterIdentifier": "g", "TargetDbClusterIdentifier": "c"}),
    ("rds", "describe_global_clusters", "rds:DescribeGlobalClusters", {}),
    ("sqs", "set_queue_attributes", "sqs:SetQueueAttributes",
     {"QueueUrl": f"https://127.0.0.1/{ACCOUNT}/q", "Attributes": {"Policy": ""}}),
    ("sqs", "send_message_batch", "sqs:SendMessage",
     {"QueueUrl": f"https://127.0.0.1/{ACCOUNT}/q", "Entries": [{"Id": "a", "MessageBody": "b"}]}),
    ("events", "enable_rule", "events:EnableRule", {"Name": "r"}),
    ("events", "disable_rule", "events:DisableRule", {"Name": "r"}),
    ("lambda", "list_event_source_mappings", "lambda:ListEventSourceMappings", {}),
    ("lambda", "update_event_source_mapping", "lambda:UpdateEventSourceMapping",
     {"UUID": "00000000-0000-0000-0000-000000000000", "Enabled": True}),
    ("lambda", "put_provisioned_concurrency_config", "lambda:PutProvisionedConcurrencyConfig",
     {"FunctionName": "f", "Qualifier": "live", "ProvisionedConcurrentExecutions": 1}),
    ("cloudwatch", "put_metric_data", "cloudwatch:PutMetricData",
     {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1}]}),
    ("cloudwatch", "describe_alarms", "cloudwatch:DescribeAlarms", {}),
    ("stepfunctions", "stop_execution", "states:StopExecution",
     {"executionArn": f"arn:aws:states:{PRIMARY}:{ACCOUNT}:execution:m:e"}),
    ("dynamodb", "update_item", "dynamodb:UpdateItem", {"TableName": "t", "Key": {"id": {"S": "x"}}}),
]  # fmt: skip


@pytest.fixture(scope="module")
def sessions(emulator: Emulator) -> dict[str, dict[str, str]]:
    """Credentials of a role that may do nothing, and of one that may do all of it."""
    everything = [allow([action for _, _, action, _ in CALLS])]
    return {"nothing": assume(emulator, "nothing", []), "all": assume(emulator, "all", everything)}


def assume(emulator: Emulator, name: str, statements: list[Json]) -> dict[str, str]:
    """Credentials of a new role with these permissions."""
    unique = f"role-may-{name}-{uuid.uuid4().hex[:8]}"
    iam = emulator.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(document))
    if statements:
        document = {"Version": "2012-10-17", "Statement": statements}
        iam.put_role_policy(RoleName=unique, PolicyName="inline", PolicyDocument=json.dumps(document))
    answer = emulator.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{unique}", RoleSessionName="test")
    keys = answer["Credentials"]
    return {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}


def error_of(emulator: Emulator, session: dict[str, str], service: str, operation: str, request: dict[str, Any],
             region: str) -> str:  # fmt: skip
    try:
        getattr(emulator.client(service, region, **session), operation)(**request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize(("service", "operation", "action", "request_"), CALLS, ids=[call[2] for call in CALLS])
@pytest.mark.parametrize("region", [PRIMARY, DR])
def test_an_action_needs_its_permission(emulator: Emulator, sessions: dict[str, dict[str, str]], service: str,
                                        operation: str, action: str, request_: dict[str, Any],
                                        region: str) -> None:  # fmt: skip
    refused = error_of(emulator, sessions["nothing"], service, operation, request_, region)
    assert "AccessDenied" in refused, f"{action} is not enforced: {refused or 'it was done'}"
    assert "AccessDenied" not in error_of(emulator, sessions["all"], service, operation, request_, region)


@pytest.mark.parametrize(("service", "operation", "action", "resource", "request_"), [
    ("rds", "failover_global_cluster", "rds:FailoverGlobalCluster", f"arn:aws:rds::{ACCOUNT}:global-cluster:g",
     {"GlobalClusterIdentifier": "g", "TargetDbClusterIdentifier": "c", "AllowDataLoss": True}),
    ("rds", "describe_db_clusters", "rds:DescribeDBClusters", f"arn:aws:rds:{PRIMARY}:{ACCOUNT}:cluster:c",
     {"DBClusterIdentifier": f"arn:aws:rds:{PRIMARY}:{ACCOUNT}:cluster:c"}),
    ("events", "enable_rule", "events:EnableRule", f"arn:aws:events:{PRIMARY}:{ACCOUNT}:rule/r", {"Name": "r"}),
    ("events", "disable_rule", "events:DisableRule", f"arn:aws:events:{PRIMARY}:{ACCOUNT}:rule/b/r",
     {"Name": "r", "EventBusName": "b"}),
    ("lambda", "get_provisioned_concurrency_config", "lambda:GetProvisionedConcurrencyConfig",
     f"arn:aws:lambda:{PRIMARY}:{ACCOUNT}:function:f:live", {"FunctionName": "f", "Qualifier": "live"}),
    ("lambda", "invoke", "lambda:InvokeFunction", f"arn:aws:lambda:{PRIMARY}:{ACCOUNT}:function:f:live",
     {"FunctionName": f"arn:aws:lambda:{PRIMARY}:{ACCOUNT}:function:f:live"}),
    ("lambda", "update_event_source_mapping", "lambda:UpdateEventSourceMapping",
     f"arn:aws:lambda:{PRIMARY}:{ACCOUNT}:event-source-mapping:00000000-0000-0000-0000-000000000000",
     {"UUID": "00000000-0000-0000-0000-000000000000"}),
    ("backup", "list_recovery_points_by_backup_vault", "backup:ListRecoveryPointsByBackupVault",
     f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:backup-vault:v", {"BackupVaultName": "v"}),
    ("backup", "delete_recovery_point", "backup:DeleteRecoveryPoint",
     f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:recovery-point:p",
     {"BackupVaultName": "v", "RecoveryPointArn": f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:recovery-point:p"}),
])  # fmt: skip
def test_a_permission_may_name_its_resource(emulator: Emulator, service: str, operation: str, action: str,
                                            resource: str, request_: dict[str, Any]) -> None:  # fmt: skip
    session = assume(emulator, "narrow", [allow(action, resource)])
    assert "AccessDenied" not in error_of(emulator, session, service, operation, request_, PRIMARY)
    session = assume(emulator, "other", [allow(action, resource + "x")])
    assert "AccessDenied" in error_of(emulator, session, service, operation, request_, PRIMARY)


def test_metrics_are_held_to_their_namespace(emulator: Emulator) -> None:
    statement = allow("cloudwatch:PutMetricData", "*")
    statement["Condition"] = {"StringEquals": {"cloudwatch:namespace": "Ours"}}
    session = assume(emulator, "metrics", [statement])
    data = [{"MetricName": "m", "Value": 1}]
    ours, theirs = ({"Namespace": name, "MetricData": data} for name in ("Ours", "Theirs"))
    assert error_of(emulator, session, "cloudwatch", "put_metric_data", ours, PRIMARY) == ""
    assert "AccessDenied" in error_of(emulator, session, "cloudwatch", "put_metric_data", theirs, PRIMARY)


def test_alarms_are_described_to_those_who_may_see_all_of_a_region(emulator: Emulator) -> None:
    every = assume(
        emulator, "alarms", [allow("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{PRIMARY}:{ACCOUNT}:alarm:*")]
    )
    one = assume(
        emulator, "alarm", [allow("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{PRIMARY}:{ACCOUNT}:alarm:a")]
    )
    request = {"AlarmNames": ["a"]}
    assert error_of(emulator, every, "cloudwatch", "describe_alarms", request, PRIMARY) == ""
    assert "AccessDenied" in error_of(emulator, one, "cloudwatch", "describe_alarms", request, PRIMARY)
