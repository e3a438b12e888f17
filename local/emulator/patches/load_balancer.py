"""Application Load Balancer over the gateway's own HTTPS port, found by the Host header.

AWS: a name in DNS points to the load balancer, whose HTTPS listener answers (ELB user guide). Stock knows
a load balancer only by its generated DNS name and may pick the listener that redirects to HTTPS. Here a
host name belongs to a load balancer when one of its rules names it, or when the certificate of its HTTPS
listener covers it.
"""

from __future__ import annotations

from typing import Any

import ministack.app as ministack_app
from ministack.core.responses import get_account_id, request_scope
from ministack.services import acm, alb, cloudwatch

from ..gateway import Json
from ..regions import ENTRY
from ..settings import Settings
from .api_gateway import preferred_region

HTTPS_PORT = 443


def _covers(pattern: str, name: str) -> bool:
    pattern = pattern.lower()
    return pattern == name or pattern.startswith("*.") and pattern[1:] == "." + name.split(".", 1)[-1]


def _names_of(listener: Json) -> list[str]:
    names: list[str] = []
    for certificate in listener.get("Certificates") or []:
        arn = certificate["CertificateArn"] if isinstance(certificate, dict) else certificate
        record = acm._certificates.get(arn) or {}
        names += [str(record.get("DomainName", "")), *(record.get("SubjectAlternativeNames") or [])]
    for rule in alb._rules.values():
        if rule.get("ListenerArn") != listener["ListenerArn"]:
            continue
        for condition in rule.get("Conditions", []):
            if condition.get("Field") == "host-header":
                values = condition.get("Values") or (condition.get("HostHeaderConfig") or {}).get("Values") or []
                names += [str(value) for value in values]
    return names


def load_balancer_for(host: str, settings: Settings) -> tuple[str, Json] | None:
    """Region and record of the load balancer that serves a host name, or None."""
    name = host.split(":")[0].lower()
    if "." not in name:
        return None
    entry = ENTRY.get()
    regions = [r for r in {key[1] for key in list(alb._lbs._data)} if entry is None or r == entry]
    regions.sort(key=lambda region: (region != preferred_region(name, settings), region))
    for region in regions:
        with request_scope(get_account_id(), region):
            for balancer in list(alb._lbs.values()):
                if balancer["DNSName"].lower() == name:
                    return region, balancer
            for listener in list(alb._listeners.values()):
                if listener.get("Protocol") != "HTTPS":
                    continue
                if any(_covers(pattern, name) for pattern in _names_of(listener)):
                    return region, alb._lbs[listener["LoadBalancerArn"]]
    return None


def count(load_balancer_arn: str, status: int) -> None:
    """The metric of one answer: of the target, or of the load balancer itself when the target failed (502)."""
    dimensions = {"LoadBalancer": load_balancer_arn.split(":loadbalancer/")[-1]}
    name = "HTTPCode_ELB_5XX_Count" if status == 502 else f"HTTPCode_Target_{status // 100}XX_Count"
    cloudwatch.record_metric("AWS/ApplicationELB", name, 1, "Count", dimensions)


def install(settings: Settings) -> None:
    """Wrap the recognition, the look-up, the dispatch and the event of a Lambda target."""
    stock_potential, stock_dispatch = ministack_app._is_potential_alb_request, alb.dispatch_request
    stock_invoke = alb._invoke_lambda_target

    def potential(host: str, path: str) -> bool:
        if stock_potential(host, path):
            return True
        # An API's custom domain wins over a certificate that happens to cover it.
        if ministack_app._resolve_custom_domain_request(host, path) is not None:
            return False
        return load_balancer_for(host, settings) is not None

    def find(host: str) -> Json | None:
        found = load_balancer_for(host, settings)
        return found[1] if found else None

    async def dispatch(balancer: Json, method: str, path: str, headers: Json, body: bytes, query: Json,
                       port: int = 80, *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        arn = balancer["LoadBalancerArn"]
        with request_scope(get_account_id(), arn.split(":")[3]):
            ports = {listener["Port"] for listener in alb._listeners.values() if listener["LoadBalancerArn"] == arn}
            if settings.tls and HTTPS_PORT in ports:
                port = HTTPS_PORT
            answer = await stock_dispatch(balancer, method, path, headers, body, query, port, *args, **kwargs)
            count(arn, int(answer[0]))
            return answer

    async def invoke(reference: str, group_arn: str, method: str, path: str, headers: Json, *args: Any,
                     **kwargs: Any) -> Any:  # fmt: skip
        answer = await stock_invoke(reference, group_arn, method, path, headers, *args, **kwargs)
        if answer[0] == 502 and b"Lambda error" in (answer[2] if isinstance(answer[2], bytes) else b""):
            # AWS answers a failed function with a page of its own; the error text stays in the function's log.
            page = (
                b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body></html>"
            )
            return 502, {"Content-Type": "text/html"}, page
        return answer

    ministack_app._is_potential_alb_request = potential
    # /health of an API or a load balancer is theirs, not the emulator's.
    ministack_app._HEALTH_PATHS = ("/_ministack/health",)
    alb.find_lb_for_host = find
    alb.dispatch_request = dispatch
    alb._invoke_lambda_target = invoke
