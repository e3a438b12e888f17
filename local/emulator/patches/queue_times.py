"""Visibility time-outs of queues follow the clock factor, as everything does that a drill waits for.

A receiver works in wall-clock time, so that no time-out is shortened below a few seconds of it. What a caller reads and
sets stays in AWS seconds. Delays of single messages and retention are not scaled.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.services import sqs

from ..gateway import Json
from ..patching import replace
from ..settings import Settings

SHORTEST_S = 5.0
"""Wall-clock seconds that a message stays hidden at least, when its time-out is not shorter by itself."""


def hidden_s(timeout_s: float, settings: Settings) -> float:
    """Wall-clock seconds for a visibility time-out."""
    return max(min(timeout_s, SHORTEST_S), settings.wall_seconds(timeout_s))


def install(settings: Settings) -> None:
    """Wrap receiving and the change of a time-out."""
    if settings.clock_factor == 1:
        return
    stock_collect = sqs._collect_msgs
    stock_change, stock_changes = sqs._act_change_visibility, sqs._act_change_visibility_batch

    def collect(queue: Json, most: int, timeout_s: float) -> Any:
        return stock_collect(queue, most, hidden_s(timeout_s, settings))

    def shorten(data: Json, url: str, entries: list[Json]) -> None:
        queue = sqs._get_q(data.get("QueueUrl", url))
        wanted = {entry.get("ReceiptHandle"): float(entry.get("VisibilityTimeout", 30)) for entry in entries}
        now = time.time()
        for message in queue["messages"]:
            timeout_s = wanted.get(message["receipt_handle"]) if message["receipt_handle"] is not None else None
            if timeout_s is not None:
                message["visible_at"] = now + hidden_s(timeout_s, settings)

    def change(data: Json, url: str) -> Any:
        answer = stock_change(data, url)
        shorten(data, url, [data])
        return answer

    def changes(data: Json, url: str) -> Any:
        answer = stock_changes(data, url)
        shorten(data, url, data.get("Entries", []))
        return answer

    sqs._collect_msgs = collect
    replace(stock_change, change, sqs)
    replace(stock_changes, changes, sqs)
