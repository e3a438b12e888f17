"""The status of health checks, by Route 53's documented rules.

"How Route 53 determines whether a health check is healthy" in the developer guide: an endpoint changes its status after
``FailureThreshold`` consecutive results that say otherwise; a new check counts as healthy until it has them; a
disabled one always does; ``Inverted`` turns the result round; a calculated one is healthy while at least
``HealthThreshold`` of its children are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..gateway import Json

ENDPOINT_TYPES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
DEFAULT_THRESHOLD = 3
DEPTH_LIMIT = 4

AlarmState = Callable[[str, str], str | None]
"""State of an alarm by Region and name; None when there is none."""


@dataclass
class Observed:
    """What is known about one endpoint. Times are of this machine's clock."""

    healthy: bool = True
    opposite: int = 0
    reason: str = "No result yet."
    checked_at: float | None = None
    changed_at: float = field(default_factory=time.time)
    next_at: float = 0.0

    def note(self, passed: bool, reason: str, threshold: int) -> bool:
        """Count one result. Returns whether the status changed."""
        self.reason, self.checked_at = reason, time.time()
        if passed == self.healthy:
            self.opposite = 0
            return False
        self.opposite += 1
        if self.opposite < threshold:
            return False
        self.healthy, self.opposite, self.changed_at = passed, 0, time.time()
        return True


class HealthChecks:
    """All checks of the account, whose records are given."""

    def __init__(self, records: Callable[[], dict[str, Json]], alarm_state: AlarmState) -> None:
        self._records, self._alarm_state = records, alarm_state
        self._observed: dict[str, Observed] = {}
        self._last_alarm: dict[str, bool] = {}

    def observed(self, check_id: str) -> Observed:
        """What is known about an endpoint; made when asked for the first time."""
        return self._observed.setdefault(check_id, Observed())

    def endpoints(self) -> list[tuple[str, Json]]:
        """The checks that look at an endpoint and are not disabled. Forgets those that are gone."""
        records = self._records()
        for gone in self._observed.keys() - records.keys():
            del self._observed[gone]
        return [
            (check_id, record["config"])
            for check_id, record in records.items()
            if record["config"].get("Type") in ENDPOINT_TYPES and not record["config"].get("Disabled")
        ]

    def is_healthy(self, check_id: str, depth: int = 0) -> bool:
        """Whether Route 53 considers a check healthy. One that does not exist counts as healthy."""
        record = self._records().get(check_id)
        if record is None:
            return True
        config = record["config"]
        return bool(self._measured(check_id, config, depth) != bool(config.get("Inverted")))

    def _measured(self, check_id: str, config: Json, depth: int) -> bool:
        if config.get("Disabled"):
            return True
        kind = config.get("Type")
        if kind == "CALCULATED":
            children = config.get("ChildHealthChecks") or []
            healthy = sum(1 for child in children if depth < DEPTH_LIMIT and self.is_healthy(child, depth + 1))
            return healthy >= int(config.get("HealthThreshold") or 0)
        if kind == "CLOUDWATCH_METRIC":
            return self._alarm(check_id, config)
        return self.observed(check_id).healthy if kind in ENDPOINT_TYPES else True

    def _alarm(self, check_id: str, config: Json) -> bool:
        alarm = config.get("AlarmIdentifier") or {}
        state = self._alarm_state(str(alarm.get("Region", "")), str(alarm.get("Name", "")))
        if state in ("OK", "ALARM"):
            self._last_alarm[check_id] = state == "OK"
            return state == "OK"
        wanted = config.get("InsufficientDataHealthStatus")
        return self._last_alarm.get(check_id, True) if wanted == "LastKnownStatus" else wanted != "Unhealthy"

    def describe(self) -> list[Json]:
        """Every check with its status, for people and drills."""
        described = []
        for check_id, record in self._records().items():
            config = record["config"]
            known = self._observed.get(check_id)
            described.append(
                {
                    "id": check_id,
                    "type": config.get("Type"),
                    "endpoint": config.get("FullyQualifiedDomainName") or config.get("IPAddress"),
                    "inverted": bool(config.get("Inverted")),
                    "healthy": self.is_healthy(check_id),
                    "reason": known.reason if known else "",
                    "changedAt": iso(known.changed_at) if known else None,
                    "checkedAt": iso(known.checked_at) if known and known.checked_at else None,
                }
            )
        return described


def threshold(config: Json) -> int:
    """Consecutive results that change the status."""
    return int(config.get("FailureThreshold") or DEFAULT_THRESHOLD)


def iso(seconds: float) -> str:
    """A moment as ISO 8601 with milliseconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03d}Z"
