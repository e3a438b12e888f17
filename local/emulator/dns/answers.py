"""Which records answer a question, by Route 53's documented rules.

"How Route 53 chooses records when health checking is configured", "Choosing between alias and non-alias records" and
"Failover routing" in the Route 53 developer guide. A record without a health check counts as healthy. Of a failover
pair the primary answers while it is healthy, else the secondary while that is healthy, and the primary when neither
is. Pure: where records, health and addresses come from is given.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..gateway import Json

ALIAS_TTL_S = 60
"""Time to live of an alias to an API or a load balancer: the target's own."""

DEPTH_LIMIT = 8
MULTIVALUE_LIMIT = 8

Zone = tuple[str, Sequence[Json]]
"""Name with its last dot, and record sets in the emulator's own form."""


@dataclass(frozen=True)
class Record:
    """One record of an answer. ``ttl_s`` is in AWS seconds."""

    name: str
    type: str
    ttl_s: int
    value: str


@dataclass(frozen=True)
class Answer:
    """``code`` is NOERROR, NXDOMAIN or REFUSED; ``authority`` holds the zone's SOA when nothing was found."""

    code: str
    records: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()


class Answers:
    """Questions about the names of the hosted zones."""

    def __init__(
        self,
        zones: Callable[[], Sequence[Zone]],
        is_healthy: Callable[[str], bool],
        address_of: Callable[[str], str | None],
        choose: Callable[[Sequence[int]], int] = lambda weights: random.choices(range(len(weights)), weights)[0],
    ) -> None:
        self._zones, self._is_healthy, self._address_of, self._choose = zones, is_healthy, address_of, choose

    def answer(self, name: str, kind: str) -> Answer:
        """Answer a question for one name and type."""
        name = absolute(name)
        zone = self._zone_of(name)
        if zone is None:
            address = self._address_of(name)
            if address is None:
                return Answer("REFUSED")
            return Answer("NOERROR", (Record(name, "A", ALIAS_TTL_S, address),) if kind == "A" else ())
        found = self._resolve(name, kind, 0)
        if found:
            return Answer("NOERROR", tuple(found))
        exists = any(_same_or_below(str(r["Name"]).lower(), name) for r in zone[1]) or self._named(zone, name)
        return Answer("NOERROR" if exists else "NXDOMAIN", authority=tuple(_authority(zone)))

    def address(self, name: str) -> str | None:
        """The IPv4 address of a name, as a resolver finds it."""
        return next((record.value for record in self.answer(name, "A").records if record.type == "A"), None)

    def _zone_of(self, name: str) -> Zone | None:
        inside = [zone for zone in self._zones() if _same_or_below(name, zone[0].lower())]
        return max(inside, key=lambda zone: len(zone[0]), default=None)

    @staticmethod
    def _named(zone: Zone, name: str) -> list[Json]:
        exact = [record for record in zone[1] if str(record["Name"]).lower() == name]
        if exact:
            return exact
        labels = name.split(".")
        for cut in range(1, len(labels)):
            parent = ".".join(labels[cut:])
            stars = [r for r in zone[1] if str(r["Name"]).lower().replace("\\052", "*") == f"*.{parent}"]
            if stars or any(str(record["Name"]).lower() == parent for record in zone[1]):
                return stars
        return []

    def _resolve(self, name: str, kind: str, depth: int) -> list[Record]:
        zone = self._zone_of(name)
        if zone is None or depth > DEPTH_LIMIT:
            return []
        named = self._named(zone, name)
        records = [record for record in named if record["Type"] == kind]
        if records:
            return [answer for record in self._select(records, depth) for answer in self._values(name, record, depth)]
        aliases = [record for record in named if record["Type"] == "CNAME"]
        found: list[Record] = []
        for record in self._select(aliases, depth)[:1]:
            for answer in self._values(name, record, depth):
                found += [answer, *self._resolve(absolute(answer.value), kind, depth + 1)]
        return found

    def _values(self, name: str, record: Json, depth: int) -> list[Record]:
        alias = record.get("AliasTarget")
        if not alias:
            ttl_s = int(record.get("TTL") or 0)
            return [Record(name, record["Type"], ttl_s, value) for value in record.get("ResourceRecords") or []]
        target = absolute(str(alias["DNSName"]))
        address = self._address_of(target)
        if address is not None:
            return [Record(name, "A", ALIAS_TTL_S, address)] if record["Type"] == "A" else []
        return [
            Record(name, each.type, each.ttl_s, each.value)
            for each in self._resolve(target, record["Type"], depth + 1)
            if each.type == record["Type"]
        ]

    def _select(self, records: list[Json], depth: int) -> list[Json]:
        healthy = [record for record in records if self._usable(record, depth)]
        if any(record.get("Failover") for record in records):
            order = sorted(records, key=lambda record: record.get("Failover") != "PRIMARY")
            return [next((record for record in order if record in healthy), order[0])]
        candidates = healthy or records
        if any(record.get("MultiValueAnswer") for record in records):
            return candidates[:MULTIVALUE_LIMIT]
        if any(record.get("Weight") is not None for record in records):
            weights = [int(record.get("Weight") or 0) for record in candidates]
            return [candidates[self._choose(weights if any(weights) else [1] * len(candidates))]]
        return candidates[:1]

    def _usable(self, record: Json, depth: int) -> bool:
        check = record.get("HealthCheckId")
        if check and not self._is_healthy(check):
            return False
        alias = record.get("AliasTarget") or {}
        if not alias.get("EvaluateTargetHealth") or depth > DEPTH_LIMIT:
            return True
        target = absolute(str(alias["DNSName"]))
        zone = self._zone_of(target)
        if zone is None:
            # An API has no health of its own, and a load balancer's counts its targets: neither notices a lost Region.
            return True
        return any(self._usable(r, depth + 1) for r in self._named(zone, target) if r["Type"] == record["Type"])


def absolute(name: str) -> str:
    """In lower case, with the last dot."""
    lower = name.lower()
    return lower if lower.endswith(".") else lower + "."


def _same_or_below(name: str, zone: str) -> bool:
    return name == zone or name.endswith("." + zone)


def _authority(zone: Zone) -> list[Record]:
    for record in zone[1]:
        if record["Type"] == "SOA":
            values = record.get("ResourceRecords") or []
            return [Record(zone[0], "SOA", int(record.get("TTL") or 900), value) for value in values]
    return []
