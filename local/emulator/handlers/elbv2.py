"""Elastic Load Balancing: registered targets, certificates, and what AWS refuses."""

from __future__ import annotations

from ministack.services import alb, ec2, s3

from ..gateway import Json, call
from ..permissions import may_invoke, resource_policy_admits
from ..resources import Extension, Refused, extend
from ..settings import Settings
from .apigateway import check_certificate

SERVICE = "elasticloadbalancing.amazonaws.com"


class LoadBalancer(Extension):
    """Two zones, groups that exist, a log bucket that admits the load balancer, deletion protection."""

    type_name = "AWS::ElasticLoadBalancingV2::LoadBalancer"

    def check(self, props: Json, old: Json | None) -> None:
        subnets = props.get("Subnets") or [m["SubnetId"] for m in props.get("SubnetMappings") or []]
        zones = set()
        for subnet in subnets:
            if subnet not in ec2._subnets:
                raise Refused(f"The subnet ID '{subnet}' does not exist")
            zones.add(ec2._subnets[subnet].get("AvailabilityZone"))
        if len(zones) < 2:
            raise Refused("At least two subnets in two different Availability Zones must be specified")
        for group in props.get("SecurityGroups") or []:
            if group not in ec2._security_groups:
                raise Refused(f"The security group '{group}' does not exist")
        attributes = {a["Key"]: str(a["Value"]) for a in props.get("LoadBalancerAttributes") or []}
        bucket = attributes.get("access_logs.s3.bucket")
        if attributes.get("access_logs.s3.enabled") == "true":
            self._check_log_bucket(bucket, attributes.get("access_logs.s3.prefix", ""), props.get("Name", "any"))

    @staticmethod
    def _check_log_bucket(bucket: str | None, prefix: str, name: str) -> None:
        if not bucket or s3._bucket_owner_account(bucket) is None:
            raise Refused(f"S3Bucket: {bucket} does not exist")
        key = f"arn:aws:s3:::{bucket}/{prefix + '/' if prefix else ''}AWSLogs/{s3.get_account_id()}/x"
        services = ("logdelivery.elasticloadbalancing.amazonaws.com", SERVICE, "delivery.logs.amazonaws.com")
        source = f"arn:aws:elasticloadbalancing:{s3.get_region()}:{s3.get_account_id()}:loadbalancer/app/{name}/0123456789abcdef"
        policy = s3._bucket_policies.get(bucket)
        if not any(resource_policy_admits(policy, service, "s3:PutObject", key, source) for service in services):
            raise Refused(f"Access Denied for bucket: {bucket}. Please check S3bucket permission")

    def prepare(self, props: Json) -> Json:
        subnets = props.get("Subnets") or [m["SubnetId"] for m in props.get("SubnetMappings") or []]
        vpc = ec2._subnets[subnets[0]]["VpcId"] if subnets and subnets[0] in ec2._subnets else None
        return {**props, "Subnets": subnets, **({"VpcId": vpc} if vpc else {})}

    def check_delete(self, physical_id: str, props: Json) -> None:
        attributes = {a["Key"]: a["Value"] for a in alb._lb_attrs.get(physical_id, [])}
        if attributes.get("deletion_protection.enabled") == "true":
            raise Refused(f"Load balancer '{physical_id}' cannot be deleted because deletion protection is enabled")


class Listener(Extension):
    """HTTPS needs a certificate of this Region."""

    type_name = "AWS::ElasticLoadBalancingV2::Listener"

    def check(self, props: Json, old: Json | None) -> None:
        certificates = props.get("Certificates") or []
        if props.get("Protocol") == "HTTPS" and not certificates:
            raise Refused("A certificate must be specified for HTTPS listeners")
        for certificate in certificates:
            check_certificate(certificate["CertificateArn"])


class TargetGroup(Extension):
    """``Targets`` are registered; a Lambda target needs the function's permission first. The full name, a dimension of
    metrics, begins with ``targetgroup/``, which stock leaves out."""

    type_name = "AWS::ElasticLoadBalancingV2::TargetGroup"

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        wanted = {t["Id"]: t for t in props.get("Targets") or []}
        present = {t["Id"] for t in alb._targets.get(physical_id, [])}
        for target in wanted.keys() - present:
            if props.get("TargetType") == "lambda" and not may_invoke(target, SERVICE, physical_id):
                raise Refused(f"elasticloadbalancing principal does not have permission to invoke {target} "
                              f"from target group {physical_id}")  # fmt: skip
            call("elbv2", "register_targets", {"TargetGroupArn": physical_id, "Targets": [wanted[target]]})
        previously = {t["Id"] for t in (old or {}).get("Targets") or []}
        for target in (previously - wanted.keys()) & present:
            call("elbv2", "deregister_targets", {"TargetGroupArn": physical_id, "Targets": [{"Id": target}]})
        return {
            "LoadBalancerArns": alb._tgs[physical_id].get("LoadBalancerArns", []),
            "TargetGroupFullName": physical_id.split(":")[-1],
        }

    def check_delete(self, physical_id: str, props: Json) -> None:
        for rule in list(alb._rules.values()):
            if any(a.get("TargetGroupArn") == physical_id for a in rule.get("Actions", [])):
                raise Refused(f"Target group '{physical_id}' is currently in use by a listener or a rule")


def install(settings: Settings) -> None:
    """Register the types of this module."""
    for extension in (LoadBalancer(), Listener(), TargetGroup()):
        extend(extension)
