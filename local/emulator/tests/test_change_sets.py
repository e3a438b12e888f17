from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import DR, Emulator
from .templates import Json, ref


def changes_of(emulator: Emulator, stack: str, template: Json, **parameters: str) -> dict[str, Any]:
    api = emulator.client("cloudformation")
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    name = {"StackName": stack, "ChangeSetName": "look"}
    api.create_change_set(**name, TemplateBody=json.dumps(template), Parameters=given, ChangeSetType="UPDATE")
    try:
        found = api.describe_change_set(**name, IncludePropertyValues=True)["Changes"]
    finally:
        api.delete_change_set(**name)
    return {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in found}


def table(name: str, **over: Any) -> Json:
    return {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "Replicas": [{"Region": "ap-southeast-1"}, {"Region": DR}],
            **over,
        },
    }


def test_a_change_set_tells_a_replacement_from_a_modification_by_the_types_schema(emulator: Emulator) -> None:
    emulator.create("kinds", {"Resources": {"Table": table("t-kinds")}})
    renamed = changes_of(emulator, "kinds", {"Resources": {"Table": table("t-other")}})
    protected = [{"Region": "ap-southeast-1", "DeletionProtectionEnabled": True}, {"Region": DR}]
    modified = changes_of(emulator, "kinds", {"Resources": {"Table": table("t-kinds", Replicas=protected)}})
    emulator.delete("kinds")
    assert renamed["Table"]["Replacement"] == "True"
    assert renamed["Table"]["PolicyAction"] == "ReplaceAndDelete"
    assert modified["Table"]["Replacement"] == "False"


def test_a_value_that_switches_a_resource_on_or_off_shows_as_an_addition_or_removal(emulator: Emulator) -> None:
    template: Json = {
        "Parameters": {"On": {"Type": "String"}},
        "Conditions": {"IsOn": {"Fn::Equals": [ref("On"), "yes"]}},
        "Resources": {
            "Always": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q-always"}},
            "Sometimes": {"Type": "AWS::SQS::Queue", "Condition": "IsOn", "Properties": {"QueueName": "q-sometimes"}},
        },
    }
    emulator.create("switch", template, On="no")
    added = changes_of(emulator, "switch", template, On="yes")
    nothing = changes_of(emulator, "switch", template, On="no")
    emulator.delete("switch")
    assert added["Sometimes"]["Action"] == "Add" and list(added) == ["Sometimes"]
    assert nothing == {}


def drift_of(emulator: Emulator, stack: str) -> dict[str, Any]:
    api = emulator.client("cloudformation")
    detection = api.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    status = api.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    assert status["DetectionStatus"] == "DETECTION_COMPLETE"
    found = api.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
    return {drift["LogicalResourceId"]: drift for drift in found}


def policy(effect: str) -> Json:
    statement = {"Effect": effect, "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def guarded_queue() -> Json:
    return {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q-drift"}},
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [ref("Queue")], "PolicyDocument": policy("Deny")},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"Name": "r-drift", "ScheduleExpression": "rate(1 hour)", "State": "DISABLED"},
            },
            "Table": table("t-drift"),
            "Key": {
                "Type": "AWS::KMS::Key",
                "Properties": {"EnableKeyRotation": True, "KeyPolicy": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                     "Action": "kms:*", "Resource": "*"}]}},
            },
        }
    }  # fmt: skip


@pytest.fixture
def deployed(emulator: Emulator) -> Any:
    emulator.create("drift", guarded_queue())
    yield emulator
    emulator.delete("drift")


def test_nothing_drifts_that_nobody_has_touched(deployed: Emulator) -> None:
    assert {name: drift["StackResourceDriftStatus"] for name, drift in drift_of(deployed, "drift").items()} == dict.fromkeys(
        ("Queue", "Policy", "Rule", "Table", "Key"), "IN_SYNC"
    )


def test_what_was_changed_by_hand_drifts_with_its_values(deployed: Emulator) -> None:
    url = deployed.client("sqs").get_queue_url(QueueName="q-drift")["QueueUrl"]
    deployed.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy("Allow"))})
    deployed.client("events").enable_rule(Name="r-drift")
    found = drift_of(deployed, "drift")
    assert found["Rule"]["StackResourceDriftStatus"] == "MODIFIED"
    difference = found["Policy"]["PropertyDifferences"][0]
    assert difference["PropertyPath"] == "/PolicyDocument/Statement/0/Effect"
    assert (difference["ExpectedValue"], difference["ActualValue"]) == ("Deny", "Allow")
    assert found["Table"]["StackResourceDriftStatus"] == "IN_SYNC"
