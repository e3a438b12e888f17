"""EC2: security-group rules and network ACLs as resources of their own (all refused in stock)."""

from __future__ import annotations

import secrets

from ministack.services import ec2

from ..gateway import Json, call, ignoring
from ..resources import Extension, Handler, Refused, Resource, extend, register
from ..settings import Settings
from .ec2_addresses import tag


class SecurityGroupRule(Handler):
    """One rule of a group. Only the description changes in place; the rest replaces (EC2 reference)."""

    create_only = (
        "GroupId", "GroupName", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "SourcePrefixListId",
        "SourceSecurityGroupId", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId",
        "DestinationPrefixListId", "DestinationSecurityGroupId",
    )  # fmt: skip

    def __init__(self, direction: str) -> None:
        self.direction = direction

    def _permission(self, props: Json) -> Json:
        described = {"Description": props["Description"]} if props.get("Description") else {}
        permission: Json = {"IpProtocol": props["IpProtocol"]}
        for port in ("FromPort", "ToPort"):
            if port in props:
                permission[port] = props[port]
        prefix_list = props.get("SourcePrefixListId") or props.get("DestinationPrefixListId")
        group = props.get("SourceSecurityGroupId") or props.get("DestinationSecurityGroupId")
        if props.get("CidrIp"):
            permission["IpRanges"] = [{"CidrIp": props["CidrIp"], **described}]
        elif props.get("CidrIpv6"):
            permission["Ipv6Ranges"] = [{"CidrIpv6": props["CidrIpv6"], **described}]
        elif prefix_list:
            permission["PrefixListIds"] = [{"PrefixListId": prefix_list, **described}]
        elif group:
            permission["UserIdGroupPairs"] = [{"GroupId": group, **described}]
        else:
            raise Refused("A rule needs a CIDR range, a prefix list or a security group.")
        return permission

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        request = {"GroupId": props["GroupId"], "IpPermissions": [self._permission(props)]}
        made = call("ec2", f"authorize_security_group_{self.direction}", request)
        rules = made.get("SecurityGroupRules") or [{}]
        rule_id = rules[0].get("SecurityGroupRuleId") or f"sgr-{secrets.token_hex(9)[:17]}"
        return rule_id, {"Id": rule_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        self.delete(physical_id, old)
        self.create(physical_id, new, stack_name)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        request = {"GroupId": props["GroupId"], "IpPermissions": [self._permission(props)]}
        ignoring("NotFound", "ec2", f"revoke_security_group_{self.direction}", request)


class SecurityGroupIngress(SecurityGroupRule):
    """An incoming rule."""

    type_name = "AWS::EC2::SecurityGroupIngress"


class SecurityGroupEgress(SecurityGroupRule):
    """An outgoing rule."""

    type_name = "AWS::EC2::SecurityGroupEgress"


class SecurityGroup(Extension):
    """A group that another group's rule names is not deleted (DependencyViolation on AWS, silent in stock)."""

    type_name = "AWS::EC2::SecurityGroup"

    def check_delete(self, physical_id: str, props: Json) -> None:
        for group_id, group in list(ec2._security_groups.items()):
            rules = [*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])]
            named = {pair.get("GroupId") for rule in rules for pair in rule.get("UserIdGroupPairs", [])}
            if group_id != physical_id and physical_id in named:
                raise Refused(f"resource {physical_id} has a dependent object (security group {group_id}).")


class NetworkAcl(Handler):
    """A network ACL without its entries."""

    type_name = "AWS::EC2::NetworkAcl"
    create_only = ("VpcId",)
    tags = "Tags"

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        acl_id = call("ec2", "create_network_acl", {"VpcId": props["VpcId"]})["NetworkAcl"]["NetworkAclId"]
        tag(acl_id, None, props)
        return acl_id, {"Id": acl_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        tag(physical_id, old, new)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        acl = ec2._network_acls.get(physical_id)
        if acl and acl["Associations"]:
            raise Refused(f"The networkAcl '{physical_id}' has dependencies and cannot be deleted.")
        ignoring("NotFound", "ec2", "delete_network_acl", {"NetworkAclId": physical_id})
        ec2._tags.pop(physical_id, None)


class NetworkAclEntry(Handler):
    """One entry of an ACL. Stock keeps neither port ranges nor ICMP types: they are added to its record."""

    type_name = "AWS::EC2::NetworkAclEntry"
    create_only = ("Egress", "NetworkAclId", "RuleNumber")

    @staticmethod
    def _record(props: Json) -> Json:
        record: Json = {
            "RuleNumber": int(props["RuleNumber"]),
            "Protocol": str(props["Protocol"]),
            "RuleAction": props["RuleAction"],
            "Egress": str(props.get("Egress", "false")).lower() == "true",
        }
        if props.get("Ipv6CidrBlock"):
            record["Ipv6CidrBlock"] = props["Ipv6CidrBlock"]
        else:
            record["CidrBlock"] = props["CidrBlock"]
        if props.get("PortRange"):
            record["PortRange"] = {end: int(port) for end, port in props["PortRange"].items()}
        return record

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        record = self._record(props)
        acl = ec2._network_acls.get(props["NetworkAclId"])
        if acl is None:
            raise Refused(f"The networkAcl ID '{props['NetworkAclId']}' does not exist.")
        key = (record["RuleNumber"], record["Egress"])
        if any((entry["RuleNumber"], entry["Egress"]) == key for entry in acl["Entries"]):
            raise Refused(f"The network acl entry identified by {record['RuleNumber']} already exists.")
        acl["Entries"].append(record)
        entry_id = f"{props['NetworkAclId']}|{key[0]}|{'egress' if key[1] else 'ingress'}"
        return entry_id, {"Id": entry_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        self.delete(physical_id, old)
        self.create(physical_id, new, stack_name)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        acl = ec2._network_acls.get(props["NetworkAclId"])
        if acl is None:
            return
        record = self._record(props)
        key = (record["RuleNumber"], record["Egress"])
        acl["Entries"] = [entry for entry in acl["Entries"] if (entry["RuleNumber"], entry["Egress"]) != key]


class SubnetNetworkAclAssociation(Handler):
    """A subnet has one ACL at a time; stock's ReplaceNetworkAclAssociation forgets which subnet it was."""

    type_name = "AWS::EC2::SubnetNetworkAclAssociation"
    create_only = ("SubnetId", "NetworkAclId")

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        acl = ec2._network_acls.get(props["NetworkAclId"])
        if acl is None:
            raise Refused(f"The networkAcl ID '{props['NetworkAclId']}' does not exist.")
        for other in list(ec2._network_acls.values()):
            other["Associations"] = [a for a in other["Associations"] if a["SubnetId"] != props["SubnetId"]]
        association_id = f"aclassoc-{secrets.token_hex(9)[:17]}"
        acl["Associations"].append({"NetworkAclAssociationId": association_id, "SubnetId": props["SubnetId"]})
        return association_id, {"AssociationId": association_id}

    def delete(self, physical_id: str, props: Json) -> None:
        for acl in list(ec2._network_acls.values()):
            acl["Associations"] = [a for a in acl["Associations"] if a["NetworkAclAssociationId"] != physical_id]


def install(settings: Settings) -> None:
    """Register the types of this module."""
    for handler in (
        SecurityGroupIngress("ingress"),
        SecurityGroupEgress("egress"),
        NetworkAcl(),
        NetworkAclEntry(),
        SubnetNetworkAclAssociation(),
    ):
        register(handler)
    extend(SecurityGroup())
