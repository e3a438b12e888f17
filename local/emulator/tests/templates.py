"""Templates that several tests use."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Json = dict[str, Any]

ACCOUNT_ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def key() -> Json:
    policy = {"Version": "2012-10-17", "Statement": [deepcopy(ACCOUNT_ROOT)]}
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy, "EnableKeyRotation": True}}


def key_stack() -> Json:
    return {"Resources": {"Key": key()}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}}}


def role(name: str, service: str, statements: list[Json]) -> Json:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    policy = {"Version": "2012-10-17", "Statement": statements}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "inline", "PolicyDocument": policy}] if statements else [],
        },
    }


def allow(actions: str | list[str], resource: Any = "*") -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def function(name: str, code: str, role_name: str = "Role", **properties: Any) -> Json:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Runtime": "nodejs22.x",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": [role_name, "Arn"]},
            "Code": {"ZipFile": code},
            "Timeout": 5,
            **properties,
        },
    }


def output(**values: Any) -> Json:
    return {name: {"Value": value} for name, value in values.items()}


def ref(name: str) -> Json:
    return {"Ref": name}


def att(name: str, attribute: str) -> Json:
    return {"Fn::GetAtt": [name, attribute]}
