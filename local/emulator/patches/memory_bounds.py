"""Bounds on what the emulator remembers, so that a platform which runs for days does not fill the memory.

Stock keeps every metric point, every event and one log stream per invocation for ever.
"""

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs, eventbridge

from ..background import every
from ..resources import on_event_loop
from ..settings import Settings

SWEEP_S = 10
METRIC_POINTS = 20_000
"""Per metric: more than 30 minutes at 10 requests per second."""

LOG_STREAMS = 2_000
"""Per log group, the newest."""

EVENTS = 2_000
HISTORY = 5_000


def trim(entries: list[Any], limit: int) -> None:
    """Drop the oldest entries of a list beyond a limit."""
    if len(entries) > limit:
        del entries[: len(entries) - limit]


def sweep() -> None:
    """Drop the oldest of everything that grows with use. Runs on the event loop, where nothing iterates."""
    for points in list(cloudwatch._metrics._data.values()):
        trim(points, METRIC_POINTS)
    for group in list(cloudwatch_logs._log_groups._data.values()):
        streams = group.get("streams", {})
        for name in list(streams)[: max(0, len(streams) - LOG_STREAMS)]:
            streams.pop(name, None)
    for entries in list(eventbridge._events_log._data.values()):
        trim(entries, EVENTS)
    for entries in list(cloudwatch._alarm_history._data.values()):
        trim(entries, HISTORY)


def install(settings: Settings) -> None:
    """Start the sweep."""
    every(SWEEP_S, "memory-bounds", lambda: on_event_loop(sweep))
