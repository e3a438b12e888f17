"""A call for an alias or a version needs permission for that alias or version.

AWS: the resource of InvokeFunction and of provisioned concurrency is the function's ARN with the qualifier
(Service Authorization Reference, Lambda: resource types "function alias" and "function version"). Stock asks
for the function's own ARN, so that a role limited to an alias is refused everything.
"""

from __future__ import annotations

import ministack.core.iam_actions as iam_actions
from ministack.core.iam_actions import extract_resource_arn

from ..gateway import Json
from ..patching import replace
from ..settings import Settings

QUALIFIED = ("/invocations", "/provisioned-concurrency")
FUNCTION_ARN_PARTS = 7


def qualified(arn: str, path: str, query: Json) -> str:
    """The resource of a call to Lambda: with the qualifier where AWS looks for it."""
    given = query.get("Qualifier") or ""
    qualifier = str(given[0] if isinstance(given, list) else given)
    if not qualifier or not path.endswith(QUALIFIED) or len(arn.split(":")) != FUNCTION_ARN_PARTS:
        return arn
    return f"{arn}:{qualifier}"


def resource_of(
    service: str, method: str, path: str, headers: Json, body: bytes, query: Json, region: str, account: str
) -> str:
    """Stock's answer, qualified."""
    arn = str(extract_resource_arn(service, method, path, headers, body, query, region, account))
    return qualified(arn, path, query) if service == "lambda" else arn


def install(settings: Settings) -> None:
    """Where the stock gateway takes it from, at each call."""
    replace(extract_resource_arn, resource_of, iam_actions)
