from __future__ import annotations

import base64
import hashlib
import io
import json
import time
import zipfile
from typing import Any

import pytest

from .conftest import PRIMARY, Emulator, eventually
from .templates import Json, allow, att, function, output, ref, role

LOGS = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
NETWORK = allow(["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"])


def invoke(emulator: Emulator, name: str, payload: object = None) -> tuple[Any, str | None]:
    answer = emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps(payload).encode())
    return json.loads(answer["Payload"].read() or b"null"), answer.get("FunctionError")


def archive(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("index.js", code)
    return content.getvalue()


def simple(name: str, code: str = "exports.handler = async () => 1;", **properties: Any) -> Json:
    return {
        "Resources": {
            "Role": role(f"role-{name}", "lambda.amazonaws.com", [LOGS]),
            "Function": function(name, code, **properties),
        }
    }


def test_a_worker_sees_awss_variables_and_nothing_of_the_host(emulator: Emulator) -> None:
    code = "exports.handler = async (e, c) => ({ env: process.env, id: c.awsRequestId, type: typeof require('cfn-response').send });"
    emulator.create("env", simple("env", code, Environment={"Variables": {"MINE": 7, "FLAG": True}}))
    answer, _ = invoke(emulator, "env")
    env = answer["env"]
    assert (env["MINE"], env["FLAG"]) == ("7", "true")
    assert env["AWS_LAMBDA_FUNCTION_NAME"] == "env" and env["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert env["AWS_REGION"] == PRIMARY and env["AWS_ENDPOINT_URL"] == f"https://127.0.2.1:{emulator.port}"
    assert env["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs22.x" and env["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/env"
    assert env["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert "SECRET_OF_THE_HOST" not in env and "CLOUD_CONTROL_TOKEN" not in env
    assert answer["type"] == "function"
    emulator.delete("env")


def test_an_error_keeps_its_name_and_its_execution_environment(emulator: Emulator) -> None:
    code = """
      class PaymentError extends Error { constructor(m) { super(m); this.name = "PaymentError"; } }
      let calls = 0;
      exports.handler = async (event) => { calls += 1; if (event.fail) throw new PaymentError("no"); return calls; };"""
    emulator.create("errors", simple("errors", code))
    failed, kind = invoke(emulator, "errors", {"fail": True})
    assert kind == "Unhandled" and failed["errorType"] == "PaymentError"
    assert failed["trace"][0] == "PaymentError: no"
    assert invoke(emulator, "errors", {})[0] == 2

    def errors() -> float:
        points = emulator.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda", MetricName="Errors", Dimensions=[{"Name": "FunctionName", "Value": "errors"}],
            StartTime=time.time() - 300, EndTime=time.time() + 60, Period=600, Statistics=["Sum", "SampleCount"],
        )["Datapoints"]  # fmt: skip
        return float(sum(p["Sum"] for p in points))

    assert errors() == 1
    emulator.delete("errors")


def test_code_from_s3_version_and_alias_follow_an_update(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": PRIMARY})

    def template(number: int) -> Json:
        content = archive(f"exports.handler = async () => {number};")
        s3.put_object(Bucket="code", Key=f"v{number}.zip", Body=content)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        body = simple("versioned", "", MemorySize=256, ReservedConcurrentExecutions=5)
        body["Resources"]["Function"]["Properties"]["Code"] = {"S3Bucket": "code", "S3Key": f"v{number}.zip"}
        body["Resources"][f"Version{number}"] = {
            "Type": "AWS::Lambda::Version",
            "DeletionPolicy": "Retain",
            "Properties": {"FunctionName": ref("Function"), "CodeSha256": digest},
        }
        body["Resources"]["Alias"] = {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": ref("Function"),
                "FunctionVersion": att(f"Version{number}", "Version"),
                "Name": "live",
                "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": number},
            },
        }
        body["Resources"]["Target"] = {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "DependsOn": "Alias",
            "Properties": {
                "ServiceNamespace": "lambda", "ScalableDimension": "lambda:function:ProvisionedConcurrency",
                "ResourceId": {"Fn::Sub": "function:${Function}:live"}, "MinCapacity": number, "MaxCapacity": 4,
            },
        }  # fmt: skip
        body["Resources"]["Policy"] = {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "utilization", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": ref("Target"),
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 0.7,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"
                    },
                },
            },
        }  # fmt: skip
        return body

    emulator.create("versioned", template(1))
    assert invoke(emulator, "versioned:live")[0] == 1
    api, scaling = emulator.client("lambda"), emulator.client("application-autoscaling")
    assert api.get_function_concurrency(FunctionName="versioned")["ReservedConcurrentExecutions"] == 5
    targets = scaling.describe_scalable_targets(ServiceNamespace="lambda")["ScalableTargets"]
    assert [(t["MinCapacity"], t["MaxCapacity"]) for t in targets] == [(1, 4)]
    assert (
        scaling.describe_scaling_policies(ServiceNamespace="lambda")["ScalingPolicies"][0]["PolicyName"]
        == "utilization"
    )

    emulator.update("versioned", template(2))
    assert invoke(emulator, "versioned:live")[0] == 2
    provisioned = api.get_provisioned_concurrency_config(FunctionName="versioned", Qualifier="live")
    assert provisioned["RequestedProvisionedConcurrentExecutions"] == 2
    assert scaling.describe_scalable_targets(ServiceNamespace="lambda")["ScalableTargets"][0]["MinCapacity"] == 2
    emulator.delete("versioned")
    assert scaling.describe_scalable_targets(ServiceNamespace="lambda")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="lambda")["ScalingPolicies"] == []


