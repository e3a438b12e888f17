from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from .conftest import CLOCK_FACTOR, DR, PRIMARY, Emulator, eventually
from .templates import Json, allow, att, function, output, ref, role

HANDLER = """
exports.handler = async (event) => {
  if (event.path === "/fail") throw new Error("secret detail");
  if (event.path === "/slow") await new Promise((resolve) => setTimeout(resolve, 3000));
  return { statusCode: 202, headers: { "x-own": "1" },
    multiValueHeaders: { "set-cookie": ["a=1", "b=2"] },
    body: JSON.stringify({ merchant: event.requestContext.authorizer?.merchantId, id: event.requestContext.requestId,
      variable: event.stageVariables?.place }) };
};"""

AUTHORIZER = """
exports.handler = async (event) => {
  const value = event.headers?.authorization ?? event.headers?.Authorization ?? "";
  if (!value.startsWith("Bearer ")) throw new Error("Unauthorized");
  const effect = value === "Bearer good" ? "Allow" : "Deny";
  return { principalId: "m", context: { merchantId: "m-1" }, policyDocument: { Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: event.methodArn }] } };
};"""

FORMAT = json.dumps({"id": "$context.requestId", "status": "$context.status", "path": "$context.resourcePath",
                     "merchant": "$context.authorizer.merchantId"})  # fmt: skip


def invocation(target: str) -> Json:
    return {
        "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations" % target
    }


def method(path: str, http: str = "GET", **more: object) -> dict[str, Json]:
    integration = {
        "Type": "AWS_PROXY",
        "IntegrationHttpMethod": "POST",
        "Uri": invocation("Function"),
        "TimeoutInMillis": 1500,
    }
    name = path.capitalize()
    return {
        f"{name}Resource": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {"RestApiId": ref("Api"), "ParentId": att("Api", "RootResourceId"), "PathPart": path},
        },
        f"{name}{http}": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": ref("Api"), "ResourceId": ref(f"{name}Resource"), "HttpMethod": http,
                "AuthorizationType": "NONE", "Integration": integration, **more,
            },
        },
    }  # fmt: skip


