"""``python -m emulator``: serve the emulator until SIGTERM or SIGINT.

Exit codes: 0 after a signal, 1 when it cannot start (the reason is the last line on standard error).
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import logging.handlers
import os
import resource
import signal
import socket
import sys
import threading

from . import settings as settings_module
from .settings import Settings

SHUTDOWN_S = 4
"""After this the process ends even if a request still runs."""


def set_up_logging(settings: Settings) -> None:
    """Log to a file of bounded size, or to standard error."""
    handler: logging.Handler
    if settings.log_file:
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            settings.log_file, maxBytes=settings.log_max_bytes, backupCount=1
        )
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "WARNING").upper(), handlers=[handler], force=True)


def raise_file_limit() -> None:
    """Each Lambda worker takes three pipes; the usual soft limit of 1,024 files is soon used up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def serve(settings: Settings, sockets: list[socket.socket]) -> None:
    """Serve until a signal arrives, then end the workers and the background threads."""
    import ministack.app as ministack_app

    from . import background, control, server, traffic
    from .dns.service import Route53
    from .patches.lambda_environment import stop_workers
    from .replication import REPLICATOR

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_stop() -> None:
        # Threads that wait (custom resources, pollers) must not hold the process up.
        timer = threading.Timer(SHUTDOWN_S, lambda: os._exit(0))
        timer.daemon = True
        timer.start()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, begin_stop)

    route53 = Route53(settings)
    await route53.start()
    application = control.wrap(traffic.wrap(ministack_app.app, settings), settings)
    try:
        await server.serve(application, settings, sockets, stop)
    finally:
        await route53.stop()
        background.stop(0.5)
        REPLICATOR.stop()
        stop_workers()


def main() -> int:
    """Read the settings, patch the emulator, serve."""
    faulthandler.enable()
    try:
        settings = settings_module.read()
        settings_module.configure_ministack(settings)
        set_up_logging(settings)
        raise_file_limit()
        # Imported only now: MiniStack reads its environment at import.
        from . import gateway, handlers, outages, patches, pinned, resources, server
        from .dns import service as dns
        from .patches.cloudformation import RedactingFilter
        from .replication import REPLICATOR

        sockets = server.open_sockets(settings.port)
        pinned.check()
        set_up_logging(settings)  # the import has configured logging in its own way
        for handler in logging.getLogger().handlers:
            handler.addFilter(RedactingFilter())
        gateway.configure(settings)
        handlers.install(settings)
        patches.install(settings)
        resources.install()
        dns.install(settings)
        REPLICATOR.add_gate(outages.carries)
        outages.OUTAGES.on_change(REPLICATOR.poke)
        REPLICATOR.start(settings.replication_delay_ms)
    except Exception as error:
        logging.getLogger("emulator").debug("start failed", exc_info=True)
        print(f"emulator: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    server.run(serve(settings, sockets))
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    # Non-daemon threads of the emulator (executors that wait on a function) must not keep the process.
    os._exit(code)
