"""Health checks of load-balancer targets, really made.

AWS asks each target on the group's path and interval; a Lambda target gets an event from
``ELB-HealthChecker/2.0`` (ELB user guide, "Lambda functions as targets"). Stock calls every target healthy.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

import ministack.app as ministack_app
from ministack.core.responses import get_account_id, request_scope
from ministack.services import alb, cloudwatch

from ..background import every
from ..gateway import Json
from ..outages import OUTAGES
from ..patching import replace
from ..settings import Settings

logger = logging.getLogger("emulator.health")

TICK_S = 0.5
PATIENCE_S = 30
"""Wall-clock seconds for one check, beyond the group's own time-out: this machine is not AWS."""


@dataclass
class Health:
    """What is known about one target."""

    state: str = "initial"
    reason: str = "Elb.InitialHealthChecking"
    successes: int = 0
    failures: int = 0
    next_at: float = 0.0
    running: bool = False


_health: dict[tuple[str, str], Health] = {}


def matches(code: int, matcher: str) -> bool:
    """Whether a status code is in a matcher such as ``200`` or ``200-299,302``."""
    for part in str(matcher).split(","):
        low, _, high = part.strip().partition("-")
        if low.isdigit() and int(low) <= code <= int(high or low):
            return True
    return False


def record(health: Health, healthy: bool, group: Json, code: int | None) -> None:
    """Count one result. The first one decides a new target; after that the thresholds do."""
    health.successes = health.successes + 1 if healthy else 0
    health.failures = 0 if healthy else health.failures + 1
    first = health.state == "initial"
    if healthy and (first or health.successes >= int(group.get("HealthyThresholdCount") or 5)):
        health.state, health.reason = "healthy", ""
    elif not healthy and (first or health.failures >= int(group.get("UnhealthyThresholdCount") or 2)):
        health.state = "unhealthy"
        health.reason = "Target.Timeout" if code is None else "Target.ResponseCodeMismatch"


async def _check(group_arn: str, group: Json, target_id: str) -> int | None:
    headers = {"user-agent": "ELB-HealthChecker/2.0"}
    answer = await alb._invoke_lambda_target(target_id, group_arn, "GET", group.get("HealthCheckPath") or "/",
                                             headers, b"", {}, "")  # fmt: skip
    return int(answer[0])


def _run(key: tuple[str, str], group: Json, settings: Settings) -> None:
    group_arn, target_id = key
    health = _health[key]
    loop = ministack_app._MAIN_LOOP
    if loop is None:
        return
    health.running = True

    async def check() -> None:
        code: int | None = None
        try:
            with request_scope(get_account_id(), group_arn.split(":")[3]):
                code = await asyncio.wait_for(_check(group_arn, group, target_id), PATIENCE_S)
        except TimeoutError:
            code = None
        except Exception:
            logger.exception("health check of %s", target_id)
        healthy = code is not None and matches(code, (group.get("Matcher") or {}).get("HttpCode") or "200")
        record(health, healthy, group, code)
        interval_s = settings.wall_seconds(float(group.get("HealthCheckIntervalSeconds") or 35))
        health.next_at, health.running = time.monotonic() + interval_s, False

    asyncio.run_coroutine_threadsafe(check(), loop)


def tick(settings: Settings) -> None:
    """Start the checks that are due, and publish how many targets are healthy."""
    seen = set()
    for (account, region, group_arn), group in list(alb._tgs._data.items()):
        if group.get("TargetType") != "lambda" or not group.get("HealthCheckEnabled"):
            continue
        with request_scope(account, region):
            targets = list(alb._targets.get(group_arn) or [])
            in_use = _load_balancers(group_arn) if OUTAGES.alive(region) else []
            for target in targets:
                key = (group_arn, target["Id"])
                seen.add(key)
                health = _health.setdefault(key, Health())
                if in_use and not health.running and time.monotonic() >= health.next_at:
                    _run(key, group, settings)
            if in_use:
                _publish(group_arn, in_use, targets)
    for key in _health.keys() - seen:
        _health.pop(key, None)


def _load_balancers(group_arn: str) -> list[str]:
    listeners = {
        rule["ListenerArn"]
        for rule in list(alb._rules.values())
        if any(action.get("TargetGroupArn") == group_arn for action in rule.get("Actions", []))
    }
    return [alb._listeners[arn]["LoadBalancerArn"] for arn in listeners if arn in alb._listeners]


def _publish(group_arn: str, balancers: list[str], targets: list[Json]) -> None:
    states = [_health[(group_arn, t["Id"])].state for t in targets if (group_arn, t["Id"]) in _health]
    for balancer in set(balancers):
        dimensions = {
            "TargetGroup": group_arn.split(":")[-1],
            "LoadBalancer": balancer.split(":loadbalancer/")[-1],
        }
        healthy, sick = states.count("healthy"), states.count("unhealthy")
        cloudwatch.record_metric("AWS/ApplicationELB", "HealthyHostCount", healthy, "Count", dimensions)
        cloudwatch.record_metric("AWS/ApplicationELB", "UnHealthyHostCount", sick, "Count", dimensions)


def describe(parameters: Json) -> Any:
    """DescribeTargetHealth with the states that were found."""
    group_arn = alb._p(parameters, "TargetGroupArn")
    group = alb._tgs.get(group_arn)
    if group is None:
        return alb._error("TargetGroupNotFound", f"Target group '{group_arn}' not found.")
    wanted = {target["Id"] for target in alb._parse_targets_param(parameters)}
    in_use, members = bool(_load_balancers(group_arn)), ""
    for target in alb._targets.get(group_arn) or []:
        if wanted and target["Id"] not in wanted:
            continue
        health = _health.get((group_arn, target["Id"]))
        if not group.get("HealthCheckEnabled"):
            state, reason = "unavailable", "Target.HealthCheckDisabled"
        elif not in_use:
            state, reason = "unused", "Target.NotInUse"
        elif health is None:
            state, reason = "initial", "Elb.RegistrationInProgress"
        else:
            state, reason = health.state, health.reason
        port = (
            "" if group.get("TargetType") == "lambda" else f"<Port>{target.get('Port', group.get('Port', 80))}</Port>"
        )
        because = f"<Reason>{reason}</Reason>" if reason else ""
        members += (
            f"<member><Target><Id>{target['Id']}</Id>{port}</Target>"
            f"<TargetHealth><State>{state}</State>{because}</TargetHealth></member>"
        )
    return alb._xml(200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>")


def install(settings: Settings) -> None:
    """Replace the description and start the checks."""
    replace(alb._describe_target_health, describe, alb)
    every(TICK_S, "target-health", lambda: tick(settings))
