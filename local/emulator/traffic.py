"""Who calls whom: the outages as a request meets them.

The address that was called, and the one that the call came from, say whether the caller is the world or a function of a
Region; the signature's scope or the address say which Region is meant. A request into a black hole is neither answered
nor refused. An answer that an outage overtakes is not sent either.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ministack.services import apigateway_v1

from .outages import OUTAGES
from .patches.s3_replication import bucket_region
from .regions import ENTRY, INSIDE_REGION, PUBLIC_REGION, REGIONS
from .settings import Settings

Application = Callable[[Any, Any, Any], Awaitable[None]]

OBSERVER_HEADER = b"x-embedded-cloud-observer"
"""With the cloud's token in it, a request passes every outage: a drill's checker sees what nobody else can."""

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """``source`` is the caller's Region or None for the world; ``target`` is None outside both Regions."""

    source: str | None
    target: str | None
    service: str


def _header(scope: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _address(scope: Any, side: str) -> str:
    return str((scope.get(side) or ("",))[0])


def classify(scope: Any) -> Call:
    """Source, target and service of a request."""
    server, client = _address(scope, "server"), _address(scope, "client")
    source = INSIDE_REGION.get(server) or INSIDE_REGION.get(client)
    if server in PUBLIC_REGION:
        host = _header(scope, b"host").split(":")[0].lower()
        known = any(str(key[-1]).lower() == host for key, _ in apigateway_v1._domain_names.all_items())
        return Call(source, PUBLIC_REGION[server], "execute-api" if known else "elasticloadbalancing")
    signed = _SCOPE.search(_header(scope, b"authorization"))
    if signed is None:
        signed = _SCOPE.search(unquote(scope.get("query_string", b"").decode("latin-1")).replace("X-Amz-", ""))
    if signed is None:
        return Call(source, source, "")
    region, service = signed.group(1), signed.group(2)
    if service == "s3":
        region = bucket_region(scope["path"].lstrip("/").split("/", 1)[0]) or region
    return Call(source, region if region in REGIONS else None, service)


def reaches(call: Call) -> bool:
    """Whether a request, or the answer to it, arrives."""
    if call.source is not None and not OUTAGES.alive(call.source):
        return False
    if call.source is None:
        return call.target is None or OUTAGES.world_reaches(call.target)
    if call.target is None:
        return not OUTAGES.isolated(call.source)
    return OUTAGES.passes(call.source, call.target)


def hangs(call: Call) -> bool:
    """Whether nobody will ever answer."""
    fault = OUTAGES.service(call.target or "", call.service)
    return not reaches(call) or fault is not None and fault.mode == "hang"


async def _hold(scope: Any, receive: Any, call: Call) -> None:
    """Until the caller gives up; or until the outage ends, and then its connection is gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    leaving = asyncio.create_task(gone())
    ending = asyncio.create_task(OUTAGES.until(lambda: not hangs(call)))
    try:
        await asyncio.wait({leaving, ending}, return_when=asyncio.FIRST_COMPLETED)
        transport = scope.get("emulator.transport")
        if not leaving.done() and transport is not None:
            transport.abort()
            await leaving
    finally:
        leaving.cancel()
        ending.cancel()


async def _refuse(send: Any) -> None:
    body = json.dumps({"__type": "ServiceUnavailableException", "message": "Service Unavailable"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Overtaken(Exception):
    """The outage came while the request was under way: the answer stays where it is."""


def wrap(application: Application, settings: Settings) -> Application:
    """The gateway as the outages let it be seen."""
    observer = (settings.control_token or "").encode()

    def sees_all(scope: Any) -> bool:
        return bool(observer) and any(k == OBSERVER_HEADER and v == observer for k, v in scope["headers"])

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        ENTRY.set(PUBLIC_REGION.get(_address(scope, "server")))
        observed = sees_all(scope)

        async def answer(message: Any) -> None:
            if OUTAGES.active and message["type"] == "http.response.start" and not observed:
                call = classify(scope)
                if hangs(call):
                    await _hold(scope, receive, call)
                    raise _Overtaken
            await send(message)

        if OUTAGES.active and not observed:
            call = classify(scope)
            if hangs(call):
                await _hold(scope, receive, call)
                return
            fault = OUTAGES.service(call.target or "", call.service)
            if fault is not None and fault.mode == "error":
                await _refuse(send)
                return
            if fault is not None:
                await asyncio.sleep(fault.delayMs / 1000)
        try:
            await application(scope, receive, answer)
        except _Overtaken:
            return

    return wrapped
