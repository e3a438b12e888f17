"""SQS and SNS: names that must be free, keys and topics that must exist, subscriptions that AWS confirms itself."""

from __future__ import annotations

from ministack.services import kms, sns, sqs

from ..gateway import Json
from ..resources import Extension, Refused, extend
from ..settings import Settings


class Queue(Extension):
    """Key and dead-letter queue must exist."""

    type_name = "AWS::SQS::Queue"

    def check(self, props: Json, old: Json | None) -> None:
        name, key = props.get("QueueName"), props.get("KmsMasterKeyId")
        if name and (old is None or old.get("QueueName") != name) and name in sqs._queue_name_to_url:
            raise Refused(f"Resource of type 'AWS::SQS::Queue' with identifier '{name}' already exists.")
        if key and not str(key).startswith("alias/aws/") and not kms._resolve_key(key):
            raise Refused(f"KMS key {key} does not exist.")
        redrive = props.get("RedrivePolicy") or {}
        target = redrive.get("deadLetterTargetArn", "") if isinstance(redrive, dict) else ""
        if target and target.rsplit(":", 1)[-1] not in sqs._queue_name_to_url:
            raise Refused(
                f"Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist ({target})"
            )


class QueuePolicy(Extension):
    """A policy on a queue that does not exist fails."""

    type_name = "AWS::SQS::QueuePolicy"

    def check(self, props: Json, old: Json | None) -> None:
        for url in props.get("Queues") or []:
            if url not in sqs._queues:
                raise Refused(f"The specified queue does not exist: {url}")


class Topic(Extension):
    """The key must exist."""

    type_name = "AWS::SNS::Topic"

    def check(self, props: Json, old: Json | None) -> None:
        key = props.get("KmsMasterKeyId")
        if key and not str(key).startswith("alias/aws/") and not kms._resolve_key(key):
            raise Refused(f"KMS key {key} does not exist.")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        attributes = sns._topics[physical_id]["attributes"]
        for name in ("KmsMasterKeyId", "TracingConfig", "SignatureVersion"):  # dropped in stock
            if props.get(name) is not None:
                attributes[name] = str(props[name])
            else:
                attributes.pop(name, None)
        return {}


class Subscription(Extension):
    """An HTTP(S) endpoint has to confirm; here it counts as confirmed, as nobody could answer the request."""

    type_name = "AWS::SNS::Subscription"

    def check(self, props: Json, old: Json | None) -> None:
        if props["TopicArn"] not in sns._topics:
            raise Refused(f"Topic does not exist: {props['TopicArn']}")

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        if props.get("Protocol") in ("http", "https"):
            for subscription in sns._topics.get(props["TopicArn"], {}).get("subscriptions", []):
                if subscription["arn"] == physical_id:
                    subscription["confirmed"] = True
                    subscription["attributes"]["PendingConfirmation"] = "false"
        return {}


def install(settings: Settings) -> None:
    """Register the types of this module."""
    for extension in (Queue(), QueuePolicy(), Topic(), Subscription()):
        extend(extension)
