"""Execution environments of Node functions, without threads of their own.

Stock reads each worker's answers and its log on threads, starts one more thread for every invocation, and polls every
millisecond for lines of the log that may still come. Here the answer is read where it is waited for, on the event
loop or on the caller's thread; and a worker logs to a file, which holds all that was logged once the answer is there,
because Node writes to a file at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import tempfile
import time
from functools import partial
from typing import Any

import ministack.core.lambda_runtime as runtime
from ministack.core.concurrency import run_reentrant

from ..gateway import Json
from ..settings import Settings

CHUNK_BYTES = 65_536
AT_ONCE_BYTES = 32_768
"""What a pipe certainly takes at once: Linux gives 64 KiB, and it is empty while a worker is idle."""

LOG_LIMIT_BYTES = 1_000_000
"""After this much, a worker's log file starts again from nothing."""

REASON_LIMIT = 4_096

DIED: Json = {"status": "error", "error": "Worker process died"}


class NodeWorker(runtime.Worker):  # type: ignore[misc]
    """A worker process that speaks one line of JSON per invocation over its pipes."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._log_file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._log_read = 0
        self._partial = b""

    def log_fd(self) -> int:
        """Where the process writes its log."""
        return self._log_file.fileno()

    @property
    def running(self) -> bool:
        """Whether the process is there, so that an invocation need not start it."""
        return self._proc is not None and self._proc.poll() is None

    def invoke(self, event: Any, request_id: str, **values: Any) -> Json:
        """Run one invocation, waiting on this thread. Starts the process if it is not there."""
        with self._lock:
            cold = not self.running
            if cold:
                self._spawn()
                self._cold = False
            envelope = self._envelope(event, request_id, values)
            return self._conclude(self._exchange(envelope), cold)

    async def invoke_on_loop(self, event: Any, request_id: str, **values: Any) -> Json:
        """Run one invocation of a running worker, waiting on the event loop. The caller holds the lease."""
        envelope = self._envelope(event, request_id, values)
        if len(envelope) > AT_ONCE_BYTES or not self._lock.acquire(blocking=False):
            return await run_reentrant(partial(self.invoke, event, request_id, **values))
        try:
            answer = await self._exchange_on_loop(envelope)
        finally:
            self._lock.release()
        if answer is None or answer.get("status") == "error":
            # Ending the process waits for it.
            return await asyncio.to_thread(self._conclude, answer, False)
        return self._conclude(answer, False)

    def _spawn(self) -> None:
        self._partial = b""
        try:
            super()._spawn()
        except RuntimeError as error:
            raise RuntimeError(f"{error}{self._drain_stderr()[:REASON_LIMIT]}") from error
        os.set_blocking(self._proc.stdin.fileno(), False)
        os.set_blocking(self._proc.stdout.fileno(), False)

    def _read_stderr(self) -> None:
        """Nothing to read: the log is a file."""

    def _drain_stderr(self) -> str:
        size = os.fstat(self.log_fd()).st_size
        text = os.pread(self.log_fd(), size - self._log_read, self._log_read) if size > self._log_read else b""
        self._log_read += len(text)
        if self._log_read > LOG_LIMIT_BYTES:
            os.ftruncate(self.log_fd(), 0)
            os.lseek(self.log_fd(), 0, os.SEEK_SET)  # the process writes at the same position
            self._log_read = 0
        return text.decode(errors="replace").removesuffix("\n")

    def _timeout_s(self) -> float:
        return float(self.config.get("Timeout", 30))

    def _envelope(self, event: Any, request_id: str, values: Json) -> bytes:
        context = {
            "request_id": request_id,
            "invoked_function_arn": values.get("invoked_function_arn") or self.config.get("FunctionArn", ""),
            "timeout_ms": int(self._timeout_s() * 1000),
            "trace_id": values.get("trace_id"),
            "depth": values.get("depth"),
            "durable": values.get("durable") or {},
        }
        return (json.dumps({"event": event, "ctx": context}) + "\n").encode()

    def _exchange(self, envelope: bytes) -> Json | None:
        """The worker's answer; None when its time is over."""
        given, taken = self._proc.stdin.fileno(), self._proc.stdout.fileno()
        deadline = time.monotonic() + self._timeout_s()
        rest = memoryview(envelope)
        poller = select.poll()
        poller.register(taken, select.POLLIN)
        poller.register(given, select.POLLOUT)
        while (left_s := deadline - time.monotonic()) > 0:
            for descriptor, _ in poller.poll(left_s * 1000):
                try:
                    if descriptor == taken:
                        answer = self._accept(os.read(taken, CHUNK_BYTES))
                        if answer is not None:
                            return answer
                    else:
                        rest = rest[os.write(given, rest[:CHUNK_BYTES]) :]
                        if not rest:
                            poller.unregister(given)
                except BlockingIOError:
                    continue
                except OSError:
                    return DIED
        return None

    async def _exchange_on_loop(self, envelope: bytes) -> Json | None:
        loop = asyncio.get_running_loop()
        process = self._proc  # held, so that its pipes stay open until the reader is gone
        taken = process.stdout.fileno()
        waiting: asyncio.Future[Json | None] = loop.create_future()

        def settle(answer: Json | None) -> None:
            if not waiting.done():
                waiting.set_result(answer)

        def readable() -> None:
            try:
                answer = self._accept(os.read(taken, CHUNK_BYTES))
            except BlockingIOError:
                return
            except OSError:
                answer = DIED
            if answer is not None:
                settle(answer)

        try:
            if os.write(process.stdin.fileno(), envelope) != len(envelope):
                return DIED  # the pipe of an idle worker is empty: something else is wrong with it
        except OSError:
            return DIED
        loop.add_reader(taken, readable)
        timer = loop.call_later(self._timeout_s(), settle, None)
        try:
            return await waiting
        finally:
            timer.cancel()
            loop.remove_reader(taken)

    def _accept(self, chunk: bytes) -> Json | None:
        """The answer, once its line is whole. Anything else on the pipe is passed over."""
        if not chunk:
            return DIED
        self._partial += chunk
        while b"\n" in self._partial:
            line, _, self._partial = self._partial.partition(b"\n")
            if not line.startswith(b"{"):
                continue
            try:
                answer = json.loads(line)
            except ValueError:
                continue
            if answer.get("status") in ("ok", "error"):
                return dict(answer)
        return None

    def _conclude(self, answer: Json | None, cold: bool) -> Json:
        if answer is None:
            runtime.logger.warning("Lambda %s timed out: its worker is ended", self.func_name)
            answer = {"status": "error", "error": f"Task timed out after {self.config.get('Timeout', 30)}.00 seconds"}
        if answer.get("status") == "error":
            process, self._proc = self._proc, None
            runtime._signal(process)
            runtime._collect(process, time.monotonic() + runtime._REAP_GRACE)
        return {**answer, "cold_start": cold, "log": self._drain_stderr()}


def install(settings: Settings) -> None:
    """Use the worker for every Node runtime."""
    stock_class = runtime._worker_class_for

    def worker_class(config: Json) -> Any:
        return NodeWorker if str(config.get("Runtime", "")).startswith("nodejs") else stock_class(config)

    runtime._worker_class_for = worker_class
