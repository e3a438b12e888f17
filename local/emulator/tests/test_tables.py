from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from .conftest import DR, PRIMARY, Emulator, eventually
from .templates import Json, att, key_stack, output


def global_table(name: str, keys: dict[str, str], **changes: object) -> Json:
    replicas = [
        {
            "Region": region,
            "SSESpecification": {"KMSMasterKeyId": key},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "Tags": [{"Key": "CostCenter", "Value": "42"}],
        }
        for region, key in keys.items()
    ]
    return {
        "Resources": {
            "Table": {
                "Type": "AWS::DynamoDB::GlobalTable",
                "Properties": {
                    "TableName": name,
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
                    "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
                    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
                    "Replicas": replicas,
                    **changes,
                },
            }
        },
        "Outputs": output(StreamArn=att("Table", "StreamArn"), Arn=att("Table", "Arn")),
    }


@pytest.fixture(scope="module")
def keys(emulator: Emulator) -> dict[str, str]:
    return {region: emulator.create(f"table-keys-{region}", key_stack(), region)["Arn"] for region in (PRIMARY, DR)}


def test_each_replica_has_its_own_key_tags_recovery_and_ttl(emulator: Emulator, keys: dict[str, str]) -> None:
    outputs = emulator.create("gt", global_table("gt-own", keys))
    assert outputs["StreamArn"].startswith(f"arn:aws:dynamodb:{PRIMARY}:")
    for region in (PRIMARY, DR):
        api = emulator.client("dynamodb", region)
        table = api.describe_table(TableName="gt-own")["Table"]
        assert table["SSEDescription"]["KMSMasterKeyArn"] == keys[region]
        assert table["StreamSpecification"]["StreamEnabled"]
        backups = api.describe_continuous_backups(TableName="gt-own")["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        ttl = api.describe_time_to_live(TableName="gt-own")["TimeToLiveDescription"]
        assert ttl["AttributeName"] == "expires"
        tags = api.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        assert {"Key": "CostCenter", "Value": "42"} in tags
    assert (
        emulator.client("dynamodb").describe_table(TableName="gt-own")["Table"]["Replicas"][0]["KMSMasterKeyId"]
        == keys[DR]
    )

    # Deletion protection added in place, then it refuses the delete.
    template = global_table("gt-own", keys)
    template["Resources"]["Table"]["Properties"]["Replicas"][0]["DeletionProtectionEnabled"] = True
    emulator.client("dynamodb").put_item(TableName="gt-own", Item={"id": {"S": "kept"}})
    emulator.update("gt", template)
    assert emulator.client("dynamodb").get_item(TableName="gt-own", Key={"id": {"S": "kept"}})["Item"]
    emulator.delete("gt", expect="DELETE_FAILED")
    emulator.client("dynamodb").update_table(TableName="gt-own", DeletionProtectionEnabled=False)
    emulator.delete("gt")
    for region in (PRIMARY, DR):
        assert "gt-own" not in emulator.client("dynamodb", region).list_tables()["TableNames"]
        left = emulator.client("resourcegroupstaggingapi", region).get_resources(ResourceTypeFilters=["dynamodb"])
        assert not [r for r in left["ResourceTagMappingList"] if r["ResourceARN"].endswith("/gt-own")]


def test_a_write_reaches_the_other_region_after_the_delay_and_in_order(
    emulator: Emulator, keys: dict[str, str]
) -> None:
    emulator.create("gt-delay", global_table("gt-delay", keys))
    there, here = emulator.client("dynamodb", DR), emulator.client("dynamodb")
    try:
        emulator.control("PUT", "replication", {"dynamodb": {"delayMs": 700}})
        for number in range(5):
            here.put_item(TableName="gt-delay", Item={"id": {"S": "a"}, "n": {"N": str(number)}})
        assert "Item" not in there.get_item(TableName="gt-delay", Key={"id": {"S": "a"}})
        status, state = emulator.control("GET", "replication")
        assert status == 200 and state["dynamodb"]["inFlight"][0]["changes"] == 5

        started = time.monotonic()
        item = eventually(lambda: there.get_item(TableName="gt-delay", Key={"id": {"S": "a"}}).get("Item"))
        assert time.monotonic() - started > 0.3 and item["n"]["N"] in "01234"
        eventually(lambda: there.get_item(TableName="gt-delay", Key={"id": {"S": "a"}})["Item"]["n"]["N"] == "4")
    finally:
        emulator.control("PUT", "replication", {"dynamodb": {"delayMs": 0}})
    emulator.delete("gt-delay")


def test_of_two_concurrent_writes_the_later_one_stays_in_both_regions(emulator: Emulator, keys: dict[str, str]) -> None:
    emulator.create("gt-lww", global_table("gt-lww", keys))
    there, here = emulator.client("dynamodb", DR), emulator.client("dynamodb")
    emulator.control("PUT", "replication", {"dynamodb": {"delayMs": 400}})
    here.put_item(TableName="gt-lww", Item={"id": {"S": "a"}, "from": {"S": "earlier"}})
    there.put_item(TableName="gt-lww", Item={"id": {"S": "a"}, "from": {"S": "later"}})
    time.sleep(1.0)
    emulator.control("PUT", "replication", {"dynamodb": {"delayMs": 0}})
    for api in (here, there):
        assert api.get_item(TableName="gt-lww", Key={"id": {"S": "a"}})["Item"]["from"]["S"] == "later"
    emulator.delete("gt-lww")


def test_aws_refusals_of_global_tables(emulator: Emulator, keys: dict[str, str]) -> None:
    swapped = {PRIMARY: keys[DR], DR: keys[PRIMARY]}
    assert "does not exist in Region" in emulator.refused("gt-bad1", global_table("gt-bad", swapped))
    assert "StreamSpecification" in emulator.refused("gt-bad2", global_table("gt-bad", keys, StreamSpecification=None))
    assert "Region that the stack" in emulator.refused("gt-bad3", global_table("gt-bad", {DR: keys[DR]}))


def test_regional_table_settings_take_effect_and_change_in_place(emulator: Emulator, keys: dict[str, str]) -> None:
    def template(recovery: bool) -> Json:
        return {
            "Resources": {
                "Table": {
                    "Type": "AWS::DynamoDB::Table",
                    "Properties": {
                        "TableName": "regional",
                        "BillingMode": "PAY_PER_REQUEST",
                        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys[PRIMARY]},
                        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery},
                    },
                }
            }
        }

    api = emulator.client("dynamodb")
    emulator.create("regional", template(True))
    assert api.describe_table(TableName="regional")["Table"]["SSEDescription"]["KMSMasterKeyArn"] == keys[PRIMARY]
    emulator.update("regional", template(False))
    backups = api.describe_continuous_backups(TableName="regional")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    emulator.delete("regional")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        api.describe_table(TableName="regional")
