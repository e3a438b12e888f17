"""Metrics from log lines, of executions and of databases."""

from __future__ import annotations

import json
import time
from typing import Any

from .conftest import DR, PRIMARY, ControlStandIn, Emulator, eventually
from .templates import att, function, output, ref, role

LINE = {
    "_aws": {
        "Timestamp": 1,
        "CloudWatchMetrics": [
            {
                "Namespace": "Payments",
                "Dimensions": [["service"], ["service", "absent"], []],
                "Metrics": [{"Name": "Problems5xx", "Unit": "Count"}, {"Name": "Latency", "Unit": "Milliseconds"}],
            }
        ],
    },
    "service": "intake",
    "Problems5xx": [1, 2],
    "Latency": 12.5,
}


def total(emulator: Emulator, region: str, namespace: str, name: str, dimensions: dict[str, str]) -> float:
    now = time.time()
    points = emulator.client("cloudwatch", region).get_metric_statistics(
        Namespace=namespace, MetricName=name, StartTime=now - 600, EndTime=now + 60, Period=3600, Statistics=["Sum"],
        Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return float(sum(point["Sum"] for point in points))


def test_a_log_line_in_the_embedded_format_becomes_metrics(emulator: Emulator) -> None:
    code = (
        f"exports.handler = async () => {{ console.log('no metric'); "
        f"process.stdout.write({json.dumps(json.dumps(LINE))} + '\\n'); }};"
    )
    body = {"Resources": {"Role": role("role-emf", "lambda.amazonaws.com", []), "Function": function("emf", code)}}
    emulator.create("emf", body, DR)
    emulator.client("lambda", DR).invoke(FunctionName="emf")

    def seen(name: str, region: str = DR, **dimensions: str) -> float:
        return total(emulator, region, "Payments", name, dimensions)

    eventually(lambda: seen("Problems5xx", service="intake") == 3)
    assert seen("Latency", service="intake") == 12.5
    assert seen("Latency", PRIMARY, service="intake") == 0
    emulator.delete("emf", DR)


def test_ends_of_executions_are_counted(emulator: Emulator) -> None:
    api = emulator.client("stepfunctions")
    definition = {"StartAt": "End", "States": {"End": {"Type": "Fail", "Error": "Wanted"}}}
    resources = {
        "Role": role("role-counted", "states.amazonaws.com", []),
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": att("Role", "Arn"), "DefinitionString": json.dumps(definition)},
        },
    }
    arn = emulator.create("counted", {"Resources": resources, "Outputs": output(Arn=ref("Machine"))})["Arn"]
    api.start_execution(stateMachineArn=arn)
    eventually(lambda: total(emulator, PRIMARY, "AWS/States", "ExecutionsFailed", {"StateMachineArn": arn}) == 1)
    emulator.delete("counted")


def test_databases_tell_their_connections_and_their_lag(emulator: Emulator) -> None:
    ControlStandIn.figures = [
        {"region": PRIMARY, "clusterIdentifier": "counted", "connections": 7},
        {"region": DR, "clusterIdentifier": "silent"},
    ]
    ControlStandIn.lags = [
        {"targetRegion": DR, "sourceRegion": PRIMARY, "clusterIdentifier": "behind", "seconds": 1.5},
        {"targetRegion": DR, "sourceRegion": PRIMARY, "clusterIdentifier": "unknown"},
    ]

    def seen(region: str, name: str, cluster: str, **more: str) -> Any:
        return total(emulator, region, "AWS/RDS", name, {"DBClusterIdentifier": cluster, **more})

    eventually(lambda: seen(PRIMARY, "DatabaseConnections", "counted") >= 7)
    eventually(lambda: seen(DR, "AuroraGlobalDBRPOLag", "behind", SourceRegion=PRIMARY) >= 1500)
    assert seen(DR, "DatabaseConnections", "silent") == 0 and seen(DR, "AuroraGlobalDBRPOLag", "unknown") == 0
    ControlStandIn.figures, ControlStandIn.lags = [], []
