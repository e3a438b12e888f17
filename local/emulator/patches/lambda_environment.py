"""The environment of Lambda workers: what AWS documents, and nothing of this process.

AWS defines the variables (Lambda developer guide, "Defined runtime environment variables"). Stock hands
its whole own environment to the function and leaves several of AWS's variables out. Also: Node's names
of errors, an execution environment that survives an error as on AWS, and workers that end when this process does.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ministack.core.lambda_runtime as runtime
from ministack.core.responses import get_region
from ministack.services import lambda_svc

from ..gateway import Json
from ..outages import OUTAGES
from ..regions import INSIDE, WORLD
from ..settings import RUNTIME_MODULES, RUNTIME_NETWORK, Settings
from .lambda_workers import NodeWorker

INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What a child process needs to start at all."""

BACKGROUND_NICE = 10
"""Of functions that a queue or a stream feeds. On AWS they do not take the processors of the functions that merchants
wait for; here all of them share one machine's."""

NODE_FLAGS = (
    # MiniStack's own bootstrap calls url.parse; AWS's does not warn.
    "--disable-warning=DEP0169",
    # Lambda gives an environment of up to 1,769 MB less than one processor; V8's helper threads, times every worker,
    # would take this machine's from each other.
    "--single-threaded",
)

REPLACEMENTS = (
    # An error of the handler is an answer, not the end of the execution environment.
    (
        'status: "error", error: String(err.message || err), trace: err.stack || ""',
        'status: "ok", handlerError: true, errorType: (err && err.name) || "Error", '
        'error: String((err && err.message) || err), trace: (err && err.stack) || ""',
    ),
    (
        'status: "error", error: e.message, trace: e.stack\n',
        'status: "ok", handlerError: true, errorType: e.name || "Error", error: e.message, trace: e.stack\n',
    ),
    # A worker whose parent is gone must not stay.
    ("let lineNum = 0;\n", 'let lineNum = 0;\nrl.on("close", () => process.exit(0));\n'),
)

_current = threading.local()
_settings: Settings | None = None


class PatchError(Exception):
    """The worker script is not the one that the replacements were written for."""


def node_script(stock: str) -> str:
    """The worker script with the replacements made. Each must be found."""
    script = stock
    for before, after in REPLACEMENTS:
        if before not in script:
            raise PatchError(f"the Node worker script lacks {before.splitlines()[0]!r}")
        script = script.replace(before, after)
    return script


def region_of(config: Json) -> str:
    """The Region that a function lives in."""
    return str(config.get("FunctionArn", "")).split(":")[3] if config.get("FunctionArn") else get_region()


def initialization_type(config: Json) -> str:
    """``provisioned-concurrency`` when the version has it, through any alias, else ``on-demand``."""
    function = lambda_svc._functions.get(config.get("FunctionName", ""))
    if function is None:
        return "on-demand"
    version = config.get("Version", "$LATEST")
    for qualifier in function.get("provisioned_concurrency") or {}:
        alias = function["aliases"].get(qualifier)
        if qualifier == version or alias and alias["FunctionVersion"] == version:
            return "provisioned-concurrency"
    return "on-demand"


