"""API Gateway (REST): access logs and metrics, which stock does not write.

AWS writes one line per request in the stage's format and publishes Count, 4XXError, 5XXError, Latency and
IntegrationLatency per API, stage and, with detailed metrics, method (API Gateway developer guide, "CloudWatch
logging", "Metrics").
"""

from __future__ import annotations

import contextvars
import logging
import re
import time
import uuid
from typing import Any

from ministack.services import apigateway_v1, cloudwatch, cloudwatch_logs

from ..gateway import Json
from ..settings import Settings

logger = logging.getLogger("emulator.apigateway")

VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_.]+)")
STREAM = "0000000000000000000000000000000a"
EVENTS_LIMIT = 10_000
"""Lines kept per stage, so that a long run does not fill the memory."""

_request: contextvars.ContextVar[Json] = contextvars.ContextVar("emulator_api_request")


def line(template: str, values: Json) -> str:
    """One access-log line; an unknown or empty variable gives ``-``, as on AWS."""
    return VARIABLE.sub(lambda match: str(values.get(match.group(1)) or "-"), template)


def write(destination: str, text: str) -> None:
    """Append a line to a log group."""
    name = destination.split(":log-group:", 1)[-1].removesuffix(":*")
    group = cloudwatch_logs._log_groups.get(name)
    if group is None:
        return
    now_ms = int(time.time() * 1000)
    stream = group["streams"].setdefault(
        STREAM,
        {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now_ms,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        },
    )
    event = {"timestamp": now_ms, "message": text, "ingestionTime": now_ms}
    cloudwatch_logs._append_log_events(stream, [event])
    if len(stream["events"]) > EVENTS_LIMIT:
        del stream["events"][: EVENTS_LIMIT // 10]


def publish(api_name: str, stage: str, status: int, latency_ms: float, method: str, resource: str) -> None:
    """The metrics of one request. A request that no method takes has none of a method."""
    sets = [{"ApiName": api_name, "Stage": stage}, {"ApiName": api_name}]
    if resource:
        sets.append({"ApiName": api_name, "Stage": stage, "Method": method, "Resource": resource})
    for dimensions in sets:
        cloudwatch.record_metric("AWS/ApiGateway", "Count", 1, "Count", dimensions)
        cloudwatch.record_metric("AWS/ApiGateway", "4XXError", int(400 <= status < 500), "Count", dimensions)
        cloudwatch.record_metric("AWS/ApiGateway", "5XXError", int(status >= 500), "Count", dimensions)
        cloudwatch.record_metric("AWS/ApiGateway", "Latency", latency_ms, "Milliseconds", dimensions)
        cloudwatch.record_metric("AWS/ApiGateway", "IntegrationLatency", latency_ms, "Milliseconds", dimensions)


def _values(seen: Json, arguments: tuple[Any, ...], status: int, size: int, latency_ms: float) -> Json:
    api_id, stage_name, method, path, headers = arguments[:5]
    return {
        "apiId": api_id,
        "stage": stage_name,
        "httpMethod": method,
        "path": f"/{stage_name}{path}",
        "resourcePath": seen.get("resource_path", ""),
        "requestId": seen.get("request_id") or str(uuid.uuid4()),
        "extendedRequestId": seen.get("request_id", ""),
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
        "requestTimeEpoch": int(time.time() * 1000),
        "status": status,
        "responseLength": size,
        "responseLatency": round(latency_ms),
        "integrationLatency": round(latency_ms),
        "integration.latency": round(latency_ms),
        "integration.status": status,
        "protocol": "HTTP/1.1",
        "domainName": str((headers or {}).get("host", "")).split(":")[0],
        "identity.sourceIp": str((headers or {}).get("x-forwarded-for", "127.0.0.1")).split(",")[0],
        "identity.userAgent": (headers or {}).get("user-agent", ""),
        **{f"authorizer.{name}": value for name, value in (seen.get("authorizer") or {}).items()},
    }


def install(settings: Settings) -> None:
    """Wrap the execution of a request and the event builder, which knows ids and authorizer."""
    stock_handle, stock_event = apigateway_v1._handle_execute_in_scope, apigateway_v1._build_lambda_event_v1
    stock_execute = apigateway_v1._execute_in_scope

    async def execute(request: Json, *args: Any, **kwargs: Any) -> Any:
        seen = _request.get({})
        try:
            return await stock_execute(request, *args, **kwargs)
        finally:
            seen["resource_path"] = request.get("resource_path", "")
            seen.setdefault("request_id", request.get("request_id"))

    def build_event(*args: Any, **kwargs: Any) -> Json:
        event: Json = stock_event(*args, **kwargs)
        seen = _request.get({})
        # The id in the function's event, in the access log and in the response header is one and the same.
        if seen.get("request_id"):
            event["requestContext"]["requestId"] = seen["request_id"]
        else:
            seen["request_id"] = event["requestContext"]["requestId"]
        seen["authorizer"] = event["requestContext"].get("authorizer") or {}
        return event

    async def handle(*arguments: Any, **kwargs: Any) -> Any:
        seen: Json = {}
        token = _request.set(seen)
        started = time.perf_counter()
        try:
            status, headers, body = await stock_handle(*arguments, **kwargs)
        finally:
            _request.reset(token)
        latency_ms = (time.perf_counter() - started) * 1000
        if seen.get("request_id"):
            headers.setdefault("x-amzn-requestid", seen["request_id"])
        try:
            api = apigateway_v1._rest_apis.get(arguments[0]) or {}
            resource = str(seen.get("resource_path") or "")
            publish(api.get("name", ""), arguments[1], status, latency_ms, arguments[2], resource)
            stage = apigateway_v1._stages_v1.get(arguments[0], {}).get(arguments[1]) or {}
            log = stage.get("accessLogSettings") or {}
            if log.get("destinationArn"):
                size = len(body) if isinstance(body, (bytes, str)) else 0
                values = _values(seen, arguments, status, size, latency_ms)
                write(log["destinationArn"], line(log.get("format") or "$context.requestId", values))
        except Exception:
            logger.exception("access log")
        return status, headers, body

    apigateway_v1._execute_in_scope = execute
    apigateway_v1._build_lambda_event_v1 = build_event
    apigateway_v1._handle_execute_in_scope = handle
