"""CloudFormation's drift detection for the types that this platform rests on.

Stock compares a dozen types and answers NOT_CHECKED for all others. Each reader here returns the
current value of the properties that the emulator keeps, in the template's shape; what it does not
keep is not in its list and is therefore not compared, as AWS leaves out what it cannot read
(user guide, "Resource type support for imports and drift detection").
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import cloudwatch, dynamodb, eventbridge, iam, kms, lambda_svc, rds, s3, sqs
from ministack.services.cloudformation import drift, provisioners

from ..gateway import Json
from ..settings import Settings

Reader = Callable[[str, Json], Json | None]


def _queue_policy(physical_id: str, props: Json) -> Json | None:
    urls = props.get("Queues") or []
    queues = [queue for queue in (sqs._queues.get(url) for url in urls) if queue]
    policies = [queue.get("attributes", {}).get("Policy") for queue in queues]
    if len(queues) < len(urls) or not all(policies):
        return None
    expected = props.get("PolicyDocument")
    read = [drift._json_or(policy) for policy in policies]
    return {"PolicyDocument": next((policy for policy in read if policy != expected), expected)}


def _bucket_policy(physical_id: str, props: Json) -> Json | None:
    policy = s3._bucket_policies.get(props.get("Bucket"))
    if not policy:
        return None
    return {"PolicyDocument": drift._json_or(policy.decode() if isinstance(policy, bytes) else policy)}


def _rule(physical_id: str, props: Json) -> Json | None:
    key = eventbridge._rule_key(physical_id, provisioners._eb_rule_bus_name(props))
    rule = eventbridge._rules.get(key)
    if rule is None:
        return None
    found = {"State": rule.get("State"), "ScheduleExpression": rule.get("ScheduleExpression")}
    pattern = rule.get("EventPattern")
    return {**{name: value for name, value in found.items() if value}, "EventPattern": drift._json_or(pattern)}


def _event_source(physical_id: str, props: Json) -> Json | None:
    source = lambda_svc._esms.get(physical_id)
    if source is None:
        return None
    return {name: source[name] for name in ("Enabled", "BatchSize", "ScalingConfig") if name in source}


def _alias(physical_id: str, props: Json) -> Json | None:
    function = lambda_svc._functions.get(str(props.get("FunctionName", "")).rsplit(":function:", 1)[-1].split(":")[0])
    alias = (function or {}).get("aliases", {}).get(props.get("Name"))
    return None if alias is None else {"FunctionVersion": alias.get("FunctionVersion")}


def _key(physical_id: str, props: Json) -> Json | None:
    key = kms._keys.get(physical_id)
    if key is None or key.get("KeyState") == "PendingDeletion":
        return None
    return {
        "Enabled": key.get("KeyState") == "Enabled",
        "EnableKeyRotation": bool(key.get("KeyRotationEnabled")),
        "KeyPolicy": drift._json_or(key.get("Policy")),
    }


def _global_table(physical_id: str, props: Json) -> Json | None:
    found = drift._read_dynamodb_table(physical_id, props)
    if found is None:
        return None
    replicas = copy.deepcopy(props.get("Replicas") or [])
    for replica in replicas:
        table: Json | None = dynamodb._tables.get_scoped(get_account_id(), replica.get("Region"), physical_id)
        if table is None:
            replica["Region"] = "(none)"
        elif "DeletionProtectionEnabled" in replica:
            replica["DeletionProtectionEnabled"] = bool(table.get("DeletionProtectionEnabled"))
    return {**{name: found[name] for name in ("TableName", "BillingMode", "KeySchema")}, "Replicas": replicas}


CLUSTER = ("EngineVersion", "BackupRetentionPeriod", "DeletionProtection", "KmsKeyId", "StorageEncrypted")


def _cluster(physical_id: str, props: Json) -> Json | None:
    cluster = rds._clusters.get(physical_id)
    return None if cluster is None else {name: cluster[name] for name in CLUSTER if name in cluster}


def _global_cluster(physical_id: str, props: Json) -> Json | None:
    cluster = rds._global_clusters.get(physical_id)
    if cluster is None:
        return None
    return {"DeletionProtection": bool(cluster.get("DeletionProtection"))}


ALARM = ("Threshold", "EvaluationPeriods", "ComparisonOperator", "ActionsEnabled", "TreatMissingData", "AlarmActions")


def _plain(value: Any) -> Any:
    """A number as a template writes it: stock keeps whole ones as 5.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _alarm(physical_id: str, props: Json) -> Json | None:
    alarm = cloudwatch._alarms.get(physical_id)
    return None if alarm is None else {name: _plain(alarm[name]) for name in ALARM if name in alarm}


def _composite_alarm(physical_id: str, props: Json) -> Json | None:
    alarm = cloudwatch._composite_alarms.get(physical_id)
    if alarm is None:
        alarm = cloudwatch._composite_alarms.get(physical_id.rsplit(":", 1)[-1])
    return None if alarm is None else {"AlarmRule": alarm.get("AlarmRule")}


def _role(physical_id: str, props: Json) -> Json | None:
    found = drift._read_iam_role(physical_id, props)
    if found is None:
        return None
    role = iam._roles[physical_id]
    inline = role.get("InlinePolicies") or {}
    names = [policy.get("PolicyName") for policy in props.get("Policies") or []]
    order = [name for name in names if name in inline] + sorted(name for name in inline if name not in names)
    policies = [{"PolicyName": name, "PolicyDocument": drift._json_or(inline[name])} for name in order]
    return {**found, "Policies": policies, "ManagedPolicyArns": list(role.get("AttachedPolicies") or [])}


def _exists(store: Callable[[], Any]) -> Reader:
    return lambda physical_id, props: {} if physical_id in store() else None


READERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "AWS::CloudWatch::Alarm": (_alarm, ALARM),
    "AWS::CloudWatch::CompositeAlarm": (_composite_alarm, ("AlarmRule",)),
    "AWS::DynamoDB::GlobalTable": (_global_table, ("TableName", "BillingMode", "KeySchema", "Replicas")),
    "AWS::Events::Rule": (_rule, ("State", "ScheduleExpression", "EventPattern")),
    "AWS::KMS::Key": (_key, ("Enabled", "EnableKeyRotation", "KeyPolicy")),
    "AWS::Lambda::Alias": (_alias, ("FunctionVersion",)),
    "AWS::Lambda::EventSourceMapping": (_event_source, ("Enabled", "BatchSize", "ScalingConfig")),
    "AWS::RDS::DBCluster": (_cluster, CLUSTER),
    "AWS::RDS::DBInstance": (_exists(lambda: rds._instances), ()),
    "AWS::RDS::GlobalCluster": (_global_cluster, ("DeletionProtection",)),
    "AWS::S3::BucketPolicy": (_bucket_policy, ("PolicyDocument",)),
    "AWS::SQS::QueuePolicy": (_queue_policy, ("PolicyDocument",)),
}


def install(settings: Settings) -> None:
    """Add the readers; a role's permissions are compared as well."""
    for type_name, (reader, properties) in READERS.items():
        drift._DRIFT_READERS[type_name] = (reader, frozenset(properties))
    _stock_reader, properties_of_role = drift._DRIFT_READERS["AWS::IAM::Role"]
    permissions = frozenset({"Policies", "ManagedPolicyArns"})
    drift._DRIFT_READERS["AWS::IAM::Role"] = (_role, properties_of_role | permissions)
