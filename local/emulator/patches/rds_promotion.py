"""Switchover, failover and detachment reach the real servers; descriptions name what was set.

AWS: both calls are taken at once and carried out afterwards, with the global cluster in ``switching-over`` or
``failing-over`` meanwhile. SwitchoverGlobalCluster loses nothing and needs both clusters; FailoverGlobalCluster with
data loss promotes the target as it is (Aurora user guide, "Using switchover or failover in Aurora Global Database").
Stock only swaps roles in its records.
"""

from __future__ import annotations

import contextvars
import logging
import re
import threading
from functools import partial
from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import rds

from .. import control_api
from ..gateway import Json
from ..handlers.rds import set_roles
from ..patching import replace
from ..resources import on_event_loop
from ..settings import Settings

logger = logging.getLogger("emulator.rds")

UNDER_WAY = {"failover": "failing-over", "switchover": "switching-over"}


def _region_of(target: str) -> str | None:
    match = re.match(r"arn:aws:rds:([a-z0-9-]+):\d{12}:cluster:", target)
    if match:
        return match.group(1)
    for key, cluster in list(rds._clusters._data.items()):
        if cluster.get("DBClusterIdentifier") == target:
            return str(key[1])
    return None


def _refresh_roles(group: Json) -> None:
    for member in group.get("GlobalClusterMembers", []):
        region = str(member["DBClusterArn"]).split(":")[3]
        with request_scope(get_account_id(), region):
            cluster = rds._clusters.get(str(member["DBClusterArn"]).rsplit(":", 1)[-1])
            if cluster is not None:
                set_roles(cluster)


def _conclude(group: Json, target: Json | None) -> None:
    """Record the end of a promotion; without target it did not happen."""
    if target is not None:
        rds._set_global_cluster_writer(group, target)
        _refresh_roles(group)
    group.pop("FailoverState", None)
    group["Status"] = "available"


def _promote(group: Json, target: Json, region: str, mode: str) -> None:
    done: Json | None = None
    try:
        control_api.promote(group["GlobalClusterIdentifier"], region, mode)
        done = target
    except control_api.ControlError as error:
        logger.error("%s of %s to %s: %s", mode, group["GlobalClusterIdentifier"], region, error)
    finally:
        on_event_loop(partial(_conclude, group, done))


def _start(parameters: Json, region: str, mode: str) -> Any:
    resolved, error = rds._resolve_global_writer_switch(parameters)
    if error:
        return error
    group, _cluster, target, writer = resolved
    identifier = group["GlobalClusterIdentifier"]
    if group.get("FailoverState"):
        return rds._error(
            "InvalidGlobalClusterStateFault", f"The global cluster {identifier} is {group['Status']}.", 400
        )
    group["Status"] = UNDER_WAY[mode]
    group["FailoverState"] = {
        "Status": UNDER_WAY[mode],
        "FromDbClusterArn": (writer or {}).get("DBClusterArn", ""),
        "ToDbClusterArn": target["DBClusterArn"],
        "IsDataLossAllowed": mode == "failover",
    }
    context = contextvars.copy_context()
    work = partial(context.run, _promote, group, target, region, mode)
    threading.Thread(target=work, name="emulator-promotion", daemon=True).start()
    return None


def note_synchronization(figures: Json) -> None:
    """Say of each secondary whether its server follows the writer's: a Region that returns is added again first."""
    follows = {
        (lag["targetRegion"], lag["clusterIdentifier"]): bool(lag.get("streaming"))
        for lag in figures.get("replication") or []
    }
    for group in list(rds._global_clusters._data.values()):
        for member in group.get("GlobalClusterMembers", []):
            parts = str(member["DBClusterArn"]).split(":")
            if member.get("IsWriter"):
                member.pop("SynchronizationStatus", None)
            else:
                connected = follows.get((parts[3], parts[-1]), False)
                member["SynchronizationStatus"] = "connected" if connected else "pending-resync"


def _wrapped(stock: Any, name: str, mode_of: Any) -> Any:
    def operation(parameters: Json) -> Any:
        group = rds._resolve_global_cluster(rds._p(parameters, "GlobalClusterIdentifier") or "")
        region = _region_of(rds._p(parameters, "TargetDbClusterIdentifier") or "")
        if not control_api.is_configured() or group is None or region is None:
            return stock(parameters)  # which answers with the right error
        error = _start(parameters, region, mode_of(parameters))
        if error is not None:
            return error
        described = f"<GlobalCluster>{rds._global_cluster_xml(group)}</GlobalCluster>"
        return rds._xml(200, f"{name}Response", f"<{name}Result>{described}</{name}Result>")

    return operation


def _detaching(stock: Any) -> Any:
    """RemoveFromGlobalCluster: a secondary's server becomes a writer of its own, with what it has received."""

    def operation(parameters: Json) -> Any:
        group = rds._resolve_global_cluster(rds._p(parameters, "GlobalClusterIdentifier") or "")
        wanted = rds._p(parameters, "DbClusterIdentifier") or ""
        secondaries = [
            str(member["DBClusterArn"])
            for member in (group or {}).get("GlobalClusterMembers", [])
            if not member.get("IsWriter") and wanted in (member["DBClusterArn"], member["DBClusterArn"].split(":")[-1])
        ]
        if secondaries and control_api.is_configured():
            parts = secondaries[0].split(":")
            try:
                control_api.detach(parts[3], parts[-1])
            except control_api.ControlError as error:
                return rds._error("InvalidDBClusterStateFault", f"The cluster could not be detached: {error}", 400)
        answer = stock(parameters)
        for arn in secondaries:
            with request_scope(get_account_id(), arn.split(":")[3]):
                cluster = rds._clusters.get(arn.split(":")[-1])
                if cluster is not None:
                    set_roles(cluster)
        return answer

    return operation


def _failover_mode(parameters: Json) -> str:
    lossy = str(rds._p(parameters, "AllowDataLoss")).lower() == "true"
    return "failover" if lossy else "switchover"


def _extra_fields(cluster: Json) -> str:
    exports = "".join(f"<member>{name}</member>" for name in cluster.get("EnabledCloudwatchLogsExports") or [])
    fields = f"<EnabledCloudwatchLogsExports>{exports}</EnabledCloudwatchLogsExports>" if exports else ""
    for name, value in (cluster.get("_monitoring") or {}).items():
        text = str(value).lower() if isinstance(value, bool) else value
        fields += f"<{name}>{text}</{name}>"
    return fields


def install(settings: Settings) -> None:
    """Wrap the operations in the action table, and the description."""
    stock_switchover, stock_failover = rds._switchover_global_cluster, rds._failover_global_cluster
    replace(stock_switchover, _wrapped(stock_switchover, "SwitchoverGlobalCluster", lambda _: "switchover"), rds)
    replace(stock_failover, _wrapped(stock_failover, "FailoverGlobalCluster", _failover_mode), rds)
    stock_removal = rds._remove_from_global_cluster
    replace(stock_removal, _detaching(stock_removal), rds)
    stock_xml = rds._cluster_xml
    rds._cluster_xml = lambda cluster: stock_xml(cluster) + _extra_fields(cluster)
