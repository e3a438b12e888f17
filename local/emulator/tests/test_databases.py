from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from .conftest import DR, PRIMARY, ControlStandIn, Emulator, eventually
from .templates import Json, att, key, output, ref

SECRET = "correct-horse-battery"


def cluster(name: str, place: str, group: Json | str, secret_arn: str = "", *, retention: int = 35,
            protect: bool = False) -> Json:  # fmt: skip
    properties: Json = {
        "DBClusterIdentifier": f"cluster-{name}",
        "Engine": "aurora-postgresql",
        "EngineVersion": "17.7",
        "GlobalClusterIdentifier": group,
        "DBSubnetGroupName": ref("Subnets"),
        "StorageEncrypted": True,
        "KmsKeyId": att("Key", "Arn"),
        "BackupRetentionPeriod": retention,
        "DeletionProtection": protect,
        "EnableCloudwatchLogsExports": ["postgresql"],
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4},
    }
    resources: dict[str, Json] = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.6.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": ref("Vpc"), "CidrBlock": "10.6.0.0/24"}},
        "Subnets": {
            "Type": "AWS::RDS::DBSubnetGroup",
            "Properties": {
                "DBSubnetGroupName": f"subnets-{name}",
                "DBSubnetGroupDescription": "d",
                "SubnetIds": [ref("Subnet")],
            },
        },
        "Key": key(),
        "Cluster": {"Type": "AWS::RDS::DBCluster", "DeletionPolicy": "Delete", "Properties": properties},
    }
    for number in (1, 2):
        resources[f"Instance{number}"] = {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "DBInstanceIdentifier": f"instance-{name}-{number}", "DBClusterIdentifier": ref("Cluster"),
                "DBInstanceClass": "db.serverless", "Engine": "aurora-postgresql",
            },
        }  # fmt: skip
        if number == 2:
            resources["Instance2"]["DependsOn"] = "Instance1"
    if place == "primary":
        properties["MasterUsername"] = f"{{{{resolve:secretsmanager:{secret_arn}:SecretString:username}}}}"
        properties["MasterUserPassword"] = f"{{{{resolve:secretsmanager:{secret_arn}:SecretString:password}}}}"
        properties["DatabaseName"] = "payments"
        resources["Global"] = {
            "Type": "AWS::RDS::GlobalCluster",
            "Properties": {
                "GlobalClusterIdentifier": f"global-{name}", "Engine": "aurora-postgresql", "EngineVersion": "17.7",
                "StorageEncrypted": True,
            },
        }  # fmt: skip
        properties["GlobalClusterIdentifier"] = ref("Global")
    outputs = output(
        Endpoint=att("Cluster", "Endpoint.Address"), Reader=att("Cluster", "ReadEndpoint.Address"),
        Port=att("Cluster", "Endpoint.Port"), Arn=att("Cluster", "DBClusterArn"), Instance=att("Instance1", "Endpoint.Port"),
        Resource=att("Cluster", "DBClusterResourceId"),
    )  # fmt: skip
    return {"Resources": resources, "Outputs": outputs}


@pytest.fixture
def pair(emulator: Emulator) -> Iterator[dict[str, dict[str, str]]]:
    ControlStandIn.requests.clear()
    secret = emulator.client("secretsmanager").create_secret(
        Name="secret-admin", SecretString='{"username": "admin_user", "password": "%s"}' % SECRET
    )["ARN"]
    primary = emulator.create("db", cluster("db", "primary", "", secret))
    dr = emulator.create("db-dr", cluster("db", "dr", "global-db"), DR)
    yield {"primary": primary, "dr": dr, "secret": {"arn": secret}}
    emulator.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def members(emulator: Emulator) -> dict[str, bool]:
    group = emulator.client("rds").describe_global_clusters(GlobalClusterIdentifier="global-db")["GlobalClusters"][0]
    return {m["DBClusterArn"].split(":")[3]: m["IsWriter"] for m in group["GlobalClusterMembers"]}


