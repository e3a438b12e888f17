"""What an outage stops, what it leaves alone, and how a Region returns."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
from botocore.config import Config
from dnslib import DNSRecord

from .conftest import ACCOUNT, DR, PRIMARY, TOKEN, ControlStandIn, Emulator, eventually
from .templates import Json, allow, att, function, key_stack, ref, role
from .test_tables import global_table

LOST = {"kind": "region-lost", "region": PRIMARY}
PARTITION = {"kind": "partition"}
ISOLATED = {"kind": "isolated", "region": PRIMARY}

CODE = """
const { DynamoDBClient, GetItemCommand } = require("@aws-sdk/client-dynamodb");
const { promises: dns } = require("node:dns");
const { NodeHttpHandler } = require("@smithy/node-http-handler");
exports.handler = async (event) => {
  const timed = { requestTimeout: 1500, connectionTimeout: 1500, throwOnRequestTimeout: true };
  if (event.sleep) await new Promise((done) => setTimeout(done, event.sleep));
  if (event.read) {
    const client = new DynamoDBClient({ region: event.read, maxAttempts: 1, requestHandler: new NodeHttpHandler(timed) });
    const found = await client.send(new GetItemCommand({ TableName: "outages", Key: { id: { S: "x" } } }))
      .catch((error) => ({ error: error.name + ": " + error.message }));
    return found.error ?? "answered";
  }
  if (event.resolve) {
    const resolver = new dns.Resolver({ timeout: 500, tries: 1 });
    return resolver.resolveTxt(event.resolve).catch((error) => error.code);
  }
  if (event.Records) console.log("BATCH " + event.Records.map((record) => record.body).join());
  return process.pid;
};
"""


def faults(emulator: Emulator, *wanted: Json) -> None:
    status, answer = emulator.control("PUT", "outages", {"faults": list(wanted)})
    assert status == 200, answer


@pytest.fixture(autouse=True)
def nothing_broken(emulator: Emulator) -> Iterator[None]:
    yield
    assert emulator.control("DELETE", "outages")[0] == 200


def template(name: str) -> Json:
    access = [
        allow(["kms:Decrypt", "dynamodb:GetItem", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
        allow("logs:*"),
    ]
    return {
        "Resources": {
            "Role": role(f"role-{name}", "lambda.amazonaws.com", access),
            "Function": function(name, CODE, Timeout=10),
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, "VisibilityTimeout": 60}},
            "Source": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {"EventSourceArn": att("Queue", "Arn"), "FunctionName": ref("Function"), "BatchSize": 1},
            },
            "Ticks": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{name}-ticks"}},
            "TicksPolicy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [ref("Ticks")], "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {**allow("sqs:SendMessage"), "Principal": {"Service": "events.amazonaws.com"}}]}},
            },
            "Schedule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"ScheduleExpression": "rate(1 minute)",
                               "Targets": [{"Id": "q", "Arn": att("Ticks", "Arn")}]},
            },
            "MachineRole": role(f"role-machine-{name}", "states.amazonaws.com", []),
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": name,
                    "RoleArn": att("MachineRole", "Arn"),
                    "DefinitionString": json.dumps({
                        "StartAt": "Wait",
                        "States": {
                            "Wait": {"Type": "Wait", "Seconds": 20, "Next": "Done"},
                            "Done": {"Type": "Succeed"},
                        },
                    }),
                },
            },
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def platform(emulator: Emulator) -> Iterator[str]:
    keys = {r: emulator.create(f"outage-keys-{r}", key_stack(), r)["Arn"] for r in (PRIMARY, DR)}
    emulator.create("outage-table", global_table("outages", keys))
    for region, code in ((PRIMARY, "one"), (DR, "two")):
        emulator.create("outage", template(f"outage-{code}"), region)
    yield "outage"
    for region in (PRIMARY, DR):
        emulator.delete("outage", region)
    emulator.delete("outage-table")


def invoke(emulator: Emulator, region: str, event: Json, timeout_s: float = 8) -> Any:
    code = "one" if region == PRIMARY else "two"
    api = impatient(emulator, "lambda", region, timeout_s)
    answer = api.invoke(FunctionName=f"outage-{code}", Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def impatient(emulator: Emulator, service: str, region: str, timeout_s: float = 1) -> Any:
    return emulator._session.create_client(
        service, region_name=region, endpoint_url=f"https://127.0.0.1:{emulator.port}", verify=str(emulator.ca_file),
        aws_access_key_id=ACCOUNT, aws_secret_access_key="root",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=timeout_s, connect_timeout=timeout_s),
    )  # fmt: skip


def silent(call: Callable[[], Any]) -> bool:
    """Whether nobody answers, in the time that the client has."""
    try:
        call()
    except (botocore.exceptions.ReadTimeoutError, TimeoutError):
        return True
    return False


def length(emulator: Emulator, name: str, region: str) -> int:
    api = emulator.client("sqs", region)
    url = api.get_queue_url(QueueName=name)["QueueUrl"]
    got = api.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(got["Attributes"]["ApproximateNumberOfMessages"])


def batches(emulator: Emulator, name: str, region: str) -> list[str]:
    events = emulator.client("logs", region).filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [e["message"].split("BATCH ")[1].strip() for e in events if "BATCH " in e["message"]]


def send(emulator: Emulator, name: str, region: str, body: str) -> None:
    api = emulator.client("sqs", region)
    api.send_message(QueueUrl=api.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)


def process_state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


@pytest.mark.parametrize("fault", [
    {}, {"kind": "meteor"}, {"kind": "region-lost"}, {"kind": "region-lost", "region": "us-east-1"},
    {"kind": "partition", "region": PRIMARY}, {"kind": "service", "region": PRIMARY, "service": "sqs", "mode": "odd"},
    {"kind": "service", "region": PRIMARY, "service": "sqs", "mode": "slow"},
    {"kind": "service", "region": PRIMARY, "service": "sqs", "mode": "hang", "delayMs": 5},
    {"kind": "service", "region": PRIMARY, "service": "rds", "mode": "slow", "delayMs": 5},
    {"kind": "function-errors", "region": PRIMARY, "function": ""},
])  # fmt: skip
def test_what_cannot_be_understood_is_refused_and_changes_nothing(emulator: Emulator, fault: Json) -> None:
    assert emulator.control("PUT", "outages", {"faults": [LOST, fault]})[0] == 400
    assert emulator.control("PUT", "outages", {"faults": LOST})[0] == 400
    assert emulator.control("GET", "outages") == (200, {"faults": []})


def test_the_faults_in_force_are_told(emulator: Emulator) -> None:
    slow = {"kind": "service", "region": DR, "service": "sqs", "mode": "slow", "delayMs": 10}
    faults(emulator, PARTITION, slow)
    assert emulator.control("GET", "outages")[1] == {"faults": [PARTITION, slow]}


def test_a_lost_region_is_silent_and_the_other_one_answers(emulator: Emulator, platform: str) -> None:
    faults(emulator, LOST)
    assert silent(lambda: impatient(emulator, "sqs", PRIMARY).list_queues())
    assert silent(lambda: impatient(emulator, "s3", PRIMARY).list_buckets())
    assert emulator.client("sqs", DR).list_queues()["QueueUrls"]
    headers = {"x-embedded-cloud-observer": TOKEN, "authorization": f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/"
               f"{PRIMARY}/sqs/aws4_request, SignedHeaders=host, Signature=x"}  # fmt: skip
    seen, _, text = emulator.http("GET", f"/{ACCOUNT}/outage-one?Action=GetQueueAttributes", headers=headers)
    assert seen == 200, f"the observer passes every outage: {text}"


def test_a_request_into_the_outage_ends_without_an_answer_when_the_region_returns(emulator: Emulator) -> None:
    faults(emulator, LOST)
    ended: list[str] = []

    def call() -> None:
        try:
            impatient(emulator, "sqs", PRIMARY, 10).list_queues()
            ended.append("answered")
        except botocore.exceptions.BotoCoreError as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.5)
    assert ended == []
    faults(emulator)
    thread.join(5)
    assert ended and ended != ["answered"]
    assert impatient(emulator, "sqs", PRIMARY, 5).list_queues()


def test_an_answer_that_the_outage_overtakes_is_not_sent(emulator: Emulator, platform: str) -> None:
    invoke(emulator, PRIMARY, {})
    got: list[bool] = []
    thread = threading.Thread(
        target=lambda: got.append(silent(lambda: invoke(emulator, PRIMARY, {"sleep": 800}, timeout_s=2)))
    )
    thread.start()
    time.sleep(0.3)
    faults(emulator, LOST)
    thread.join(5)
    assert got == [True]


def test_functions_stop_where_they_are_and_go_on_when_the_region_returns(emulator: Emulator, platform: str) -> None:
    pid = invoke(emulator, PRIMARY, {})
    faults(emulator, LOST)
    eventually(lambda: process_state(pid) == "T", 2)
    other = invoke(emulator, DR, {})
    assert process_state(other) != "T"
    faults(emulator)
    eventually(lambda: process_state(pid) != "T", 2)
    assert isinstance(invoke(emulator, PRIMARY, {}), int)


def test_pollers_and_schedules_stop_with_their_region_only(emulator: Emulator, platform: str) -> None:
    send(emulator, "outage-one", PRIMARY, "before")
    eventually(lambda: "before" in batches(emulator, "outage-one", PRIMARY))
    faults(emulator, {"kind": "service", "region": PRIMARY, "service": "lambda", "mode": "hang"})
    send(emulator, "outage-one", PRIMARY, "during")
    send(emulator, "outage-two", DR, "there")
    eventually(lambda: "there" in batches(emulator, "outage-two", DR))
    faults(emulator, {"kind": "service", "region": PRIMARY, "service": "events", "mode": "hang"})
    eventually(lambda: "during" in batches(emulator, "outage-one", PRIMARY))
    ticks = length(emulator, "outage-one-ticks", PRIMARY)
    beyond = length(emulator, "outage-two-ticks", DR)
    eventually(lambda: length(emulator, "outage-two-ticks", DR) > beyond + 1)
    assert length(emulator, "outage-one-ticks", PRIMARY) == ticks
    faults(emulator)
    eventually(lambda: length(emulator, "outage-one-ticks", PRIMARY) > ticks)


def test_a_function_of_a_lost_region_holds_nobody_elses_stream_up(emulator: Emulator, platform: str) -> None:
    send(emulator, "outage-one", PRIMARY, "stuck")
    faults(emulator, LOST)
    send(emulator, "outage-two", DR, "free")
    eventually(lambda: "free" in batches(emulator, "outage-two", DR), 4)
    faults(emulator)
    eventually(lambda: "stuck" in batches(emulator, "outage-one", PRIMARY))


def test_an_execution_waits_for_its_region(emulator: Emulator, platform: str) -> None:
    def start(region: str, name: str) -> str:
        machine = f"arn:aws:states:{region}:{ACCOUNT}:stateMachine:{name}"
        return str(emulator.client("stepfunctions", region).start_execution(stateMachineArn=machine)["executionArn"])

    def described(region: str, arn: str) -> Json:
        return dict(emulator.client("stepfunctions", region).describe_execution(executionArn=arn))

    here, there = start(PRIMARY, "outage-one"), start(DR, "outage-two")
    faults(emulator, {"kind": "service", "region": PRIMARY, "service": "states", "mode": "hang"})
    eventually(lambda: described(DR, there)["status"] == "SUCCEEDED")
    time.sleep(0.5)
    returned_at = time.time()
    faults(emulator)
    eventually(lambda: described(PRIMARY, here)["status"] == "SUCCEEDED")
    assert described(PRIMARY, here)["stopDate"].timestamp() >= returned_at - 0.001


def test_a_partition_cuts_the_regions_and_leaves_the_world(emulator: Emulator, platform: str) -> None:
    assert invoke(emulator, PRIMARY, {"read": DR}) == "answered"
    faults(emulator, PARTITION)
    assert "Timeout" in invoke(emulator, PRIMARY, {"read": DR})
    assert invoke(emulator, PRIMARY, {"read": PRIMARY}) == "answered"
    assert emulator.client("sqs", DR).list_queues()["QueueUrls"]

    def there() -> bool:
        return "Item" in emulator.client("dynamodb", DR).get_item(TableName="outages", Key={"id": {"S": "p"}})

    emulator.client("dynamodb").put_item(TableName="outages", Item={"id": {"S": "p"}})
    time.sleep(0.3)
    assert not there(), "replication stops where it is"
    faults(emulator)
    eventually(there, 2)


def test_an_isolated_region_runs_inside_and_nothing_passes_its_border(emulator: Emulator, platform: str) -> None:
    zone = emulator.client("route53").create_hosted_zone(Name="outage.test", CallerReference=str(time.time()))
    emulator.client("route53").change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {
            "Name": "w.outage.test", "Type": "TXT", "TTL": 10, "ResourceRecords": [{"Value": '"primary"'}]}}]},
    )  # fmt: skip
    assert invoke(emulator, PRIMARY, {"resolve": "w.outage.test"}) == [["primary"]]
    pid = invoke(emulator, PRIMARY, {})
    faults(emulator, ISOLATED)
    assert process_state(pid) != "T"
    assert silent(lambda: impatient(emulator, "sqs", PRIMARY).list_queues())
    assert "Timeout" in invoke(emulator, DR, {"read": PRIMARY})
    with pytest.raises(TimeoutError):
        DNSRecord.question("w.outage.test", "TXT").send("127.0.2.1", emulator.dns_port, timeout=0.5)
    assert DNSRecord.question("w.outage.test", "TXT").send("127.0.0.1", emulator.dns_port, timeout=2)
    inside = emulator._session.create_client(
        "sqs", region_name=PRIMARY, endpoint_url=f"https://127.0.2.1:{emulator.port}", verify=str(emulator.ca_file),
        aws_access_key_id=ACCOUNT, aws_secret_access_key="root",
    )  # fmt: skip
    assert inside.list_queues()["QueueUrls"]


def test_a_public_address_is_silent_with_its_region(emulator: Emulator) -> None:
    context = ssl.create_default_context(cafile=str(emulator.ca_file))

    def call(address: str) -> int:
        connection = http.client.HTTPSConnection(address, emulator.port, context=context, timeout=1)
        try:
            connection.request("GET", "/", headers={"host": "unknown.payments.test"})
            return connection.getresponse().status
        finally:
            connection.close()

    faults(emulator, LOST)
    with pytest.raises((TimeoutError, socket.timeout)):
        call("127.0.1.1")
    assert call("127.0.1.2") > 0


def test_one_service_hangs_errs_or_is_slow(emulator: Emulator) -> None:
    def broken(**more: object) -> None:
        faults(emulator, {"kind": "service", "region": PRIMARY, "service": "sqs", **more})

    broken(mode="hang")
    assert silent(lambda: impatient(emulator, "sqs", PRIMARY).list_queues())
    assert emulator.client("sns").list_topics() and emulator.client("sqs", DR).list_queues()
    broken(mode="error")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        impatient(emulator, "sqs", PRIMARY).list_queues()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    broken(mode="slow", delayMs=400)
    started = time.monotonic()
    impatient(emulator, "sqs", PRIMARY, 5).list_queues()
    assert time.monotonic() - started >= 0.4


def test_one_function_fails(emulator: Emulator, platform: str) -> None:
    faults(emulator, {"kind": "function-errors", "region": PRIMARY, "function": "outage-o*"})
    answer = emulator.client("lambda").invoke(FunctionName="outage-one", Payload=b"{}")
    assert answer["FunctionError"] == "Unhandled"
    assert isinstance(invoke(emulator, DR, {}), int)
    faults(emulator)
    assert isinstance(invoke(emulator, PRIMARY, {}), int)


def test_the_databases_follow(emulator: Emulator) -> None:
    def asked(*wanted: Json) -> list[tuple[str, str, Any]]:
        before = len(ControlStandIn.requests)
        faults(emulator, *wanted)
        return [r for r in ControlStandIn.requests[before:] if "isolation" in r[1] or "replication" in r[1]]

    isolation = f"/rds/isolation/{PRIMARY}"
    database = {"kind": "service", "region": PRIMARY, "service": "rds"}
    assert asked(LOST) == [("PUT", isolation, {"mode": "frozen"})]
    assert asked(LOST, {**database, "mode": "hang"}) == []
    assert asked(ISOLATED) == [("DELETE", isolation, None), ("PUT", isolation, {"mode": "network"})]
    assert asked({**database, "mode": "error"}) == [("DELETE", isolation, None), ("PUT", isolation, {"mode": "killed"})]
    assert asked(PARTITION) == [("PUT", "/rds/replication", {"cut": True}), ("DELETE", isolation, None)]
    assert asked() == [("PUT", "/rds/replication", {"cut": False})]
