"""The checks themselves: one look at an endpoint after the other, as Route 53's checkers look from outside.

"HTTP and HTTPS health checks" in the Route 53 developer guide: a TCP connection within four seconds, then an answer of
status 2xx or 3xx within two more; with string matching, the text within the first 5,120 bytes of the body, which must
come within two seconds after the status. TCP: a connection within ten seconds. Certificates are not verified. AWS asks
from many places; here one checker asks, and its results count.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from ..gateway import Json

CONNECT_S, TCP_CONNECT_S, ANSWER_S, BODY_S = 4, 10, 2, 2
SEARCHED_BYTES = 5_120
HEADER_LIMIT = 65_536
SHORTEST_S = 1.0
"""Wall-clock seconds that an answer may take at least: this machine is not as much faster as its clock."""

USER_AGENT = "Amazon-Route53-Health-Check-Service (ref {}; report http://amzn.to/1vsZADi)"


@dataclass(frozen=True)
class Result:
    """Of one look, with the reason that GetHealthCheckStatus gives."""

    passed: bool
    reason: str


class Failed(Exception):
    """The look failed. The text is the reason."""


def insecure() -> ssl.SSLContext:
    """TLS as the checkers speak it: whatever certificate there is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Checker:
    """Looks at endpoints. ``locate`` gives the address of a name, ``port_of`` the port that stands for one."""

    def __init__(
        self,
        locate: Callable[[str], str | None],
        port_of: Callable[[str, int], int],
        wall_seconds: Callable[[float], float],
    ) -> None:
        self._locate, self._port_of, self._wall_seconds = locate, port_of, wall_seconds
        self._tls = insecure()

    def interval_s(self, config: Json) -> float:
        """Wall-clock seconds between two looks."""
        return self._wall_seconds(float(config.get("RequestInterval") or 30))

    async def look(self, check_id: str, config: Json) -> Result:
        """Look once."""
        try:
            return Result(True, await self._look(check_id, config))
        except Failed as failure:
            return Result(False, f"Failure: {failure}")
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, ValueError) as error:
            return Result(False, f"Failure: {type(error).__name__}: {error}")

    def _limit(self, aws_seconds: float) -> float:
        return max(SHORTEST_S, self._wall_seconds(aws_seconds))

    async def _look(self, check_id: str, config: Json) -> str:
        kind, name = str(config["Type"]), config.get("FullyQualifiedDomainName")
        address = config.get("IPAddress") or self._locate(str(name))
        if address is None:
            raise Failed("DNS resolution failed: Rcode NXDomain")
        secure = kind.startswith("HTTPS")
        port = int(config.get("Port") or (443 if secure else 80))
        tls = self._tls if secure else None
        server_name = str(name) if tls and name and config.get("EnableSNI", True) else ("" if tls else None)
        opening = asyncio.open_connection(
            address, self._port_of(address, port), ssl=tls, server_hostname=server_name, limit=HEADER_LIMIT
        )
        try:
            reader, writer = await asyncio.wait_for(opening, self._limit(TCP_CONNECT_S if kind == "TCP" else CONNECT_S))
        except TimeoutError:
            raise Failed("The health checker could not establish a connection within the timeout limit.") from None
        try:
            if kind == "TCP":
                return "Success: connected"
            return await self._ask(check_id, config, str(name or address), reader, writer)
        finally:
            with contextlib.suppress(Exception):
                writer.transport.abort()

    async def _ask(
        self, check_id: str, config: Json, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> str:
        path = "/" + str(config.get("ResourcePath") or "/").lstrip("/")
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept: */*\r\n"
            f"User-Agent: {USER_AGENT.format(check_id)}\r\n\r\n".encode()
        )
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self._limit(ANSWER_S))
        except TimeoutError:
            raise Failed("The endpoint did not respond within the timeout limit.") from None
        status_line = head.split(b"\r\n", 1)[0].decode("latin-1")
        status = int(status_line.split(" ", 2)[1])
        if not 200 <= status < 400:
            raise Failed(f"HTTP Status Code {status}")
        if str(config["Type"]).endswith("_STR_MATCH"):
            await self._search(str(config.get("SearchString", "")), reader)
        return f"Success: HTTP Status Code {status}"

    async def _search(self, wanted: str, reader: asyncio.StreamReader) -> None:
        body = b""

        async def read() -> None:
            nonlocal body
            while len(body) < SEARCHED_BYTES and wanted.encode() not in body:
                chunk = await reader.read(SEARCHED_BYTES - len(body))
                if not chunk:
                    return
                body += chunk

        try:
            await asyncio.wait_for(read(), self._limit(BODY_S))
        except TimeoutError:
            raise Failed("The body did not arrive within the timeout limit.") from None
        if wanted.encode() not in body[:SEARCHED_BYTES]:
            raise Failed("The string was not found in the first 5,120 bytes of the response body.")
