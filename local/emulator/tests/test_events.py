from __future__ import annotations

import json
import time

from .conftest import CLOCK_FACTOR, DR, PRIMARY, Emulator, eventually
from .templates import Json, allow, att, function, output, ref, role

CODE = "exports.handler = async (event) => { console.log('EVENT ' + JSON.stringify(event)); };"


def logged(emulator: Emulator, name: str, region: str = PRIMARY) -> list[Json]:
    logs = emulator.client("logs", region)
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [json.loads(e["message"].split("EVENT ", 1)[1]) for e in events if "EVENT " in e["message"]]


def rule(pattern: Json | None = None, schedule: str | None = None, target: Json | None = None, **more: object) -> Json:
    properties: Json = {"Targets": [target or {"Id": "f", "Arn": att("Function", "Arn")}], **more}
    if pattern:
        properties["EventPattern"] = pattern
    if schedule:
        properties["ScheduleExpression"] = schedule
    return {"Type": "AWS::Events::Rule", "Properties": properties}


def permission(principal: str) -> Json:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"FunctionName": ref("Function"), "Action": "lambda:InvokeFunction", "Principal": principal},
    }


def receiver(name: str, **resources: Json) -> Json:
    return {
        "Resources": {
            "Role": role(f"role-{name}", "lambda.amazonaws.com", []),
            "Function": function(name, CODE),
            **resources,
        }
    }


def alarm(name: str, **more: object) -> Json:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": name, "Namespace": "Test", "MetricName": "Value", "Statistic": "Maximum", "Period": 60,
            "Dimensions": [{"Name": "Region", "Value": "a"}], "EvaluationPeriods": 1, "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching", **more,
        },
    }  # fmt: skip


def put(emulator: Emulator, value: float, dimension: str) -> None:
    data = {"MetricName": "Value", "Value": value, "Dimensions": [{"Name": "Region", "Value": dimension}]}
    emulator.client("cloudwatch").put_metric_data(Namespace="Test", MetricData=[data])


def test_an_alarm_watches_its_dimension_and_tells_eventbridge(emulator: Emulator) -> None:
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail": {"alarmName": ["alarm-a", "alarm-all"], "state": {"value": ["ALARM"]}},
    }
    body = receiver(
        "on-alarm",
        Permission=permission("events.amazonaws.com"),
        Rule=rule(pattern),
        Alarm=alarm("alarm-a"),
        Composite={
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "DependsOn": "Alarm",
            "Properties": {"AlarmName": "alarm-all", "AlarmRule": "ALARM(alarm-a)"},
        },
        Missing=alarm("alarm-missing", TreatMissingData="breaching", MetricName="Nothing"),
    )
    emulator.create("on-alarm", body)

    def state(name: str) -> str:
        found = emulator.client("cloudwatch").describe_alarms(
            AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return str((found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"])

    put(emulator, 5, "other")
    eventually(lambda: state("alarm-missing") == "ALARM")
    assert state("alarm-a") == "OK"
    put(emulator, 5, "a")
    seen = eventually(lambda: [e for e in logged(emulator, "on-alarm") if e["detail"]["alarmName"] == "alarm-a"])
    assert seen[0]["detail"]["previousState"]["value"] == "OK" and seen[0]["region"] == PRIMARY
    eventually(lambda: [e for e in logged(emulator, "on-alarm") if e["detail"]["alarmName"] == "alarm-all"])
    # The period is short by the clock factor: without new data the alarm clears.
    eventually(lambda: state("alarm-a") == "OK", timeout_s=4 * 60 / CLOCK_FACTOR + 5)
    emulator.delete("on-alarm")


def test_schedules_follow_the_clock_and_need_a_permission(emulator: Emulator) -> None:
    allowed = receiver("on-time", Permission=permission("events.amazonaws.com"), Rule=rule(schedule="rate(1 minute)"))
    mute = receiver("on-time-mute", Rule=rule(schedule="rate(1 minute)"))
    emulator.create("on-time", allowed)
    emulator.create("on-time-mute", mute)
    eventually(lambda: len(logged(emulator, "on-time")) >= 2, timeout_s=3 * 60 / CLOCK_FACTOR + 6)
    assert logged(emulator, "on-time-mute") == []
    emulator.delete("on-time")
    emulator.delete("on-time-mute")


def test_an_event_forwarded_to_the_other_regions_bus_keeps_its_origin(emulator: Emulator) -> None:
    bus_arn = f"arn:aws:events:{DR}:123456789012:event-bus/bus-dr"
    there = receiver(
        "far",
        Bus={"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus-dr"}},
        Policy={
            "Type": "AWS::Events::EventBusPolicy",
            "Properties": {
                "EventBusName": ref("Bus"), "StatementId": "from-primary",
                "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                              "Action": "events:PutEvents", "Resource": att("Bus", "Arn")},
            },
        },
        Archive={"Type": "AWS::Events::Archive", "Properties": {"ArchiveName": "archive-dr", "SourceArn": att("Bus", "Arn"), "RetentionDays": 7}},
        Permission=permission("events.amazonaws.com"),
        Rule=rule({"source": ["payments"]}, EventBusName=ref("Bus")),
    )  # fmt: skip
    emulator.create("far", there, DR)
    policy = json.loads(emulator.client("events", DR).describe_event_bus(Name="bus-dr")["Policy"])
    assert policy["Statement"][0]["Sid"] == "from-primary"

    def here(statements: list[Json]) -> Json:
        return {
            "Resources": {
                "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus-primary"}},
                "Role": role("role-forward", "events.amazonaws.com", statements),
                "Rule": rule(
                    {"source": ["payments"]},
                    target={"Id": "bus", "Arn": bus_arn, "RoleArn": att("Role", "Arn")},
                    EventBusName=ref("Bus"),
                ),
            }
        }

    def send(number: int) -> None:
        entry = {
            "Source": "payments",
            "DetailType": "t",
            "Detail": json.dumps({"n": number}),
            "EventBusName": "bus-primary",
        }
        emulator.client("events").put_events(Entries=[entry])

    emulator.create("near", here([]))
    send(1)
    time.sleep(0.4)
    emulator.update("near", here([allow("events:PutEvents", bus_arn)]))
    send(2)
    seen = eventually(lambda: logged(emulator, "far", DR))
    assert [(e["detail"]["n"], e["region"]) for e in seen] == [(2, PRIMARY)]
    emulator.delete("near")
    emulator.delete("far", DR)
    assert emulator.client("events", DR).list_archives()["Archives"] == []


