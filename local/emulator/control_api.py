"""Client of the cloud's control API, which runs the PostgreSQL servers behind the RDS records."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .gateway import Json
from .settings import Settings

_settings: Settings | None = None

PROMOTION_TIMEOUT_S = 180
"""A switchover waits for the last byte of the writer's log, which a slow link delays."""

RESTORE_TIMEOUT_S = 180
"""A database that was replaced is copied anew from the writer: several round trips over a link that may lag by 20 s."""


class ControlError(Exception):
    """The control API refused or did not answer. Its text carries no secret: bodies are never quoted."""


@dataclass(frozen=True)
class Endpoints:
    """Where a cluster is reached."""

    host: str
    port: int
    reader_host: str
    reader_port: int


def configure(settings: Settings) -> None:
    """Name the control API. Without a URL the clusters get made-up endpoints with nothing behind."""
    global _settings
    _settings = settings


def is_configured() -> bool:
    """Whether there is a control API."""
    return _settings is not None and _settings.control_url is not None


def request(method: str, path: str, body: Json | None = None, timeout_s: float = 60) -> Any:
    """One request. Raises ControlError."""
    if _settings is None or _settings.control_url is None:
        raise ControlError("CLOUD_CONTROL_URL is not set")
    call = urllib.request.Request(
        _settings.control_url.rstrip("/") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {_settings.control_token or ''}",
        },
    )
    try:
        with urllib.request.urlopen(call, timeout=timeout_s) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        detail = error.read().decode(errors="replace")[:500]
        raise ControlError(f"{method} {path}: {error.code} {detail}") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError, json.JSONDecodeError) as error:
        raise ControlError(f"{method} {path}: {error}") from error


def create_cluster(request_body: Json) -> Endpoints:
    """Start the server of a cluster."""
    answer = request("POST", "/rds/clusters", request_body, timeout_s=120)
    return Endpoints(
        host=answer["host"],
        port=int(answer["port"]),
        reader_host=answer.get("readerHost", answer["host"]),
        reader_port=int(answer.get("readerPort", answer["port"])),
    )


def delete_cluster(region: str, cluster_id: str) -> None:
    """Stop the server of a cluster and remove its data; one that is gone already is fine."""
    try:
        request("DELETE", f"/rds/clusters/{quote(region)}/{quote(cluster_id)}")
    except ControlError as error:
        if ": 404 " not in str(error):
            raise


def promote(global_cluster_id: str, target_region: str, mode: str) -> Any:
    """Make the cluster of a Region the writer; mode is ``switchover`` or ``failover``."""
    body = {"globalClusterIdentifier": global_cluster_id, "targetRegion": target_region, "mode": mode}
    return request("POST", "/rds/promote", body, PROMOTION_TIMEOUT_S)


def detach(region: str, cluster_id: str) -> None:
    """Make a secondary cluster a writer of its own."""
    request("POST", "/rds/detach", {"region": region, "clusterIdentifier": cluster_id})
