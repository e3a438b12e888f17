from __future__ import annotations

import time

import pytest

from .conftest import DR, PRIMARY, Emulator, eventually
from .templates import Json, allow, att, key, output, ref, role


def bucket(name: str, **properties: object) -> Json:
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": att("Key", "Arn")}
    return {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": name,
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}
                ]
            },
            **properties,
        },
    }


def dr_stack(name: str) -> Json:
    return {
        "Resources": {"Key": key(), "Bucket": bucket(name)},
        "Outputs": output(Arn=att("Bucket", "Arn"), KeyArn=att("Key", "Arn")),
    }


def primary_stack(name: str, target_arn: str, target_key: str, *, delete_markers: str = "Enabled",
                  may: bool = True) -> Json:  # fmt: skip
    rule = {
        "Id": "to-dr",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": delete_markers},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": target_arn,
            "EncryptionConfiguration": {"ReplicaKmsKeyID": target_key},
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
        },
    }
    granted = [
        allow("s3:GetObjectVersionForReplication", f"arn:aws:s3:::{name}/*"),
        allow(["s3:ReplicateObject", "s3:ReplicateDelete"], f"{target_arn}/*"),
        allow("kms:Encrypt", target_key),
    ]
    return {
        "Resources": {
            "Key": key(),
            "Role": role(f"role-{name}", "s3.amazonaws.com", granted if may else granted[:1]),
            "Bucket": bucket(
                name,
                ReplicationConfiguration={"Role": att("Role", "Arn"), "Rules": [rule]},
                LifecycleConfiguration={
                    "Rules": [
                        {
                            "Id": "expire",
                            "Status": "Enabled",
                            "ExpirationInDays": 400,
                            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                        }
                    ]
                },
                Tags=[{"Key": "Own", "Value": "yes"}],
            ),
        },
        "Outputs": output(Name=ref("Bucket")),
    }


@pytest.fixture
def pair(emulator: Emulator, request: pytest.FixtureRequest) -> tuple[str, str, dict[str, str]]:
    suffix = str(abs(hash(request.node.name)))[:8]
    source, target = f"source-{suffix}", f"target-{suffix}"
    return source, target, emulator.create(target, dr_stack(target), DR)


def empty(emulator: Emulator, name: str, region: str) -> None:
    api = emulator.client("s3", region)
    listed = api.list_object_versions(Bucket=name)
    for version in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        api.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])


def test_properties_take_effect_and_an_update_keeps_the_bucket(
    emulator: Emulator, pair: tuple[str, str, dict[str, str]]
) -> None:
    source, target, dr = pair
    emulator.create(source, primary_stack(source, dr["Arn"], dr["KeyArn"]))
    api = emulator.client("s3")
    rules = api.get_bucket_replication(Bucket=source)["ReplicationConfiguration"]["Rules"]
    assert rules[0]["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"] == dr["KeyArn"]
    assert api.get_bucket_lifecycle_configuration(Bucket=source)["Rules"][0]["Expiration"]["Days"] == 400
    tags = {t["Key"]: t["Value"] for t in api.get_bucket_tagging(Bucket=source)["TagSet"]}
    assert tags == {"Own": "yes", "Project": "payments"}

    emulator.update(source, primary_stack(source, dr["Arn"], dr["KeyArn"], delete_markers="Disabled"))
    rules = api.get_bucket_replication(Bucket=source)["ReplicationConfiguration"]["Rules"]
    assert rules[0]["DeleteMarkerReplication"]["Status"] == "Disabled"
    emulator.delete(source)
    emulator.delete(target, DR)
    assert not {source, target} & {b["Name"] for b in api.list_buckets()["Buckets"]}


