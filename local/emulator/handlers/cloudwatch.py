"""CloudWatch: composite alarms (refused in stock) and alarms on metric math (CREATE_FAILED in stock).

Stock's API forgets the metrics of metric math and the suppressor of a composite alarm; both are kept beside the rest.
"""

from __future__ import annotations

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from ..gateway import Json, call, ignoring
from ..resources import Handler, Refused, Resource, on_event_loop, physical_name, register
from ..settings import Settings


def alarm_arn(name: str) -> str:
    """An alarm's ARN in the current Region."""
    return f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"


class Alarm(Handler):
    """A metric alarm; with ``Metrics`` it goes through the API, else through the stock handler."""

    type_name = "AWS::CloudWatch::Alarm"
    create_only = ("AlarmName",)
    tags = "Tags"

    def __init__(self) -> None:
        self.stock = dict(provisioners._RESOURCE_HANDLERS[self.type_name])

    def _put(self, name: str, props: Json, logical_id: str, stack_name: str) -> Resource:
        if not props.get("Metrics"):
            made: Resource = on_event_loop(self.stock["create"], logical_id, {**props, "AlarmName": name}, stack_name)
            return made
        call("cloudwatch", "put_metric_alarm", {**props, "AlarmName": name})
        cloudwatch._alarms[name].update(Namespace=None, MetricName=None, Metrics=props["Metrics"])
        return name, {"Arn": alarm_arn(name)}

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        name = props.get("AlarmName") or physical_name(stack_name, logical_id, 255)
        if name in cloudwatch._alarms:
            raise Refused(f"{name} already exists in stack or account")
        return self._put(name, props, logical_id, stack_name)

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        return self._put(physical_id, new, physical_id, stack_name)

    def delete(self, physical_id: str, props: Json) -> None:
        on_event_loop(self.stock["delete"], physical_id, props)


SUPPRESSION = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


class CompositeAlarm(Handler):
    """A rule over the states of other alarms."""

    type_name = "AWS::CloudWatch::CompositeAlarm"
    create_only = ("AlarmName",)
    tags = "Tags"

    @staticmethod
    def _keep(name: str, props: Json) -> None:
        cloudwatch._composite_alarms[name].update({key: props[key] for key in SUPPRESSION if props.get(key)})

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        name = props.get("AlarmName") or physical_name(stack_name, logical_id, 255)
        call("cloudwatch", "put_composite_alarm", {**props, "AlarmName": name})
        self._keep(name, props)
        return name, {"Arn": alarm_arn(name)}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        request = {k: v for k, v in new.items() if k != "Tags"}
        call("cloudwatch", "put_composite_alarm", {**request, "AlarmName": physical_id})
        self._keep(physical_id, request)
        return physical_id, {"Arn": alarm_arn(physical_id)}

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NotFound", "cloudwatch", "delete_alarms", {"AlarmNames": [physical_id]})


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(Alarm())
    register(CompositeAlarm())
