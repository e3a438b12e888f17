"""API Gateway (REST): validators, stage settings and certificates that stock leaves out."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import acm, apigateway_v1, cloudwatch_logs

from ..gateway import Json, call, ignoring
from ..resources import Extension, Handler, Refused, Resource, changed, extend, physical_name, register
from ..settings import Settings


def text(value: Any) -> str:
    """A value as API Gateway's patch operations take it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def patch(path: str, value: Any) -> Json:
    """One ``replace`` operation."""
    return {"op": "replace", "path": path, "value": text(value)}


class RequestValidator(Handler):
    """Stock mints an id without a validator behind it, so nothing is ever validated."""

    type_name = "AWS::ApiGateway::RequestValidator"
    create_only = ("RestApiId", "Name")

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        request = {
            "restApiId": props["RestApiId"],
            "name": props.get("Name") or physical_name(stack_name, logical_id),
            "validateRequestBody": props.get("ValidateRequestBody", False),
            "validateRequestParameters": props.get("ValidateRequestParameters", False),
        }
        validator_id = call("apigateway", "create_request_validator", request)["id"]
        return validator_id, {"RequestValidatorId": validator_id}

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        operations = [
            patch("/validateRequestBody", new.get("ValidateRequestBody", False)),
            patch("/validateRequestParameters", new.get("ValidateRequestParameters", False)),
        ]
        request = {
            "restApiId": new["RestApiId"],
            "requestValidatorId": physical_id,
            "patchOperations": operations,
        }
        call("apigateway", "update_request_validator", request)
        return physical_id, {"RequestValidatorId": physical_id}

    def delete(self, physical_id: str, props: Json) -> None:
        request = {"restApiId": props["RestApiId"], "requestValidatorId": physical_id}
        ignoring("NotFound", "apigateway", "delete_request_validator", request)


class Method(Extension):
    """Stock drops the validator, and loses it again on each update."""

    type_name = "AWS::ApiGateway::Method"

    def check(self, props: Json, old: Json | None) -> None:
        kind, authorizer = props.get("AuthorizationType", "NONE"), props.get("AuthorizerId")
        api_id = props.get("RestApiId", "")
        if kind in ("CUSTOM", "COGNITO_USER_POOLS") and authorizer not in apigateway_v1._authorizers_v1.get(api_id, {}):
            raise Refused("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
                          "COGNITO_USER_POOLS requires a valid authorizer.")  # fmt: skip
        validator = props.get("RequestValidatorId")
        if validator and validator not in apigateway_v1._request_validators.get(api_id, {}):
            raise Refused("Invalid Request Validator identifier specified")
        for model in (props.get("RequestModels") or {}).values():
            if model not in apigateway_v1._models.get(api_id, {}) and model not in ("Empty", "Error"):
                raise Refused(f"Invalid model identifier specified: {model}")

    def prepare(self, props: Json) -> Json:
        if not props.get("RequestParameters"):
            return props
        required = {name: text(value) == "true" for name, value in props["RequestParameters"].items()}
        return {**props, "RequestParameters": required}

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        methods = apigateway_v1._resources[props["RestApiId"]][props["ResourceId"]]["resourceMethods"]
        method = methods[props["HttpMethod"]]
        if props.get("RequestValidatorId"):
            method["requestValidatorId"] = props["RequestValidatorId"]
        else:
            method.pop("requestValidatorId", None)
        return {}


