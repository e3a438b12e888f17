"""Periodic work on threads of its own, ended together at shutdown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger("emulator.background")

_stopping = threading.Event()
_threads: list[threading.Thread] = []


def every(interval_s: float, name: str, action: Callable[[], None]) -> None:
    """Run an action again and again, so many wall-clock seconds apart, until shutdown."""

    def loop() -> None:
        while not _stopping.wait(interval_s):
            try:
                action()
            except Exception:
                logger.exception("%s failed", name)

    thread = threading.Thread(target=loop, name=f"emulator-{name}", daemon=True)
    _threads.append(thread)
    thread.start()


def stopping() -> bool:
    """Whether shutdown has begun."""
    return _stopping.is_set()


def stop(timeout_s: float = 2) -> None:
    """End the periodic work; threads that are busy are daemons and end with the process."""
    _stopping.set()
    for thread in _threads:
        thread.join(timeout=timeout_s / max(1, len(_threads)))
