"""What is broken right now, and what follows from it.

A lost Region is a black hole: nothing in it runs and nothing answers. An isolated one runs, but nothing passes its
border. A partition cuts the Regions from each other while the world reaches both. Besides, one service of a Region can
hang, answer with errors or be slow, and one function can fail. Faults are replaced as a whole; what belongs to a Region
asks here before it acts.
"""

from __future__ import annotations

import asyncio
import fnmatch
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from .gateway import Json
from .regions import REGIONS

logger = logging.getLogger("emulator.outages")

KINDS = {
    "region-lost": {"region"},
    "partition": set(),
    "isolated": {"region"},
    "service": {"region", "service", "mode"},
    "function-errors": {"region", "function"},
}
MODES = ("hang", "error", "slow")
DELAY_LIMIT_MS = 600_000


class BadFault(ValueError):
    """A fault that cannot be understood."""


@dataclass(frozen=True)
class Fault:
    """One fault. ``function`` may hold the wildcards of file names; ``delayMs`` is in wall-clock milliseconds."""

    kind: str
    region: str = ""
    service: str = ""
    mode: str = ""
    function: str = ""
    delayMs: int = 0  # noqa: N815 - the name in the request

    @staticmethod
    def parse(value: Any) -> Fault:
        """Read one fault of a request. Raises BadFault."""
        if not isinstance(value, dict) or value.get("kind") not in KINDS:
            raise BadFault(f"kind must be one of {', '.join(KINDS)}")
        kind = value["kind"]
        allowed = KINDS[kind] | ({"delayMs"} if kind == "service" else set())
        unknown, absent = value.keys() - allowed - {"kind"}, KINDS[kind] - value.keys()
        if unknown or absent:
            raise BadFault(f"{kind} takes {', '.join(sorted(allowed)) or 'nothing'}")
        if "region" in allowed and value["region"] not in REGIONS:
            raise BadFault(f"region must be one of {', '.join(REGIONS)}")
        delay = value.get("delayMs", 0)
        if isinstance(delay, bool) or not isinstance(delay, int) or not 0 <= delay <= DELAY_LIMIT_MS:
            raise BadFault(f"delayMs must be a whole number from 0 to {DELAY_LIMIT_MS}")
        if kind == "service" and (value["mode"] not in MODES or (value["mode"] == "slow") != (delay > 0)):
            raise BadFault(f"mode must be one of {', '.join(MODES)}; slow, and only slow, takes delayMs")
        if kind == "service" and value["service"] == "rds" and value["mode"] == "slow":
            raise BadFault("a database cannot be slow here: it hangs, or it refuses connections (error)")
        if not all(isinstance(value[name], str) and value[name] for name in KINDS[kind]):
            raise BadFault(f"{', '.join(sorted(KINDS[kind]))} must be text")
        return Fault(**value)

    def describe(self) -> Json:
        """The fault as it was given."""
        return {name: value for name, value in asdict(self).items() if value}


class Outages:
    """The faults in force. Reading needs no lock: they are replaced, never changed."""

    def __init__(self) -> None:
        self.faults: tuple[Fault, ...] = ()
        self._changed = threading.Condition()
        self._listeners: list[Callable[[], None]] = []
        self._waiting: set[asyncio.Event] = set()

    @property
    def active(self) -> bool:
        """Whether anything is broken. Everything else here is only worth asking when it is."""
        return bool(self.faults)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after every change, in the order of registration."""
        self._listeners.append(listener)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Put these faults in force and no others. On the event loop only."""
        with self._changed:
            self.faults = tuple(dict.fromkeys(faults))
            self._changed.notify_all()
        logger.warning("faults in force: %s", [fault.describe() for fault in self.faults] or "none")
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                logger.exception("a change of the faults could not be carried out")
        for event in list(self._waiting):
            event.set()

    # --- questions

    def _any(self, kind: str, region: str) -> bool:
        return any(fault.kind == kind and fault.region == region for fault in self.faults)

    def alive(self, region: str) -> bool:
        """Whether anything in a Region runs."""
        return not self.faults or not self._any("region-lost", region)

    def isolated(self, region: str) -> bool:
        """Whether a Region runs with its border shut."""
        return self._any("isolated", region)

    def world_reaches(self, region: str) -> bool:
        """Whether clients, health checks and operators reach a Region."""
        return not self.faults or self.alive(region) and not self.isolated(region)

    def passes(self, source: str, target: str) -> bool:
        """Whether anything gets from one Region to another (or to itself)."""
        if not self.faults:
            return True
        if not (self.alive(source) and self.alive(target)):
            return False
        if source == target:
            return True
        cut = any(fault.kind == "partition" for fault in self.faults)
        return not (cut or self.isolated(source) or self.isolated(target))

    def service(self, region: str, service: str) -> Fault | None:
        """What is wrong with a service of a Region."""
        return next(
            (f for f in self.faults if f.kind == "service" and f.region == region and f.service == service), None
        )

    def serves(self, region: str, service: str) -> bool:
        """Whether a Region's service does its own work (polls, schedules, evaluates)."""
        if not self.faults:
            return True
        fault = self.service(region, service)
        return self.alive(region) and (fault is None or fault.mode == "slow")

    def function_fails(self, region: str, name: str) -> bool:
        """Whether every invocation of a function ends in an error."""
        return any(
            fault.kind == "function-errors" and fault.region == region and fnmatch.fnmatch(name, fault.function)
            for fault in self.faults
        )

    # --- waiting

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Hold the current thread while a condition over the faults is false. Never on the event loop."""
        if condition():
            return
        with self._changed:
            self._changed.wait_for(condition)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Hold the current task while a condition over the faults is false."""
        if condition():
            return
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not condition():
                await event.wait()
                event.clear()
        finally:
            self._waiting.discard(event)

    def describe(self) -> Json:
        """The faults as the control endpoint returns them."""
        return {"faults": [fault.describe() for fault in self.faults]}


OUTAGES = Outages()


def carries(service: str, source: str, target: str) -> bool:
    """The gate of replication: whether a service's changes get from one Region to another."""
    if not OUTAGES.active:
        return True
    both = OUTAGES.serves(source, service) and OUTAGES.serves(target, service)
    return both and OUTAGES.passes(source, target)
