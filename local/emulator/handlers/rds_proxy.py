"""RDS Proxy (refused in stock). No connection pooling stands behind it."""

from __future__ import annotations

from ..gateway import Json, call, client, ignoring
from ..resources import Handler, Resource, register
from ..settings import Settings


class DbProxy(Handler):
    """The proxy's record and endpoint."""

    type_name = "AWS::RDS::DBProxy"
    create_only = ("DBProxyName", "EngineFamily", "VpcSubnetIds")
    tags = "Tags"

    @staticmethod
    def _attributes(proxy: Json) -> Json:
        return {"DBProxyArn": proxy["DBProxyArn"], "Endpoint": proxy["Endpoint"], "VpcId": proxy.get("VpcId", "")}

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        proxy = call("rds", "create_db_proxy", props)["DBProxy"]
        return proxy["DBProxyName"], self._attributes(proxy)

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        request = {k: v for k, v in new.items() if k not in ("VpcSubnetIds", "VpcSecurityGroupIds", "Tags")}
        groups = {"SecurityGroups": new["VpcSecurityGroupIds"]} if new.get("VpcSecurityGroupIds") else {}
        proxy = call("rds", "modify_db_proxy", {**request, **groups, "DBProxyName": physical_id})["DBProxy"]
        return physical_id, self._attributes(proxy)

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NotFound", "rds", "delete_db_proxy", {"DBProxyName": physical_id})


class DbProxyTargetGroup(Handler):
    """The clusters or instances behind a proxy."""

    type_name = "AWS::RDS::DBProxyTargetGroup"
    create_only = ("DBProxyName", "TargetGroupName")

    @staticmethod
    def _targets(props: Json) -> Json:
        names = ("DBProxyName", "TargetGroupName", "DBClusterIdentifiers", "DBInstanceIdentifiers")
        return {name: props[name] for name in names if props.get(name)}

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        call("rds", "register_db_proxy_targets", self._targets(props))
        groups = client("rds").describe_db_proxy_target_groups(DBProxyName=props["DBProxyName"])["TargetGroups"]
        return groups[0]["TargetGroupArn"], {"TargetGroupArn": groups[0]["TargetGroupArn"]}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        ignoring("NotFound", "rds", "deregister_db_proxy_targets", self._targets(old))
        call("rds", "register_db_proxy_targets", self._targets(new))
        return physical_id, {"TargetGroupArn": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NotFound", "rds", "deregister_db_proxy_targets", self._targets(props))


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(DbProxy())
    register(DbProxyTargetGroup())
