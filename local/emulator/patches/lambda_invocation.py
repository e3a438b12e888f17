"""Results and metrics of Lambda invocations, on every path that leads to a function.

AWS publishes Invocations, Errors, Duration, Throttles and ConcurrentExecutions for each invocation and
reports the runtime's own error type (Lambda developer guide, "Types of metrics", "Function errors").
Stock publishes metrics for direct Invoke calls only and calls every error ``Runtime.HandlerError``.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import ministack.core.lambda_runtime as runtime
from ministack.services import cloudwatch, lambda_svc

from ..gateway import Json
from ..settings import Settings

EXITED = ("Worker process died", "Worker returned no response")

_last = threading.local()
_running: dict[str, int] = {}
_running_lock = threading.Lock()


def _count(function: str, change: int) -> int:
    with _running_lock:
        _running[function] = _running.get(function, 0) + change
        return _running[function]


def _publish(function: str, version: str, duration_ms: float, error: bool, concurrent: int) -> None:
    for dimensions in ({"FunctionName": function}, {}):
        cloudwatch.record_metric("AWS/Lambda", "Invocations", 1, "Count", dimensions)
        cloudwatch.record_metric("AWS/Lambda", "Errors", int(error), "Count", dimensions)
        cloudwatch.record_metric("AWS/Lambda", "Throttles", 0, "Count", dimensions)
        cloudwatch.record_metric("AWS/Lambda", "Duration", duration_ms, "Milliseconds", dimensions)
        cloudwatch.record_metric("AWS/Lambda", "ConcurrentExecutions", concurrent, "Count", dimensions)
    function_record = lambda_svc._functions.get(function)
    for alias in (function_record or {}).get("aliases", {}).values():
        if alias["FunctionVersion"] == version:
            dimensions = {"FunctionName": function, "Resource": f"{function}:{alias['Name']}"}
            cloudwatch.record_metric("AWS/Lambda", "Invocations", 1, "Count", dimensions)
            cloudwatch.record_metric("AWS/Lambda", "Errors", int(error), "Count", dimensions)
            cloudwatch.record_metric("AWS/Lambda", "Duration", duration_ms, "Milliseconds", dimensions)


def install(settings: Settings) -> None:
    """Wrap the worker's invoke and the warm executor."""
    stock_invoke = runtime.Worker.invoke
    stock_warm = lambda_svc._execute_function_warm
    stock_emit = lambda_svc._emit_lambda_metrics

    def invoke(self: Any, *args: Any, **kwargs: Any) -> Json:
        answer: Json = stock_invoke(self, *args, **kwargs)
        _last.answer = answer
        if answer.get("handlerError"):
            return {**answer, "status": "error"}
        return answer

    def warm(function: Json, event: Any, request_id: str) -> Json:
        config = function.get("config") or function
        name, version = config.get("FunctionName", ""), config.get("Version", "$LATEST")
        _last.answer = None
        concurrent, started = _count(name, 1), time.time()
        try:
            result: Json = stock_warm(function, event, request_id)
        finally:
            _count(name, -1)
        _publish(name, version, (time.time() - started) * 1000, bool(result.get("error")), concurrent)
        return _with_error(result, _last.answer, request_id)

    def emit(function_name: str, duration_ms: float = 0, error: bool = False, throttle: bool = False) -> None:
        if throttle:  # the other metrics come from the wrapper above, for every path
            stock_emit(function_name, duration_ms, error, throttle)

    runtime.Worker.invoke = invoke
    lambda_svc._execute_function_warm = warm
    lambda_svc._emit_lambda_metrics = emit


def _with_error(result: Json, answer: Json | None, request_id: str) -> Json:
    """The error as AWS's Node runtime reports it: name, message, trace lines."""
    body = result.get("body")
    if not result.get("error") or not isinstance(body, dict) or answer is None:
        return result
    if answer.get("handlerError"):
        body = {
            "errorType": answer["errorType"],
            "errorMessage": answer["error"],
            "trace": str(answer.get("trace", "")).splitlines(),
        }
    elif body.get("errorMessage") in EXITED:
        message = f"RequestId: {request_id} Error: Runtime exited with error: exit status 1"
        body = {"errorType": "Runtime.ExitError", "errorMessage": message}
    return {**result, "body": body}