def api_template(name: str, certificate: str, *, permission: bool = True, throttle: int = 100) -> Json:
    source = {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"}
    resources: dict[str, Json] = {
        "LogsRole": role(f"role-{name}-logs", "apigateway.amazonaws.com", [allow("logs:PutLogEvents")]),
        "Account": {"Type": "AWS::ApiGateway::Account", "Properties": {"CloudWatchRoleArn": att("LogsRole", "Arn")}},
        "Role": role(f"role-{name}", "lambda.amazonaws.com", []),
        "Function": function(f"{name}-handler", HANDLER),
        "AuthorizerFunction": function(f"{name}-authorizer", AUTHORIZER),
        "Api": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {"Name": name, "EndpointConfiguration": {"Types": ["REGIONAL"]}, "DisableExecuteApiEndpoint": False},
        },
        "Authorizer": {
            "Type": "AWS::ApiGateway::Authorizer",
            "Properties": {
                "RestApiId": ref("Api"), "Name": "merchants", "Type": "REQUEST", "AuthorizerUri": invocation("AuthorizerFunction"),
                "IdentitySource": "method.request.header.Authorization", "AuthorizerResultTtlInSeconds": 0,
            },
        },
        "AuthorizerPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": ref("AuthorizerFunction"), "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com", "SourceArn": source,
            },
        },
        "Model": {
            "Type": "AWS::ApiGateway::Model",
            "Properties": {
                "RestApiId": ref("Api"), "Name": "Payment", "ContentType": "application/json",
                "Schema": {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}},
            },
        },
        "Validator": {
            "Type": "AWS::ApiGateway::RequestValidator",
            "Properties": {"RestApiId": ref("Api"), "Name": "all", "ValidateRequestBody": True, "ValidateRequestParameters": True},
        },
        "BadBody": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": ref("Api"), "ResponseType": "BAD_REQUEST_BODY", "StatusCode": "400",
                "ResponseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
                "ResponseTemplates": {"application/json": '{"code":"invalid_body","instance":"$context.requestId"}'},
            },
        },
        "ServerError": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": ref("Api"), "ResponseType": "DEFAULT_5XX",
                "ResponseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
                "ResponseTemplates": {"application/json": '{"code":"internal"}'},
            },
        },
        **method("health"), **method("fail"), **method("slow"),
        **method(
            "payments", "POST", AuthorizationType="CUSTOM", AuthorizerId=ref("Authorizer"), RequestValidatorId=ref("Validator"),
            RequestModels={"application/json": ref("Model")},
            RequestParameters={"method.request.header.Idempotency-Key": True},
        ),
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": ["HealthGET", "FailGET", "SlowGET", "PaymentsPOST", "BadBody", "ServerError"],
            "Properties": {"RestApiId": ref("Api")},
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/api/{name}", "RetentionInDays": 400}},
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "DependsOn": "Account",
            "Properties": {
                "RestApiId": ref("Api"), "DeploymentId": ref("Deployment"), "StageName": "live",
                "Variables": {"place": "primary"}, "TracingEnabled": "true",
                "AccessLogSetting": {"DestinationArn": att("Logs", "Arn"), "Format": FORMAT},
                "MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "MetricsEnabled": True, "ThrottlingBurstLimit": throttle,
                                    "ThrottlingRateLimit": throttle}],
            },
        },
        "Domain": {
            "Type": "AWS::ApiGateway::DomainName",
            "Properties": {
                "DomainName": f"{name}.payments.test", "RegionalCertificateArn": certificate, "SecurityPolicy": "TLS_1_2",
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
            },
        },
        "Mapping": {
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Properties": {"DomainName": ref("Domain"), "RestApiId": ref("Api"), "Stage": ref("Stage")},
        },
        "Acl": {
            "Type": "AWS::WAFv2::WebACL",
            "Properties": {
                "Name": f"waf-{name}", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "Rules": [],
                "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True},
            },
        },
        "Association": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Properties": {
                "WebACLArn": att("Acl", "Arn"),
                "ResourceArn": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Stage}"},
            },
        },
        "WafLogs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"aws-waf-logs-{name}", "RetentionInDays": 400}},
        "WafLogging": {
            "Type": "AWS::WAFv2::LoggingConfiguration",
            "Properties": {
                "ResourceArn": att("Acl", "Arn"),
                "LogDestinationConfigs": [{"Fn::Sub": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:aws-waf-logs-" + name}],
            },
            "DependsOn": "WafLogs",
        },
    }  # fmt: skip
    if permission:
        resources["Permission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": ref("Function"), "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com", "SourceArn": source,
            },
        }  # fmt: skip
    return {
        "Resources": resources,
        "Outputs": output(Api=ref("Api"), Acl=att("Acl", "Arn"), Target=att("Domain", "RegionalDomainName")),
    }


@pytest.fixture(scope="module")
def certificates(emulator: Emulator) -> dict[str, str]:
    return {
        region: emulator.client("acm", region).request_certificate(DomainName="*.payments.test")["CertificateArn"]
        for region in (PRIMARY, DR)
    }


@pytest.fixture(scope="module")
def api(emulator: Emulator, certificates: dict[str, str]) -> Iterator[dict[str, str]]:
    yield emulator.create("api", api_template("api", certificates[PRIMARY]))
    emulator.delete("api")
    assert emulator.client("apigateway").get_domain_names()["items"] == []
    assert emulator.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert emulator.client("wafv2").list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"] == []


HOST = "api.payments.test"
GOOD = {"authorization": "Bearer good", "idempotency-key": "k"}


def test_the_custom_domain_leads_to_the_function(emulator: Emulator, api: dict[str, str]) -> None:
    status, headers, text = emulator.http("POST", "/payments", {"amount": 5}, HOST, GOOD)
    body = json.loads(text)
    assert status == 202 and body["merchant"] == "m-1" and body["variable"] == "primary"
    assert headers["x-own"] == "1" and headers["x-amzn-requestid"] == body["id"]
    # Also a path that the emulator has an own use for.
    assert emulator.http("GET", "/health", host=HOST)[0] == 202


def test_the_authorizer_decides(emulator: Emulator, api: dict[str, str]) -> None:
    assert emulator.http("POST", "/payments", {"amount": 5}, HOST, {"idempotency-key": "k"})[0] == 401
    assert emulator.http("POST", "/payments", {"amount": 5}, HOST, {**GOOD, "authorization": "Bearer bad"})[0] == 403


