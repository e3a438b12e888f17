"""The PostgreSQL servers as the outages leave them.

The cloud's control API takes a Region's server away and gives it back; here is decided which Region's, and how. What
was asked last wins, and one change is made at a time.
"""

from __future__ import annotations

import logging
import threading

from . import control_api
from .outages import OUTAGES, Outages
from .regions import REGIONS

logger = logging.getLogger("emulator.databases")


def wanted(outages: Outages, region: str) -> str | None:
    """How a Region's database is isolated: ``killed`` refuses, ``frozen`` is silent, ``network`` goes on alone."""
    fault = outages.service(region, "rds")
    if fault is not None and fault.mode == "error":
        return "killed"
    if not outages.alive(region) or fault is not None:
        return "frozen"
    return "network" if outages.isolated(region) else None


class Databases:
    """What was done to the servers so far."""

    def __init__(self, outages: Outages) -> None:
        self._outages = outages
        self._lock = threading.Lock()
        self._done: dict[str, str] = {}
        self._cut = False

    def follow(self) -> None:
        """Bring the servers to the state that the faults in force want. Raises ControlError."""
        if not control_api.is_configured():
            return
        with self._lock:
            cut = any(fault.kind == "partition" for fault in self._outages.faults)
            if cut and not self._cut:
                control_api.request("PUT", "/rds/replication", {"cut": True})
                self._cut = True
            for region in REGIONS:
                self._follow(region)
            if self._cut and not cut:
                control_api.request("PUT", "/rds/replication", {"cut": False})
                self._cut = False

    def _follow(self, region: str) -> None:
        mode, done = wanted(self._outages, region), self._done.get(region)
        if mode == done:
            return
        if done is not None:
            control_api.request("DELETE", f"/rds/isolation/{region}", timeout_s=control_api.RESTORE_TIMEOUT_S)
            del self._done[region]
        if mode is not None:
            control_api.request("PUT", f"/rds/isolation/{region}", {"mode": mode})
            self._done[region] = mode


DATABASES = Databases(OUTAGES)