def test_the_pair_has_real_endpoints_roles_and_promotion(emulator: Emulator, pair: dict[str, dict[str, str]]) -> None:
    assert (pair["primary"]["Endpoint"], pair["primary"]["Port"], pair["primary"]["Instance"]) == (
        "127.0.0.1",
        "5501",
        "5501",
    )
    assert pair["dr"]["Port"] == "5502"
    created = [body for method, path, body in ControlStandIn.requests if path == "/rds/clusters"]
    assert created[0]["role"] == "writer" and created[0]["masterUserPassword"] == SECRET
    assert created[0]["masterUsername"] == "admin_user" and created[0]["databaseName"] == "payments"
    assert created[1]["role"] == "secondary" and "masterUserPassword" not in created[1]
    assert created[1]["databaseName"] == "payments" and created[1]["globalClusterIdentifier"] == "global-db"

    described = emulator.client("rds").describe_db_clusters(DBClusterIdentifier="cluster-db")["DBClusters"][0]
    assert (
        described["Endpoint"] == "127.0.0.1" and described["Port"] == 5501 and described["BackupRetentionPeriod"] == 35
    )
    assert described["KmsKeyId"].startswith("arn:aws:kms") and described["EnabledCloudwatchLogsExports"] == [
        "postgresql"
    ]
    assert [m["IsClusterWriter"] for m in described["DBClusterMembers"]] == [True, False]
    assert {"Key": "Project", "Value": "payments"} in described["TagList"]
    assert members(emulator) == {PRIMARY: True, DR: False}

    emulator.client("rds", DR).failover_global_cluster(
        GlobalClusterIdentifier="global-db", TargetDbClusterIdentifier=pair["dr"]["Arn"], AllowDataLoss=True
    )
    under_way = emulator.client("rds", DR).describe_global_clusters()["GlobalClusters"][0]
    assert (under_way["Status"], under_way["FailoverState"]["Status"]) == ("failing-over", "failing-over")
    with pytest.raises(ClientError, match="InvalidGlobalClusterStateFault"):
        emulator.client("rds", DR).switchover_global_cluster(
            GlobalClusterIdentifier="global-db", TargetDbClusterIdentifier=pair["dr"]["Arn"]
        )
    eventually(lambda: members(emulator) == {PRIMARY: False, DR: True})
    assert (
        "POST",
        "/rds/promote",
        {"globalClusterIdentifier": "global-db", "targetRegion": DR, "mode": "failover"},
    ) in ControlStandIn.requests
    writers = emulator.client("rds", DR).describe_db_clusters(DBClusterIdentifier="cluster-db")["DBClusters"][0]
    assert [m["IsClusterWriter"] for m in writers["DBClusterMembers"]] == [True, False]

    emulator.client("rds", DR).switchover_global_cluster(
        GlobalClusterIdentifier="global-db", TargetDbClusterIdentifier=pair["primary"]["Arn"]
    )
    eventually(lambda: members(emulator) == {PRIMARY: True, DR: False})
    assert ControlStandIn.requests[-1][2]["mode"] == "switchover"

    ControlStandIn.refuse_promotion = True
    emulator.client("rds").switchover_global_cluster(
        GlobalClusterIdentifier="global-db", TargetDbClusterIdentifier=pair["dr"]["Arn"]
    )

    def settled() -> bool:
        return "FailoverState" not in emulator.client("rds").describe_global_clusters()["GlobalClusters"][0]

    eventually(settled)
    ControlStandIn.refuse_promotion = False
    assert members(emulator) == {PRIMARY: True, DR: False}

    # In-place update keeps the cluster.
    changed = emulator.update("db", cluster("db", "primary", "", pair["secret"]["arn"], retention=7, protect=True))
    assert changed["Resource"] == pair["primary"]["Resource"]
    described = emulator.client("rds").describe_db_clusters(DBClusterIdentifier="cluster-db")["DBClusters"][0]
    assert described["BackupRetentionPeriod"] == 7 and described["Endpoint"] == "127.0.0.1"

    # The writer leaves last, and a protected cluster not at all.
    emulator.delete("db-dr", DR)
    emulator.delete("db", expect="DELETE_FAILED")
    assert any("protected" in failure for failure in emulator.failures("db"))
    emulator.client("rds").modify_db_cluster(DBClusterIdentifier="cluster-db", DeletionProtection=False)
    emulator.delete("db")
    assert emulator.client("rds").describe_global_clusters()["GlobalClusters"] == []
    assert ("DELETE", f"/rds/clusters/{PRIMARY}/cluster-db", None) in ControlStandIn.requests


def test_the_secondary_leaves_as_a_writer_of_its_own_and_the_writer_last(
    emulator: Emulator, pair: dict[str, dict[str, str]]
) -> None:
    emulator.client("rds", DR).failover_global_cluster(
        GlobalClusterIdentifier="global-db", TargetDbClusterIdentifier=pair["dr"]["Arn"], AllowDataLoss=True
    )
    eventually(lambda: members(emulator) == {PRIMARY: False, DR: True})
    with pytest.raises(ClientError, match="InvalidGlobalClusterStateFault"):
        emulator.client("rds", DR).remove_from_global_cluster(
            GlobalClusterIdentifier="global-db", DbClusterIdentifier=pair["dr"]["Arn"]
        )
    assert not any(path == "/rds/detach" for _, path, _ in ControlStandIn.requests)

    emulator.client("rds").remove_from_global_cluster(
        GlobalClusterIdentifier="global-db", DbClusterIdentifier=pair["primary"]["Arn"]
    )
    detached = {"region": PRIMARY, "clusterIdentifier": "cluster-db"}
    assert ("POST", "/rds/detach", detached) in ControlStandIn.requests
    assert members(emulator) == {DR: True}
    alone = emulator.client("rds").describe_db_clusters(DBClusterIdentifier="cluster-db")["DBClusters"][0]
    assert [m["IsClusterWriter"] for m in alone["DBClusterMembers"]] == [True, False]

    # The order of a deployment's end, which knows nothing of a failover.
    emulator.delete("db-dr", DR)
    emulator.delete("db")
    assert emulator.client("rds").describe_global_clusters()["GlobalClusters"] == []


def test_secrets_are_in_no_event_and_no_log(emulator: Emulator) -> None:
    secret = emulator.client("secretsmanager").create_secret(
        Name="secret-x", SecretString='{"password": "hunter-hunter-2"}'
    )["ARN"]
    reference = "{{resolve:secretsmanager:%s:SecretString:password}}" % secret
    body: Json = {
        "Resources": {
            "Q": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [reference], "PolicyDocument": {}}}
        }
    }
    assert "****" in emulator.refused("secret-stack", body)
    log = (emulator.folder / "emulator.log").read_text()
    assert "hunter-hunter-2" not in log and SECRET not in log
    body["Resources"]["Q"]["Properties"]["Queues"] = [reference.replace("password", "missing")]
    assert "missing" in emulator.refused("secret-stack", body)
    emulator.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def test_a_secondary_with_another_version_is_refused(emulator: Emulator) -> None:
    emulator.client("rds").create_global_cluster(
        GlobalClusterIdentifier="global-v", Engine="aurora-postgresql", EngineVersion="17.6", StorageEncrypted=True
    )
    assert "differs from the global cluster" in emulator.refused("db-v", cluster("v", "dr", "global-v"), DR)
    emulator.client("rds").delete_global_cluster(GlobalClusterIdentifier="global-v")
