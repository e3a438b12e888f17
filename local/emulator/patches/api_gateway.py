"""API Gateway (REST): what it checks before a function runs, and how it answers when one fails.

AWS: an integration or authorizer without ``Lambda::Permission`` fails with 500, a payload above 10 MB with
413, a function that fails with 502 and one that is too slow with 504, each through the API's gateway
responses (API Gateway developer guide, "Gateway response types", "Quotas"). Stock needs no permission,
has no limits, and answers with the function's own error text.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1

from ..gateway import Json
from ..permissions import may_invoke, role_allows
from ..regions import ENTRY
from ..settings import Settings

logger = logging.getLogger("emulator.apigateway")

SERVICE = "apigateway.amazonaws.com"
PAYLOAD_LIMIT = 10 * 1024 * 1024
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


def with_stage_variables(uri: str, stage: Json) -> str:
    """The URI with ``${stageVariables.name}`` filled in."""
    variables = stage.get("variables") or {}
    return STAGE_VARIABLE.sub(lambda match: str(variables.get(match.group(1), "")), uri)


def admitted(reference: str, source_arn: str, credentials: str | None) -> bool:
    """Whether the API may invoke a function: through a role, or by the function's policy."""
    if credentials:
        return role_allows(credentials, "lambda:InvokeFunction", reference)
    return may_invoke(reference, SERVICE, source_arn)


def _api_arn(api_id: str, rest: str) -> str:
    return f"arn:aws:execute-api:{get_region()}:{get_account_id()}:{api_id}/{rest}"


def install(settings: Settings) -> None:
    """Wrap the integration, the authorizer call, the error renderer and the choice of a domain's Region."""
    stock_proxy, stock_authorizer = apigateway_v1._invoke_lambda_proxy_v1, apigateway_v1._invoke_authorizer_lambda
    stock_error, stock_scope = apigateway_v1._gateway_error_response, apigateway_v1.find_domain_scope

    async def proxy(integration: Json, api_id: str, stage_name: str, stage: Json, resource: Json, path: str,
                    method: str, headers: Json, body: bytes, *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        if body and len(body) > PAYLOAD_LIMIT:
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        integration = {**integration, "uri": with_stage_variables(integration.get("uri", ""), stage)}
        reference = apigateway_v1._extract_lambda_ref_from_integration_uri(integration["uri"])
        source = _api_arn(api_id, f"{stage_name}/{method}{resource['path']}")
        if not admitted(reference, source, integration.get("credentials")):
            logger.warning("%s may not invoke %s: no permission for it", source, reference)
            return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        limit_s = int(integration.get("timeoutInMillis") or 29000) / 1000
        call = stock_proxy(
            integration, api_id, stage_name, stage, resource, path, method, headers, body, *args, **kwargs
        )
        try:
            answer = await asyncio.wait_for(call, limit_s)
        except TimeoutError:
            return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        if isinstance(answer, tuple) and answer[0] == 502 and answer[1] == {"Content-Type": "application/json"}:
            # Stock's own answer to a failed function, with the function's error text in it.
            return FunctionError("DEFAULT_5XX", "Internal server error")
        return answer

    async def authorizer(record: Json, event: Any, account_id: str, region: str) -> Any:
        reference = apigateway_v1._extract_lambda_ref_from_integration_uri(record.get("authorizerUri", ""))
        api_id = next((api for api, known in apigateway_v1._authorizers_v1.items() if record.get("id") in known), "")
        source = _api_arn(api_id, f"authorizers/{record.get('id')}")
        if not admitted(reference, source, record.get("authorizerCredentials")):
            logger.warning("%s may not invoke %s: no permission for it", source, reference)
            return None
        return await stock_authorizer(record, event, account_id, region)

    def render(error: Any, request: Json) -> Any:
        status, headers, body = stock_error(error, request)
        if isinstance(error, FunctionError):
            status = 502 if status == 500 else status
        # AWS fills this with details; stock leaves the name of the variable in the answer.
        body = body.replace(b"$context.error.validationErrorString", b"[Invalid request body]")
        return status, headers, body

    def domain_scope(name: str) -> Any:
        """Both Regions may hold the same public name. Until DNS decides, the emulator's own Region answers."""
        wanted, found = name.lower(), []
        for (account, region, stored), _record in apigateway_v1._domain_names.all_items():
            if account == get_account_id() and stored.lower() == wanted:
                found.append((account, region, stored))
        entry = ENTRY.get()
        if entry is not None:
            return next((scope for scope in found if scope[1] == entry), None)
        if len(found) < 2:
            return stock_scope(name)
        return next((scope for scope in found if scope[1] == preferred_region(name, settings)), found[0])

    class FunctionError(apigateway_v1._GatewayError):  # type: ignore[misc]
        """A function that failed: the answer of DEFAULT_5XX, but with status 502."""

    apigateway_v1._invoke_lambda_proxy_v1 = proxy
    apigateway_v1._invoke_authorizer_lambda = authorizer
    apigateway_v1._gateway_error_response = render
    apigateway_v1.find_domain_scope = domain_scope


_preferred: dict[str, str] = {}


def prefer_region(name: str, region: str) -> None:
    """Which Region answers for a host name that both Regions serve, as DNS failover would decide."""
    _preferred[name.lower()] = region


def preferred_region(name: str, settings: Settings) -> str:
    """The Region whose public address was called, else the one chosen for a host name, else the emulator's own."""
    return ENTRY.get() or _preferred.get(name.lower(), settings.region)


def preferences() -> dict[str, str]:
    """All choices made."""
    return dict(_preferred)
