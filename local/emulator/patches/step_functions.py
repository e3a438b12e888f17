"""Step Functions: any aws-sdk integration, a machine's time-out on the cloud's clock. Roles of machines are not enforced.

AWS: ``aws-sdk:service:action`` reaches every API action, errors are named ``Service.ErrorCode``, a machine
ends as TIMED_OUT after its own TimeoutSeconds (Step Functions developer guide, "Calling AWS services",
"State machine structure"). Stock knows few services, ignores the machine's time-out and scales only waits.
A task's time-out stays as it is: the work that it bounds takes its own time. That of a task which waits for a token
is a wait.
"""

from __future__ import annotations

import contextvars
import json
import re
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import stepfunctions

from .. import gateway
from ..gateway import Json
from ..outages import OUTAGES
from ..settings import Settings

SERVICES = {
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "applicationautoscaling": "application-autoscaling",
    "elasticloadbalancingv2": "elbv2",
    "cloudwatchlogs": "logs",
    "secretsmanager": "secretsmanager",
    "resourcegroupstaggingapi": "resourcegroupstaggingapi",
}
"""Names of integrations whose botocore client is called otherwise."""


STEPS = frozenset(
    f"{kind}State{moment}"
    for kind in ("Task", "Choice", "Wait", "Pass", "Parallel", "Map", "Succeed")
    for moment in ("Entered", "Exited")
) | {"TaskScheduled", "TaskSucceeded", "TaskFailed"}
"""Events that an execution's own thread adds when it goes on."""


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def api_input(shape: Any, value: Any) -> Any:
    """Map a state's PascalCase input to the names of the API, whatever their case."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {_plain(name): name for name in shape.members}
        return {
            members[_plain(name)]: api_input(shape.members[members[_plain(name)]], entry)
            for name, entry in value.items()
            if _plain(name) in members
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [api_input(shape.member, entry) for entry in value]
    return value


def state_output(value: Any) -> Any:
    """An answer as Step Functions hands it on: PascalCase, times as text, bodies read."""
    if isinstance(value, dict):
        return {name[0].upper() + name[1:]: state_output(v) for name, v in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [state_output(entry) for entry in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "read"):
        return value.read().decode(errors="replace")
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value


def error_name(integration: str, code: str) -> str:
    """``Rds.DbClusterNotFoundFaultException`` and the like: service, dot, error code with its suffix."""
    service = integration[:1].upper() + integration[1:]
    return f"{service}.{code if code.endswith('Exception') else code + 'Exception'}"


def call(resource: str, data: Json | None, stock: Any) -> Any:
    """One aws-sdk task through botocore; what botocore does not know goes to the stock implementation."""
    parts = resource.replace(".sync", "").replace(".waitForTaskToken", "").split(":")
    integration, action = parts[6], parts[7]
    try:
        api = gateway.client(SERVICES.get(integration.lower(), integration.lower()))
    except BotoCoreError:
        return stock(resource, data)
    operation = action[:1].upper() + action[1:]
    names = {_plain(v): k for k, v in api.meta.method_to_api_mapping.items()}
    method = names.get(_plain(operation))
    if method is None:
        raise stepfunctions._ExecutionError("States.Runtime", f"{integration} has no action {action}")
    shape = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[method]).input_shape
    parameters = gateway.fit(shape, api_input(shape, data or {})) if shape else {}
    try:
        return state_output(getattr(api, method)(**parameters))
    except ClientError as error:
        name = error_name(integration, gateway.error_code(error))
        raise stepfunctions._ExecutionError(name, str(error)) from error
    except BotoCoreError as error:
        raise stepfunctions._ExecutionError(error_name(integration, "SdkClient"), str(error)) from error


def _time_out(execution: Json) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", stopDate=stepfunctions.now_iso(), error=None, cause=None)
    stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    stepfunctions._emit_execution_status_event(execution)


def runs(execution: Json) -> bool:
    """Whether an execution's Region lets it go on."""
    return OUTAGES.serves(str(execution["executionArn"]).split(":")[3], "states")


def install(settings: Settings) -> None:
    """Replace the integration, wrap the executions."""
    stock_event, stock_fail, stock_sub = (
        stepfunctions._add_event,
        stepfunctions._fail_execution,
        stepfunctions._run_sub_machine,
    )
    stock_integration = stepfunctions._invoke_aws_sdk_integration
    stock_run, stock_callback = stepfunctions._run_execution, stepfunctions._invoke_with_callback

    def run(execution_arn: str) -> Any:
        execution = stepfunctions._executions.get(execution_arn)
        machine = stepfunctions._state_machines.get((execution or {}).get("stateMachineArn", ""))
        try:
            limit_s = json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None
        except (ValueError, KeyError):
            limit_s = None
        timer = None
        if execution and isinstance(limit_s, (int, float)):
            context = contextvars.copy_context()
            timer = threading.Timer(settings.wall_seconds(limit_s), lambda: context.run(_time_out, execution))
            timer.daemon = True
            timer.start()
        try:
            return stock_run(execution_arn)
        finally:
            if timer:
                timer.cancel()

    def add_event(execution: Json, kind: str, details: Json | None = None) -> Any:
        if kind in STEPS and OUTAGES.active:
            OUTAGES.wait_until(lambda: runs(execution))
        if execution["status"] != "RUNNING" and kind in STEPS:
            # Stock goes on inside a state after the execution was stopped, and forgets that it was.
            raise stepfunctions._ExecutionError("States.Aborted", "the execution was stopped")
        return stock_event(execution, kind, details)

    def fail(execution: Json, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            stock_fail(execution, error, cause)

    def sub_machine(states: Json, start_at: str, data: Any, execution: Json, context: Json) -> Any:
        # The branches of a Parallel state run at once: each has a context and variables of its own.
        own = {**context, "variables": dict(context.get("variables") or {})}
        return stock_sub(states, start_at, data, execution, own)

    def with_callback(resource: str, effective: Any, token: str, state: Json) -> Any:
        if "TimeoutSeconds" in state:
            state = {**state, "TimeoutSeconds": settings.wall_seconds(float(state["TimeoutSeconds"]))}
        return stock_callback(resource, effective, token, state)

    stepfunctions._invoke_aws_sdk_integration = lambda resource, data: call(resource, data, stock_integration)
    stepfunctions._run_execution = run
    stepfunctions._add_event = add_event
    stepfunctions._fail_execution = fail
    stepfunctions._run_sub_machine = sub_machine
    stepfunctions._invoke_with_callback = with_callback
