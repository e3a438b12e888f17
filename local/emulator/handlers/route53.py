"""Route 53: health checks and record-set groups (refused in stock). Nothing here answers DNS queries."""

from __future__ import annotations

import uuid

from ministack.services.cloudformation import provisioners

from ..gateway import Json, call, ignoring, without_aws_tags
from ..resources import Handler, Resource, changed, on_event_loop, physical_name, register
from ..settings import Settings

REPLACING = ("Type", "MeasureLatency", "RequestInterval")
"""Members of HealthCheckConfig that cannot be updated (Route 53 API, UpdateHealthCheck)."""


class HealthCheck(Handler):
    """An endpoint, calculated or alarm health check."""

    type_name = "AWS::Route53::HealthCheck"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        # A caller reference must never repeat, also not after the stack was deleted and made again.
        request = {"CallerReference": uuid.uuid4().hex, "HealthCheckConfig": props["HealthCheckConfig"]}
        check_id = call("route53", "create_health_check", request)["HealthCheck"]["Id"]
        self._tag(check_id, props)
        return check_id, {"HealthCheckId": check_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        before, after = old["HealthCheckConfig"], new["HealthCheckConfig"]
        fixed = changed(before, after) & set(REPLACING)
        if fixed:
            # The stack engine deletes the old one after the update.
            return self.create(physical_id, new, stack_name)
        request = {k: v for k, v in after.items() if k not in REPLACING}
        call("route53", "update_health_check", {"HealthCheckId": physical_id, **request})
        self._tag(physical_id, new)
        return physical_id, {"HealthCheckId": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NoSuch", "route53", "delete_health_check", {"HealthCheckId": physical_id})

    @staticmethod
    def _tag(check_id: str, props: Json) -> None:
        tags = without_aws_tags(props.get("HealthCheckTags"))
        if tags:
            request = {"ResourceType": "healthcheck", "ResourceId": check_id, "AddTags": tags}
            call("route53", "change_tags_for_resource", request)


class RecordSetGroup(Handler):
    """Several record sets of one zone."""

    type_name = "AWS::Route53::RecordSetGroup"
    create_only = ("HostedZoneId", "HostedZoneName")

    @staticmethod
    def _records(props: Json) -> list[Json]:
        zone = {k: props[k] for k in ("HostedZoneId", "HostedZoneName") if props.get(k)}
        return [{**zone, **record} for record in props.get("RecordSets") or []]

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        stock = provisioners._RESOURCE_HANDLERS["AWS::Route53::RecordSet"]
        made: list[Json] = []
        try:
            for record in self._records(props):
                on_event_loop(stock["create"], logical_id, record, stack_name)
                made.append(record)
        except Exception:
            for record in made:
                on_event_loop(stock["delete"], record["Name"], record)
            raise
        return physical_name(stack_name, logical_id), {}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        stock = provisioners._RESOURCE_HANDLERS["AWS::Route53::RecordSet"]
        before, after = self._records(old), self._records(new)
        for record in before:
            if record not in after:
                on_event_loop(stock["delete"], record["Name"], record)
        for record in after:
            if record not in before:
                on_event_loop(stock["create"], physical_id, record, stack_name)
        return physical_id, {}

    def delete(self, physical_id: str, props: Json) -> None:
        stock = provisioners._RESOURCE_HANDLERS["AWS::Route53::RecordSet"]
        for record in self._records(props):
            on_event_loop(stock["delete"], record["Name"], record)


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(HealthCheck())
    register(RecordSetGroup())
