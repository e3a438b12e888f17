"""Queues on the cloud's clock."""

from __future__ import annotations

import time

from .conftest import CLOCK_FACTOR, Emulator, eventually


def test_a_visibility_timeout_follows_the_clock_but_leaves_time_to_work(emulator: Emulator) -> None:
    api = emulator.client("sqs")
    url = api.create_queue(QueueName="clock", Attributes={"VisibilityTimeout": str(6 * CLOCK_FACTOR)})["QueueUrl"]
    api.send_message(QueueUrl=url, MessageBody="again")
    first = api.receive_message(QueueUrl=url)["Messages"][0]
    hidden_at = time.monotonic()
    attributes = api.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes["VisibilityTimeout"] == str(6 * CLOCK_FACTOR), "what is read stays in AWS seconds"
    again = eventually(lambda: api.receive_message(QueueUrl=url).get("Messages"), 9)[0]
    assert 5.5 < time.monotonic() - hidden_at < 9

    api.change_message_visibility(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=2)
    changed_at = time.monotonic()
    eventually(lambda: api.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages"), 6)
    assert time.monotonic() - changed_at > 1.5, "a short time-out is not shortened"
    assert first["MessageId"] == again["MessageId"]
    api.delete_queue(QueueUrl=url)
