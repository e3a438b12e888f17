from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from .conftest import ACCOUNT, DR, PRIMARY, Emulator
from .templates import Json, att, output, ref

SITE = "status.payments.test"
EDGE_REGION = "us-east-1"
NAMES = {PRIMARY: "edge-pages-primary", DR: "edge-pages-dr"}
CODES = {PRIMARY: "primary", DR: "dr"}


@pytest.fixture(scope="module")
def prerequisites(emulator: Emulator) -> dict[str, str]:
    certificate = emulator.client("acm", EDGE_REGION).request_certificate(DomainName="*.payments.test")
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "edge"}
    acl = emulator.client("wafv2", EDGE_REGION).create_web_acl(
        Name="edge", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )
    return {"certificate": certificate["CertificateArn"], "acl": acl["Summary"]["ARN"]}


def distribution(prerequisites: dict[str, str], name: str = "edge-test", **changes: object) -> Json:
    def origin(region: str) -> Json:
        return {
            "Id": CODES[region],
            "DomainName": f"{NAMES[region]}.s3.{region}.amazonaws.com",
            "OriginAccessControlId": att("Access", "Id"),
            "S3OriginConfig": {"OriginAccessIdentity": ""},
            "ConnectionAttempts": 2,
            "ConnectionTimeout": 3,
        }

    codes = [403, 404, 500, 502, 503, 504]
    members = [{"OriginId": "primary"}, {"OriginId": "dr"}]
    config: Json = {
        "Enabled": True,
        "Aliases": [SITE],
        "DefaultRootObject": "index.html",
        "ViewerCertificate": {"AcmCertificateArn": prerequisites["certificate"], "SslSupportMethod": "sni-only"},
        "WebACLId": prerequisites["acl"],
        "Origins": [origin(PRIMARY), origin(DR)],
        "OriginGroups": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "both",
                    "FailoverCriteria": {"StatusCodes": {"Quantity": len(codes), "Items": codes}},
                    "Members": {"Quantity": 2, "Items": members},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "both",
            "ViewerProtocolPolicy": "redirect-to-https",
            "AllowedMethods": ["GET", "HEAD"],
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "ResponseHeadersPolicyId": ref("Headers"),
        },
        "CustomErrorResponses": [{"ErrorCode": 403, "ResponseCode": 404, "ResponsePagePath": "/not-found.html"}],
        **changes,
    }
    access = {
        "Name": name,
        "OriginAccessControlOriginType": "s3",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    policy = {"ContentSecurityPolicy": "default-src 'none'", "Override": True}
    headers = {"Name": name, "SecurityHeadersConfig": {"ContentSecurityPolicy": policy}}
    return {
        "Resources": {
            "Access": {
                "Type": "AWS::CloudFront::OriginAccessControl",
                "Properties": {"OriginAccessControlConfig": access},
            },
            "Headers": {
                "Type": "AWS::CloudFront::ResponseHeadersPolicy",
                "Properties": {"ResponseHeadersPolicyConfig": headers},
            },
            "Edge": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}},
        },
        "Outputs": output(Id=ref("Edge"), Domain=att("Edge", "DomainName")),
    }


