"""The emulator's own endpoints under ``/_cloud/``, in front of the AWS gateway.

They need ``Authorization: Bearer`` with the cloud's token. A drill changes the world through them:
replication delays and which Region answers for a public name.
"""

from __future__ import annotations

import asyncio
import hmac
import inspect
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from .control_api import ControlError
from .databases import DATABASES
from .dns.health import iso
from .dns.service import HEALTH
from .gateway import Json
from .outages import OUTAGES, BadFault, Fault
from .patches import api_gateway
from .replication import REPLICATOR
from .settings import Settings

PREFIX = "/_cloud/"
BODY_LIMIT = 65_536
FAULTS_LIMIT = 50

Application = Callable[[Any, Any, Any], Awaitable[None]]
Answer = tuple[int, Json]


class BadRequest(Exception):
    """The body is not what the endpoint takes."""


def put_replication(body: Json) -> Answer:
    """``{dynamodb: {delayMs}, s3: {delayMs}}``, each part optional."""
    wanted: dict[str, int] = {}
    for service, part in body.items():
        delay = part.get("delayMs") if isinstance(part, dict) else None
        if service not in ("dynamodb", "s3") or isinstance(delay, bool) or not isinstance(delay, int):
            raise BadRequest("expected {dynamodb: {delayMs: whole number}, s3: {delayMs: whole number}}")
        wanted[service] = delay
    try:
        for service, delay in wanted.items():
            REPLICATOR.set_delay_ms(service, delay)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    return 200, REPLICATOR.describe()


def put_names(body: Json) -> Answer:
    """``{"api.example": "ap-southeast-2"}``: which Region answers for a name that both serve."""
    for name, region in body.items():
        if not isinstance(region, str):
            raise BadRequest("expected {host name: Region}")
        api_gateway.prefer_region(name, region)
    return 200, dict(api_gateway.preferences())


def get_dns(body: Json) -> Answer:
    """Where the DNS server answers, and what the health checks say."""
    return 200, {"healthChecks": HEALTH.describe()}


async def put_outages(body: Json) -> Answer:
    """``{"faults": [...]}``: these are in force when the answer comes, and no others."""
    listed = body.get("faults")
    if not isinstance(listed, list) or len(listed) > FAULTS_LIMIT or body.keys() != {"faults"}:
        raise BadRequest("expected {faults: [...]}")
    try:
        faults = [Fault.parse(each) for each in listed]
    except BadFault as error:
        raise BadRequest(str(error)) from error
    return await _break(faults)


async def _break(faults: list[Fault]) -> Answer:
    at = time.time()
    OUTAGES.replace(faults)
    try:
        await asyncio.to_thread(DATABASES.follow)
    except ControlError as error:
        return 502, {**OUTAGES.describe(), "at": iso(at), "message": f"the databases did not follow: {error}"}
    return 200, {**OUTAGES.describe(), "at": iso(at)}


async def delete_outages(body: Json) -> Answer:
    """Nothing is broken any more."""
    return await _break([])


ROUTES: dict[tuple[str, str], Callable[[Json], Answer | Awaitable[Answer]]] = {
    ("GET", "replication"): lambda body: (200, REPLICATOR.describe()),
    ("PUT", "replication"): put_replication,
    ("GET", "dns"): get_dns,
    ("GET", "outages"): lambda body: (200, OUTAGES.describe()),
    ("PUT", "outages"): put_outages,
    ("DELETE", "outages"): delete_outages,
    ("GET", "names"): lambda body: (200, dict(api_gateway.preferences())),
    ("PUT", "names"): put_names,
}


async def _body(receive: Any) -> Json:
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if len(content) > BODY_LIMIT:
            raise BadRequest(f"more than {BODY_LIMIT} bytes")
        if not message.get("more_body"):
            break
    try:
        value = json.loads(content or b"{}")
    except json.JSONDecodeError as error:
        raise BadRequest("not JSON") from error
    if not isinstance(value, dict):
        raise BadRequest("not a JSON object")
    return value


def _authorized(scope: Any, token: str | None) -> bool:
    given = next((v for k, v in scope["headers"] if k == b"authorization"), b"")
    # Without a token nobody is let in: an open control endpoint would be the worse default.
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


async def _answer(scope: Any, receive: Any, settings: Settings) -> Answer:
    if not _authorized(scope, settings.control_token):
        return 401, {"message": "the cloud's token is required"}
    path = scope["path"][len(PREFIX) :].strip("/")
    route = ROUTES.get((scope["method"], path))
    if route is None:
        known = any(name == path for _, name in ROUTES)
        return (405, {"message": "method not allowed"}) if known else (404, {"message": f"no endpoint {path}"})
    try:
        answer = route(await _body(receive))
        return await answer if inspect.isawaitable(answer) else answer
    except BadRequest as error:
        return 400, {"message": str(error)}


def wrap(application: Application, settings: Settings) -> Application:
    """The gateway with the control endpoints in front."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await application(scope, receive, send)
            return
        status, content = await _answer(scope, receive, settings)
        body = json.dumps(content).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return wrapped
