"""How a function is run: its payloads, its log, its ends, and whose turn it is."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Emulator, eventually
from .templates import Json, allow, att, output, ref
from .test_functions import invoke, simple

CODE = """
  const os = require("os");
  const actions = {
    echo: (e) => e.body.length,
    log: (e) => { for (let i = 0; i < 400; i += 1) console.log(String(i).padStart(4, "0").repeat(256)); return 1; },
    long: (e) => "y".repeat(e.size),
    sleep: (e) => new Promise((done) => setTimeout(() => done(process.pid), e.ms)),
    exit: () => process.exit(1),
    priority: () => os.getPriority(),
    pid: () => process.pid,
  };
  console.log("loaded");
  exports.handler = async (event) => {
    const e = event.requestContext ? JSON.parse(event.body) : event;
    const value = await actions[e.do](e.do === "echo" && event.requestContext ? event : e);
    return event.requestContext ? { statusCode: 200, body: JSON.stringify(value) } : value;
  };"""


@pytest.fixture(scope="module")
def path(emulator: Emulator) -> Iterator[str]:
    """The function ``runs`` behind a REST API: the path of its stage."""
    emulator.create("runs", simple("runs", CODE, Timeout=3))
    api = emulator.client("apigateway")
    created = api.create_rest_api(name="runs")
    method: Json = {"restApiId": created["id"], "resourceId": created["rootResourceId"], "httpMethod": "POST"}
    api.put_method(**method, authorizationType="NONE")
    uri = "arn:aws:apigateway:ap-southeast-1:lambda:path/2015-03-31/functions/arn:aws:lambda:ap-southeast-1:123456789012:function:runs/invocations"
    api.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    api.create_deployment(restApiId=created["id"], stageName="live")
    emulator.client("lambda").add_permission(
        FunctionName="runs", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    yield f"/_aws/execute-api/{created['id']}/live/"
    api.delete_rest_api(restApiId=created["id"])
    emulator.delete("runs")


def call(emulator: Emulator, path: str, body: Json) -> tuple[int, Any]:
    status, _, text = emulator.http("POST", path, body)
    return status, json.loads(text or "null")


def test_payloads_larger_than_a_pipe_pass_both_ways(emulator: Emulator, path: str) -> None:
    body = {"do": "echo", "filler": "x" * 1_000_000}
    assert call(emulator, path, {"do": "pid"})[0] == 200
    assert call(emulator, path, body) == (200, len(json.dumps(body)))
    assert call(emulator, path, {"do": "long", "size": 1_000_000}) == (200, "y" * 1_000_000)
    assert invoke(emulator, "runs", {"do": "long", "size": 1_000_000})[0] == "y" * 1_000_000


def test_all_that_a_function_logs_is_in_its_log_however_much_it_is(emulator: Emulator, path: str) -> None:
    assert call(emulator, path, {"do": "log"}) == (200, 1)
    assert invoke(emulator, "runs", {"do": "log"})[0] == 1
    logs = emulator.client("logs")
    events: list[str] = []
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/runs")
    for page in pages:
        events += [event["message"] for event in page["events"]]
    assert sum(event == "0399" * 256 for event in events) == 2
    assert "loaded" in events


def test_a_worker_serves_the_next_call_and_calls_at_once_have_workers_of_their_own(
    emulator: Emulator, path: str
) -> None:
    assert call(emulator, path, {"do": "pid"}) == call(emulator, path, {"do": "pid"})
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(call(emulator, path, {"do": "sleep", "ms": 700})))
        for _ in range(6)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 6 and len({pid for _, pid in answers}) == 6
    assert time.monotonic() - started < 3.5


def test_a_function_that_takes_too_long_is_ended_and_the_next_call_served(emulator: Emulator, path: str) -> None:
    started = time.monotonic()
    assert call(emulator, path, {"do": "sleep", "ms": 30_000})[0] == 502
    failed, kind = invoke(emulator, "runs", {"do": "sleep", "ms": 30_000})
    assert time.monotonic() - started < 12
    assert kind == "Unhandled" and failed["errorType"] == "Sandbox.Timedout"
    assert call(emulator, path, {"do": "pid"})[0] == 200


def test_a_function_that_ends_its_process_is_started_again(emulator: Emulator, path: str) -> None:
    assert call(emulator, path, {"do": "exit"})[0] == 502
    failed, kind = invoke(emulator, "runs", {"do": "exit"})
    assert kind == "Unhandled" and failed["errorType"] == "Runtime.ExitError"
    assert call(emulator, path, {"do": "pid"})[0] == 200


def test_code_that_does_not_load_says_why(emulator: Emulator) -> None:
    emulator.create("broken", simple("broken", "console.error('no such luck'); process.exit(3);"))
    failed, kind = invoke(emulator, "broken", {})
    assert kind == "Unhandled" and "no such luck" in failed["errorMessage"]
    emulator.delete("broken")


def test_what_a_queue_feeds_yields_the_processors_to_what_callers_wait_for(emulator: Emulator, path: str) -> None:
    body = simple("fed", "exports.handler = async () => { console.log('priority ' + require('os').getPriority()); };")
    body["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
        allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"])
    )
    body["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "feeds"}}
    body["Resources"]["Source"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": att("Queue", "Arn"), "FunctionName": ref("Function")},
    }
    body["Outputs"] = output(Url=ref("Queue"))
    url = emulator.create("fed", body)["Url"]
    emulator.client("sqs").send_message(QueueUrl=url, MessageBody="x")

    def logged() -> list[str]:
        logs = emulator.client("logs")
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/fed", filterPattern="priority")
        except logs.exceptions.ResourceNotFoundException:
            return []  # it has logged nothing yet
        return [event["message"] for event in events["events"]]

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert eventually(logged) == ["priority 10"]
    assert call(emulator, path, {"do": "priority"}) == (200, own)
    emulator.delete("fed")


def test_a_policy_counts_from_the_moment_it_is_changed(emulator: Emulator) -> None:
    iam, sts, sqs = emulator.client("iam"), emulator.client("sts"), emulator.client("sqs")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    iam.create_role(RoleName="changing", AssumeRolePolicyDocument=json.dumps(trust))
    url = sqs.create_queue(QueueName="changing")["QueueUrl"]
    credentials = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/changing", RoleSessionName="changing")[
        "Credentials"
    ]
    role = emulator.client(
        "sqs",
        key=credentials["AccessKeyId"],
        secret=credentials["SecretAccessKey"],
        token=credentials["SessionToken"],
    )

    def put(effect: str) -> None:
        statement = {"Effect": effect, "Action": "sqs:SendMessage", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="changing", PolicyName="p", PolicyDocument=document)

    def sends() -> bool:
        try:
            return bool(role.send_message(QueueUrl=url, MessageBody="x"))
        except role.exceptions.ClientError as error:
            assert "AccessDenied" in error.response["Error"]["Code"]
            return False

    answers = [sends()]
    for effect in ("Allow", "Deny", "Allow"):
        put(effect)
        answers += [sends(), sends()]
    iam.delete_role_policy(RoleName="changing", PolicyName="p")
    assert [*answers, sends()] == [False, True, True, False, False, True, True, False]
    iam.delete_role(RoleName="changing")
    sqs.delete_queue(QueueUrl=url)
