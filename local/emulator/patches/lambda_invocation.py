"""Results and metrics of Lambda invocations, on every path that leads to a function.

AWS publishes Invocations, Errors, Duration, Throttles and ConcurrentExecutions for each invocation and
reports the runtime's own error type (Lambda developer guide, "Types of metrics", "Function errors").
Stock publishes metrics for direct Invoke calls only and calls every error ``Runtime.HandlerError``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from functools import partial
from typing import Any

import ministack.core.lambda_runtime as runtime
from ministack.core.concurrency import run_reentrant
from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import apigateway_v1, cloudwatch, lambda_svc

from ..gateway import Json
from ..outages import OUTAGES
from ..settings import Settings

EXITED = ("Worker process died", "Worker returned no response")

logger = logging.getLogger("emulator.lambda")

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


def shape(answer: Json, request_id: str) -> Json:
    """A worker's answer as the result of an invocation: its payload, or the error as AWS's Node runtime reports it."""
    if answer.get("status") == "ok" and not answer.get("handlerError"):
        return {"body": answer.get("result"), "log": answer.get("log", "")}
    text = str(answer.get("error", "Unknown error"))
    if answer.get("handlerError"):
        trace = str(answer.get("trace", "")).splitlines()
        body: Json = {"errorType": answer["errorType"], "errorMessage": text, "trace": trace}
    elif text in EXITED:
        message = f"RequestId: {request_id} Error: Runtime exited with error: exit status 1"
        body = {"errorType": "Runtime.ExitError", "errorMessage": message}
    else:
        timed_out = lambda_svc._RIE_TIMEOUT_TEXT_RE.fullmatch(text)
        body = {"errorType": "Sandbox.Timedout" if timed_out else "Runtime.HandlerError", "errorMessage": text}
    log = [answer.get("log", ""), answer.get("trace", text)]
    return {"body": body, "error": True, "log": "\n".join(line for line in log if line)}


class Invocation:
    """One invocation of a function whose code is on disk here: a worker is leased, used and given back."""

    def __init__(self, function: Json, event: Any, request_id: str) -> None:
        self.function, self.event, self.request_id = function, event, request_id
        self.config: Json = function.get("config") or function
        self.name = str(self.config.get("FunctionName", ""))
        self.version = str(self.config.get("Version", "$LATEST"))
        self.worker: Any = None

    @property
    def region(self) -> str:
        """The Region that the function lives in."""
        return str(self.config.get("FunctionArn", ":::")).split(":")[3]

    def runs(self) -> bool:
        """Whether Lambda takes an invocation now, if only to fail it."""
        fault = OUTAGES.service(self.region, "lambda")
        return OUTAGES.alive(self.region) and (fault is None or fault.mode != "hang")

    def injected(self) -> Json | None:
        """The result that a fault prescribes."""
        fault = OUTAGES.service(self.region, "lambda")
        if fault is not None and fault.mode == "error":
            body = {"errorType": "ServiceException", "errorMessage": "Lambda is not available."}
            return {"body": body, "error": True, "log": ""}
        if OUTAGES.function_fails(self.region, self.name):
            body = {"errorType": "Error", "errorMessage": "This function was told to fail."}
            return {"body": body, "error": True, "log": json.dumps({"level": "ERROR", **body})}
        return None

    def slowness_s(self) -> float:
        """Seconds that a fault adds."""
        fault = OUTAGES.service(self.region, "lambda")
        return fault.delayMs / 1000 if fault is not None else 0

    def lease(self) -> Json | None:
        """Take a worker; the answer to the caller when there is none."""
        lambda_svc._ensure_reaper_thread()
        self.worker, _ = runtime.acquire_worker(
            self.name, self.config, self.function["code_zip"], qualifier=self.version
        )
        if self.worker is not None:
            return None
        throttled: Json = lambda_svc._throttle_response(
            reason_code="ReservedFunctionConcurrentInvocationLimitExceeded",
            msg=f"Rate Exceeded: function {self.name} warm-worker ceiling reached",
        )
        return throttled

    def values(self) -> Json:
        """What changes with each invocation besides the event."""
        return {
            "trace_id": lambda_svc._xray_trace_id_for_invocation(self.config),
            "invoked_function_arn": self.config.get("FunctionArn", ""),
            "depth": lambda_svc._invoke_depth.get(),
            "durable": lambda_svc._durable_env_overlay(),
        }

    def failed(self, error: Exception) -> Json:
        """The result when the worker could not be used at all; it is dropped."""
        logger.error("worker of %s: %s", self.name, error)
        account, region = get_account_id(), get_region()
        runtime.invalidate_worker(self.name, qualifier=self.version, account=account, region=region)
        self.worker = None
        return {"body": {"errorMessage": str(error), "errorType": type(error).__name__}, "error": True, "log": ""}

    def run(self) -> Json:
        """On this thread, when and as far as the Region runs."""
        if OUTAGES.active:
            OUTAGES.wait_until(self.runs)
            time.sleep(self.slowness_s())
        result = self.injected() or self._run()
        if OUTAGES.active:
            OUTAGES.wait_until(lambda: OUTAGES.alive(self.region))
        return result

    async def run_on_loop(self) -> Json:
        """On the event loop, when and as far as the Region runs."""
        if OUTAGES.active:
            await OUTAGES.until(self.runs)
            await asyncio.sleep(self.slowness_s())
        result = self.injected() or await self._run_on_loop()
        if OUTAGES.active:
            await OUTAGES.until(lambda: OUTAGES.alive(self.region))
        return result

    def _run(self) -> Json:
        throttled = self.lease()
        if throttled is not None:
            return throttled
        try:
            return shape(self.worker.invoke(self.event, self.request_id, **self.values()), self.request_id)
        except Exception as error:
            return self.failed(error)
        finally:
            runtime.release_worker(self.worker)

    async def _run_on_loop(self) -> Json:
        """A cold start waits on a thread."""
        throttled = self.lease()
        if throttled is not None:
            return throttled
        try:
            if self.worker.running:
                answer = await self.worker.invoke_on_loop(self.event, self.request_id, **self.values())
            else:
                answer = await run_reentrant(partial(self.worker.invoke, self.event, self.request_id, **self.values()))
            return shape(answer, self.request_id)
        except Exception as error:
            return self.failed(error)
        finally:
            runtime.release_worker(self.worker)


def runs_on_loop(function: Json) -> bool:
    """Whether a function is one of ours to run: Node, from a zip, in a process of this machine."""
    config = function.get("config") or function
    return (
        str(config.get("Runtime", "")).startswith("nodejs")
        and bool(function.get("code_zip"))
        and config.get("PackageType") != "Image"
        and lambda_svc._proxy_url_for(config) is None
        and lambda_svc.LAMBDA_EXECUTOR == "local"
        and not lambda_svc.LAMBDA_STRICT
    )


async def execute_on_loop(function: Json, event: Any) -> Json:
    """What stock's ``_execute_function`` does on a thread: concurrency, invocation, metrics, log."""
    config = function["config"]
    account, region = lambda_svc._account_region_from_function_config(config)
    with request_scope(account, region):
        slot, _ = lambda_svc._acquire_execution_slot(function, config)
        if slot is None:
            refused: Json = lambda_svc._execute_function(function, event)
            return refused
        try:
            request_id, started = str(new_uuid()), time.time()
            invocation = Invocation(function, event, request_id)
            concurrent = _count(invocation.name, 1)
            try:
                result = await invocation.run_on_loop()
            finally:
                _count(invocation.name, -1)
            duration_ms, failed = (time.time() - started) * 1000, bool(result.get("error"))
            _publish(invocation.name, invocation.version, duration_ms, failed, concurrent)
            lambda_svc._emit_lambda_logs(function, request_id, result.get("log", ""), failed, int(duration_ms))
            return result
        finally:
            lambda_svc._release_execution_slot(slot)


