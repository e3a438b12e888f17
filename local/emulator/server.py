"""The HTTP server in front of the gateway.

MiniStack's own choice, hypercorn, is written in Python down to the HTTP parser and asyncio's TLS. A payment makes about
ten requests to the emulator, and half of the time of each went there. uvicorn with httptools and uvloop serves the
same application with C underneath.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any

import uvicorn
import uvloop

from .settings import Settings

BACKLOG = 512
KEEP_ALIVE_S = 75
"""Longer than any SDK keeps an idle connection, so that none is closed under a request."""

GRACEFUL_S = 1


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


async def serve(application: Any, settings: Settings, stop: asyncio.Event) -> None:
    """Serve on 127.0.0.1 until the event is set, then give the requests under way a moment."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=settings.port,
        ssl_certfile=settings.server_cert,
        ssl_keyfile=settings.server_key,
        http="httptools",
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
        await server.serve()
    finally:
        ending.cancel()
