"""Delivery of events and notifications: permissions, other Regions' buses, origin of forwarded events.

AWS: EventBridge and SNS invoke a function only when its policy admits them, and send to a queue only when
the queue's policy does; an event forwarded to another Region keeps its ``region`` (EventBridge user guide,
"Permissions", "Sending events between Regions"). Stock checks nothing, refuses buses of other Regions and
rewrites the Region.
"""

from __future__ import annotations

import contextvars
import logging
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, sns, sqs

from ..gateway import Json
from ..permissions import may_invoke, resource_policy_admits, role_allows
from ..replication import REPLICATOR
from ..settings import Settings

logger = logging.getLogger("emulator.events")

_rule: contextvars.ContextVar[tuple[Json, Json]] = contextvars.ContextVar("emulator_event_rule")


def _current() -> tuple[Json, str]:
    rule, target = _rule.get(({}, {}))
    return target, str(rule.get("Arn", ""))


def install(settings: Settings) -> None:
    """Wrap the dispatchers."""
    stock_target = eventbridge._invoke_target
    stock_lambda, stock_sqs = eventbridge._dispatch_to_lambda, eventbridge._dispatch_to_sqs
    stock_states, stock_bus = eventbridge._dispatch_to_stepfunctions, eventbridge._dispatch_to_event_bus
    stock_sns_lambda = sns._deliver_to_lambda

    def invoke_target(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        token = _rule.set((rule, target))
        try:
            stock_target(target, event, rule, view)
        finally:
            _rule.reset(token)

    def to_lambda(arn: str, payload: str) -> None:
        _, rule_arn = _current()
        if rule_arn and not may_invoke(arn, "events.amazonaws.com", rule_arn):
            logger.warning("rule %s may not invoke %s: its policy lacks events.amazonaws.com", rule_arn, arn)
            return
        stock_lambda(arn, payload)

    def to_sqs(spec: Any, payload: str, parameters: Json | None = None) -> None:
        target, rule_arn = _current()
        queue = sqs._queue_by_arn(str(spec))
        role = target.get("RoleArn")
        allowed = role_allows(role, "sqs:SendMessage", str(spec)) if role else False
        policy = queue["attributes"].get("Policy") if queue else None
        if (
            queue
            and rule_arn
            and not allowed
            and not resource_policy_admits(policy, "events.amazonaws.com", "sqs:SendMessage", str(spec), rule_arn)
        ):
            logger.warning("rule %s may not send to %s: its policy lacks events.amazonaws.com", rule_arn, spec)
            return
        stock_sqs(spec, payload, parameters)

    def to_states(arn: str, payload: str) -> None:
        target, rule_arn = _current()
        role = target.get("RoleArn")
        if rule_arn and not (role and role_allows(role, "states:StartExecution", arn)):
            logger.warning("rule %s may not start %s: role %s lacks states:StartExecution", rule_arn, arn, role)
            return
        stock_states(arn, payload)

    def to_bus(spec: Any, event: Json, rule: Json, event_path: Any, payload: str | None = None) -> None:
        home = get_region()
        target, rule_arn = _current()
        role = target.get("RoleArn")
        if rule_arn and not (role and role_allows(role, "events:PutEvents", str(spec))):
            logger.warning("rule %s may not put events on %s: role %s lacks events:PutEvents", rule_arn, spec, role)
            return
        if spec.region == home or spec.account_id != get_account_id():
            stock_bus(spec, event, rule, event_path, payload)
            return
        if not REPLICATOR.open_between(home, spec.region):
            return  # a lost Region neither sends nor receives
        name = spec.resource.split("/", 1)[1]
        forwarded = {**event, "EventBusName": name, "Region": event.get("Region") or home, "_DispatchPath": []}
        if payload is not None:
            forwarded["Detail"] = payload
        with request_scope(spec.account_id, spec.region):
            eventbridge._ensure_default_bus()
            if name not in eventbridge._event_buses:
                logger.warning("event bus %s does not exist", spec)
                return
            eventbridge._dispatch_event(forwarded)

    def sns_to_lambda(endpoint: str, envelope: str, topic_arn: str, *args: Any, **kwargs: Any) -> None:
        if not may_invoke(endpoint, "sns.amazonaws.com", topic_arn):
            logger.warning("topic %s may not invoke %s: its policy lacks sns.amazonaws.com", topic_arn, endpoint)
            return
        stock_sns_lambda(endpoint, envelope, topic_arn, *args, **kwargs)

    eventbridge._invoke_target = invoke_target
    eventbridge._dispatch_to_lambda = to_lambda
    eventbridge._dispatch_to_sqs = to_sqs
    eventbridge._dispatch_to_stepfunctions = to_states
    eventbridge._dispatch_to_event_bus = to_bus
    sns._deliver_to_lambda = sns_to_lambda
