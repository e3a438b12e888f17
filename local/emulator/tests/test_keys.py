"""Who may use what is encrypted under a customer-managed key."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from .conftest import PRIMARY, Emulator, eventually
from .templates import ACCOUNT_ROOT, Json, allow, att, key, output, ref, role


def stack(statements: list[Json], key_statements: list[Json] | None = None) -> Json:
    trusted = role("role-keys", "lambda.amazonaws.com", statements)
    trusted["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "AWS": "arn:aws:iam::123456789012:root"
    }
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": att("Key", "Arn")}
    made_key = key()
    made_key["Properties"]["KeyPolicy"]["Statement"] += key_statements or []
    return {
        "Resources": {
            "Key": made_key,
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q-keys", "KmsMasterKeyId": ref("Key")}},
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "t-keys",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "SSESpecification": {
                        "SSEEnabled": True,
                        "SSEType": "KMS",
                        "KMSMasterKeyId": att("Key", "Arn"),
                    },
                },
            },
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": "b-keys",
                    "BucketEncryption": {
                        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": encryption}]
                    },
                },
            },
            "Role": trusted,
        },
        "Outputs": output(Key=att("Key", "Arn"), Url=ref("Queue")),
    }


def attempts(emulator: Emulator, url: str) -> dict[str, bool]:
    """What the role can do, by service."""
    credentials = emulator.client("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/role-keys", RoleSessionName="test"
    )["Credentials"]

    def client(service: str) -> Any:
        return emulator.client(
            service,
            PRIMARY,
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
        )

    calls: dict[str, Any] = {
        "sqs": lambda: client("sqs").send_message(QueueUrl=url, MessageBody="x"),
        "dynamodb": lambda: client("dynamodb").put_item(TableName="t-keys", Item={"id": {"S": "a"}}),
        "s3": lambda: client("s3").put_object(Bucket="b-keys", Key="a", Body=b"x"),
        "secretsmanager": lambda: client("secretsmanager").get_secret_value(SecretId="secret-keys"),
    }
    done = {}
    for service, call in calls.items():
        try:
            call()
            done[service] = True
        except client(service).exceptions.ClientError as error:
            assert "kms:" in str(error), error
            done[service] = False
    return done


DATA = allow(["sqs:SendMessage", "dynamodb:PutItem", "s3:PutObject", "secretsmanager:GetSecretValue"])


def test_a_role_needs_the_key_and_the_way_to_it(emulator: Emulator) -> None:
    outputs = emulator.create("keys", stack([DATA]))
    emulator.client("secretsmanager").create_secret(Name="secret-keys", SecretString="{}", KmsKeyId=outputs["Key"])
    assert not any(attempts(emulator, outputs["Url"]).values())

    through_sqs = {"StringEquals": {"kms:ViaService": f"sqs.{PRIMARY}.amazonaws.com"}}
    use = allow(["kms:Decrypt", "kms:GenerateDataKey"], "*")
    emulator.update("keys", stack([DATA, {**use, "Condition": through_sqs}]))
    time.sleep(1.1)
    done = attempts(emulator, outputs["Url"])
    assert done == {"sqs": True, "dynamodb": False, "s3": False, "secretsmanager": False}

    emulator.update("keys", stack([DATA, use]))
    time.sleep(1.1)
    assert all(attempts(emulator, outputs["Url"]).values())
    emulator.client("secretsmanager").delete_secret(SecretId="secret-keys", ForceDeleteWithoutRecovery=True)
    emulator.client("s3").delete_object(Bucket="b-keys", Key="a")
    emulator.delete("keys")


@pytest.mark.parametrize("admitted", [False, True])
def test_an_alarm_reaches_an_encrypted_topic_only_if_the_key_admits_cloudwatch(
    emulator: Emulator, admitted: bool
) -> None:
    made_key = key()
    if admitted:
        made_key["Properties"]["KeyPolicy"]["Statement"] += [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["cloudwatch.amazonaws.com", "sns.amazonaws.com"]},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
            }
        ]
    queue_policy = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": att("Queue", "Arn"),
    }
    name = f"mute-{admitted}".lower()
    body: Json = {
        "Resources": {
            "Key": made_key,
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, "KmsMasterKeyId": ref("Key")}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}},
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [ref("Queue")],
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [queue_policy]},
                },
            },
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": att("Queue", "Arn")},
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "DependsOn": "Subscription",
                "Properties": {
                    "AlarmName": name,
                    "Namespace": "Test",
                    "MetricName": name,
                    "Statistic": "Sum",
                    "Period": 60,
                    "EvaluationPeriods": 1,
                    "Threshold": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                    "TreatMissingData": "breaching",
                    "AlarmActions": [ref("Topic")],
                },
            },
        },
        "Outputs": output(Url=ref("Queue"), Topic=ref("Topic")),
    }
    outputs = emulator.create(name, body)
    attributes = emulator.client("sns").get_topic_attributes(TopicArn=outputs["Topic"])["Attributes"]
    assert attributes["KmsMasterKeyId"]

    def alarmed() -> bool:
        found = emulator.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        return str(found["StateValue"]) == "ALARM"

    def received() -> list[Any]:
        answer = emulator.client("sqs").receive_message(QueueUrl=outputs["Url"])
        return list(answer.get("Messages", []))

    eventually(alarmed)
    if admitted:
        message = json.loads(json.loads(eventually(received)[0]["Body"])["Message"])
        assert message["AlarmName"] == name
    else:
        time.sleep(0.3)
        assert received() == []
    emulator.delete(name)


def test_a_log_group_needs_a_key_that_admits_the_logs_service(emulator: Emulator) -> None:
    def body(context: str | None) -> Json:
        made_key = key()
        if context:
            made_key["Properties"]["KeyPolicy"]["Statement"].append(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"logs.{PRIMARY}.amazonaws.com"},
                    "Action": [
                        "kms:Encrypt*",
                        "kms:Decrypt*",
                        "kms:ReEncrypt*",
                        "kms:GenerateDataKey*",
                        "kms:Describe*",
                    ],
                    "Resource": "*",
                    "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": context}},
                }
            )
        group = {"LogGroupName": "/keys/group", "KmsKeyId": att("Key", "Arn"), "RetentionInDays": 400}
        return {"Resources": {"Key": made_key, "Group": {"Type": "AWS::Logs::LogGroup", "Properties": group}}}

    assert ACCOUNT_ROOT["Action"] == "kms:*"
    assert "not allowed to be used" in emulator.refused("log-key", body(None))
    elsewhere = f"arn:aws:logs:{PRIMARY}:123456789012:log-group:/other/*"
    assert "not allowed to be used" in emulator.refused("log-key", body(elsewhere))
    emulator.create("log-key", body(f"arn:aws:logs:{PRIMARY}:123456789012:log-group:*"))
    emulator.delete("log-key")
