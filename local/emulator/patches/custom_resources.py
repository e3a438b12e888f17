"""Custom resources: a bounded wait, and a function that failed without answering fails at once.

AWS waits ``ServiceTimeout`` (default one hour) for the answer; a function whose invocation failed never
answers. Waiting an hour helps nobody here, so the wait is bounded and a failed invocation counts as
FAILED. Stock waits the full hour and ignores SIGTERM meanwhile.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource, provisioners

from ..gateway import Json
from ..patching import replace
from ..settings import Settings

GRACE_S = 5
"""An answer may still be on its way after the function ended with an error."""


def install(settings: Settings) -> None:
    """Wrap the invocation."""
    stock_invoke = custom_resource.invoke_custom_resource
    stock_execute = lambda_svc._execute_function_with_config_scope
    limit_s = settings.custom_resource_timeout_s

    def invoke(request_type: str, logical_id: str, props: Json, *args: Any, **kwargs: Any) -> Any:
        try:
            wanted = int(props.get("ServiceTimeout") or limit_s)
        except (TypeError, ValueError):
            wanted = limit_s
        bounded = {**props, "ServiceTimeout": str(max(1, min(wanted, limit_s)))}
        return stock_invoke(request_type, logical_id, bounded, *args, **kwargs)

    def execute(record: Json, event: Any, *args: Any, **kwargs: Any) -> Any:
        result = stock_execute(record, event, *args, **kwargs)
        token = str(event.get("ResponseURL", "")).rsplit("/", 1)[-1] if isinstance(event, dict) else ""
        if token and isinstance(result, dict) and result.get("error") and token in custom_resource._pending:
            body = result.get("body")
            reason = body.get("errorMessage") if isinstance(body, dict) else str(body)
            failure = {"Status": "FAILED", "Reason": f"The function failed without an answer: {reason}"}
            timer = threading.Timer(GRACE_S, _fail_unanswered, (token, failure))
            timer.daemon = True
            timer.start()
        return result

    replace(stock_execute, execute, lambda_svc)
    replace(stock_invoke, invoke, custom_resource, provisioners)


def _fail_unanswered(token: str, failure: Json) -> None:
    entry = custom_resource._pending.get(token)
    if entry is not None and entry["result"] is None:
        custom_resource.deliver_response(token, failure)
