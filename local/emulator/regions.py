"""Addresses of the two Regions on this machine's loopback network.

Every address leads to the same gateway and the same port; which one was called says where the call came from and whom
it meant. ``127.0.0.1`` is the world with the account's owner, ``127.0.1.N`` what a Region shows the world (its APIs
and load balancers), ``127.0.2.N`` the inside of a Region, where its functions live.
"""

from __future__ import annotations

import re
from contextvars import ContextVar

WORLD = "127.0.0.1"
REGIONS = ("ap-southeast-1", "ap-southeast-2")

PUBLIC = {region: f"127.0.1.{number}" for number, region in enumerate(REGIONS, 1)}
INSIDE = {region: f"127.0.2.{number}" for number, region in enumerate(REGIONS, 1)}

PUBLIC_REGION = {address: region for region, address in PUBLIC.items()}
INSIDE_REGION = {address: region for region, address in INSIDE.items()}

ADDRESSES = (WORLD, *PUBLIC.values(), *INSIDE.values())
"""Where the gateway listens."""

ENTRY: ContextVar[str | None] = ContextVar("emulator_entry_region", default=None)
"""The Region whose public address the current request called, for names that both Regions serve."""

_AWS_NAME = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)(?:\.elb)?\.amazonaws\.com$")


def address_of(aws_name: str) -> str | None:
    """The address behind a name that AWS gave to an API or a load balancer; None when it is no such name."""
    name = aws_name.rstrip(".").lower()
    if name.endswith(".cloudfront.net"):
        return WORLD
    found = _AWS_NAME.search(name)
    return PUBLIC.get(found.group(1)) if found else None
