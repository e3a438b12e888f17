"""A role that is limited to an alias may call the alias, and nothing else of the function."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from ..patches.lambda_permissions import qualified
from .conftest import ACCOUNT, PRIMARY, Emulator
from .templates import allow, role

ARN = f"arn:aws:lambda:{PRIMARY}:{ACCOUNT}:function:f"
INVOKE = "/2015-03-31/functions/f/invocations"


@pytest.mark.parametrize(
    ("arn", "path", "query", "expected"),
    [
        (ARN, INVOKE, {"Qualifier": "live"}, f"{ARN}:live"),
        (ARN, INVOKE, {"Qualifier": ["live"]}, f"{ARN}:live"),
        (ARN, INVOKE, {}, ARN),
        (f"{ARN}:live", INVOKE, {"Qualifier": "live"}, f"{ARN}:live"),
        (ARN, "/2019-09-30/functions/f/provisioned-concurrency", {"Qualifier": "live"}, f"{ARN}:live"),
        (ARN, "/2015-03-31/functions/f/configuration", {"Qualifier": "live"}, ARN),
        ("*", INVOKE, {"Qualifier": "live"}, "*"),
    ],
)
def test_the_resource_is_what_is_called(arn: str, path: str, query: dict[str, object], expected: str) -> None:
    assert qualified(arn, path, query) == expected


def test_a_role_for_an_alias(emulator: Emulator) -> None:
    statements = [allow("lambda:InvokeFunction", f"{ARN}:live")]
    resource = role("role-alias-only", "lambda.amazonaws.com", statements)
    resource["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "AWS": f"arn:aws:iam::{ACCOUNT}:root"
    }
    emulator.create("alias-only", {"Resources": {"Role": resource}})
    keys = emulator.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/role-alias-only", RoleSessionName="test"
    )["Credentials"]
    session = {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}

    def error_of(**request: str) -> str:
        with pytest.raises(ClientError) as caught:
            emulator.client("lambda", PRIMARY, **session).invoke(FunctionName="f", **request)
        return str(caught.value.response["Error"]["Code"])

    assert error_of(Qualifier="live") == "ResourceNotFoundException", "allowed, though there is no such function"
    assert "AccessDenied" in error_of(Qualifier="other")
    assert "AccessDenied" in error_of()
