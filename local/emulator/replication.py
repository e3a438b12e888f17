"""Replication between Regions that takes time, as it does between Singapore and Sydney.

Each direction of each service has one queue. A change leaves it, in order, after the delay. While a
gate is shut (a Region is lost), nothing leaves; what was queued in a lost Region stays in flight. The
queue is bounded, so that a long outage cannot take all memory: beyond the bound the oldest changes are
dropped and counted, which the report of a drill must show.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .gateway import Json

logger = logging.getLogger("emulator.replication")

QUEUE_LIMIT = 200_000
"""Changes in flight per direction; a change holds one item or one reference to an object."""

DELAY_LIMIT_MS = 3_600_000

Gate = Callable[[str, str, str], bool]
"""Whether a service's changes pass from one Region to another."""


@dataclass(frozen=True)
class Change:
    """One change on its way. ``due`` is on the monotonic clock."""

    due: float
    apply: Callable[[], None]


class Direction:
    """From one Region to another, for one service."""

    def __init__(self, service: str, source: str, target: str) -> None:
        self.service, self.source, self.target = service, source, target
        self.changes: deque[Change] = deque()
        self.dropped = 0
        self.failed = 0


class Replicator:
    """All directions of all services, and the thread that lets changes go."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._directions: dict[tuple[str, str, str], Direction] = {}
        self._delay_ms: dict[str, int] = {"dynamodb": 0, "s3": 0, "events": 0}
        self.carry: Callable[[Callable[[], None]], None] = lambda apply: apply()
        """How a queued change is applied; one that needs no queue is applied by its sender."""
        self._gates: list[Gate] = []
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self, delay_ms: int) -> None:
        """Set the delay of the data's services and start. Events are forwarded at once."""
        for service in ("dynamodb", "s3"):
            self._delay_ms[service] = delay_ms
        self._thread = threading.Thread(target=self._run, name="emulator-replication", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread. What is in flight is lost with the process."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    def add_gate(self, gate: Gate) -> None:
        """Add a predicate: changes go on only while every one is true for service, source and target."""
        self._gates.append(gate)

    def poke(self) -> None:
        """Look again at the gates, after one of them changed its answer."""
        with self._condition:
            self._condition.notify_all()

    def open_between(self, service: str, source: str, target: str) -> bool:
        """Whether every gate lets a service's changes pass from one Region to another."""
        return all(gate(service, source, target) for gate in self._gates)

    def delay_ms(self, service: str) -> int:
        """The delay of a service, in wall-clock milliseconds."""
        return self._delay_ms[service]

    def set_delay_ms(self, service: str, delay_ms: int) -> None:
        """Change the delay. What is in flight keeps the time that it was given, so that order is kept."""
        if service not in self._delay_ms:
            raise ValueError(f"unknown service {service}")
        if not 0 <= delay_ms <= DELAY_LIMIT_MS:
            raise ValueError(f"delayMs must be between 0 and {DELAY_LIMIT_MS}")
        with self._condition:
            self._delay_ms[service] = delay_ms
            self._condition.notify_all()

    def send(self, service: str, source: str, target: str, apply: Callable[[], None]) -> None:
        """Queue a change; without delay, queue and shut gate it is applied at once by the caller."""
        with self._condition:
            key = (service, source, target)
            direction = self._directions.setdefault(key, Direction(*key))
            immediate = not direction.changes and not self._delay_ms[service]
            if not (immediate and self.open_between(service, source, target)):
                self._queue(direction, apply)
                return
        apply()

    def _queue(self, direction: Direction, apply: Callable[[], None]) -> None:
        due = time.monotonic() + self._delay_ms[direction.service] / 1000
        if direction.changes:
            due = max(due, direction.changes[-1].due)  # a shorter delay must not overtake
        if len(direction.changes) >= QUEUE_LIMIT:
            direction.changes.popleft()
            direction.dropped += 1
        direction.changes.append(Change(due, apply))
        self._condition.notify_all()

    def drop_in_flight(self, region: str) -> int:
        """Forget what has not left a Region that is lost for good. Returns how many changes that were."""
        with self._condition:
            lost = 0
            for direction in self._directions.values():
                if direction.source == region:
                    lost += len(direction.changes)
                    direction.dropped += len(direction.changes)
                    direction.changes.clear()
            return lost

    def _run(self) -> None:
        while True:
            with self._condition:
                if self._stopped:
                    return
                ready, wait_s = self._next()
                if ready is None:
                    self._condition.wait(wait_s)
                    continue
                direction, change = ready
                direction.changes.popleft()
            try:
                self.carry(change.apply)
            except Exception:
                direction.failed += 1
                logger.exception("%s from %s to %s", direction.service, direction.source, direction.target)

    def _next(self) -> tuple[tuple[Direction, Change] | None, float | None]:
        now, wait_s = time.monotonic(), None
        for direction in self._directions.values():
            if not direction.changes or not self.open_between(direction.service, direction.source, direction.target):
                continue
            head = direction.changes[0]
            if head.due <= now:
                return (direction, head), None
            wait_s = min(wait_s, head.due - now) if wait_s is not None else head.due - now
        return None, wait_s

    def describe(self) -> Json:
        """Delays and queues, as the control endpoint returns them."""
        with self._condition:
            now = time.monotonic()
            answer: Json = {s: {"delayMs": d, "inFlight": []} for s, d in self._delay_ms.items()}
            for direction in self._directions.values():
                oldest = (
                    direction.changes[0].due - self._delay_ms[direction.service] / 1000 if direction.changes else now
                )
                answer[direction.service]["inFlight"].append(
                    {
                        "source": direction.source,
                        "target": direction.target,
                        "changes": len(direction.changes),
                        "oldestMs": max(0, round((now - oldest) * 1000)),
                        "dropped": direction.dropped,
                        "failed": direction.failed,
                        "open": self.open_between(direction.service, direction.source, direction.target),
                    }
                )
            return answer


REPLICATOR = Replicator()
