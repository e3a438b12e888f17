"""Route 53's records and health checks in the emulator, joined to the DNS server and the checker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from typing import Any
from xml.sax.saxutils import escape

import ministack.app as ministack_app
from ministack.core.responses import get_account_id, request_scope
from ministack.services import cloudwatch, route53

from ..gateway import Json
from ..outages import OUTAGES
from ..regions import INSIDE, PUBLIC_REGION, WORLD, address_of
from ..settings import Settings
from .answers import Answers, Zone
from .checker import Checker
from .health import HealthChecks, iso, threshold
from .server import DnsServer, Vantage

logger = logging.getLogger("emulator.dns")

TICK_S = 0.05
_STATUS_PATH = re.compile(r"^/2013-04-01/healthcheck/([^/]+)/status$")
_NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"


def _zones() -> list[Zone]:
    # Answers are asked for outside any request: the account is the emulator's own.
    return [
        (str(zone["name"]), list(route53._records.get(zone_id) or []))
        for zone_id, zone in list(route53._zones.items())
        if not zone.get("private")
    ]


def _checks() -> dict[str, Json]:
    return dict(route53._health_checks.items())


def _alarm_state(region: str, name: str) -> str | None:
    with request_scope(get_account_id(), region):
        alarm = cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name)
    return str(alarm["StateValue"]) if alarm else None


HEALTH = HealthChecks(_checks, _alarm_state)
ANSWERS = Answers(_zones, HEALTH.is_healthy, address_of)


class Route53:
    """The running data plane."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._checker = Checker(ANSWERS.address, self._port_of, settings.wall_seconds)
        factor = settings.clock_factor
        vantages = {WORLD: Vantage(ANSWERS, factor, lambda: True, remembers=False)}
        for region, address in INSIDE.items():
            vantages[address] = Vantage(ANSWERS, factor, _reaches_from(region), remembers=True)
        self._server = DnsServer(vantages, settings.dns_port) if settings.dns_port else None
        self._loop_task: asyncio.Task[None] | None = None
        self._looks: set[asyncio.Task[None]] = set()

    def _port_of(self, address: str, port: int) -> int:
        """HTTPS of a Region's public address is served by the gateway, on its own port."""
        return self._settings.port if address in PUBLIC_REGION and port == 443 else port

    async def start(self) -> None:
        """Open the DNS server and begin to look at endpoints."""
        if self._server is not None:
            await self._server.start()
        self._loop_task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End both."""
        if self._server is not None:
            self._server.stop()
        for task in (self._loop_task, *self._looks):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task

    async def _run(self) -> None:
        while True:
            now = time.monotonic()
            for check_id, config in HEALTH.endpoints():
                known = HEALTH.observed(check_id)
                if now < known.next_at:
                    continue
                interval_s = self._checker.interval_s(config)
                # From the time when it was due, so that the pace does not slip; but never in a burst.
                known.next_at = max(known.next_at, now - interval_s) + interval_s
                task = asyncio.create_task(self._look(check_id, config))
                self._looks.add(task)
                task.add_done_callback(self._looks.discard)
            await asyncio.sleep(TICK_S)

    async def _look(self, check_id: str, config: Json) -> None:
        result = await self._checker.look(check_id, config)
        if HEALTH.observed(check_id).note(result.passed, result.reason, threshold(config)):
            state = "healthy" if result.passed else "unhealthy"
            logger.warning("health check %s of %s is %s: %s", check_id, config.get("FullyQualifiedDomainName"), state,
                           result.reason)  # fmt: skip


def _reaches_from(region: str) -> Any:
    def reaches() -> bool:
        return OUTAGES.world_reaches(region) and OUTAGES.serves(region, "route53")

    return reaches


def status_xml(check_id: str) -> tuple[int, Json, bytes]:
    """GetHealthCheckStatus: the latest result of the endpoint's checker."""
    config = (route53._health_checks.get(check_id) or {}).get("config")
    if config is None:
        answer: tuple[int, Json, bytes] = route53._error_response(
            "NoSuchHealthCheck", f"No health check {check_id}", 404
        )
        return answer
    known = HEALTH.observed(check_id)
    report = (
        f"<StatusReport><Status>{escape(known.reason)}</Status>"
        f"<CheckedTime>{iso(known.checked_at or time.time())}</CheckedTime></StatusReport>"
    )
    observation = f"<HealthCheckObservation><IPAddress>{WORLD}</IPAddress>{report}</HealthCheckObservation>"
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<GetHealthCheckStatusResponse xmlns="{_NAMESPACE}">'
        f"<HealthCheckObservations>{observation}</HealthCheckObservations></GetHealthCheckStatusResponse>"
    )
    return 200, {"Content-Type": "text/xml"}, body.encode()


def parse_config(element: Any, stock: Any) -> Json:
    """A check's configuration. Stock reads the names of children and regions as empty."""
    config: Json = stock(element)
    for name, member in (("ChildHealthChecks", "ChildHealthCheck"), ("Regions", "Region")):
        listed = route53._find(element, name)
        if listed is not None:
            config[name] = [str(each.text) for each in route53._findall(listed, member)]
    return config


def build_element(parent: Any, check: Json, stock: Any) -> None:
    """A check in an answer. Stock writes truth values as Python does, which no SDK understands."""
    config = {k: str(v).lower() if isinstance(v, bool) else v for k, v in check.get("config", {}).items()}
    stock(parent, {**check, "config": config})


def install(settings: Settings) -> None:
    """Add GetHealthCheckStatus, which stock lacks, and read and write configurations whole."""
    stock_parse, stock_build = route53._parse_health_check_config, route53._build_health_check_el
    route53._parse_health_check_config = lambda element: parse_config(element, stock_parse)
    route53._build_health_check_el = lambda parent, check: build_element(parent, check, stock_build)
    stock = ministack_app.SERVICE_HANDLERS["route53"]

    async def handle(method: str, path: str, headers: Json, body: bytes, query: Json) -> Any:
        asked = _STATUS_PATH.match(path)
        if asked and method == "GET":
            return status_xml(asked.group(1))
        return await stock(method, path, headers, body, query)

    ministack_app.SERVICE_HANDLERS["route53"] = handle
