"""One poller a Region for the queues and streams that feed functions.

On AWS the pollers of a Region stop with it and those of the other go on. Stock has one thread for all of them, which
waits for each batch of a stream: a Region that hangs would take the other's queues along.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from ministack.services import lambda_svc

from ..gateway import Json
from ..outages import OUTAGES
from ..regions import REGIONS
from ..settings import Settings

logger = logging.getLogger("emulator.pollers")

IDLE_S = 1.0
PAUSE_S = 0.05
"""Between two looks that were woken and found nothing, as stock has it."""

ELSEWHERE = "elsewhere"
_here = threading.local()
_bells = {region: threading.Event() for region in (*REGIONS, ELSEWHERE)}


def _ring() -> None:
    for bell in _bells.values():
        bell.set()


def serves(region: str, mapping: Json) -> bool:
    """Whether a mapping's poller runs: its Region, Lambda and the source must."""
    parts = str(mapping.get("EventSourceArn", "")).split(":")
    source = parts[2] if len(parts) > 2 else ""
    return OUTAGES.serves(region, "lambda") and OUTAGES.serves(region, source)


def _mappings(stock: Any) -> Iterator[tuple[str, str, Json]]:
    here = getattr(_here, "region", None)
    for account, region, mapping in stock():
        belongs = here is None or region == here or here == ELSEWHERE and region not in REGIONS
        if belongs and serves(region, mapping):
            yield account, region, mapping


def _poll() -> bool:
    processed = False
    for poll in (lambda_svc._poll_sqs, lambda_svc._poll_kinesis, lambda_svc._poll_dynamodb_streams):
        try:
            processed = poll() or processed
        except Exception:
            logger.exception("poller of %s", _here.region)
    return processed


def _loop(region: str) -> None:
    _here.region = region
    bell, woken_in_vain = _bells[region], False
    while True:
        bell.clear()
        if _poll():
            woken_in_vain = False
            continue
        if woken_in_vain:
            time.sleep(PAUSE_S)
        woken_in_vain = bell.wait(IDLE_S)


def _start() -> None:
    for region in _bells:
        threading.Thread(target=_loop, args=(region,), name=f"emulator-poller-{region}", daemon=True).start()


def install(settings: Settings) -> None:
    """Replace the loop and the list that it goes through, and let every bell ring."""
    stock_all = lambda_svc._iter_all_esms
    lambda_svc._iter_all_esms = lambda: _mappings(stock_all)
    lambda_svc._poll_loop = _start
    # The one event that senders set is known to many modules by their own names.
    lambda_svc.esm_wake.set = _ring
    OUTAGES.on_change(_ring)
