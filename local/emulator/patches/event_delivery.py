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
from ..outages import OUTAGES
from ..permissions import key_admits, may_invoke, resource_policy_admits, role_allows
from ..replication import REPLICATOR
from ..settings import Settings

logger = logging.getLogger("emulator.events")

_rule: contextvars.ContextVar[tuple[Json, Json]] = contextvars.ContextVar("emulator_event_rule")


def _current() -> tuple[Json, str]:
    rule, target = _rule.get(({}, {}))
    return target, str(rule.get("Arn", ""))


def topic_admits(topic_arn: str, service: str, source_arn: str) -> bool:
    """Whether a service may publish to a topic: by the topic's policy, and by its key's policy."""
    topic = sns._topics.get(topic_arn)
    if topic is None:
        return False
    attributes = topic["attributes"]
    policy = attributes.get("Policy")
    # The default policy of a topic admits its own account, which alarms act for.
    own = "AWS:SourceOwner" in str(policy) and service == "cloudwatch.amazonaws.com"
    if not own and not resource_policy_admits(policy, service, "sns:Publish", topic_arn, source_arn):
        logger.warning("%s may not publish to %s: its policy lacks %s", source_arn, topic_arn, service)
        return False
    if not key_admits(attributes.get("KmsMasterKeyId"), service, source_arn):
        logger.warning("%s may not publish to %s: the key policy lacks %s", source_arn, topic_arn, service)
        return False
    return True


def install(settings: Settings) -> None:
    """Wrap the dispatchers."""
    stock_target = eventbridge._invoke_target
    stock_lambda, stock_sqs = eventbridge._dispatch_to_lambda, eventbridge._dispatch_to_sqs
    stock_states, stock_bus = eventbridge._dispatch_to_stepfunctions, eventbridge._dispatch_to_event_bus
    stock_sns_lambda, stock_sns_sqs = sns._deliver_to_lambda, sns._deliver_to_sqs
    stock_sns = eventbridge._dispatch_to_sns

    def invoke_target(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        if not OUTAGES.serves(get_region(), "events"):
            return  # a schedule that is due while its Region is lost is missed, as on AWS
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
        key = queue["attributes"].get("KmsMasterKeyId") if queue else None
        if rule_arn and not key_admits(key, "events.amazonaws.com", rule_arn):
            logger.warning("rule %s may not send to %s: the key policy lacks events.amazonaws.com", rule_arn, spec)
            return
        stock_sqs(spec, payload, parameters)

    def to_sns(arn: str, payload: str) -> None:
        _, rule_arn = _current()
        if not rule_arn or topic_admits(arn, "events.amazonaws.com", rule_arn):
            stock_sns(arn, payload)

    def sns_to_sqs(endpoint: str, *args: Any, **kwargs: Any) -> None:
        queue = sqs._queue_by_arn(endpoint)
        key = queue["attributes"].get("KmsMasterKeyId") if queue else None
        topic_arn = str(kwargs.get("topic_arn") or (args[6] if len(args) > 6 else ""))
        if not key_admits(key, "sns.amazonaws.com", topic_arn):
            logger.warning("topic %s may not send to %s: the key policy lacks sns.amazonaws.com", topic_arn, endpoint)
            return
        stock_sns_sqs(endpoint, *args, **kwargs)

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
        name = spec.resource.split("/", 1)[1]
        forwarded = {**event, "EventBusName": name, "Region": event.get("Region") or home, "_DispatchPath": []}
        if payload is not None:
            forwarded["Detail"] = payload

        def arrive() -> None:
            with request_scope(spec.account_id, spec.region):
                eventbridge._ensure_default_bus()
                if name not in eventbridge._event_buses:
                    logger.warning("event bus %s does not exist", spec)
                    return
                eventbridge._dispatch_event(forwarded)

        # AWS tries for a day: what cannot leave now leaves when the way is free again.
        REPLICATOR.send("events", home, spec.region, arrive)

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
    sns._deliver_to_sqs = sns_to_sqs
    eventbridge._dispatch_to_sns = to_sns
