from __future__ import annotations

from .conftest import PRIMARY, Emulator
from .templates import Json, allow, att, output, ref, role


def network(name: str, *, extra_port: int = 5432, nat_tag: str = "a") -> Json:
    def group(description: str) -> Json:
        return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": description, "VpcId": ref("Vpc")}}

    return {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16", "EnableDnsSupport": True}},
            "Subnet": {
                "Type": "AWS::EC2::Subnet",
                "Properties": {"VpcId": ref("Vpc"), "CidrBlock": "10.9.0.0/24", "AvailabilityZone": f"{PRIMARY}a"},
            },
            "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
            "Nat": {
                "Type": "AWS::EC2::NatGateway",
                "Properties": {
                    "AllocationId": att("Address", "AllocationId"),
                    "SubnetId": ref("Subnet"),
                    "Tags": [{"Key": "Name", "Value": nat_tag}],
                },
            },
            "Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": ref("Vpc")}},
            "AclEntry": {
                "Type": "AWS::EC2::NetworkAclEntry",
                "Properties": {
                    "NetworkAclId": ref("Acl"), "RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "Egress": False,
                    "CidrBlock": "10.9.0.0/16", "PortRange": {"From": 443, "To": 443},
                },
            },
            "AclAssociation": {
                "Type": "AWS::EC2::SubnetNetworkAclAssociation",
                "Properties": {"SubnetId": ref("Subnet"), "NetworkAclId": ref("Acl")},
            },
            "Functions": group("functions"),
            "Database": group("database"),
            "In": {
                "Type": "AWS::EC2::SecurityGroupIngress",
                "Properties": {
                    "GroupId": att("Database", "GroupId"), "IpProtocol": "tcp", "FromPort": extra_port, "ToPort": extra_port,
                    "SourceSecurityGroupId": att("Functions", "GroupId"), "Description": "from functions",
                },
            },
            "Out": {
                "Type": "AWS::EC2::SecurityGroupEgress",
                "Properties": {
                    "GroupId": att("Functions", "GroupId"), "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432,
                    "DestinationSecurityGroupId": att("Database", "GroupId"),
                },
            },
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/vpc/{name}", "RetentionInDays": 400}},
            "LogRole": role(f"role-flow-{name}", "vpc-flow-logs.amazonaws.com", [allow("logs:PutLogEvents")]),
            "FlowLog": {
                "Type": "AWS::EC2::FlowLog",
                "Properties": {
                    "ResourceId": ref("Vpc"), "ResourceType": "VPC", "TrafficType": "ALL",
                    "LogGroupName": ref("Logs"), "DeliverLogsPermissionArn": att("LogRole", "Arn"),
                },
            },
        },
        "Outputs": output(
            Vpc=ref("Vpc"), Database=att("Database", "GroupId"), Ip=ref("Address"), Nat=ref("Nat"),
            Allocation=att("Address", "AllocationId"),
        ),
    }  # fmt: skip


def test_network_resources_come_change_in_place_and_leave_nothing(emulator: Emulator) -> None:
    api = emulator.client("ec2")
    outputs = emulator.create("net", network("net"))
    group = api.describe_security_groups(GroupIds=[outputs["Database"]])["SecurityGroups"][0]
    assert [p["FromPort"] for p in group["IpPermissions"]] == [5432]
    assert api.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [outputs["Vpc"]]}])["FlowLogs"]
    address = next(a for a in api.describe_addresses()["Addresses"] if a["PublicIp"] == outputs["Ip"])
    assert {"Key": "Project", "Value": "payments"} in address["Tags"]
    acl = next(a for a in api.describe_network_acls()["NetworkAcls"] if a["Associations"])
    assert acl["Entries"][0]["RuleNumber"] == 100

    changed = emulator.update("net", network("net", extra_port=5433, nat_tag="b"))
    assert changed["Nat"] == outputs["Nat"] and changed["Vpc"] == outputs["Vpc"]
    group = api.describe_security_groups(GroupIds=[outputs["Database"]])["SecurityGroups"][0]
    assert [p["FromPort"] for p in group["IpPermissions"]] == [5433]
    nat = api.describe_nat_gateways(NatGatewayIds=[outputs["Nat"]])["NatGateways"][0]
    assert {"Key": "Name", "Value": "b"} in nat["Tags"]

    emulator.delete("net")
    assert not [v for v in api.describe_vpcs()["Vpcs"] if v["VpcId"] == outputs["Vpc"]]
    assert not [a for a in api.describe_addresses()["Addresses"] if a["PublicIp"] == outputs["Ip"]]
    assert not [n for n in api.describe_nat_gateways()["NatGateways"] if n["NatGatewayId"] == outputs["Nat"]]
    assert not api.describe_flow_logs()["FlowLogs"]
    groups = emulator.client("logs").describe_log_groups(logGroupNamePrefix="/vpc/net")["logGroups"]
    assert groups == []


def test_what_is_in_use_is_not_deleted(emulator: Emulator) -> None:
    template = network("used")
    emulator.create("used", template)
    for logical_id in ("Nat", "In"):
        del template["Resources"][logical_id]
    del template["Outputs"]["Nat"]
    # An address that a gateway of another stack uses stays: deletes are refused in the wrong order.
    outputs = emulator.update("used", template)
    api = emulator.client("ec2")
    nat = api.create_nat_gateway(SubnetId="subnet-none", AllocationId=outputs["Allocation"])["NatGateway"][
        "NatGatewayId"
    ]
    emulator.delete("used", expect="DELETE_FAILED")
    assert any("in use" in failure for failure in emulator.failures("used"))
    api.delete_nat_gateway(NatGatewayId=nat)
    emulator.delete("used")


def test_a_retention_that_does_not_exist_is_refused(emulator: Emulator) -> None:
    template = {
        "Resources": {
            "G": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/x", "RetentionInDays": 366}}
        }
    }
    assert "RetentionInDays 366" in emulator.refused("bad-retention", template)