def worker_environment(config: Json, stock: dict[str, str], settings: Settings) -> dict[str, str]:
    """The environment of one worker, from the function's configuration and what stock computed."""
    own = {
        name: str(value)
        for name, value in (config.get("Environment", {}).get("Variables") or {}).items()
        if name not in runtime._RESERVED_RUNTIME_ENV_VARS
    }
    computed = {k: v for k, v in stock.items() if os.environ.get(k) != v and k not in own}
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
    version = config.get("Version", "$LATEST")
    inside = INSIDE.get(region_of(config), WORLD)
    environment = {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        **computed,
        "HOME": tempfile.gettempdir(),
        "TMPDIR": tempfile.gettempdir(),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_ENDPOINT_URL": settings.endpoint_inside(region_of(config)),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_FUNCTION_NAME": config.get("FunctionName", ""),
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization_type(config),
        "AWS_LAMBDA_LOG_GROUP_NAME": group,
        "_HANDLER": config.get("Handler", ""),
        # A developer's own profile must not leak into the functions.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **own,
    }
    paths = [
        str(RUNTIME_MODULES),
        settings.lambda_node_path or "",
        own.get("NODE_PATH", ""),
        computed.get("NODE_PATH", ""),
    ]
    environment["NODE_PATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))
    environment["EMBEDDED_NETWORK"] = json.dumps(
        {
            "resolver": f"{inside}:{settings.dns_port or 53}",
            "address": inside,
            "gatewayPort": settings.port,
        }
    )
    if settings.ca_file:
        environment["NODE_EXTRA_CA_CERTS"] = str(settings.ca_file)
        environment["AWS_CA_BUNDLE"] = str(settings.ca_file)
    return environment


def works_in_background(config: Json) -> bool:
    """Whether a function is fed by a queue or a stream, so that nobody waits for its answer."""
    name = config.get("FunctionName")
    return any(mapping.get("FunctionName") == name for mapping in list(lambda_svc._esms.values()))


def yield_to_others(pid: int) -> None:
    """Let a process have the processors only while nobody else wants them."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, BACKGROUND_NICE)
        # Where Linux groups processes by session, the group's own value is what counts.
        Path(f"/proc/{pid}/autogroup").write_text(str(BACKGROUND_NICE))


def _popen(arguments: list[str], *positional: Any, **options: Any) -> Any:
    config = getattr(_current, "config", None)
    if config is not None and _settings is not None:
        options["env"] = worker_environment(config, options.get("env") or {}, _settings)
        if _current.log_fd is not None:
            options["stderr"] = _current.log_fd
        # A group of its own: Ctrl-C at the terminal ends this process, which ends the workers in order.
        options["start_new_session"] = True
        if str(config.get("Runtime", "")).startswith("nodejs"):
            arguments = [arguments[0], *NODE_FLAGS, f"--require={RUNTIME_NETWORK}", *arguments[1:]]
    process = subprocess.Popen(arguments, *positional, **options)
    if config is not None and works_in_background(config):
        yield_to_others(process.pid)
    return process


def freeze_and_thaw() -> None:
    """Stop the processes of the Regions that are lost, in the middle of what they do, and let the others run.

    A Region that returns finds them as they were: the harder case for whoever must not go on with what he began.
    """
    with runtime._lock:
        workers = [worker for pool in runtime._workers.values() for worker in pool]
    for worker in workers:
        freeze_if_lost(worker)


def freeze_if_lost(worker: Any) -> None:
    """Give one worker the state of its Region."""
    process = worker._proc
    if process is not None and process.poll() is None:
        alive = OUTAGES.alive(region_of(worker.config))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT if alive else signal.SIGSTOP)


def stop_workers() -> None:
    """End every worker, within the runtime's grace period."""
    OUTAGES.replace(())  # a stopped process would not end
    with runtime._lock:
        workers = [worker for pool in runtime._workers.values() for worker in pool]
        runtime._workers.clear()
    runtime.kill_workers(workers)


def install(settings: Settings) -> None:
    """Patch the worker class and its script."""
    global _settings
    _settings = settings
    runtime._NODEJS_WORKER_SCRIPT = node_script(runtime._NODEJS_WORKER_SCRIPT)
    runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": _popen})
    stock_spawn = runtime.Worker._spawn

    def spawn(self: Any) -> None:
        _current.config = self.config
        _current.log_fd = self.log_fd() if isinstance(self, NodeWorker) else None
        try:
            stock_spawn(self)
        finally:
            _current.config = None
        if OUTAGES.active:
            freeze_if_lost(self)

    runtime.Worker._spawn = spawn
    OUTAGES.on_change(freeze_and_thaw)
