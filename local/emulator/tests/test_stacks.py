from __future__ import annotations

import json
import time

import pytest
from botocore.exceptions import ClientError

from .conftest import DR, PRIMARY, Emulator
from .templates import Json, allow, att, function, key, output, ref, role


def small(name: str) -> Json:
    return {
        "Resources": {
            "Key": key(),
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"QueueName": f"q-{name}", "KmsMasterKeyId": ref("Key")},
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"b-{name}"}},
            "Role": role(f"r-{name}", "lambda.amazonaws.com", [allow("logs:PutLogEvents")]),
            "Function": function(f"f-{name}", "exports.handler = async () => 1;", ReservedConcurrentExecutions=2),
        },
        "Outputs": output(Arn=att("Function", "Arn")),
    }


def test_24_stacks_in_parallel_come_and_go_in_their_own_regions(emulator: Emulator) -> None:
    started = time.monotonic()
    stacks = [(f"many-{number}", PRIMARY if number % 2 else DR) for number in range(24)]
    for name, region in stacks:
        emulator.start_create(name, small(f"{name}-{region}"), region)
    for name, region in stacks:
        assert f":{region}:" in emulator.finish(name, "CREATE_COMPLETE", region)["Arn"]
    created_s = time.monotonic() - started
    for name, region in stacks:
        emulator.client("cloudformation", region).delete_stack(StackName=name)
    for name, region in stacks:
        api = emulator.client("cloudformation", region)
        deadline = time.monotonic() + 30
        while name in [s["StackName"] for s in api.describe_stacks()["Stacks"]]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert created_s < 25
    assert not [b for b in emulator.client("s3").list_buckets()["Buckets"] if b["Name"].startswith("b-many")]


def test_a_template_over_51200_bytes_goes_through_s3_only(emulator: Emulator) -> None:
    body = json.dumps({"Description": "big", "Metadata": {"fill": "x" * 52_000},
                       "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "big"}}}})  # fmt: skip
    api = emulator.client("cloudformation")
    with pytest.raises(ClientError, match="51200"):
        api.create_stack(StackName="big", TemplateBody=body)
    emulator.client("s3").create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": PRIMARY})
    emulator.client("s3").put_object(Bucket="templates", Key="big.json", Body=body.encode())
    url = f"https://127.0.0.1:{emulator.port}/templates/big.json"
    api.create_stack(StackName="big", TemplateURL=url)
    emulator.finish("big", "CREATE_COMPLETE")
    emulator.delete("big")


def test_named_roles_need_the_capability(emulator: Emulator) -> None:
    body = json.dumps({"Resources": {"R": role("r-capability", "lambda.amazonaws.com", [])}})
    with pytest.raises(ClientError, match="CAPABILITY_NAMED_IAM"):
        emulator.client("cloudformation").create_stack(
            StackName="cap", TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
        )


@pytest.mark.parametrize("value", ["Upper", "x", "two words"])
def test_a_parameter_outside_its_pattern_is_refused(emulator: Emulator, value: str) -> None:
    body = {
        "Parameters": {"EnvironmentSuffix": {"Type": "String", "AllowedPattern": "^[a-z][a-z0-9-]{1,14}$"}},
        "Resources": {"Q": {"Type": "AWS::SQS::Queue"}},
    }
    with pytest.raises(ClientError, match="EnvironmentSuffix"):
        emulator.start_create("pattern", body, EnvironmentSuffix=value)


def test_a_name_is_taken_until_the_rolled_back_stack_is_deleted(emulator: Emulator) -> None:
    bad = {
        "Resources": {"G": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/r", "RetentionInDays": 2}}}
    }
    emulator.start_create("taken", bad)
    emulator.finish("taken", "ROLLBACK_COMPLETE")
    with pytest.raises(ClientError, match="AlreadyExists"):
        emulator.start_create("taken", bad)
    emulator.delete("taken")


def test_a_failed_create_leaves_nothing_behind(emulator: Emulator) -> None:
    body = {
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": "half-made",
                    "LoggingConfiguration": {"DestinationBucketName": "half-made"},
                },
            }
        }
    }
    assert "does not exist" in emulator.refused("half", body)
    assert "half-made" not in [b["Name"] for b in emulator.client("s3").list_buckets()["Buckets"]]


def test_a_second_stack_cannot_take_over_a_role_of_the_first(emulator: Emulator) -> None:
    body = {"Resources": {"R": role("r-same", "lambda.amazonaws.com", [])}}
    emulator.create("first", body)
    assert "already exists" in emulator.refused("second", body, DR)
    assert emulator.client("iam").get_role(RoleName="r-same")
    emulator.delete("first")


def test_keys_that_lock_everybody_out_and_keys_of_another_region_are_refused(emulator: Emulator) -> None:
    body: Json = {"Resources": {"Key": key()}}
    body["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"][0]["Principal"] = {"Service": "logs.amazonaws.com"}
    assert "update the key policy" in emulator.refused("lockout", body)

    primary = emulator.create("mrk", {"Resources": {"Key": {**key(), "Properties": {**key()["Properties"], "MultiRegion": True}}},
                                      "Outputs": output(Arn=att("Key", "Arn"))})  # fmt: skip
    queue = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": primary["Arn"]}}}}
    assert "KMS key" in emulator.refused("mrk-queue", queue, DR)

    replica: Json = {
        "Resources": {
            "Replica": {
                "Type": "AWS::KMS::ReplicaKey",
                "Properties": {
                    "PrimaryKeyArn": primary["Arn"],
                    "KeyPolicy": key()["Properties"]["KeyPolicy"],
                    "Description": "a",
                },
            }
        },
        "Outputs": output(Arn=att("Replica", "Arn"), Id=ref("Replica")),
    }
    outputs = emulator.create("mrk-replica", replica, DR)
    assert outputs["Arn"].split(":")[3] == DR
    replica["Resources"]["Replica"]["Properties"]["Description"] = "b"
    assert emulator.update("mrk-replica", replica, DR)["Id"] == outputs["Id"]
    described = emulator.client("kms", DR).describe_key(KeyId=outputs["Id"])["KeyMetadata"]
    assert described["Description"] == "b"
    emulator.delete("mrk-replica", DR)
    emulator.delete("mrk")


@pytest.mark.parametrize(
    ("resources", "outputs", "message"),
    [
        ({}, {}, "At least one Resources member"),
        ({"Q": {"Type": "AWS::SQS::Queue"}}, output(A=ref("Nothing")), "Nothing.*Outputs block"),
        ({"Q": {"Type": "AWS::SQS::Queue"}}, output(A={"Fn::Sub": "${Gone.Arn}-x"}), "Gone.*Outputs block"),
        ({"Q": {"Type": "AWS::SQS::Queue", "DependsOn": "Other"}}, {}, "Other.*Resources block"),
    ],
)
def test_a_reference_to_nothing_is_refused(emulator: Emulator, resources: Json, outputs: Json, message: str) -> None:
    body = {"Resources": resources, **({"Outputs": outputs} if outputs else {})}
    with pytest.raises(ClientError, match=message):
        emulator.start_create("nothing", body)
