"""No long pauses for garbage.

All accounts, logs and metrics live in this process: after some thousand payments a full collection stops it for more than
a second, which a caller sees as latency and a drill on a fast clock as a minute in which no lease is renewed. What
has survived the young generations is therefore taken out of the collector's sight; nearly all of it is freed by
reference counting. The little that is not, cycles that lived for long, is looked for once an hour.
"""

from __future__ import annotations

import gc

from ..background import every
from ..resources import on_event_loop
from ..settings import Settings

SWEEP_S = 5
FULL_S = 3_600
YOUNG, MIDDLE, NEVER = 5_000, 20, 1_000_000
"""Thresholds of the collector: allocations, young collections, and middle ones before an automatic full one."""


def sweep() -> None:
    """Collect what is young, and keep what is left from being looked at again."""
    gc.collect(1)
    gc.freeze()


def sweep_all() -> None:
    """Look at everything once."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def install(settings: Settings) -> None:
    """Take over from the automatic full collections."""
    gc.set_threshold(YOUNG, MIDDLE, NEVER)
    every(SWEEP_S, "garbage", lambda: on_event_loop(sweep))
    every(FULL_S, "garbage-of-all", lambda: on_event_loop(sweep_all))
