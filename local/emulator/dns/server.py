"""The DNS server: UDP and TCP, authoritative for the hosted zones.

On the world's address it answers as Route 53 does, at once. On the inside address of a Region it stands for that
Region's resolver, which keeps an answer for its time to live; an isolated Region's resolver reaches nobody.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from dnslib import QTYPE, RCODE, RR, DNSError, DNSRecord

from .answers import Answer, Answers, Record

logger = logging.getLogger("emulator.dns")

UDP_LIMIT = 512
CACHE_LIMIT = 1_000
TCP_IDLE_S = 30

Reaches = Callable[[str], bool]


class Vantage:
    """Where a question is asked: the world, or the inside of a Region with its resolver's memory."""

    def __init__(self, answers: Answers, factor: float, reaches: Callable[[], bool], remembers: bool) -> None:
        self._answers, self._factor, self._reaches, self._remembers = answers, factor, reaches, remembers
        self._known: dict[tuple[str, str], tuple[float, Answer]] = {}

    def reply(self, packet: bytes) -> bytes | None:
        """The reply to a message; None when it gets none."""
        if not self._reaches():
            return None
        try:
            request = DNSRecord.parse(packet)
        except (DNSError, ValueError, IndexError):
            return None
        if request.header.qr or not request.questions:
            return None
        reply = request.reply(ra=self._remembers, aa=not self._remembers)
        if request.header.opcode or len(request.questions) != 1:
            reply.header.rcode = RCODE.NOTIMP
            return bytes(reply.pack())
        name, kind = str(request.q.qname), str(QTYPE.get(request.q.qtype))
        answer, age_s = self._find(name, kind)
        reply.header.rcode = getattr(RCODE, answer.code)
        for record in answer.records:
            reply.add_answer(*RR.fromZone(self._line(record, age_s)))
        for record in answer.authority:
            reply.add_auth(*RR.fromZone(self._line(record, age_s)))
        return bytes(reply.pack())

    def _find(self, name: str, kind: str) -> tuple[Answer, float]:
        if not self._remembers:
            return self._answers.answer(name, kind), 0.0
        key, now = (name.lower(), kind), time.monotonic()
        known = self._known.get(key)
        if known is not None and now - known[0] < self._lifetime_s(known[1]):
            return known[1], now - known[0]
        answer = self._answers.answer(name, kind)
        if len(self._known) >= CACHE_LIMIT:
            self._known.clear()
        self._known[key] = (now, answer)
        return answer, 0.0

    def _lifetime_s(self, answer: Answer) -> float:
        return min((r.ttl_s for r in answer.records), default=0) / self._factor

    def _line(self, record: Record, age_s: float) -> str:
        # A time to live has whole seconds on the wire; one of 0 would forbid any memory.
        ttl_s = max(1, round(record.ttl_s / self._factor - age_s))
        return f"{record.name} {ttl_s} IN {record.type} {record.value}"


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, vantage: Vantage) -> None:
        self._vantage = vantage
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        reply = self._vantage.reply(data)
        if reply is None:
            return
        if len(reply) > UDP_LIMIT:
            short = DNSRecord.parse(reply).truncate()
            reply = bytes(short.pack())
        self._transport.sendto(reply, addr)


async def _serve_tcp(vantage: Vantage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            size = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), TCP_IDLE_S))[0]
            reply = vantage.reply(await asyncio.wait_for(reader.readexactly(size), TCP_IDLE_S))
            if reply is not None:
                writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


class DnsServer:
    """Listens on one port of several addresses."""

    def __init__(self, vantages: dict[str, Vantage], port: int) -> None:
        self._vantages, self._port = vantages, port
        self._closers: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Open the sockets. Raises OSError when one is taken."""
        loop = asyncio.get_running_loop()
        for address, vantage in self._vantages.items():
            transport, _ = await loop.create_datagram_endpoint(
                lambda vantage=vantage: _Udp(vantage), local_addr=(address, self._port), family=socket.AF_INET
            )
            self._closers.append(transport.close)

            async def accept(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, vantage: Vantage = vantage
            ) -> None:
                await _serve_tcp(vantage, reader, writer)

            server = await asyncio.start_server(accept, address, self._port)
            self._closers.append(server.close)

    def stop(self) -> None:
        """Close the sockets."""
        for close in self._closers:
            close()
        self._closers.clear()
