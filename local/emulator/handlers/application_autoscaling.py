"""Application Auto Scaling, which stock does not have: the resource types and the API that describes them.

Targets and policies are kept and described. No scaling happens: nothing here measures load as AWS does.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import ministack.app as ministack_app
from ministack.core import router
from ministack.core.responses import (
    AccountRegionScopedDict,
    error_response_json,
    get_account_id,
    get_region,
    json_response,
)
from ministack.services import lambda_svc

from ..gateway import Json, call, ignoring
from ..resources import Handler, Refused, Resource, register
from ..settings import Settings

_targets: Any = AccountRegionScopedDict()
_policies: Any = AccountRegionScopedDict()

KEY = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def _key(data: Json) -> str:
    return "|".join(str(data.get(part, "")) for part in KEY)


def _register(data: Json) -> Any:
    record = _targets.get(_key(data))
    if record is None:
        if "MinCapacity" not in data or "MaxCapacity" not in data:
            return error_response_json("ValidationException", "MinCapacity and MaxCapacity are required", 400)
        record = {part: data[part] for part in KEY}
        record["ScalableTargetARN"] = (
            f"arn:aws:application-autoscaling:{get_region()}:{get_account_id()}:scalable-target/{uuid.uuid4().hex}"
        )
        record["CreationTime"] = time.time()
        _targets[_key(data)] = record
    for name in ("MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState"):
        if name in data:
            record[name] = data[name]
    if int(record["MinCapacity"]) > int(record["MaxCapacity"]):
        return error_response_json("ValidationException", "MinCapacity cannot be greater than MaxCapacity", 400)
    return json_response({"ScalableTargetARN": record["ScalableTargetARN"]})


def _deregister(data: Json) -> Any:
    if _targets.pop(_key(data), None) is None:
        return error_response_json("ObjectNotFoundException", "No scalable target found", 400)
    for name in [n for n, policy in _policies.items() if _key(policy) == _key(data)]:
        _policies.pop(name, None)
    return json_response({})


def _describe(store: Any, answer: str, data: Json) -> Any:
    wanted = [
        record
        for record in store.values()
        if record["ServiceNamespace"] == data.get("ServiceNamespace")
        and record["ResourceId"] in (data.get("ResourceIds") or [data.get("ResourceId") or record["ResourceId"]])
        and data.get("ScalableDimension") in (None, record["ScalableDimension"])
        and ("PolicyNames" not in data or record.get("PolicyName") in data["PolicyNames"])
    ]
    return json_response({answer: wanted})


def _put_policy(data: Json) -> Any:
    if _key(data) not in _targets:
        return error_response_json("ObjectNotFoundException", "No scalable target registered for the resource", 400)
    name = f"{_key(data)}|{data['PolicyName']}"
    known = _policies.get(name) or {
        "PolicyARN": f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:scalingPolicy:{uuid.uuid4()}:"
        f"resource/{data['ServiceNamespace']}/{data['ResourceId']}:policyName/{data['PolicyName']}",
        "CreationTime": time.time(),
    }
    _policies[name] = {**known, **data, "PolicyType": data.get("PolicyType", "StepScaling")}
    return json_response({"PolicyARN": known["PolicyARN"], "Alarms": []})


def _delete_policy(data: Json) -> Any:
    if _policies.pop(f"{_key(data)}|{data.get('PolicyName')}", None) is None:
        return error_response_json("ObjectNotFoundException", "No scaling policy found", 400)
    return json_response({})


OPERATIONS: dict[str, Callable[[Json], Any]] = {
    "RegisterScalableTarget": _register,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": lambda data: _describe(_targets, "ScalableTargets", data),
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": _delete_policy,
    "DescribeScalingPolicies": lambda data: _describe(_policies, "ScalingPolicies", data),
    "DescribeScalingActivities": lambda data: json_response({"ScalingActivities": []}),
    "DescribeScheduledActions": lambda data: json_response({"ScheduledActions": []}),
}


async def handle_request(method: str, path: str, headers: Json, body: bytes, query_params: Json) -> Any:
    """The service's JSON 1.1 API (target prefix ``AnyScaleFrontendService``)."""
    operation = OPERATIONS.get(str(headers.get("x-amz-target", "")).split(".")[-1])
    if operation is None:
        return error_response_json("UnknownOperationException", "Operation is not supported here", 400)
    try:
        return operation(json.loads(body or b"{}"))
    except json.JSONDecodeError:
        return error_response_json("SerializationException", "Invalid JSON", 400)


class ScalableTarget(Handler):
    """What may be scaled, and between which bounds."""

    type_name = "AWS::ApplicationAutoScaling::ScalableTarget"
    create_only = KEY

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        if props["ServiceNamespace"] == "lambda":
            _, name, alias = str(props["ResourceId"]).split(":")
            function = lambda_svc._functions.get(name)
            if function is None or alias not in function["aliases"]:
                raise Refused(f"Lambda function or alias does not exist: {props['ResourceId']}")
        call("application-autoscaling", "register_scalable_target", {k: v for k, v in props.items() if k != "Tags"})
        return "|".join((props["ResourceId"], props["ScalableDimension"], props["ServiceNamespace"])), {}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        call("application-autoscaling", "register_scalable_target", {k: v for k, v in new.items() if k != "Tags"})
        return physical_id, {}

    def delete(self, physical_id: str, props: Json) -> None:
        request = {name: props[name] for name in KEY}
        ignoring("NotFound", "application-autoscaling", "deregister_scalable_target", request)


class ScalingPolicy(Handler):
    """How a target is scaled. ``ScalingTargetId`` may stand for the three properties that name the target."""

    type_name = "AWS::ApplicationAutoScaling::ScalingPolicy"
    create_only = ("PolicyName", *KEY, "ScalingTargetId")

    @staticmethod
    def _request(props: Json) -> Json:
        request = {k: v for k, v in props.items() if k != "ScalingTargetId"}
        if "ScalingTargetId" in props:
            resource, dimension, namespace = str(props["ScalingTargetId"]).split("|")
            request |= {"ResourceId": resource, "ScalableDimension": dimension, "ServiceNamespace": namespace}
        return request

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        arn = call("application-autoscaling", "put_scaling_policy", self._request(props))["PolicyARN"]
        return arn, {"Arn": arn}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        call("application-autoscaling", "put_scaling_policy", self._request(new))
        return physical_id, {"Arn": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        request = {name: self._request(props)[name] for name in ("PolicyName", *KEY)}
        ignoring("NotFound", "application-autoscaling", "delete_scaling_policy", request)


def install(settings: Settings) -> None:
    """Add the service to the gateway and register its types."""
    router.SERVICE_PATTERNS["application-autoscaling"] = {
        "target_prefixes": ["AnyScaleFrontendService"],
        "host_patterns": [],
    }
    ministack_app.SERVICE_HANDLERS["application-autoscaling"] = handle_request
    register(ScalableTarget())
    register(ScalingPolicy())
