"""Metric math, suppression, metric filters, and the metrics that alarms of the platform look at."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from .conftest import PRIMARY, Emulator, eventually
from .templates import att, output, ref
from .test_metrics import total


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("100 * faults / requests", {"faults": 2, "requests": 8}, 25),
        ("100 * faults / requests", {"faults": 0, "requests": 0}, None),
        ("faults + 1", {"faults": None}, None),
        ("FILL(faults, 0) + 1", {"faults": None}, 1),
        ("MAX([a, b])", {"a": None, "b": 3}, 3),
        ("MAX([a, b])", {"a": None, "b": None}, None),
        ("100 * MAX([MAX([a, b]) / 4, c / 2])", {"a": 1, "b": 3, "c": 1}, 75),
        ("SUM(METRICS())", {"a": 1, "b": 2}, 3),
        ("IF(FILL(active, 1) >= 1 AND n >= 5, n, 0)", {"active": None, "n": 7}, 7),
        ("IF(FILL(active, 1) >= 1 AND n >= 5, n, 0)", {"active": 0, "n": 7}, 0),
        ("IF(active >= 1 || n == 2, n, -1)", {"active": 0, "n": 2}, 2),
    ],
)
def test_metric_math_gives_what_aws_gives(expression: str, values: dict[str, Any], expected: float | None) -> None:
    from emulator.patches.metric_math import evaluate

    assert evaluate(expression, values) == expected


@pytest.mark.parametrize("expression", ["RATE(a)", "a if a else 1", "unknown", "[a, a]", "a >"])
def test_metric_math_refuses_what_it_does_not_know(expression: str) -> None:
    from emulator.patches.metric_math import MathError, evaluate

    with pytest.raises(MathError):
        evaluate(expression, {"a": 1})


EVENT = {
    "eventSource": "kms.amazonaws.com",
    "eventName": "DisableKey",
    "errorCode": "AccessDeniedException",
    "userIdentity": {"type": "Root"},
    "resources": [{"count": 3}],
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventName = "DisableKey" }', True),
        ('{ $.eventName = "Disable*" }', True),
        ('{ $.eventName = "*Key" }', True),
        ('{ $.eventName != "Dis*" }', False),
        ('{ ($.eventSource = "kms.amazonaws.com") && (($.eventName = "PutKeyPolicy") || ($.errorCode = "*AccessDenied*")) }', True),
        ('{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) }', True),
        ("{ $.userIdentity.invokedBy EXISTS }", False),
        ("{ $.resources[0].count > 2 }", True),
        ('{ $.absent = "x" }', False),
        ('{ $.absent != "x" }', True),
        ("DisableKey", True),
        ('DisableKey "is absent"', False),
    ],
)  # fmt: skip
def test_patterns_find_what_they_name(pattern: str, expected: bool) -> None:
    from emulator.patches.log_filters import matcher

    assert matcher(pattern)(json.dumps(EVENT)) is expected
    assert pattern.startswith("D") or not matcher(pattern)("no JSON")


@pytest.mark.parametrize("pattern", ['{ $.a = "x*y" }', "{ $.a }", "{ ($.a = 1 }", '{ a = "x" }', "{ $.a = 1 ) }"])
def test_a_pattern_that_aws_refuses_is_refused(pattern: str) -> None:
    from emulator.patches.log_filters import PatternError, matcher

    with pytest.raises(PatternError):
        matcher(pattern)


def stat(name: str) -> dict[str, Any]:
    metric = {"Namespace": "Test", "MetricName": name}
    return {"Id": name, "ReturnData": False, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": metric}}


def alarm(name: str, **properties: Any) -> dict[str, Any]:
    common = {
        "AlarmName": name,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**common, **properties}}


def test_an_alarm_on_metric_math_turns_red_and_its_page_is_sent_once(emulator: Emulator) -> None:
    share = {"Id": "share", "Expression": "IF(active >= 1, 100 * faults / requests, 0)", "ReturnData": True}
    math = {**alarm("math", Metrics=[share, *map(stat, ("active", "faults", "requests"))], Threshold=50)}
    composite = {
        "AlarmName": "cause-page",
        "AlarmRule": "ALARM(cause)",
        "ActionsSuppressor": att("Page", "Arn"),
        "ActionsSuppressorWaitPeriod": 60,
        "ActionsSuppressorExtensionPeriod": 60,
        "AlarmActions": [ref("Topic")],
    }
    page = {"AlarmName": "page", "AlarmRule": "ALARM(math)"}
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "topic-pages"}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "queue-pages"}},
        "Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [ref("Queue")],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "sns.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": att("Queue", "Arn"),
                        }
                    ],
                },
            },
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": att("Queue", "Arn")},
        },
        "Math": math,
        "Cause": alarm("cause", Namespace="Test", MetricName="cause", Statistic="Sum", Period=60),
        "Page": {"Type": "AWS::CloudWatch::CompositeAlarm", "DependsOn": "Math", "Properties": page},
        "CausePage": {"Type": "AWS::CloudWatch::CompositeAlarm", "DependsOn": "Cause", "Properties": composite},
    }
    url = emulator.create("math", {"Resources": resources, "Outputs": output(Url=ref("Queue"))})["Url"]
    api, queue = emulator.client("cloudwatch"), emulator.client("sqs")

    def put(**values: float) -> None:
        data = [{"MetricName": name, "Value": value} for name, value in values.items()]
        api.put_metric_data(Namespace="Test", MetricData=data)

    def states() -> dict[str, str]:
        found = api.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])
        return {a["AlarmName"]: a["StateValue"] for kind in ("MetricAlarms", "CompositeAlarms") for a in found[kind]}

    def pages() -> int:
        answer = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    # A standby's failures do not count ...
    put(active=0, faults=6, requests=8, cause=1)
    eventually(lambda: states()["math"] == "OK" and states()["cause-page"] == "ALARM")

    # ... an active Region's do; whoever is told of them is not told of the cause.
    def red() -> bool:
        put(active=1, faults=6, requests=8, cause=1)
        return states()["page"] == "ALARM"

    api.set_alarm_state(AlarmName="cause", StateValue="OK", StateReason="test")
    eventually(lambda: pages() <= 1)
    before = pages()
    eventually(red)
    put(cause=1)
    time.sleep(1)
    assert states()["cause-page"] == "ALARM" and pages() == before

    # Once the page has been green for a while, the cause is told if it is still there.
    def quiet() -> bool:
        put(active=1, faults=0, requests=80, cause=1)
        return states()["page"] == "OK" and pages() == before + 1

    eventually(quiet)
    emulator.delete("math")


def test_a_filter_turns_lines_of_the_trail_into_a_metric(emulator: Emulator) -> None:
    transformation = {"MetricNamespace": "Audit", "MetricName": "KeyChanges", "MetricValue": "1", "DefaultValue": 0}
    resources = {
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "trail"}},
        "Filter": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": ref("Group"),
                "FilterPattern": '{ $.eventName = "DisableKey" }',
                "MetricTransformations": [transformation],
            },
        },
        "Board": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": "dashboard", "DashboardBody": '{"widgets": []}'},
        },
    }
    emulator.create("filters", {"Resources": resources})
    logs = emulator.client("logs")
    logs.create_log_stream(logGroupName="trail", logStreamName="s")
    lines = [json.dumps(EVENT), "no JSON", json.dumps({"eventName": "CreateKey"})]
    events = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
    logs.put_log_events(logGroupName="trail", logStreamName="s", logEvents=events)
    eventually(lambda: total(emulator, PRIMARY, "Audit", "KeyChanges", {}) == 1)
    assert emulator.client("cloudwatch").get_dashboard(DashboardName="dashboard")["DashboardBody"] == '{"widgets": []}'
    emulator.delete("filters")


def test_queues_tell_how_much_waits_and_for_how_long(emulator: Emulator) -> None:
    queue = emulator.client("sqs")
    url = queue.create_queue(QueueName="queue-told")["QueueUrl"]
    queue.send_message(QueueUrl=url, MessageBody="x")
    eventually(lambda: total(emulator, PRIMARY, "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "queue-told"}) >= 1)  # fmt: skip
    eventually(lambda: total(emulator, PRIMARY, "AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "queue-told"}) >= 30)  # fmt: skip
    queue.delete_queue(QueueUrl=url)


def test_certificates_tell_how_many_days_they_have_left(emulator: Emulator) -> None:
    arn = emulator.client("acm").request_certificate(DomainName="told.payments.test")["CertificateArn"]
    dimensions = {"CertificateArn": arn}
    api = emulator.client("cloudwatch")
    api.put_metric_alarm(
        AlarmName="ending",
        Namespace="AWS/CertificateManager",
        MetricName="DaysToExpiry",
        Dimensions=[{"Name": "CertificateArn", "Value": arn}],
        Statistic="Minimum",
        Period=86_400,
        EvaluationPeriods=1,
        Threshold=30,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    eventually(lambda: total(emulator, PRIMARY, "AWS/CertificateManager", "DaysToExpiry", dimensions) >= 364)
    # A day's alarm does not wait for a day to see that all is well.
    eventually(lambda: api.describe_alarms(AlarmNames=["ending"])["MetricAlarms"][0]["StateValue"] == "OK")
    api.delete_alarms(AlarmNames=["ending"])


def test_a_target_group_is_named_as_its_metrics_name_it(emulator: Emulator) -> None:
    resources = {
        "Group": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {"Name": "tg-named", "TargetType": "lambda"},
        }
    }
    outputs = output(Name=att("Group", "TargetGroupFullName"))
    name = emulator.create("named", {"Resources": resources, "Outputs": outputs})["Name"]
    assert name.startswith("targetgroup/tg-named/")
    emulator.delete("named")
