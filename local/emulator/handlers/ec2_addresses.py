"""EC2: elastic addresses, NAT gateways and flow logs (all refused in stock), tags of what stock leaves untagged."""

from __future__ import annotations

from ministack.services import ec2

from ..gateway import Json, call, client, ignoring, without_aws_tags
from ..resources import Extension, Handler, Refused, Resource, changed, extend, register
from ..settings import Settings


def tag(resource_id: str, old: Json | None, new: Json) -> None:
    """Bring the tags of one EC2 resource to what the template says."""
    before = {t["Key"]: t["Value"] for t in without_aws_tags((old or {}).get("Tags"))}
    after = {t["Key"]: str(t["Value"]) for t in without_aws_tags(new.get("Tags"))}
    gone = [{"Key": key} for key in before.keys() - after.keys()]
    if gone:
        call("ec2", "delete_tags", {"Resources": [resource_id], "Tags": gone})
    if after and before != after:
        tags = [{"Key": key, "Value": value} for key, value in after.items()]
        call("ec2", "create_tags", {"Resources": [resource_id], "Tags": tags})


class ElasticIp(Handler):
    """``Ref`` is the address itself, ``GetAtt AllocationId`` what a NAT gateway takes (EC2 reference, AWS::EC2::EIP)."""

    type_name = "AWS::EC2::EIP"
    create_only = ("Domain", "NetworkBorderGroup", "TransferAddress", "Address", "IpamPoolId")
    tags = "Tags"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        made = call("ec2", "allocate_address", {"Domain": "vpc"})
        tag(made["AllocationId"], None, props)
        return made["PublicIp"], {"AllocationId": made["AllocationId"], "PublicIp": made["PublicIp"]}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        allocation_id = self._allocation(physical_id)
        if allocation_id is None:
            raise Refused(f"The address '{physical_id}' does not exist.")
        tag(allocation_id, old, new)
        return physical_id, {"AllocationId": allocation_id, "PublicIp": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        allocation_id = self._allocation(physical_id)
        if allocation_id is None:
            return
        if any(n["AllocationId"] == allocation_id and n["State"] != "deleted" for n in ec2._nat_gateways.values()):
            raise Refused(f"The address with allocation id [{allocation_id}] cannot be released because it is in use.")
        call("ec2", "release_address", {"AllocationId": allocation_id})

    @staticmethod
    def _allocation(public_ip: str) -> str | None:
        addresses = client("ec2").describe_addresses()["Addresses"]
        return next((a["AllocationId"] for a in addresses if a["PublicIp"] == public_ip), None)


class NatGateway(Handler):
    """Deleted gateways stay visible for about an hour on AWS; here for as long as the emulator runs, unless removed."""

    type_name = "AWS::EC2::NatGateway"
    create_only = ("AllocationId", "SubnetId", "VpcId", "ConnectivityType", "PrivateIpAddress")
    tags = "Tags"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        nat_id = call("ec2", "create_nat_gateway", {k: v for k, v in props.items() if k != "Tags"})["NatGateway"][
            "NatGatewayId"
        ]
        tag(nat_id, None, props)
        return nat_id, {"NatGatewayId": nat_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        tag(physical_id, old, new)
        return physical_id, {"NatGatewayId": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        ignoring("NotFound", "ec2", "delete_nat_gateway", {"NatGatewayId": physical_id})
        # Not kept in state `deleted`: a check that nothing is left could not tell it from a forgotten gateway.
        ec2._nat_gateways.pop(physical_id, None)
        ec2._tags.pop(physical_id, None)


class FlowLog(Handler):
    """Every property but the tags is create-only (EC2 reference, AWS::EC2::FlowLog)."""

    type_name = "AWS::EC2::FlowLog"
    create_only = (
        "DeliverCrossAccountRole", "DeliverLogsPermissionArn", "DestinationOptions", "LogDestination",
        "LogDestinationType", "LogFormat", "LogGroupName", "MaxAggregationInterval", "ResourceId", "ResourceType",
        "TrafficType",
    )  # fmt: skip
    tags = "Tags"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        request = {k: v for k, v in props.items() if k not in ("ResourceId", "Tags")}
        flow_log_id = call("ec2", "create_flow_logs", {**request, "ResourceIds": [props["ResourceId"]]})["FlowLogIds"][
            0
        ]
        tag(flow_log_id, None, props)
        return flow_log_id, {"Id": flow_log_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        tag(physical_id, old, new)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        call("ec2", "delete_flow_logs", {"FlowLogIds": [physical_id]})


class Vpc(Extension):
    """A VPC with anything in it is not deleted (stock: it is, and leaves the rest orphaned)."""

    type_name = "AWS::EC2::VPC"

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        return {"CidrBlock": ec2._vpcs[physical_id]["CidrBlock"], "CidrBlockAssociations": [], "Ipv6CidrBlocks": []}

    def check_delete(self, physical_id: str, props: Json) -> None:
        subnets = [s for s, record in list(ec2._subnets.items()) if record.get("VpcId") == physical_id]
        if subnets:
            raise Refused(f"The vpc '{physical_id}' has dependencies and cannot be deleted (subnets {subnets}).")


class VpcEndpoint(Extension):
    """Its type is create-only, which stock changes in place."""

    type_name = "AWS::EC2::VPCEndpoint"

    def check(self, props: Json, old: Json | None) -> None:
        if old is not None and changed(old, props) & {"VpcEndpointType", "VpcId", "ServiceName"}:
            raise Refused("Changing the service of a VPC endpoint replaces it; give it another logical id.")


def install(settings: Settings) -> None:
    """Register the types of this module."""
    for handler in (ElasticIp(), NatGateway(), FlowLog()):
        register(handler)
    for extension in (Vpc(), VpcEndpoint()):
        extend(extension)
