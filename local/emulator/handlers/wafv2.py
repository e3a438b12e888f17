"""WAF: association with an API stage or a load balancer, and logging (both refused in stock).

Rules are recorded, never evaluated: no request is blocked here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, error_response_json, json_response
from ministack.services import alb, apigateway_v1, cloudwatch_logs, s3, waf

from ..gateway import Json, call, ignoring
from ..resources import Handler, Refused, Resource, register
from ..settings import Settings

_logging: Any = AccountRegionScopedDict()

LOG_NAME_PREFIX = "aws-waf-logs-"


class WebAclAssociation(Handler):
    """Web ACL and resource are create-only."""

    type_name = "AWS::WAFv2::WebACLAssociation"
    create_only = ("ResourceArn", "WebACLArn")

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        self._check_resource(str(props["ResourceArn"]))
        call("wafv2", "associate_web_acl", props)
        return f"{props['WebACLArn']}|{props['ResourceArn']}", {}

    @staticmethod
    def _check_resource(arn: str) -> None:
        if ":loadbalancer/" in arn and arn not in alb._lbs:
            raise Refused(f"AWS WAF couldn't perform the operation because your resource doesn't exist: {arn}")
        if "/restapis/" in arn:
            api_id, stage = arn.split("/restapis/", 1)[1].split("/stages/")
            if stage not in apigateway_v1._stages_v1.get(api_id, {}):
                raise Refused(f"AWS WAF couldn't perform the operation because your resource doesn't exist: {arn}")

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("Nonexistent", "wafv2", "disassociate_web_acl", {"ResourceArn": props["ResourceArn"]})


class LoggingConfiguration(Handler):
    """Where a web ACL's log goes. Its name must start with ``aws-waf-logs-`` (WAF developer guide, "Logging")."""

    type_name = "AWS::WAFv2::LoggingConfiguration"
    create_only = ("ResourceArn",)

    @staticmethod
    def _put(props: Json) -> Resource:
        for destination in props["LogDestinationConfigs"]:
            name = str(destination).removesuffix(":*").rsplit(":", 1)[-1]
            if not name.split("/")[-1].startswith(LOG_NAME_PREFIX):
                raise Refused(f"The ARN isn't valid: the name of a log destination starts with {LOG_NAME_PREFIX}")
            if ":logs:" in destination and name not in cloudwatch_logs._log_groups:
                raise Refused(f"The log destination does not exist: {destination}")
            if ":s3:" in destination and s3._bucket_owner_account(name) is None:
                raise Refused(f"The log destination does not exist: {destination}")
        configuration = {k: v for k, v in props.items() if v is not None}
        call("wafv2", "put_logging_configuration", {"LoggingConfiguration": configuration})
        return props["ResourceArn"], {"ManagedByFirewallManager": "false"}

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        return self._put(props)

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        return self._put(new)

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("Nonexistent", "wafv2", "delete_logging_configuration", {"ResourceArn": physical_id})


def _not_found() -> Any:
    return error_response_json("WAFNonexistentItemException", "AWS WAF couldn't find the logging configuration", 400)


def _put_logging(data: Json) -> Any:
    configuration = data["LoggingConfiguration"]
    known = {acl["ARN"] for acl in waf._web_acls.values()}
    if configuration["ResourceArn"] not in known:
        return error_response_json("WAFNonexistentItemException", "AWS WAF couldn't find the web ACL", 400)
    _logging[configuration["ResourceArn"]] = configuration
    return json_response({"LoggingConfiguration": configuration})


def _get_logging(data: Json) -> Any:
    configuration = _logging.get(data.get("ResourceArn", ""))
    return json_response({"LoggingConfiguration": configuration}) if configuration else _not_found()


def _delete_logging(data: Json) -> Any:
    return json_response({}) if _logging.pop(data.get("ResourceArn", ""), None) else _not_found()


def _list_logging(data: Json) -> Any:
    return json_response({"LoggingConfigurations": list(_logging.values())})


OPERATIONS: dict[str, Callable[[Json], Any]] = {
    "PutLoggingConfiguration": _put_logging,
    "GetLoggingConfiguration": _get_logging,
    "DeleteLoggingConfiguration": _delete_logging,
    "ListLoggingConfigurations": _list_logging,
}


def install(settings: Settings) -> None:
    """Add the logging operations to the service and register the types."""
    stock_handle_request = waf.handle_request

    async def handle_request(method: str, path: str, headers: Json, body: bytes, query_params: Json) -> Any:
        operation = OPERATIONS.get(str(headers.get("x-amz-target", "")).split(".")[-1])
        if operation is None:
            return await stock_handle_request(method, path, headers, body, query_params)
        return operation(json.loads(body or b"{}"))

    waf.handle_request = handle_request
    register(WebAclAssociation())
    register(LoggingConfiguration())
