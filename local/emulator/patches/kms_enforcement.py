"""What is encrypted under a customer-managed key is out of reach for a role that may not use the key.

AWS: S3, SQS, SNS, DynamoDB and Secrets Manager use the key on behalf of the caller, who needs
``kms:GenerateDataKey`` to write and ``kms:Decrypt`` to read, by the key policy or by IAM where the key policy
leaves it to IAM; ``kms:ViaService`` and the service's encryption context are what conditions see (each service's
guide, "Encryption at rest"). A service that delivers to an encrypted queue or topic needs the key policy's word for
itself, else deliveries are lost without an error. Stock asks for none of this.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, unquote

import ministack.app as ministack_app
from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AuthError, enforce, is_root_access_key
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.core.router import extract_access_key_id
from ministack.services import dynamodb, kms, s3, secretsmanager, sns, sqs

from ..gateway import Json
from ..settings import Settings

logger = logging.getLogger("emulator.kms")

REMEMBERED_S = 1.0
"""A decision is remembered so long: IAM itself is eventually consistent."""

REMEMBERED_LIMIT = 5_000

Need = tuple[str, str, Json]
"""Action, key ARN, encryption context."""

_decisions: dict[tuple[str, str, str, str], tuple[float, Any]] = {}

DYNAMODB_DATA = frozenset(
    [
        "GetItem",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "Query",
        "Scan",
        "BatchGetItem",
        "BatchWriteItem",
        "TransactGetItems",
        "TransactWriteItems",
    ]
)


def key_arn(reference: str | None) -> str | None:
    """The ARN of a customer-managed key of this Region; None for AWS's own keys and for none."""
    if not reference or str(reference).startswith("alias/aws/"):
        return None
    record = kms._resolve_key(reference)
    return str(record["Arn"]) if record else None


def denied(access_key: str, service: str, needs: list[Need]) -> tuple[str, Any] | None:
    """The first action that the caller may not do with a key, or None."""
    now = time.monotonic()
    for action, key, context in needs:
        known = (access_key, action, key, json.dumps(context, sort_keys=True))
        remembered = _decisions.get(known)
        if remembered is None or now - remembered[0] > REMEMBERED_S:
            keys = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
            keys["kms:ViaService"] = f"{service}.{get_region()}.amazonaws.com"
            keys["kms:CallerAccount"] = get_account_id()
            result = enforce(access_key, action, "kms", get_region(), resource_arn=key, service_context=keys)
            if len(_decisions) > REMEMBERED_LIMIT:
                _decisions.clear()
            remembered = _decisions[known] = (now, None if isinstance(result, AuthError) else result)
        if remembered[1] is not None:
            return action, remembered[1]
    return None


def _use(key: str | None, context: Json, *actions: str) -> list[Need]:
    return [(action, key, context) for action in actions] if key else []


def s3_needs(method: str, path: str, headers: Json, body: bytes, query: Json) -> list[Need]:
    """Writes use the key named in the request or the bucket's; reads use the object's own."""
    bucket, _, name = unquote(path).lstrip("/").partition("/")
    if not name or set(query) & {"tagging", "acl", "retention", "legal-hold", "uploads"}:
        return []
    context = {"aws:s3:arn": f"arn:aws:s3:::{bucket}"}
    if method == "PUT":
        default = s3._bucket_default_sse_headers(bucket)
        chosen = headers.get("x-amz-server-side-encryption") or default.get("x-amz-server-side-encryption")
        wanted = headers.get("x-amz-server-side-encryption-aws-kms-key-id") or default.get(
            "x-amz-server-side-encryption-aws-kms-key-id"
        )
        return _use(key_arn(wanted), context, "kms:GenerateDataKey") if chosen == "aws:kms" else []
    if method == "GET":
        record = (s3._buckets.get(bucket) or {}).get("objects", {}).get(name) or {}
        stored = record.get("preserved_headers", {}).get("x-amz-server-side-encryption-aws-kms-key-id")
        return _use(key_arn(stored), context, "kms:Decrypt")
    return []


def _operation(headers: Json, body: bytes) -> tuple[str, Json]:
    target = str(headers.get("x-amz-target", "")).split(".")[-1]
    if target:
        try:
            return target, json.loads(body or b"{}")
        except json.JSONDecodeError:
            return target, {}
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    return form.get("Action", ""), form