def pages(region: str, distribution_id: str, reads: object = "kms:Decrypt") -> Json:
    arn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{distribution_id}"
    key_policy = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": reads,
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"},
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{NAMES[region]}*"},
            },
        },
    ]
    read = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{NAMES[region]}/*",
        "Condition": {"StringEquals": {"aws:SourceArn": arn}},
    }
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": att("Key", "Arn")}
    return {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": key_policy}}},
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": NAMES[region],
                    "BucketEncryption": {
                        "ServerSideEncryptionConfiguration": [
                            {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}
                        ]
                    },
                },
            },
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": ref("Bucket"), "PolicyDocument": {"Statement": [read]}},
            },
        }
    }


@pytest.fixture(scope="module")
def edge(emulator: Emulator, prerequisites: dict[str, str]) -> Iterator[dict[str, str]]:
    made = emulator.create("stack-edge", distribution(prerequisites), DR)
    for region, code in CODES.items():
        emulator.create(f"stack-pages-{code}", pages(region, made["Id"]), region)
        s3 = emulator.client("s3", region)
        for name, text in (("index.html", f"page of {code}"), ("not-found.html", f"no page, says {code}")):
            s3.put_object(Bucket=NAMES[region], Key=name, Body=text.encode(), ContentType="text/html")
    yield made
    emulator.control("DELETE", "outages")
    for region, code in CODES.items():
        for name in ("index.html", "not-found.html"):
            emulator.client("s3", region).delete_object(Bucket=NAMES[region], Key=name)
        emulator.delete(f"stack-pages-{code}", region)
    emulator.delete("stack-edge", DR)


def view(emulator: Emulator, path: str = "/", method: str = "GET") -> tuple[int, dict[str, str], str]:
    return emulator.http(method, path, host=SITE)


def test_a_distribution_answers_at_its_alias_from_the_first_origin_with_the_policys_headers(
    emulator: Emulator, edge: dict[str, str]
) -> None:
    status, headers, text = view(emulator)
    assert (status, text) == (200, "page of primary")
    assert headers["content-security-policy"] == "default-src 'none'"
    assert emulator.http("GET", "/", host=edge["Domain"])[2] == "page of primary"


@pytest.mark.parametrize(
    ("fault", "at_least_s"),
    [
        ({"kind": "service", "region": PRIMARY, "service": "s3", "mode": "error"}, 0),
        # Two attempts of three seconds, by a clock that runs thirty times faster.
        ({"kind": "service", "region": PRIMARY, "service": "s3", "mode": "hang"}, 0.2),
        ({"kind": "region-lost", "region": PRIMARY}, 0.2),
        ({"kind": "isolated", "region": PRIMARY}, 0.2),
    ],
)
def test_the_second_origin_answers_when_the_first_does_not(
    emulator: Emulator, edge: dict[str, str], fault: Json, at_least_s: float
) -> None:
    assert emulator.control("PUT", "outages", {"faults": [fault]})[0] == 200
    try:
        begun = time.monotonic()
        assert view(emulator)[2] == "page of dr"
        assert at_least_s <= time.monotonic() - begun < 3
    finally:
        emulator.control("DELETE", "outages")
    assert view(emulator)[2] == "page of primary"


def test_an_object_that_only_the_second_bucket_has_is_found_there(emulator: Emulator, edge: dict[str, str]) -> None:
    emulator.client("s3", PRIMARY).delete_object(Bucket=NAMES[PRIMARY], Key="index.html")
    try:
        assert view(emulator)[2] == "page of dr"
    finally:
        emulator.client("s3", PRIMARY).put_object(Bucket=NAMES[PRIMARY], Key="index.html", Body=b"page of primary")


def test_both_origins_lost_is_an_error_of_the_edge(emulator: Emulator, edge: dict[str, str]) -> None:
    faults = [{"kind": "service", "region": region, "service": "s3", "mode": "hang"} for region in CODES]
    emulator.control("PUT", "outages", {"faults": faults})
    try:
        assert view(emulator)[0] == 504
    finally:
        emulator.control("DELETE", "outages")


def test_what_does_not_exist_is_answered_with_the_error_page(emulator: Emulator, edge: dict[str, str]) -> None:
    status, _, text = view(emulator, "/nothing")
    assert (status, text) == (404, "no page, says primary")


def test_only_get_and_head_reach_an_origin(emulator: Emulator, edge: dict[str, str]) -> None:
    assert view(emulator, method="DELETE")[0] == 403


def test_a_bucket_whose_policy_or_key_does_not_admit_the_distribution_is_passed_over(
    emulator: Emulator, edge: dict[str, str]
) -> None:
    for changed in (pages(PRIMARY, "EANOTHERONE"), pages(PRIMARY, edge["Id"], "kms:Encrypt")):
        emulator.update("stack-pages-primary", changed, PRIMARY)
        assert view(emulator)[2] == "page of dr"
    emulator.update("stack-pages-primary", pages(PRIMARY, edge["Id"]), PRIMARY)
    assert view(emulator)[2] == "page of primary"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Aliases": ["pages.elsewhere.test"]}, "doesn't cover pages.elsewhere.test"),
        (
            {"ViewerCertificate": {"AcmCertificateArn": f"arn:aws:acm:{DR}:{ACCOUNT}:certificate/1"}},
            "isn't in us-east-1",
        ),
        ({"WebACLId": f"arn:aws:wafv2:{DR}:{ACCOUNT}:regional/webacl/edge/1"}, "scope is not CLOUDFRONT"),
        (
            {"DefaultCacheBehavior": {"TargetOriginId": "nowhere", "ViewerProtocolPolicy": "https-only"}},
            "origin nowhere does not exist",
        ),
        ({"Logging": {"Bucket": "no-such-bucket.s3.amazonaws.com"}}, "does not exist: no-such-bucket"),
    ],
)
def test_a_distribution_that_aws_would_refuse_is_refused(
    emulator: Emulator, prerequisites: dict[str, str], changes: Json, reason: str
) -> None:
    wrong = distribution(prerequisites, "edge-wrong", **{"Aliases": ["other.payments.test"], **changes})
    assert reason in json.dumps(emulator.refused("stack-edge-wrong", wrong, DR))