def test_what_lambda_refuses(emulator: Emulator) -> None:
    def with_code(**code: str) -> Json:
        body = simple("refused")
        body["Resources"]["Function"]["Properties"]["Code"] = code
        return body

    assert "NoSuchBucket" in emulator.refused("refused1", with_code(S3Bucket="not-there", S3Key="a.zip"))
    emulator.client("s3").create_bucket(Bucket="empty-code", CreateBucketConfiguration={"LocationConstraint": PRIMARY})
    assert "NoSuchKey" in emulator.refused("refused2", with_code(S3Bucket="empty-code", S3Key="a.zip"))

    body = simple("refused")
    body["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "Service": "x.aws"
    }
    assert "cannot be assumed" in emulator.refused("refused3", body)

    body = simple("refused", Environment={"Variables": {"LONG": "x" * 5000}})
    assert "Environment variables" in emulator.refused("refused4", body)

    alias = {"FunctionName": "nobody", "FunctionVersion": "1", "Name": "live"}
    body = {"Resources": {"Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias}}}
    assert "Function not found" in emulator.refused("refused5", body)

    permission = {"FunctionName": "nobody", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
    body = {"Resources": {"P": {"Type": "AWS::Lambda::Permission", "Properties": permission}}}
    assert "Function not found" in emulator.refused("refused6", body)


def test_a_function_in_a_vpc_needs_a_role_for_its_network_interfaces(emulator: Emulator) -> None:
    def template(statements: list[Json]) -> Json:
        return {
            "Resources": {
                "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}},
                "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": ref("Vpc"), "CidrBlock": "10.7.0.0/24"}},
                "Group": {
                    "Type": "AWS::EC2::SecurityGroup",
                    "Properties": {"GroupDescription": "f", "VpcId": ref("Vpc")},
                },
                "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
                "Role": role("role-vpc", "lambda.amazonaws.com", statements),
                "Function": function(
                    "in-vpc",
                    "exports.handler = async () => 1;",
                    VpcConfig={"SubnetIds": [ref("Subnet")], "SecurityGroupIds": [att("Group", "GroupId")]},
                    DeadLetterConfig={"TargetArn": att("Queue", "Arn")},
                ),
            }
        }

    assert "CreateNetworkInterface" in emulator.refused("vpc", template([LOGS]))
    assert "sqs:SendMessage" in emulator.refused("vpc", template([LOGS, NETWORK]))
    emulator.create("vpc", template([LOGS, NETWORK, allow("sqs:SendMessage")]))
    config = emulator.client("lambda").get_function_configuration(FunctionName="in-vpc")
    assert config["VpcConfig"]["SubnetIds"] and config["DeadLetterConfig"]["TargetArn"].endswith(":dead")
    emulator.delete("vpc")


def test_the_execution_role_decides_what_a_function_may_do(emulator: Emulator) -> None:
    code = """
      const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
      exports.handler = async (event) => {
        try { await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: event.url, MessageBody: "x" })); return "sent"; }
        catch (error) { return error.name + ": " + error.message; }
      };"""
    body = simple("may", code)
    for name in ("open", "shut"):
        body["Resources"][name] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"queue-{name}"}}
    body["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
        allow("sqs:SendMessage", att("open", "Arn"))
    )
    body["Outputs"] = output(Open=ref("open"), Shut=ref("shut"))
    outputs = emulator.create("may", body)
    assert invoke(emulator, "may", {"url": outputs["Open"]})[0] == "sent"
    denied = str(invoke(emulator, "may", {"url": outputs["Shut"]})[0])
    assert denied.startswith("AccessDenied") and "role-may" in denied and "sqs:sendmessage" in denied.lower()
    emulator.delete("may")


