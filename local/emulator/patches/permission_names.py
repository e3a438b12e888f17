"""Actions and resources of a request, as the service authorization reference names them.

Stock knows few of Lambda's actions (a mapping can be updated without permission, and provisioned concurrency needs that
of something else), asks for a permission of its own for a batch of messages, takes a rule of the default bus for one of a
bus named default, and has no ARN for a global cluster, a vault or a backup.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import botocore.session
from ministack.core import iam_actions

from ..gateway import Json
from ..settings import Settings

RENAMED = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
}
"""Operations of Lambda whose action bears another name."""


BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
"""Operations on several messages, which need the permission for one (SQS developer guide, "API permissions")."""


def lambda_routes() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and action of every operation of Lambda's API. What a query distinguishes comes last."""
    model = botocore.session.get_session().get_service_model("lambda")
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = "".join(
            re.escape(part) if index % 2 == 0 else "[^/]+" for index, part in enumerate(re.split(r"(\{[^}]+\})", path))
        )
        routes.append((bool(query), http["method"], re.compile(f"^{pattern}/?$"), RENAMED.get(name, name)))
    routes.sort(key=lambda route: route[0])
    return [(method, pattern, action) for _, method, pattern, action in routes]


def _first(parameters: Json, name: str) -> str:
    value = parameters.get(name)
    return str(value[0] if isinstance(value, list) and value else value or "")


def rds_resource(parameters: Json, region: str, account: str, stock: str) -> str:
    """Global clusters belong to no Region; an identifier may be an ARN already."""
    group = _first(parameters, "GlobalClusterIdentifier")
    if group:
        return f"arn:aws:rds::{account}:global-cluster:{group}"
    for name in ("DBClusterIdentifier", "DBInstanceIdentifier"):
        if _first(parameters, name).startswith("arn:"):
            return _first(parameters, name)
    return stock


def backup_resource(path: str, region: str, account: str, stock: str) -> str:
    """A backup is named by its ARN, in the path as the vault is that holds it."""
    parts = unquote(path).strip("/").split("/")
    if parts[0] != "backup-vaults" or len(parts) == 1:
        return stock
    if parts[2:3] == ["recovery-points"] and len(parts) > 3:
        return parts[3]
    return f"arn:aws:backup:{region}:{account}:backup-vault:{parts[1]}"


def install(settings: Settings) -> None:
    """Wrap the look-ups."""
    stock_action, stock_resource = iam_actions._lambda_action, iam_actions.extract_resource_arn
    stock_any_action = iam_actions.extract_iam_action
    routes = lambda_routes()

    def action(method: str, path: str) -> Any:
        plain = unquote(path)
        for verb, pattern, name in routes:
            if verb == method and (pattern.match(path) or pattern.match(plain)):
                return name
        return stock_action(method, path)

    def resource(service: str, method: str, path: str, headers: Json, body: bytes, parameters: Json, region: str,
                 account: str, *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        found = stock_resource(service, method, path, headers, body, parameters, region, account, *args, **kwargs)
        if service == "rds":
            return rds_resource(parameters, region, account, found)
        if service == "backup":
            return backup_resource(path, region, account, found)
        if service == "events" and isinstance(found, str):
            return found.replace(":rule/default/", ":rule/")
        return found

    def any_action(*args: Any, **kwargs: Any) -> Any:
        found = stock_any_action(*args, **kwargs)
        return BATCHES.get(found, found) if isinstance(found, str) else found

    iam_actions._lambda_action = action
    iam_actions.extract_iam_action = any_action
    iam_actions.extract_resource_arn = resource
