"""DynamoDB global tables: a write reaches the other replica after a delay, and the last writer wins.

AWS: multi-Region eventual consistency, usually within a second, conflicts resolved by the time of the
write (DynamoDB developer guide, "Global tables"). Stock copies in the same instant.
"""

from __future__ import annotations

import copy
import time
from collections import OrderedDict
from functools import partial
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import dynamodb

from ..gateway import Json
from ..replication import REPLICATOR
from ..resources import on_event_loop
from ..settings import Settings

VERSIONS_LIMIT = 200_000
_versions: OrderedDict[tuple[str, str, str, Any, Any], float] = OrderedDict()
"""When the item that a replica holds was written, wherever that was: (account, Region, table, key) → time."""


def _written(key: tuple[str, str, str, Any, Any], at: float) -> None:
    _versions[key] = at
    _versions.move_to_end(key)
    while len(_versions) > VERSIONS_LIMIT:
        _versions.popitem(last=False)


def _key(table: Json, item: Json) -> tuple[Any, Any]:
    partition = dynamodb._extract_key_val(item.get(table["pk_name"]))
    sort = dynamodb._extract_key_val(item.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    return partition, sort


def _apply(account: str, region: str, name: str, old_item: Json | None, new_item: Json | None, at: float) -> None:
    with request_scope(account, region):
        replica = dynamodb._tables.get(name)
        item = new_item if new_item is not None else old_item
        if replica is None or item is None:
            return
        partition, sort = _key(replica, item)
        version = (account, region, name, partition, sort)
        if _versions.get(version, 0) > at:
            return  # a later write of this Region wins
        _written(version, at)
        previous = replica["items"].get(partition, {}).get(sort)
        if new_item is None:
            if previous is None:
                return
            dynamodb._remove_item(replica, partition, sort)
            event, image = "REMOVE", None
        else:
            dynamodb._set_item(replica, partition, sort, copy.deepcopy(new_item))
            event, image = "MODIFY" if previous else "INSERT", copy.deepcopy(new_item)
        dynamodb._emit_stream_event(name, event, previous, image, replicate=False)


def _replicate_write(table: Json, event_name: str, old_item: Json | None, new_item: Json | None) -> None:
    regions = dynamodb._replica_group(table)
    if not regions:
        return
    account, home, name, at = get_account_id(), get_region(), table["TableName"], time.time()
    item = new_item if new_item is not None else old_item
    if item is not None:
        _written((account, home, name, *_key(table, item)), at)
    # Items are replaced, not changed in place, but a copy costs little and is safe.
    old_copy, new_copy = copy.deepcopy(old_item), copy.deepcopy(new_item)
    for region in regions:
        if region == home:
            continue
        change = partial(_apply, account, region, name, old_copy, new_copy, at)
        REPLICATOR.send("dynamodb", home, region, change)


def install(settings: Settings) -> None:
    """Replace the immediate copy. Queued changes are applied on the event loop, where stock keeps tables consistent."""
    REPLICATOR.carry = on_event_loop
    dynamodb._replicate_write = _replicate_write
