"""EventBridge: bus policies and archives (refused in stock), settings of a bus and of a rule."""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import json_response
from ministack.services import eventbridge, kms, lambda_svc

from ..gateway import Json, call, ignoring
from ..patching import replace
from ..permissions import role_trusts
from ..resources import Extension, Handler, Refused, Resource, extend, physical_name, register
from ..settings import Settings


class EventBusPolicy(Handler):
    """One statement of a bus's policy."""

    type_name = "AWS::Events::EventBusPolicy"
    create_only = ("EventBusName", "StatementId")

    @staticmethod
    def _put(props: Json) -> None:
        bus = props.get("EventBusName", "default")
        if "Statement" not in props:
            call("events", "put_permission", props)
            return
        existing = call("events", "describe_event_bus", {"Name": bus}).get("Policy")
        document: Json = json.loads(existing) if existing else {"Version": "2012-10-17", "Statement": []}
        others = [s for s in document["Statement"] if s.get("Sid") != props["StatementId"]]
        document["Statement"] = [*others, {"Sid": props["StatementId"], **props["Statement"]}]
        call("events", "put_permission", {"EventBusName": bus, "Policy": json.dumps(document)})

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        self._put(props)
        return f"{props.get('EventBusName', 'default')}|{props['StatementId']}", {}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        self._put(new)
        return physical_id, {}

    def delete(self, physical_id: str, props: Json) -> None:
        request = {"EventBusName": props.get("EventBusName", "default"), "StatementId": props["StatementId"]}
        ignoring("NotFound", "events", "remove_permission", request)


class Archive(Handler):
    """Keeps the events of a bus."""

    type_name = "AWS::Events::Archive"
    create_only = ("ArchiveName", "SourceArn")

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        name = props.get("ArchiveName") or physical_name(stack_name, logical_id, 48)
        request = {**props, "ArchiveName": name, "EventSourceArn": props["SourceArn"]}
        arn = call("events", "create_archive", request)["ArchiveArn"]
        return name, {"Arn": arn, "ArchiveName": name}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        arn = call("events", "update_archive", {**new, "ArchiveName": physical_id})["ArchiveArn"]
        return physical_id, {"Arn": arn, "ArchiveName": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NotFound", "events", "delete_archive", {"ArchiveName": physical_id})


class EventBus(Extension):
    """Key, dead letters, policy and logging of a bus are kept; its key must exist."""

    type_name = "AWS::Events::EventBus"

    def check(self, props: Json, old: Json | None) -> None:
        if props.get("KmsKeyIdentifier") and not kms._resolve_key(props["KmsKeyIdentifier"]):
            raise Refused(f"KMS key {props['KmsKeyIdentifier']} does not exist.")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        bus = eventbridge._event_buses.get(physical_id)
        if isinstance(bus, dict):
            for name in ("KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"):
                if props.get(name):
                    bus[name] = props[name]
                else:
                    bus.pop(name, None)
        if props.get("Policy"):
            policy = props["Policy"]
            document = policy if isinstance(policy, str) else json.dumps(policy)
            call("events", "put_permission", {"EventBusName": physical_id, "Policy": document})
        return {}


class Rule(Extension):
    """A target on another bus needs a role that EventBridge may assume; a Lambda target must exist."""

    type_name = "AWS::Events::Rule"
    tags = "Tags"

    def check(self, props: Json, old: Json | None) -> None:
        if not props.get("EventPattern") and not props.get("ScheduleExpression"):
            raise Refused("A rule needs an EventPattern or a ScheduleExpression.")
        if props.get("ScheduleExpression") and props.get("EventBusName", "default") != "default":
            raise Refused("ScheduleExpression is supported only on the default event bus.")
        for target in props.get("Targets") or []:
            arn, role = str(target["Arn"]), target.get("RoleArn")
            needs_role = ":event-bus/" in arn or ":states:" in arn
            if needs_role and not (role and role_trusts(role, "events.amazonaws.com")):
                raise Refused(f"RoleArn of target {target['Id']} is required and must trust events.amazonaws.com.")
            if ":function:" in arn and arn.split(":function:")[1].split(":")[0] not in lambda_svc._functions:
                raise Refused(f"The function of target {target['Id']} does not exist: {arn}")


def install(settings: Settings) -> None:
    """Register the types of this module."""
    stock_put = eventbridge._put_permission

    def put_permission(data: Json) -> Any:
        """A whole ``Policy`` replaces the bus's policy (EventBridge API, PutPermission); stock ignores it."""
        if not data.get("Policy"):
            return stock_put(data)
        eventbridge._event_bus_policies[data.get("EventBusName", "default")] = json.loads(data["Policy"])
        return json_response({})

    replace(stock_put, put_permission, eventbridge)
    register(EventBusPolicy())
    register(Archive())
    extend(EventBus())
    extend(Rule())