def test_an_object_arrives_later_under_the_replicas_key(
    emulator: Emulator, pair: tuple[str, str, dict[str, str]]
) -> None:
    source, target, dr = pair
    emulator.create(source, primary_stack(source, dr["Arn"], dr["KeyArn"]))
    here, there = emulator.client("s3"), emulator.client("s3", DR)
    emulator.control("PUT", "replication", {"s3": {"delayMs": 600}})
    here.put_object(Bucket=source, Key="2026/event.json", Body=b"one")
    assert here.head_object(Bucket=source, Key="2026/event.json")["ReplicationStatus"] == "PENDING"
    assert there.list_objects_v2(Bucket=target)["KeyCount"] == 0
    eventually(lambda: there.list_objects_v2(Bucket=target)["KeyCount"] == 1)
    copy = there.head_object(Bucket=target, Key="2026/event.json")
    assert copy["ReplicationStatus"] == "REPLICA" and copy["SSEKMSKeyId"] == dr["KeyArn"]
    assert here.head_object(Bucket=source, Key="2026/event.json")["ReplicationStatus"] == "COMPLETED"

    here.delete_object(Bucket=source, Key="2026/event.json")
    eventually(lambda: there.list_objects_v2(Bucket=target)["KeyCount"] == 0)
    emulator.control("PUT", "replication", {"s3": {"delayMs": 0}})
    for stack, region in ((source, PRIMARY), (target, DR)):
        empty(emulator, stack, region)
        emulator.delete(stack, region)


def test_a_role_that_may_not_replicate_leaves_the_object_failed(
    emulator: Emulator, pair: tuple[str, str, dict[str, str]]
) -> None:
    source, target, dr = pair
    emulator.create(source, primary_stack(source, dr["Arn"], dr["KeyArn"], may=False))
    api = emulator.client("s3")
    api.put_object(Bucket=source, Key="a", Body=b"x")
    assert api.head_object(Bucket=source, Key="a")["ReplicationStatus"] == "FAILED"
    time.sleep(0.2)
    assert emulator.client("s3", DR).list_objects_v2(Bucket=target)["KeyCount"] == 0
    empty(emulator, source, PRIMARY)
    emulator.delete(source)
    emulator.delete(target, DR)


def test_a_bucket_with_objects_is_not_deleted(emulator: Emulator) -> None:
    emulator.create("full", dr_stack("bucket-full"))
    api = emulator.client("s3")
    api.put_object(Bucket="bucket-full", Key="a", Body=b"x")
    emulator.delete("full", expect="DELETE_FAILED")
    assert any("not empty" in failure for failure in emulator.failures("full"))
    empty(emulator, "bucket-full", PRIMARY)
    emulator.delete("full")


def test_replication_to_a_bucket_that_does_not_exist_is_refused(emulator: Emulator) -> None:
    template = primary_stack("no-target", "arn:aws:s3:::nowhere-at-all", "arn:aws:kms:x:123456789012:key/k")
    assert "Destination bucket must exist" in emulator.refused("no-target", template)


def test_a_policy_that_demands_tls_lets_roles_through_over_https(emulator: Emulator) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    template = {
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "tls-only"}},
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": ref("Bucket"),
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [deny]},
                },
            },
            "Role": role(
                "role-tls-only", "lambda.amazonaws.com", [allow("s3:PutObject", "arn:aws:s3:::tls-only/allowed/*")]
            ),
        }
    }
    template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "AWS": "arn:aws:iam::123456789012:root"
    }
    emulator.create("tls-only", template)
    credentials = emulator.client("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/role-tls-only", RoleSessionName="test"
    )["Credentials"]
    api = emulator.client(
        "s3", PRIMARY, credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )
    api.put_object(Bucket="tls-only", Key="allowed/a", Body=b"x")
    with pytest.raises(api.exceptions.ClientError, match="AccessDenied"):
        api.put_object(Bucket="tls-only", Key="other/a", Body=b"x")
    empty(emulator, "tls-only", PRIMARY)
    emulator.client("s3").delete_object(Bucket="tls-only", Key="allowed/a")
    emulator.delete("tls-only")
