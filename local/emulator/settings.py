"""Settings of the emulator, read once from the environment.

Nothing else in this package reads the environment. The control token is removed from it, because
Lambda workers are children of this process.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

from .regions import INSIDE, WORLD

RUNTIME_MODULES = Path(__file__).parent / "runtime" / "modules"
RUNTIME_NETWORK = Path(__file__).parent / "runtime" / "network.js"


class SettingsError(Exception):
    """An environment variable is missing or has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """What the emulator was told at start.

    ``clock_factor`` is how many AWS seconds pass in one wall-clock second (1 = real time): schedules,
    alarm periods, health-check intervals, state-machine waits and time-outs all divide by it.
    ``dns_port`` is 0 when nobody is to be answered.
    ``replication_delay_ms`` is in wall-clock milliseconds and applies to DynamoDB and S3 alike.
    """

    port: int
    dns_port: int
    region: str
    account_id: str
    control_url: str | None
    control_token: str | None
    ca_file: Path | None
    server_cert: Path | None
    server_key: Path | None
    clock_factor: float
    replication_delay_ms: int
    lambda_node_path: str | None
    log_file: Path | None
    log_max_bytes: int
    custom_resource_timeout_s: int

    @property
    def tls(self) -> bool:
        """Whether the gateway serves HTTPS (always, outside a few unit tests)."""
        return self.server_cert is not None

    @property
    def endpoint(self) -> str:
        """Base URL of the gateway as the world reaches it."""
        return f"{'https' if self.tls else 'http'}://{WORLD}:{self.port}"

    def endpoint_inside(self, region: str) -> str:
        """Base URL of the gateway for what runs in a Region: the address says where a call comes from."""
        return f"{'https' if self.tls else 'http'}://{INSIDE.get(region, WORLD)}:{self.port}"

    def wall_seconds(self, aws_seconds: float) -> float:
        """Wall-clock seconds that stand for so many AWS seconds."""
        return aws_seconds / self.clock_factor


def _positive(environment: MutableMapping[str, str], name: str, default: str) -> float:
    raw = environment.get(name) or default
    try:
        value = float(raw)
    except ValueError:
        value = -1
    if not value > 0:
        raise SettingsError(f"{name} must be a number above 0, not {raw!r}")
    return value


def _whole(environment: MutableMapping[str, str], name: str, default: str, highest: int) -> int:
    raw = environment.get(name) or default
    if not raw.isdigit() or int(raw) > highest:
        raise SettingsError(f"{name} must be a whole number from 0 to {highest}, not {raw!r}")
    return int(raw)


def _file(environment: MutableMapping[str, str], name: str) -> Path | None:
    raw = environment.get(name)
    if not raw:
        return None
    path = Path(raw)
    if not path.is_file():
        raise SettingsError(f"{name} names a file that does not exist: {raw}")
    return path.resolve()


def read(environment: MutableMapping[str, str] = os.environ) -> Settings:
    """Read the settings and take the control token out of the environment.

    Raises SettingsError when a value cannot be used.
    """
    certificate = _file(environment, "CLOUD_SERVER_CERT")
    key = _file(environment, "CLOUD_SERVER_KEY")
    if (certificate is None) != (key is None):
        raise SettingsError("CLOUD_SERVER_CERT and CLOUD_SERVER_KEY must be given together")
    account_id = environment.get("MINISTACK_ACCOUNT_ID") or "123456789012"
    if not (account_id.isdigit() and len(account_id) == 12):
        raise SettingsError(f"MINISTACK_ACCOUNT_ID must have 12 digits, not {account_id!r}")
    log_file = environment.get("EMULATOR_LOG_FILE")
    return Settings(
        port=_whole(environment, "GATEWAY_PORT", "4566", 65535),
        dns_port=_whole(environment, "CLOUD_DNS_PORT", "0", 65535),
        region=environment.get("MINISTACK_REGION") or "ap-southeast-1",
        account_id=account_id,
        control_url=environment.get("CLOUD_CONTROL_URL") or None,
        control_token=environment.pop("CLOUD_CONTROL_TOKEN", "") or None,
        ca_file=_file(environment, "CLOUD_CA_FILE"),
        server_cert=certificate,
        server_key=key,
        clock_factor=_positive(environment, "CLOUD_CLOCK_FACTOR", "1"),
        replication_delay_ms=_whole(environment, "CLOUD_REPLICATION_DELAY_MS", "0", 3_600_000),
        lambda_node_path=environment.get("LAMBDA_NODE_PATH") or None,
        log_file=Path(log_file).resolve() if log_file else None,
        log_max_bytes=_whole(environment, "EMULATOR_LOG_MAX_BYTES", "10000000", 1_000_000_000),
        custom_resource_timeout_s=_whole(environment, "CUSTOM_RESOURCE_TIMEOUT_S", "60", 3600),
    )


def configure_ministack(settings: Settings, environment: MutableMapping[str, str] = os.environ) -> None:
    """Translate the settings into MiniStack's own variables. Must run before MiniStack is imported."""
    environment.update(
        {
            "GATEWAY_PORT": str(settings.port),
            "BIND_HOST": "127.0.0.1",
            # The host in queue URLs and custom-resource response URLs. An address needs no resolver.
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": settings.region,
            "MINISTACK_ACCOUNT_ID": settings.account_id,
            "LAMBDA_EXECUTOR": "local",
            # Listeners that nothing here uses and that would take fixed ports (8883, 2222).
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SFN_WAIT_SCALE": repr(1 / settings.clock_factor),
        }
    )
    environment.setdefault("AUTH", "true")
    environment.setdefault("LOG_LEVEL", "WARNING")
    environment.setdefault("LAMBDA_WARM_TTL_SECONDS", "300")
    # The emulator treats its own AWS_ACCESS_KEY_ID as root: a developer's real key must not be that.
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ):
        environment.pop(name, None)
    if settings.server_cert and settings.server_key:
        environment.update(
            {
                "USE_SSL": "1",
                "MINISTACK_SSL_CERT": str(settings.server_cert),
                "MINISTACK_SSL_KEY": str(settings.server_key),
            }
        )
