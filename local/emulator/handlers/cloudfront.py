"""CloudFront: what it refuses when a distribution, an access control or a headers policy is made or removed."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import acm, cloudfront, s3, waf

from ..gateway import Json
from ..resources import Extension, Refused, extend
from ..settings import Settings

EDGE_REGION = "us-east-1"
"""Where certificates and web ACLs of distributions live."""


def covers(pattern: str, name: str) -> bool:
    """Whether a name of a certificate covers a host name; a wildcard stands for one label."""
    pattern, name = pattern.lower(), name.lower()
    return pattern == name or pattern.startswith("*.") and pattern[1:] == "." + name.split(".", 1)[-1]


class Distribution(Extension):
    """Names, certificate, web ACL, origins, groups and log bucket must fit each other and exist."""

    type_name = "AWS::CloudFront::Distribution"

    def check(self, props: Json, old: Json | None) -> None:
        config = props["DistributionConfig"]
        before = set((old or {}).get("DistributionConfig", {}).get("Aliases") or [])
        for name in set(config.get("Aliases") or []) - before:
            if cloudfront._domain_owners(name):
                raise Refused(f"One or more of the CNAMEs you provided are already associated: {name}")
        self._check_certificate(config)
        self._check_web_acl(config.get("WebACLId"))
        self._check_origins(config)
        self._check_logging(config.get("Logging"))

    @staticmethod
    def _check_certificate(config: Json) -> None:
        arn = (config.get("ViewerCertificate") or {}).get("AcmCertificateArn")
        if not arn:
            if config.get("Aliases"):
                raise Refused("To add an alternate domain name (CNAME), you must attach a trusted certificate.")
            return
        with request_scope(get_account_id(), EDGE_REGION):
            record = acm._certificates.get(arn)
        if record is None or arn.split(":")[3] != EDGE_REGION:
            raise Refused(f"The specified SSL certificate doesn't exist, isn't in {EDGE_REGION} region: {arn}")
        names = [str(record.get("DomainName", "")), *(record.get("SubjectAlternativeNames") or [])]
        for alias in config.get("Aliases") or []:
            if not any(covers(name, alias) for name in names):
                raise Refused(f"The certificate that is attached to your distribution doesn't cover {alias}.")

    @staticmethod
    def _check_web_acl(arn: str | None) -> None:
        if not arn:
            return
        with request_scope(get_account_id(), EDGE_REGION):
            known = any(acl.get("ARN") == arn for acl in waf._web_acls.values())
        if not known or ":global/webacl/" not in arn:
            raise Refused(f"The web ACL {arn} was not found, or its scope is not CLOUDFRONT.")

    @staticmethod
    def _check_origins(config: Json) -> None:
        origins = {origin["Id"] for origin in config.get("Origins") or []}
        for origin in config.get("Origins") or []:
            control = origin.get("OriginAccessControlId")
            if control and control not in cloudfront._oacs:
                raise Refused(f"The specified origin access control does not exist: {control}")
        groups = set()
        for group in (config.get("OriginGroups") or {}).get("Items") or []:
            members = [member["OriginId"] for member in group["Members"]["Items"]]
            if len(members) != 2 or not set(members) <= origins:
                raise Refused(f"Origin group {group['Id']} must have two members that are origins: {members}")
            groups.add(group["Id"])
        for behaviour in [config["DefaultCacheBehavior"], *(config.get("CacheBehaviors") or [])]:
            if behaviour["TargetOriginId"] not in origins | groups:
                raise Refused(f"The specified origin {behaviour['TargetOriginId']} does not exist.")

    @staticmethod
    def _check_logging(logging: Json | None) -> None:
        if not logging:
            return
        bucket = str(logging["Bucket"]).split(".s3", 1)[0]
        owner = s3._bucket_owner_account(bucket)
        if owner is None:
            raise Refused(f"The S3 bucket that you specified for CloudFront logs does not exist: {bucket}")
        record = s3._buckets.get_scoped(owner, None, bucket) or {}
        # Buckets have no ACL unless their owner asks for one.
        if "BucketOwnerEnforced" in record.get("_ownership_controls", "BucketOwnerEnforced"):
            raise Refused(f"The S3 bucket that you specified for CloudFront logs does not enable ACL access: {bucket}")


def _users(reference: str) -> list[str]:
    return [d["Id"] for d in cloudfront._distributions.values() if reference in d["config_xml"]]


class OriginAccessControl(Extension):
    """One that a distribution uses stays."""

    type_name = "AWS::CloudFront::OriginAccessControl"

    def check_delete(self, physical_id: str, props: Json) -> None:
        if _users(physical_id):
            raise Refused("Cannot delete the origin access control because it's currently in use.")


class ResponseHeadersPolicy(Extension):
    """One that a distribution uses stays."""

    type_name = "AWS::CloudFront::ResponseHeadersPolicy"

    def check_delete(self, physical_id: str, props: Json) -> None:
        if _users(physical_id):
            raise Refused("Cannot delete the response headers policy because it is attached to a distribution.")


def install(settings: Settings) -> None:
    """Register the types of this module."""
    types: tuple[Any, ...] = (Distribution(), OriginAccessControl(), ResponseHeadersPolicy())
    for extension in types:
        extend(extension)
