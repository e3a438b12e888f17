from __future__ import annotations

import time

from .conftest import DR, PRIMARY, Emulator, eventually
from .templates import allow, function, key_stack, role
from .test_tables import global_table


def test_a_replicas_stream_delivers_its_backlog_once_the_consumer_is_enabled(emulator: Emulator) -> None:
    keys = {r: emulator.create(f"stream-keys-{r}", key_stack(), r)["Arn"] for r in (PRIMARY, DR)}
    emulator.create("stream-table", global_table("stream", keys))
    stream_arn = emulator.client("dynamodb", DR).describe_table(TableName="stream")["Table"]["LatestStreamArn"]
    assert f":{DR}:" in stream_arn

    def consumer(enabled: str) -> dict[str, object]:
        code = (
            "exports.handler = async (e) => { for (const r of e.Records) console.log('ROW ' + r.dynamodb.Keys.id.S); };"
        )
        read = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"]
        return {
            "Resources": {
                "Role": role("role-stream", "lambda.amazonaws.com", [allow(read)]),
                "Function": function("stream-consumer", code),
                "Source": {
                    "Type": "AWS::Lambda::EventSourceMapping",
                    "Properties": {
                        "EventSourceArn": stream_arn,
                        "FunctionName": {"Ref": "Function"},
                        "StartingPosition": "TRIM_HORIZON",
                        "Enabled": enabled,
                    },
                },
            }
        }

    emulator.create("stream-consumer", consumer("false"), DR)
    for number in range(3):
        emulator.client("dynamodb").put_item(TableName="stream", Item={"id": {"S": f"p{number}"}})
    time.sleep(1.5)
    logs = emulator.client("logs", DR)

    def rows() -> list[str]:
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/stream-consumer")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [e["message"].split("ROW ")[1] for e in events if "ROW " in e["message"]]

    assert rows() == []
    emulator.update("stream-consumer", consumer("true"), DR)
    eventually(lambda: len(rows()) >= 3)
    assert rows() == ["p0", "p1", "p2"]
    emulator.delete("stream-consumer", DR)
    emulator.delete("stream-table")
