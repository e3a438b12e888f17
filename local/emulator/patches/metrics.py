"""Metrics that AWS publishes and stock does not: from log lines, of executions, databases, queues and certificates.

A log line in CloudWatch's embedded metric format becomes metrics (CloudWatch user guide, "Embedding metrics within
logs"). Step Functions counts how executions end, RDS counts connections every minute, Aurora measures how far a
secondary is behind ("Amazon CloudWatch metrics for Amazon Aurora"). SQS tells how many messages wait and how old the
oldest is, ACM how many days a certificate has left.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime
from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import acm, cloudwatch, lambda_svc, sqs, stepfunctions

from .. import control_api
from ..background import every
from ..gateway import Json
from ..outages import OUTAGES
from ..settings import Settings
from .rds_promotion import note_synchronization

logger = logging.getLogger("emulator.metrics")

EMBEDDED = '"CloudWatchMetrics"'
VALUES_LIMIT = 100
"""Values of one metric in one line, as the format allows."""

DATABASE_PERIOD_AWS_S = 20
"""More often than once a minute, so that a period without data means silence, never bad luck."""

SHORTEST_PERIOD_S = 0.5

QUEUE_PERIOD_AWS_S = 20
CERTIFICATE_PERIOD_AWS_S = 60
"""AWS tells twice a day; here a new certificate must not be silent until then."""

DAY_S = 86_400

OUTCOMES = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def embedded(line: str) -> Json | None:
    """The document of a log line in the embedded metric format, else None."""
    start = line.find("{")
    if start < 0 or EMBEDDED not in line:
        return None
    try:
        document = json.loads(line[start:])
    except ValueError:
        return None
    return document if isinstance(document, dict) and isinstance(document.get("_aws"), dict) else None


def publish(document: Json) -> None:
    """Record every metric of a document under every set of its dimensions."""
    for directive in document["_aws"].get("CloudWatchMetrics") or []:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document[name]) for name in names if name in document}
            if len(dimensions) != len(names):
                continue  # AWS drops a set that names what is not there
            for metric in directive.get("Metrics") or []:
                values = document.get(metric["Name"])
                listed = values if isinstance(values, list) else [values]
                for value in listed[:VALUES_LIMIT]:
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        unit = metric.get("Unit", "None")
                        cloudwatch.record_metric(directive["Namespace"], metric["Name"], value, unit, dimensions)


def _publish_lines(function: Json, text: str) -> None:
    config = function.get("config") or function
    parts = str(config.get("FunctionArn", "")).split(":")
    if len(parts) < 5:
        return
    with request_scope(parts[4], parts[3]):
        for line in text.splitlines():
            document = embedded(line)
            if document is not None:
                publish(document)


def publish_databases() -> None:
    """What each cluster's Region is told about it. A server that is silent gives no data."""
    figures = control_api.request("GET", "/rds/metrics", timeout_s=10)
    note_synchronization(figures)
    for cluster in figures.get("clusters") or []:
        if cluster.get("connections") is not None and OUTAGES.serves(cluster["region"], "monitoring"):
            with request_scope(get_account_id(), cluster["region"]):
                dimensions = {"DBClusterIdentifier": cluster["clusterIdentifier"]}
                cloudwatch.record_metric("AWS/RDS", "DatabaseConnections", cluster["connections"], "Count", dimensions)
    for lag in figures.get("replication") or []:
        if lag.get("seconds") is None or not OUTAGES.serves(lag["targetRegion"], "monitoring"):
            continue
        with request_scope(get_account_id(), lag["targetRegion"]):
            for dimensions in (
                {"DBClusterIdentifier": lag["clusterIdentifier"]},
                {"DBClusterIdentifier": lag["clusterIdentifier"], "SourceRegion": lag["sourceRegion"]},
            ):
                for name in ("AuroraGlobalDBReplicationLag", "AuroraGlobalDBRPOLag"):
                    cloudwatch.record_metric("AWS/RDS", name, lag["seconds"] * 1000, "Milliseconds", dimensions)


def publish_queues(clock_factor: float) -> None:
    """Messages that wait in each queue, and the age of the oldest, in AWS seconds."""
    now = time.time()
    for (account, region, _), queue in list(sqs._queues._data.items()):
        if not OUTAGES.serves(region, "monitoring"):
            continue
        messages = list(queue["messages"])
        visible = sum(1 for message in messages if message["visible_at"] <= now)
        age_s = max((now - message["sent_at"] for message in messages), default=0.0) * clock_factor
        dimensions = {"QueueName": queue["name"]}
        with request_scope(account, region):
            cloudwatch.record_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, "Count", dimensions)
            cloudwatch.record_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", age_s, "Seconds", dimensions)


def publish_certificates() -> None:
    """Days that each certificate has left; nothing once it has ended, as on AWS."""
    for (account, region, arn), certificate in list(acm._certificates._data.items()):
        ends = str(certificate.get("NotAfter", ""))
        if not ends or not OUTAGES.serves(region, "monitoring"):
            continue
        days = (datetime.fromisoformat(ends.replace("Z", "+00:00")).timestamp() - time.time()) / DAY_S
        if days > 0:
            with request_scope(account, region):
                cloudwatch.record_metric(
                    "AWS/CertificateManager", "DaysToExpiry", int(days), "Count", {"CertificateArn": arn}
                )


def install(settings: Settings) -> None:
    """Wrap the logs and the executions, and ask the databases."""
    stock_logs, stock_status = lambda_svc._emit_lambda_logs, stepfunctions._emit_execution_status_event

    def logs(function: Json, request_id: str, text: str, *args: Any, **kwargs: Any) -> None:
        if EMBEDDED in text:
            _publish_lines(function, text)
        stock_logs(function, request_id, text, *args, **kwargs)

    def status(execution: Json) -> None:
        name = OUTCOMES.get(str(execution.get("status")))
        if name:
            dimensions = {"StateMachineArn": str(execution.get("stateMachineArn", ""))}
            cloudwatch.record_metric("AWS/States", name, 1, "Count", dimensions)
        stock_status(execution)

    lambda_svc._emit_lambda_logs = logs
    stepfunctions._emit_execution_status_event = status
    queue_period_s = max(SHORTEST_PERIOD_S, settings.wall_seconds(QUEUE_PERIOD_AWS_S))
    every(queue_period_s, "queue-metrics", lambda: publish_queues(settings.clock_factor))
    certificate_period_s = max(1, settings.wall_seconds(CERTIFICATE_PERIOD_AWS_S))
    every(certificate_period_s, "certificate-metrics", publish_certificates)
    if settings.control_url is not None:
        period_s = max(SHORTEST_PERIOD_S, settings.wall_seconds(DATABASE_PERIOD_AWS_S))
        every(period_s, "database-metrics", _publish_databases_quietly)


def _publish_databases_quietly() -> None:
    try:
        publish_databases()
    except control_api.ControlError as error:
        logger.debug("no figures of the databases: %s", error)