def test_queue_messages_reach_a_function_unless_the_source_is_disabled(emulator: Emulator) -> None:
    code = (
        "exports.handler = async (e) => { console.log('got ' + e.Records[0].body); return { batchItemFailures: [] }; };"
    )

    def template(enabled: str, visibility: int = 30) -> Json:
        body = simple("worker", code)
        body["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
            allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"])
        )
        body["Resources"]["Queue"] = {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": "work", "VisibilityTimeout": visibility},
        }
        body["Resources"]["Source"] = {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": att("Queue", "Arn"), "FunctionName": ref("Function"), "Enabled": enabled,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "BatchSize": "10",
                "ScalingConfig": {"MaximumConcurrency": "5"},
            },
        }  # fmt: skip
        body["Outputs"] = output(Url=ref("Queue"))
        return body

    assert "visibility timeout" in emulator.refused("worker0", template("true", 2))
    url = emulator.create("worker", template("false"))["Url"]
    sqs = emulator.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="payment")
    time.sleep(0.5)
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "1"

    emulator.update("worker", template("true"))
    logs = emulator.client("logs")

    def logged() -> bool:
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/worker")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return False
        return any("got payment" in e["message"] for e in events)

    eventually(logged)
    emulator.delete("worker")


def custom(name: str, code: str, **properties: object) -> Json:
    body = simple(name, code)
    body["Resources"]["Thing"] = {
        "Type": "Custom::Thing",
        "Properties": {"ServiceToken": att("Function", "Arn"), "Number": 5, **properties},
    }
    return body


def test_a_custom_resource_answers_through_cfn_response(emulator: Emulator) -> None:
    code = """
      const response = require("cfn-response");
      exports.handler = (event, context) => {
        console.log(event.RequestType, JSON.stringify(event.ResourceProperties));
        response.send(event, context, response.SUCCESS, { Answer: event.ResourceProperties.Number }, "thing-1");
      };"""
    body = custom("custom-ok", code)
    body["Outputs"] = output(Answer=att("Thing", "Answer"), Id=ref("Thing"))
    assert emulator.create("custom-ok", body) == {"Answer": "5", "Id": "thing-1"}
    body["Resources"]["Thing"]["Properties"]["Number"] = 6
    assert emulator.update("custom-ok", body)["Answer"] == "6"
    emulator.delete("custom-ok")


@pytest.mark.parametrize("code", [
    "exports.handler = async () => { throw new Error('broken on purpose'); };",
    "exports.handler = async () => { process.exit(1); };",
])  # fmt: skip
def test_a_custom_resource_that_never_answers_fails_soon(emulator: Emulator, code: str) -> None:
    started = time.monotonic()
    body = custom("custom-bad", code)
    # Its delete would fail as well; only the creation is of interest.
    body["Resources"]["Thing"]["DeletionPolicy"] = "Retain"
    emulator.start_create("custom-bad", body)
    stack_id = emulator.client("cloudformation").describe_stacks(StackName="custom-bad")["Stacks"][0]["StackId"]
    emulator.finish(stack_id, "ROLLBACK_COMPLETE")
    assert time.monotonic() - started < 20
    assert "failed without an answer" in emulator.failures(stack_id)[0]
    emulator.delete("custom-bad")


def test_a_custom_resource_may_fail_with_a_reason(emulator: Emulator) -> None:
    code = """
      const response = require("cfn-response");
      exports.handler = (event, context) => {
        if (event.RequestType === "Delete") return response.send(event, context, response.SUCCESS);
        const https = require("https");
        const body = JSON.stringify({ Status: "FAILED", Reason: "migration 7 is not there", PhysicalResourceId: "x",
          StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId });
        const request = https.request(event.ResponseURL, { method: "PUT", headers: { "content-length": body.length } },
          (r) => { r.resume(); r.on("end", () => context.done()); });
        request.end(body);
      };"""
    assert "migration 7 is not there" in emulator.refused("custom-reason", custom("custom-reason", code))
