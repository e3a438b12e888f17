from __future__ import annotations

import json

import pytest

from .conftest import ACCOUNT, DR, Emulator
from .templates import ACCOUNT_ROOT, Json, allow, att, output, ref, role

BUCKET, NAME = "audit-trail-files", "trail-test"
TRAIL_ARN = f"arn:aws:cloudtrail:{DR}:{ACCOUNT}:trail/{NAME}"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
SELECTORS = [
    {"Name": "Management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {
        "Name": "Objects",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::some-bucket/"]},
        ],
    },
]


def trail_stack(*, writes_for: str = TRAIL_ARN, encrypts_for: str = TRAIL_ARN, logs: str = "*") -> Json:
    writes = {
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": writes_for}},
    }
    encrypts = {
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": "kms:GenerateDataKey",
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:cloudtrail:arn": encrypts_for}},
    }
    return {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [ACCOUNT_ROOT, encrypts]}}},
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": BUCKET,
                    "VersioningConfiguration": {"Status": "Enabled"},
                    "ObjectLockEnabled": True,
                    "ObjectLockConfiguration": {
                        "ObjectLockEnabled": "Enabled",
                        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}},
                    },
                },
            },
            "BucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": ref("Bucket"), "PolicyDocument": {"Statement": [writes]}},
            },
            "LogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/cloudtrail/trail-test"}},
            "Role": role(
                "role-trail-test",
                CLOUDTRAIL["Service"],
                [allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{DR}:{ACCOUNT}:log-group:{logs}")],
            ),
            "Trail": {
                "Type": "AWS::CloudTrail::Trail",
                "DependsOn": "BucketPolicy",
                "Properties": {
                    "TrailName": NAME,
                    "IsLogging": True,
                    "IsMultiRegionTrail": True,
                    "IncludeGlobalServiceEvents": True,
                    "EnableLogFileValidation": True,
                    "KMSKeyId": att("Key", "Arn"),
                    "S3BucketName": ref("Bucket"),
                    "CloudWatchLogsLogGroupArn": att("LogGroup", "Arn"),
                    "CloudWatchLogsRoleArn": att("Role", "Arn"),
                    "AdvancedEventSelectors": SELECTORS,
                },
            },
        },
        "Outputs": output(Arn=att("Trail", "Arn")),
    }


def test_a_trail_is_read_back_as_it_was_declared(emulator: Emulator) -> None:
    made = emulator.create("stack-trail", trail_stack(), DR)
    assert made["Arn"] == TRAIL_ARN
    api = emulator.client("cloudtrail", DR)
    [trail] = api.describe_trails(trailNameList=[NAME])["trailList"]
    assert trail["IsMultiRegionTrail"] and trail["IncludeGlobalServiceEvents"] and trail["LogFileValidationEnabled"]
    assert trail["CloudWatchLogsLogGroupArn"].endswith(":log-group:/aws/cloudtrail/trail-test:*")
    assert api.get_trail_status(Name=NAME)["IsLogging"]
    assert api.get_event_selectors(TrailName=NAME)["AdvancedEventSelectors"] == SELECTORS
    lock = emulator.client("s3", DR).get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    emulator.delete("stack-trail", DR)
    assert api.describe_trails()["trailList"] == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (trail_stack(writes_for=f"{TRAIL_ARN}-other"), "Incorrect S3 bucket policy"),
        (trail_stack(encrypts_for=f"{TRAIL_ARN}-other"), "Insufficient permissions to access S3 bucket or KMS key"),
        (trail_stack(logs="/aws/elsewhere:*"), "Access denied"),
    ],
)
def test_a_trail_that_could_not_deliver_is_refused(emulator: Emulator, broken: Json, reason: str) -> None:
    assert reason in json.dumps(emulator.refused("stack-trail-wrong", broken, DR))


def vault_stack(publisher: str) -> Json:
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": publisher},
        "Action": "sns:Publish",
        "Resource": ref("Topic"),
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    return {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "topic-backups"}},
            "TopicPolicy": {
                "Type": "AWS::SNS::TopicPolicy",
                "Properties": {"Topics": [ref("Topic")], "PolicyDocument": {"Statement": [publish]}},
            },
            "Vault": {
                "Type": "AWS::Backup::BackupVault",
                "DependsOn": "TopicPolicy",
                "Properties": {
                    "BackupVaultName": "vault-test",
                    "Notifications": {"SNSTopicArn": ref("Topic"), "BackupVaultEvents": ["COPY_JOB_FAILED"]},
                },
            },
        }
    }


def test_a_vault_whose_topic_would_stay_mute_is_refused(emulator: Emulator) -> None:
    assert "does not let AWS Backup publish" in emulator.refused("stack-vault", vault_stack("s3.amazonaws.com"), DR)
    emulator.create("stack-vault", vault_stack("backup.amazonaws.com"), DR)
    emulator.delete("stack-vault", DR)