class Stage(Extension):
    """Access logs, method settings as text, cache, client certificate; and the role that logging needs."""

    type_name = "AWS::ApiGateway::Stage"

    def check(self, props: Json, old: Json | None) -> None:
        destination = (props.get("AccessLogSetting") or {}).get("DestinationArn", "")
        logs = any(s.get("LoggingLevel", "OFF") != "OFF" for s in props.get("MethodSettings") or [])
        role = (apigateway_v1._account_settings.get("settings") or {}).get("cloudwatchRoleArn")
        if (destination or logs) and not role:
            raise Refused("CloudWatch Logs role ARN must be set in account settings to enable logging")
        if ":log-group:" in destination:
            name = destination.split(":log-group:", 1)[1].removesuffix(":*")
            if name not in cloudwatch_logs._log_groups:
                raise Refused(f"Access log destination must exist: {destination}")
        if props.get("DeploymentId") not in apigateway_v1._deployments_v1.get(props.get("RestApiId", ""), {}):
            raise Refused("Deployment id does not exist")

    def prepare(self, props: Json) -> Json:
        variables = {name: text(value) for name, value in (props.get("Variables") or {}).items()}
        return {**props, "Variables": variables, "TracingEnabled": text(props.get("TracingEnabled", False)) == "true"}

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
        setting = props.get("AccessLogSetting") or {}
        stage["accessLogSettings"] = {
            key: value
            for key, value in (
                ("destinationArn", str(setting.get("DestinationArn", "")).removesuffix(":*")),
                ("format", setting.get("Format")),
            )
            if value
        }
        stage["cacheClusterEnabled"] = text(props.get("CacheClusterEnabled", False)) == "true"
        for name, field in (("CacheClusterSize", "cacheClusterSize"), ("ClientCertificateId", "clientCertificateId"),
                            ("DocumentationVersion", "documentationVersion")):  # fmt: skip
            stage[field] = props.get(name)
        return {}


class RestApi(Extension):
    """Settings of the API itself."""

    type_name = "AWS::ApiGateway::RestApi"

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        api = apigateway_v1._rest_apis[physical_id]
        api["disableExecuteApiEndpoint"] = text(props.get("DisableExecuteApiEndpoint", False)) == "true"
        api["apiKeySource"] = props.get("ApiKeySourceType", "HEADER")
        return {}

    def deleted(self, physical_id: str, props: Json) -> None:
        for store in (apigateway_v1._request_validators, apigateway_v1._gateway_responses, apigateway_v1._models):
            store.pop(physical_id, None)


class DomainName(Extension):
    """A REGIONAL domain needs a certificate of its own Region that covers the name."""

    type_name = "AWS::ApiGateway::DomainName"

    def check(self, props: Json, old: Json | None) -> None:
        arn = props.get("RegionalCertificateArn") or props.get("CertificateArn")
        if not arn:
            raise Refused("A certificate ARN is required.")
        check_certificate(arn, props.get("DomainName"))
        name = props["DomainName"]
        if (old is None or old.get("DomainName") != name) and name in apigateway_v1._domain_names:
            raise Refused(f"The domain name you provided already exists: {name}")
        if old is not None and "DomainName" in changed(old, props):
            raise Refused("Changing DomainName replaces the resource; give it another logical id.")

    def deleted(self, physical_id: str, props: Json) -> None:
        apigateway_v1._base_path_mappings.pop(physical_id, None)


def check_certificate(arn: str, name: str | None = None) -> Json:
    """Refuse a certificate that does not exist in this Region, is not issued, or does not cover a name."""
    parts = str(arn).split(":")
    if len(parts) < 6 or parts[3] != get_region() or parts[4] != get_account_id():
        raise Refused(f"The certificate {arn} must be in Region {get_region()}.")
    certificate: Json | None = acm._certificates.get(arn)
    if certificate is None:
        raise Refused(f"Certificate '{arn}' not found")
    if certificate.get("Status", "ISSUED") != "ISSUED":
        raise Refused(f"The certificate {arn} is in status {certificate['Status']}.")
    names = [certificate.get("DomainName"), *(certificate.get("SubjectAlternativeNames") or [])]
    wildcard = "*." + str(name).split(".", 1)[-1]
    if name and name not in names and wildcard not in names:
        raise Refused(f"The domain name {name} is not covered by the certificate (names {names}).")
    return certificate


def install(settings: Settings) -> None:
    """Register the types of this module."""
    register(RequestValidator())
    for extension in (Method(), Stage(), RestApi(), DomainName()):
        extend(extension)
