"""CloudFront's data plane: own names, origin groups, keys of objects, and origins in an outage.

AWS: a distribution answers for its aliases; an origin group asks its second member when the first fails to answer or
answers with one of the chosen status codes, for GET, HEAD and OPTIONS only (CloudFront developer guide, "Optimizing high
availability with CloudFront origin failover"); S3 decrypts for CloudFront only if the key's policy admits the
distribution ("Restricting access to an Amazon S3 origin", SSE-KMS). Stock answers for the generated name, knows no
groups, and asks no key. Nothing is cached here, as in stock: every request reaches an origin.
"""

from __future__ import annotations

import asyncio
from typing import Any

import ministack.app as ministack_app
from ministack.core.responses import get_account_id, request_scope
from ministack.services import cloudfront, kms, s3

from ..gateway import Json
from ..outages import OUTAGES
from ..permissions import resource_policy_admits
from ..settings import Settings
from .s3_replication import KMS_HEADER, bucket_region

SERVICE = "cloudfront.amazonaws.com"
FAILOVER_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])

_aliases: dict[str, tuple[str, frozenset[str]]] = {}


def aliases_of(distribution: Json) -> frozenset[str]:
    """Aliases in lower case; read again only when the configuration changed."""
    known = _aliases.get(distribution["Id"])
    if known is None or known[0] != distribution["ETag"]:
        names = frozenset(name.lower() for name in cloudfront._get_distribution_aliases(distribution))
        known = _aliases[distribution["Id"]] = (distribution["ETag"], names)
    return known[1]


def label_for(host: str) -> str | None:
    """The first label of the generated name of the enabled distribution that answers for an alias, or None."""
    name = host.split(":")[0].lower()
    for distribution in list(cloudfront._distributions.values()):
        if distribution["enabled"] and name in aliases_of(distribution):
            return str(distribution["DomainName"]).split(".")[0]
    return None


def _children(element: Any, block: str) -> list[Any]:
    found = cloudfront._find(element, block) if element is not None else None
    items = cloudfront._find(found, "Items") if found is not None else None
    return [] if items is None else list(items)


def groups_of(distribution: Json, origins: dict[str, Json]) -> dict[str, Json]:
    """Origin groups in the shape of origins, so that a behaviour may name one."""
    groups = {}
    for element in _children(cloudfront._dist_config_el(distribution), "OriginGroups"):
        criteria = cloudfront._find(element, "FailoverCriteria")
        members = [cloudfront._text(member, "OriginId") for member in _children(element, "Members")]
        identifier = cloudfront._text(element, "Id")
        groups[identifier] = {
            "id": identifier,
            "domain_name": identifier,
            "members": [origins[member] for member in members if member in origins],
            "codes": {int(code.text or 0) for code in _children(criteria, "StatusCodes")},
        }
    return groups


def connection_limits(distribution: Json) -> dict[str, float]:
    """Seconds after which an origin that does not answer is given up, by origin (defaults: 3 attempts of 10 s)."""
    limits = {}
    for element in _children(cloudfront._dist_config_el(distribution), "Origins"):
        attempts = int(cloudfront._text(element, "ConnectionAttempts") or 3)
        seconds = int(cloudfront._text(element, "ConnectionTimeout") or 10)
        limits[cloudfront._text(element, "Id")] = float(attempts * seconds)
    return limits


def may_decrypt(bucket: str, key: str, distribution_arn: str) -> bool:
    """Whether the policy of the object's customer-managed key lets CloudFront read it for this distribution."""
    record = (s3._buckets.get(bucket) or {}).get("objects", {}).get(key) or {}
    reference = record.get("preserved_headers", {}).get(KMS_HEADER)
    if not reference or str(reference).startswith("alias/aws/"):
        return True
    region = bucket_region(bucket)
    with request_scope(get_account_id(), region):
        found = kms._resolve_key(reference)
        context = {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}"}
        return found is not None and resource_policy_admits(
            found.get("Policy"), SERVICE, "kms:Decrypt", found["Arn"], distribution_arn, context
        )


def install(settings: Settings) -> None:
    """Wrap the recognition of names, the reading of configurations, the viewer's request and the origin's answer."""
    stock_label = ministack_app._parse_cloudfront_dataplane_host
    stock_parse = cloudfront.parse_distribution_dataplane_config
    stock_fetch = cloudfront._fetch_from_origin
    stock_view = cloudfront.handle_viewer_request

    def parse(distribution: Json) -> Json:
        parsed: Json = stock_parse(distribution)
        limits = connection_limits(distribution)
        for origin in parsed["origins"].values():
            origin["limit_s"] = limits[origin["id"]]
        parsed["origins"] = {**parsed["origins"], **groups_of(distribution, parsed["origins"])}
        return parsed

    async def from_one(origin: Json, method: str, uri: str, query: str, headers: Json, body: bytes, https: bool,
                       client: str, forwarded: str, arn: str) -> Any:  # fmt: skip
        bucket = origin.get("s3_bucket")
        region = bucket_region(bucket) if bucket else None
        if region is not None and OUTAGES.active:
            fault = OUTAGES.service(region, "s3")
            if not OUTAGES.world_reaches(region) or (fault is not None and fault.mode == "hang"):
                await asyncio.sleep(origin["limit_s"] / settings.clock_factor)
                raise cloudfront.OriginTimeout(f"{origin['domain_name']} does not answer")
            if fault is not None and fault.mode == "error":
                return 503, "Service Unavailable", {"content-type": "application/xml"}, b"<Error/>"
            if fault is not None:
                await asyncio.sleep(fault.delayMs / 1000)
        if bucket and not may_decrypt(bucket, cloudfront._s3_object_key(origin, uri), arn):
            return 403, "Forbidden", {"content-type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>"
        return await stock_fetch(origin, method, uri, query, headers, body, https, client, forwarded, arn)

    async def fetch(origin: Json, method: str, *request: Any) -> Any:
        members = origin.get("members")
        if members is None:
            return await from_one(origin, method, *request)
        first, *others = members
        if method not in FAILOVER_METHODS or not others:
            return await from_one(first, method, *request)
        try:
            answer = await from_one(first, method, *request)
        except (cloudfront.OriginTimeout, cloudfront.OriginUnreachable):
            return await from_one(others[0], method, *request)
        return await from_one(others[0], method, *request) if answer[0] in origin["codes"] else answer

    async def view(distribution: Json, method: str, path: str, raw_uri: str, raw_query: str, headers: Json,
                   *rest: Any, **named: Any) -> Any:  # fmt: skip
        # The gateway ends TLS; a viewer's own word on that does not count.
        protocol = {"x-forwarded-proto": "https" if settings.tls else "http"}
        return await stock_view(distribution, method, path, raw_uri, raw_query, {**headers, **protocol}, *rest, **named)

    ministack_app._parse_cloudfront_dataplane_host = lambda host: stock_label(host) or label_for(host)
    cloudfront.parse_distribution_dataplane_config = parse
    cloudfront._fetch_from_origin = fetch
    cloudfront.handle_viewer_request = view