def test_a_queue_takes_events_only_when_its_policy_admits_the_rule(emulator: Emulator) -> None:
    def body(with_policy: bool) -> Json:
        resources: dict[str, Json] = {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "from-events"}},
            "Rule": rule({"source": ["payments.q"]}, target={"Id": "q", "Arn": att("Queue", "Arn")}),
        }
        if with_policy:
            statement = {
                "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": att("Queue", "Arn"), "Condition": {"ArnEquals": {"aws:SourceArn": att("Rule", "Arn")}},
            }  # fmt: skip
            resources["Policy"] = {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [ref("Queue")],
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                },
            }
        return {"Resources": resources, "Outputs": output(Url=ref("Queue"))}

    def count(url: str) -> str:
        attributes = emulator.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return str(attributes["Attributes"]["ApproximateNumberOfMessages"])

    entry = {"Source": "payments.q", "DetailType": "t", "Detail": "{}"}
    url = emulator.create("eq", body(False))["Url"]
    emulator.client("events").put_events(Entries=[entry])
    time.sleep(0.2)
    assert count(url) == "0"
    emulator.update("eq", body(True))
    emulator.client("events").put_events(Entries=[entry])
    eventually(lambda: count(url) == "1")
    emulator.delete("eq")


def test_state_machines_call_any_service_name_errors_and_time_out(emulator: Emulator) -> None:
    definition = {
        "StartAt": "Call",
        "TimeoutSeconds": 60,
        "States": {
            "Call": {
                "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:rds:describeGlobalClusters",
                "Parameters": {"GlobalClusterIdentifier": "not-there"}, "End": True,
                "Catch": [{"ErrorEquals": ["Rds.GlobalClusterNotFoundFaultException", "Rds.GlobalClusterNotFoundException"],
                           "Next": "Long", "ResultPath": "$.error"}],
            },
            "Long": {"Type": "Wait", "Seconds": 600, "End": True},
        },
    }  # fmt: skip
    body = {
        "Resources": {
            "Role": role("role-machine", "states.amazonaws.com", [allow("rds:DescribeGlobalClusters")]),
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": "machine",
                    "RoleArn": att("Role", "Arn"),
                    "DefinitionString": json.dumps(definition),
                },
            },
        },
        "Outputs": output(Arn=ref("Machine")),
    }
    arn = emulator.create("machine", body)["Arn"]
    api = emulator.client("stepfunctions")
    execution = api.start_execution(stateMachineArn=arn)["executionArn"]
    eventually(lambda: api.describe_execution(executionArn=execution)["status"] == "TIMED_OUT", 60 / CLOCK_FACTOR + 6)
    entered = [
        e for e in api.get_execution_history(executionArn=execution)["events"] if e["type"] == "WaitStateEntered"
    ]
    assert entered
    emulator.delete("machine")