def test_requests_are_validated_and_answered_through_the_gateway_responses(
    emulator: Emulator, api: dict[str, str]
) -> None:
    status, headers, text = emulator.http("POST", "/payments", {"amount": "five"}, HOST, GOOD)
    assert status == 400 and headers["content-type"] == "application/problem+json"
    assert json.loads(text)["code"] == "invalid_body"
    status, _, text = emulator.http("POST", "/payments", {"amount": 5}, HOST, {"authorization": "Bearer good"})
    assert status == 400 and "Idempotency-Key" in text


def test_a_failing_function_gives_502_without_its_error_text(emulator: Emulator, api: dict[str, str]) -> None:
    status, headers, text = emulator.http("GET", "/fail", host=HOST)
    assert status == 502 and "secret detail" not in text
    assert headers["content-type"] == "application/problem+json" and json.loads(text)["code"] == "internal"


def test_a_slow_function_gives_504(emulator: Emulator, api: dict[str, str]) -> None:
    assert emulator.http("GET", "/slow", host=HOST)[0] == 504


def test_a_body_above_10_mb_gives_413(emulator: Emulator, api: dict[str, str]) -> None:
    big = b'{"amount": 5, "x": "' + b"x" * (10 * 1024 * 1024) + b'"}'
    assert emulator.http("POST", "/payments", big, HOST, GOOD)[0] == 413


def test_each_request_is_in_the_access_log_and_counted(emulator: Emulator, api: dict[str, str]) -> None:
    _, headers, _ = emulator.http("POST", "/payments", {"amount": 5}, HOST, GOOD)
    events = emulator.client("logs").filter_log_events(logGroupName="/api/api")["events"]
    lines = [json.loads(e["message"]) for e in events]
    assert {"id": headers["x-amzn-requestid"], "status": "202", "path": "/payments", "merchant": "m-1"} in lines
    points = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway", MetricName="5XXError",
        Dimensions=[{"Name": "ApiName", "Value": "api"}, {"Name": "Stage", "Value": "live"}],
        StartTime=time.time() - 300, EndTime=time.time() + 60, Period=600, Statistics=["Sum"],
    )["Datapoints"]  # fmt: skip
    assert points


def test_stage_and_waf_settings_are_described_and_change_in_place(
    emulator: Emulator, api: dict[str, str], certificates: dict[str, str]
) -> None:
    stage = emulator.client("apigateway").get_stage(restApiId=api["Api"], stageName="live")
    assert stage["accessLogSettings"]["destinationArn"].endswith(":log-group:/api/api")
    assert stage["methodSettings"]["*/*"]["throttlingBurstLimit"] == 100 and stage["tracingEnabled"] is True
    logging = emulator.client("wafv2").get_logging_configuration(ResourceArn=api["Acl"])["LoggingConfiguration"]
    assert logging["LogDestinationConfigs"][0].endswith("aws-waf-logs-api")
    acl = emulator.client("wafv2").get_web_acl_for_resource(
        ResourceArn=f"arn:aws:apigateway:{PRIMARY}::/restapis/{api['Api']}/stages/live"
    )["WebACL"]
    assert acl["Name"] == "waf-api"

    changed = emulator.update("api", api_template("api", certificates[PRIMARY], throttle=50))
    assert changed["Api"] == api["Api"]
    stage = emulator.client("apigateway").get_stage(restApiId=api["Api"], stageName="live")
    assert (
        stage["methodSettings"]["*/*"]["throttlingBurstLimit"] == 50 and stage["accessLogSettings"]["format"] == FORMAT
    )
    assert emulator.http("POST", "/payments", {"amount": "five"}, HOST, GOOD)[0] == 400


def test_without_a_permission_the_api_answers_500(emulator: Emulator, certificates: dict[str, str]) -> None:
    emulator.create("apib", api_template("apib", certificates[DR], permission=False), DR)
    assert emulator.http("GET", "/health", host="apib.payments.test")[0] == 500
    emulator.delete("apib", DR)


