"""The HTTP server in front of the gateway.

MiniStack's own choice, hypercorn, is written in Python down to the HTTP parser and asyncio's TLS. A payment makes about
ten requests to the emulator, and half of the time of each went there. uvicorn with httptools and uvloop serves the
same application with C underneath.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .regions import ADDRESSES
from .settings import Settings, SettingsError

BACKLOG = 512
KEEP_ALIVE_S = 75
"""Longer than any SDK keeps an idle connection, so that none is closed under a request."""

GRACEFUL_S = 1


class Protocol(HttpToolsProtocol):
    """Hands the connection on with the request, so that a request into a lost Region can be cut off."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["emulator.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


def open_sockets(port: int) -> list[socket.socket]:
    """One listening socket for each address. Raises SettingsError."""
    opened = []
    for address in ADDRESSES:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            raise SettingsError(
                f"port {port} on {address} cannot be opened: {error.strerror}. The Regions stand on addresses of the "
                "loopback network: Linux has all of 127.0.0.0/8, macOS needs `ifconfig lo0 alias` for each of "
                f"{', '.join(ADDRESSES)}."
            ) from error
        opened.append(listener)
    return opened


class Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: this process has to end its workers too."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on uvloop's event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


async def serve(application: Any, settings: Settings, sockets: list[socket.socket], stop: asyncio.Event) -> None:
    """Serve on the Regions' addresses until the event is set, then give the requests under way a moment."""
    config = uvicorn.Config(
        application,
        ssl_certfile=settings.server_cert,
        ssl_keyfile=settings.server_key,
        http=Protocol,
        ws="wsproto",
        interface="asgi3",
        lifespan="on",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_S,
        # Names and times in answers are the application's, as on AWS; logs are this process's.
        server_header=False,
        date_header=False,
        proxy_headers=False,
        access_log=False,
        log_config=None,
    )
    server = Server(config)

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        await server.serve(sockets)
    finally:
        ending.cancel()
