"""Schedules follow the clock factor and are looked at every AWS second, not every ten wall seconds.

AWS: a rate expression counts from the creation of the rule, with a precision of a minute (EventBridge
user guide, "Rate expressions"). A cron expression names wall-clock times: it is not scaled.
"""

from __future__ import annotations

from ministack.services import eventbridge, scheduler

from ..patching import replace
from ..settings import Settings

TICK_AWS_S = 1
SHORTEST_TICK_S = 0.1


def install(settings: Settings) -> None:
    """Set both services' ticks and scale their rates."""
    stock_rate = eventbridge._parse_rate_seconds
    tick_s = max(SHORTEST_TICK_S, settings.wall_seconds(TICK_AWS_S))
    eventbridge._SCHEDULER_TICK_INTERVAL = tick_s
    scheduler._SCHEDULE_TICK_INTERVAL = tick_s

    def rate_seconds(expression: str) -> float | None:
        seconds = stock_rate(expression)
        return settings.wall_seconds(seconds) if seconds else seconds

    replace(stock_rate, rate_seconds, eventbridge, scheduler)
