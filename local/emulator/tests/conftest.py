"""One emulator for all tests, with IAM enforced, its own certificates and a stand-in for the control API."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

ACCOUNT = "123456789012"
PRIMARY, DR = "ap-southeast-1", "ap-southeast-2"
TOKEN = "test-token"
LOCAL = Path(__file__).parents[2]
CLOCK_FACTOR = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificates(folder: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=test CA", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost"
    )
    (folder / "extensions").write_text(
        "subjectAltName=IP:127.0.0.1,IP:127.0.1.1,IP:127.0.1.2,IP:127.0.2.1,IP:127.0.2.2,DNS:localhost,DNS:*.payments.test\nextendedKeyUsage=serverAuth\n"
    )
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-out", "cert.pem", "-extfile", "extensions")  # fmt: skip


class ControlStandIn(BaseHTTPRequestHandler):
    """Answers the RDS routes of the control API and remembers what it was asked."""

    requests: list[tuple[str, str, Any]] = []
    refuse_promotion = False
    figures: list[Any] = []
    lags: list[Any] = []

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _handle(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._answer(401, {})
            return
        self.requests.append((self.command, self.path, body))
        if self.path == "/rds/clusters":
            port = 5501 if body["role"] == "writer" else 5502
            self._answer(200, {"host": "127.0.0.1", "port": port, "readerHost": "127.0.0.1", "readerPort": port})
        elif self.path == "/rds/promote":
            time.sleep(0.5)
            self._answer(*(409, {"message": "the writer is lost"}) if type(self).refuse_promotion else (200, {}))
        else:
            self._answer(200, {})

    def do_GET(self) -> None:
        self._answer(200, {"clusters": self.figures, "replication": self.lags})

    do_POST = do_PUT = do_DELETE = _handle

    def log_message(self, *arguments: Any) -> None:
        pass


class Emulator:
    """A running emulator and the clients of its two Regions."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, dns_port: int, folder: Path) -> None:
        self.process, self.port, self.dns_port, self.folder = process, port, dns_port, folder
        self.ca_file = folder / "ca.pem"
        self._session = botocore.session.get_session()
        self._clients: dict[tuple[str, ...], Any] = {}

    def client(self, service: str, region: str = PRIMARY, key: str = ACCOUNT, secret: str = "root",
               token: str | None = None) -> Any:  # fmt: skip
        name = (service, region, key, secret)
        if name not in self._clients:
            self._clients[name] = self._session.create_client(
                service,
                region_name=region,
                endpoint_url=f"https://127.0.0.1:{self.port}",
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                verify=str(self.ca_file),
                config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, max_pool_connections=40),
            )
        return self._clients[name]

    def http(self, method: str, path: str, body: Any = None, host: str | None = None,
             headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:  # fmt: skip
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", data=data, method=method)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            request.add_header(name, value)
        if host:
            request.add_header("Host", host)
        context = ssl.create_default_context(cafile=str(self.ca_file))
        try:
            with urllib.request.urlopen(request, context=context, timeout=40) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode()

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, _, text = self.http(method, f"/_cloud/{path}", body, headers={"authorization": f"Bearer {TOKEN}"})
        return status, json.loads(text)

    # --- stacks

    def start_create(self, name: str, template: Any, region: str = PRIMARY, **parameters: str) -> None:
        self.client("cloudformation", region).create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": "Project", "Value": "payments"}],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        )

    def create(self, name: str, template: Any, region: str = PRIMARY, **parameters: str) -> dict[str, str]:
        self.start_create(name, template, region, **parameters)
        return self.finish(name, "CREATE_COMPLETE", region)

    def update(self, name: str, template: Any, region: str = PRIMARY, expect: str = "UPDATE_COMPLETE",
               **parameters: str) -> dict[str, str]:  # fmt: skip
        self.client("cloudformation", region).update_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": "Project", "Value": "payments"}],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        )
        return self.finish(name, expect, region)

    def delete(self, name: str, region: str = PRIMARY, expect: str = "DELETE_COMPLETE") -> None:
        stack_id = self.client("cloudformation", region).describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.client("cloudformation", region).delete_stack(StackName=name)
        self.finish(stack_id, expect, region)

    def finish(self, name: str, expect: str, region: str = PRIMARY, timeout_s: float = 40) -> dict[str, str]:
        api, deadline = self.client("cloudformation", region), time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            stack = api.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                assert stack["StackStatus"] == expect, self.failures(name, region)
                return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
            time.sleep(0.05)
        raise AssertionError(f"{name} is not finished: {self.failures(name, region)}")

    def failures(self, name: str, region: str = PRIMARY) -> list[str]:
        events = self.client("cloudformation", region).describe_stack_events(StackName=name)["StackEvents"]
        return [
            f"{e['LogicalResourceId']}: {e['ResourceStatus']} {e.get('ResourceStatusReason', '')}"
            for e in reversed(events)
            if "FAILED" in e["ResourceStatus"]
        ]

    def refused(self, name: str, template: Any, region: str = PRIMARY) -> str:
        """The first failure of a stack that must not come up; the stack is gone afterwards."""
        self.start_create(name, template, region)
        stack_id = self.client("cloudformation", region).describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.finish(stack_id, "ROLLBACK_COMPLETE", region)
        reasons = self.failures(stack_id, region)
        self.delete(name, region)
        return reasons[0]


@pytest.fixture(scope="session")
def control_stand_in() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ControlStandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, control_stand_in: str) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("emulator")
    make_certificates(folder)
    port, dns_port = free_port(), free_port()
    environment = {
        **os.environ,
        "PATH": f"{LOCAL.parent / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}",
        "GATEWAY_PORT": str(port),
        "CLOUD_DNS_PORT": str(dns_port),
        "CLOUD_SERVER_CERT": str(folder / "cert.pem"),
        "CLOUD_SERVER_KEY": str(folder / "key.pem"),
        "CLOUD_CA_FILE": str(folder / "ca.pem"),
        "CLOUD_CONTROL_TOKEN": TOKEN,
        "CLOUD_CONTROL_URL": control_stand_in,
        "CLOUD_CLOCK_FACTOR": str(CLOCK_FACTOR),
        "CUSTOM_RESOURCE_TIMEOUT_S": "12",
        "LAMBDA_NODE_PATH": str(LOCAL.parent / "node_modules"),
        "EMULATOR_LOG_FILE": str(folder / "emulator.log"),
        "SECRET_OF_THE_HOST": "must-not-reach-functions",
    }
    process = subprocess.Popen([sys.executable, "-m", "emulator"], cwd=LOCAL, env=environment)
    started = Emulator(process, port, dns_port, folder)
    deadline = time.monotonic() + 20
    while True:
        try:
            started.http("GET", "/_ministack/health")
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, "the emulator does not start"
            time.sleep(0.1)
    yield started
    process.terminate()
    assert process.wait(timeout=8) == 0


def eventually(check: Any, timeout_s: float = 8.0) -> Any:
    """The first true answer of a check."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)