def test_a_certificate_of_the_other_region_is_refused(emulator: Emulator, certificates: dict[str, str]) -> None:
    body = api_template("apic", certificates[DR])
    body["Resources"] = {"Domain": body["Resources"]["Domain"]}
    del body["Outputs"]
    assert f"must be in Region {PRIMARY}" in emulator.refused("apic", body)
    body["Resources"]["Domain"]["Properties"].update(
        RegionalCertificateArn=certificates[PRIMARY], DomainName="api.elsewhere.test"
    )
    assert "not covered" in emulator.refused("apic", body)


# --- load balancer

TARGET = """
exports.handler = async (event) => {
  if (event.path === "/health") {
    const ok = process.env.HEALTHY === "yes" && event.headers["user-agent"] === "ELB-HealthChecker/2.0";
    return { statusCode: ok ? 200 : 503, body: "" };
  }
  return { statusCode: 200, headers: { "x-host": event.headers.host }, body: JSON.stringify({ path: event.path }) };
};"""


def balancer_template(certificate: str, healthy: str = "yes", permission: bool = True) -> Json:
    def subnet(zone: str, third: int) -> Json:
        return {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": ref("Vpc"),
                "CidrBlock": f"10.8.{third}.0/24",
                "AvailabilityZone": f"{PRIMARY}{zone}",
            },
        }

    resources: dict[str, Json] = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}},
        "A": subnet("a", 1), "B": subnet("b", 2),
        "Role": role("role-target", "lambda.amazonaws.com", []),
        "Function": function("target", TARGET, Environment={"Variables": {"HEALTHY": healthy}}),
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Name": "alb", "Subnets": [ref("A"), ref("B")], "Scheme": "internet-facing"},
        },
        "Group": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "Name": "group", "TargetType": "lambda", "Targets": [{"Id": att("Function", "Arn")}],
                "HealthCheckEnabled": True, "HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 35,
                "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2, "Matcher": {"HttpCode": "200"},
            },
        },
        "Redirect": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": ref("Balancer"), "Port": 80, "Protocol": "HTTP",
                "DefaultActions": [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}],
            },
        },
        "Listener": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": ref("Balancer"), "Port": 443, "Protocol": "HTTPS",
                "Certificates": [{"CertificateArn": certificate}], "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            },
        },
        "Rule": {
            "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
            "Properties": {
                "ListenerArn": ref("Listener"), "Priority": 1,
                "Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["notifications.payments.test"]}}],
                "Actions": [{"Type": "forward", "TargetGroupArn": ref("Group")}],
            },
        },
    }  # fmt: skip
    if permission:
        resources["Permission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": att("Function", "Arn"), "Action": "lambda:InvokeFunction",
                "Principal": "elasticloadbalancing.amazonaws.com",
            },
        }  # fmt: skip
        resources["Group"]["DependsOn"] = "Permission"
    return {"Resources": resources, "Outputs": output(Group=ref("Group"), Dns=att("Balancer", "DNSName"))}


def test_a_load_balancer_serves_its_host_and_checks_its_target(
    emulator: Emulator, certificates: dict[str, str]
) -> None:
    outputs = emulator.create("alb", balancer_template(certificates[PRIMARY]))
    status, headers, text = emulator.http("POST", "/v1/notifications/psp", {}, "notifications.payments.test")
    assert (status, json.loads(text)["path"]) == (200, "/v1/notifications/psp")
    assert emulator.http("GET", "/x", host=outputs["Dns"])[0] == 404

    def state() -> str:
        health = emulator.client("elbv2").describe_target_health(TargetGroupArn=outputs["Group"])
        return str(health["TargetHealthDescriptions"][0]["TargetHealth"]["State"])

    eventually(lambda: state() == "healthy")
    emulator.update("alb", balancer_template(certificates[PRIMARY], healthy="no"))
    eventually(lambda: state() == "unhealthy", timeout_s=5 + 3 * 35 / CLOCK_FACTOR)
    emulator.delete("alb")
    assert emulator.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert emulator.client("elbv2").describe_target_groups()["TargetGroups"] == []


def test_a_lambda_target_without_permission_is_refused(emulator: Emulator, certificates: dict[str, str]) -> None:
    failure = emulator.refused("alb-no", balancer_template(certificates[PRIMARY], permission=False))
    assert "elasticloadbalancing principal does not have permission" in failure
