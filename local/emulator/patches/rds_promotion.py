"""Switchover and failover of a global cluster promote the real server; descriptions name what was set.

AWS: SwitchoverGlobalCluster loses nothing and needs both clusters; FailoverGlobalCluster with data loss
promotes the target as it is (Aurora user guide, "Disaster recovery and Aurora global databases"). Stock
only swaps roles in its records.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import rds

from .. import control_api
from ..gateway import Json
from ..handlers.rds import set_roles
from ..patching import replace
from ..settings import Settings


def _region_of(target: str) -> str | None:
    match = re.match(r"arn:aws:rds:([a-z0-9-]+):\d{12}:cluster:", target)
    if match:
        return match.group(1)
    for key, cluster in list(rds._clusters._data.items()):
        if cluster.get("DBClusterIdentifier") == target:
            return str(key[1])
    return None


def _promote(parameters: Json, mode: str) -> Any:
    """None when the server was promoted, else an RDS error."""
    target = rds._p(parameters, "TargetDbClusterIdentifier") or ""
    region = _region_of(target)
    group_id = rds._p(parameters, "GlobalClusterIdentifier") or ""
    group = rds._resolve_global_cluster(group_id)
    if region is None or group is None:
        return None  # the stock operation answers with the right error
    try:
        control_api.promote(group["GlobalClusterIdentifier"], region, mode)
    except control_api.ControlError as error:
        return rds._error("InvalidDBClusterStateFault", f"The global cluster could not be promoted: {error}", 400)
    return None


def _refresh_roles(parameters: Json) -> None:
    group = rds._resolve_global_cluster(rds._p(parameters, "GlobalClusterIdentifier") or "")
    for member in (group or {}).get("GlobalClusterMembers", []):
        region = str(member["DBClusterArn"]).split(":")[3]
        with request_scope(get_account_id(), region):
            cluster = rds._clusters.get(str(member["DBClusterArn"]).rsplit(":", 1)[-1])
            if cluster is not None:
                set_roles(cluster)


def _wrapped(stock: Any, mode_of: Any) -> Any:
    def operation(parameters: Json) -> Any:
        before = rds._resolve_global_cluster(rds._p(parameters, "GlobalClusterIdentifier") or "")
        if control_api.is_configured() and before is not None:
            error = _promote(parameters, mode_of(parameters))
            if error is not None:
                return error
        answer = stock(parameters)
        _refresh_roles(parameters)
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
    replace(stock_switchover, _wrapped(stock_switchover, lambda parameters: "switchover"), rds)
    replace(stock_failover, _wrapped(stock_failover, _failover_mode), rds)
    stock_xml = rds._cluster_xml
    rds._cluster_xml = lambda cluster: stock_xml(cluster) + _extra_fields(cluster)
