"""What a role may do at CloudWatch depends on the namespace and on the alarms.

AWS: PutMetricData has the condition key ``cloudwatch:namespace``; DescribeAlarms needs permission for alarms, also when
it names none (Service Authorization Reference, CloudWatch). Stock gives neither, so that roles which are held to them
are refused everything.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions

from ..gateway import Json
from ..settings import Settings


def namespace_of(body: bytes, parameters: Json) -> str:
    """The namespace of a request in JSON or in form fields."""
    try:
        given: Any = json.loads(body).get("Namespace") if body[:1] == b"{" else parameters.get("Namespace")
    except (ValueError, AttributeError):
        given = None
    return str(given[0] if isinstance(given, list) and given else given or "")


def describes_alarms(headers: Json, body: bytes, parameters: Json) -> bool:
    """Whether a request asks for alarms, by the header of the JSON protocol or by the form's action."""
    action = parameters.get("Action") or [""]
    form = action[0] if isinstance(action, list) else action
    return form == "DescribeAlarms" or str(headers.get("x-amz-target", "")).endswith(".DescribeAlarms") \
        or b"Action=DescribeAlarms&" in body  # fmt: skip


def install(settings: Settings) -> None:
    """Wrap what the gateway asks before it asks IAM."""
    stock_context, stock_resource = iam_actions.request_tag_context, iam_actions.extract_resource_arn

    def context(service: str, action: str, body: bytes, parameters: Json) -> Json:
        found = dict(stock_context(service, action, body, parameters))
        if action == "cloudwatch:PutMetricData":
            found["cloudwatch:namespace"] = namespace_of(body, parameters)
        return found

    def resource(service: str, method: str, path: str, headers: Json, body: bytes, parameters: Json, region: str,
                 account: str, *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        if service == "monitoring" and describes_alarms(headers, body, parameters):
            return f"arn:aws:cloudwatch:{region}:{account}:alarm:*"
        return stock_resource(service, method, path, headers, body, parameters, region, account, *args, **kwargs)

    iam_actions.request_tag_context = context
    iam_actions.extract_resource_arn = resource