def sqs_needs(method: str, path: str, headers: Json, body: bytes, query: Json) -> list[Need]:
    """A sender needs both actions, a receiver one (SQS developer guide, "Key management")."""
    operation, data = _operation(headers, body)
    queue = sqs._queues.get(str(data.get("QueueUrl", "")))
    if queue is None:
        return []
    key = key_arn(queue["attributes"].get("KmsMasterKeyId"))
    context = {"aws:sqs:arn": queue["attributes"]["QueueArn"]}
    if operation in ("SendMessage", "SendMessageBatch"):
        return _use(key, context, "kms:GenerateDataKey", "kms:Decrypt")
    return _use(key, context, "kms:Decrypt") if operation == "ReceiveMessage" else []


def sns_needs(method: str, path: str, headers: Json, body: bytes, query: Json) -> list[Need]:
    """A publisher needs both actions (SNS developer guide, "Key management")."""
    operation, data = _operation(headers, body)
    topic = sns._topics.get(str(data.get("TopicArn", "")))
    if topic is None or operation not in ("Publish", "PublishBatch"):
        return []
    key = key_arn((topic.get("attributes") or {}).get("KmsMasterKeyId"))
    return _use(key, {"aws:sns:topicArn": data["TopicArn"]}, "kms:GenerateDataKey", "kms:Decrypt")


def dynamodb_needs(method: str, path: str, headers: Json, body: bytes, query: Json) -> list[Need]:
    """Reads and writes of a table under a customer-managed key need ``kms:Decrypt`` for the table key."""
    operation, data = _operation(headers, body)
    if operation not in DYNAMODB_DATA:
        return []
    names = {data.get("TableName"), *(data.get("RequestItems") or {})}
    for item in data.get("TransactItems") or []:
        names |= {part.get("TableName") for part in item.values() if isinstance(part, dict)}
    needs: list[Need] = []
    for name in names - {None}:
        plain = str(name).rsplit("/", 1)[-1]
        table = dynamodb._tables.get(plain) or {}
        context = {"aws:dynamodb:tableName": plain, "aws:dynamodb:subscriberId": get_account_id()}
        needs += _use(key_arn((table.get("SSEDescription") or {}).get("KMSMasterKeyArn")), context, "kms:Decrypt")
    return needs


def secretsmanager_needs(method: str, path: str, headers: Json, body: bytes, query: Json) -> list[Need]:
    """Reading a secret needs ``kms:Decrypt``, writing one ``kms:GenerateDataKey`` too."""
    operation, data = _operation(headers, body)
    if operation not in ("GetSecretValue", "PutSecretValue"):
        return []
    found = secretsmanager._resolve(str(data.get("SecretId", "")))
    record = found[1] if isinstance(found, tuple) else found
    if not isinstance(record, dict):
        return []
    context = {"SecretARN": record.get("ARN", "")}
    key = key_arn(record.get("KmsKeyId"))
    write = ("kms:GenerateDataKey", "kms:Decrypt")
    return _use(key, context, *(write if operation == "PutSecretValue" else ("kms:Decrypt",)))


NEEDS: dict[str, Callable[[str, str, Json, bytes, Json], list[Need]]] = {
    "s3": s3_needs,
    "sqs": sqs_needs,
    "sns": sns_needs,
    "dynamodb": dynamodb_needs,
    "secretsmanager": secretsmanager_needs,
}


def guard(service: str, handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A service's handler with the key check in front."""

    async def guarded(method: str, path: str, headers: Json, body: bytes, query: Json) -> Any:
        access_key = extract_access_key_id(headers, query)
        if access_key and not is_root_access_key(access_key):
            try:
                found = denied(access_key, service, NEEDS[service](method, path, headers, body, query))
            except Exception:
                logger.exception("key check of %s", service)
                found = None
            if found:
                action, result = found
                return access_denied_response(
                    service,
                    action,
                    result.principal_arn,
                    new_uuid(),
                    headers=headers,
                    explicit_deny=result.decision == "Deny",
                )
        return await handler(method, path, headers, body, query)

    return guarded


def install(settings: Settings) -> None:
    """Guard the services, unless IAM is not enforced at all."""
    if not ministack_app.AUTH:
        return
    for service in NEEDS:
        ministack_app.SERVICE_HANDLERS[service] = guard(service, ministack_app.SERVICE_HANDLERS[service])