def install(settings: Settings) -> None:
    """Replace the warm executor, and the thread that API Gateway starts for each call of a function."""
    stock_warm = lambda_svc._execute_function_warm
    stock_emit = lambda_svc._emit_lambda_metrics
    stock_reentrant = apigateway_v1.run_reentrant

    def warm(function: Json, event: Any, request_id: str) -> Json:
        config = function.get("config") or function
        name, version = config.get("FunctionName", ""), config.get("Version", "$LATEST")
        concurrent, started = _count(name, 1), time.time()
        try:
            if function.get("code_zip") and str(config.get("Runtime", "")).startswith("nodejs"):
                result = Invocation(function, event, request_id).run()
            else:
                result = stock_warm(function, event, request_id)
        finally:
            _count(name, -1)
        _publish(name, version, (time.time() - started) * 1000, bool(result.get("error")), concurrent)
        return result

    def emit(function_name: str, duration_ms: float = 0, error: bool = False, throttle: bool = False) -> None:
        if throttle:  # the other metrics come from the wrapper above, for every path
            stock_emit(function_name, duration_ms, error, throttle)

    async def reentrant(call: Any, *arguments: Any, thread_name: str = "emulator-reentrant") -> Any:
        if call is not lambda_svc._execute_function_with_config_scope or not runs_on_loop(arguments[0]):
            return await stock_reentrant(call, *arguments, thread_name=thread_name)
        # A caller that has stopped waiting does not end the invocation, as on AWS.
        return await asyncio.shield(asyncio.create_task(execute_on_loop(*arguments)))

    lambda_svc._execute_function_warm = warm
    lambda_svc._emit_lambda_metrics = emit
    apigateway_v1.run_reentrant = reentrant
