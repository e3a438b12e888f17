"""Questions to IAM that AWS services ask before they act, and that the stock emulator does not ask."""

from __future__ import annotations

import json
from typing import Any

from ministack.core.iam_evaluator import EvalContext, _gather_role_policies, evaluate, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, kms, lambda_svc

from .gateway import Json

ANSWERS_LIMIT = 5_000
_answers: dict[tuple[str, ...], bool] = {}


def role_of(role_arn: str) -> Json | None:
    """The role's record, or None when it does not exist."""
    record: Json | None = iam._roles.get(str(role_arn).rsplit("/", 1)[-1])
    return record


def role_trusts(role_arn: str, service: str) -> bool:
    """Whether the role's trust policy names a service such as ``lambda.amazonaws.com``."""
    role = role_of(role_arn)
    if role is None:
        return False
    document = role["AssumeRolePolicyDocument"]
    statements = (json.loads(document) if isinstance(document, str) else document).get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal", {})
        named = principal.get("Service", []) if isinstance(principal, dict) else principal
        if statement.get("Effect") == "Allow" and service in ([named] if isinstance(named, str) else named):
            return True
    return False


def role_allows(role_arn: str, action: str, resource: str, keys: dict[str, Any] | None = None) -> bool:
    """Whether the policies of the role allow an action, conditions included as far as the keys are given."""
    account = get_account_id()
    name = str(role_arn).rsplit("/", 1)[-1]
    context = EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/check",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=True,
        service_context={k.lower(): v for k, v in (keys or {}).items()},
    )
    return bool(evaluate(context, _gather_role_policies(name, account)).decision == "Allow")


def resource_policy_admits(
    policy: Any, service: str, action: str, resource: str, source_arn: str, keys: dict[str, Any] | None = None
) -> bool:
    """Whether a resource's own policy lets an AWS service act on it on behalf of a source."""
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=True,
        service_context={
            "aws:sourcearn": source_arn,
            "aws:sourceaccount": get_account_id(),
            **{name.lower(): value for name, value in (keys or {}).items()},
        },
    )
    return bool(evaluate_resource_policy(policy, context, service=service).decision == "Allow")


def key_admits(key_reference: str | None, service: str, source_arn: str, *actions: str) -> bool:
    """Whether a customer-managed key's policy lets a service use it; True without such a key.

    Without it, what the service should deliver is lost in silence.
    """
    if not key_reference or str(key_reference).startswith("alias/aws/"):
        return True
    key = kms._resolve_key(key_reference)
    if key is None:
        return False
    wanted = actions or ("kms:GenerateDataKey", "kms:Decrypt")
    return all(resource_policy_admits(key.get("Policy"), service, a, key["Arn"], source_arn) for a in wanted)


def may_invoke(function_ref: str, service: str, source_arn: str) -> bool:
    """Whether a function's policy lets a service invoke it (Lambda developer guide, "Resource-based policies").

    A statement made for an alias counts for that alias only, as its ``Resource`` carries the qualifier.
    """
    parts = str(function_ref).split(":function:", 1)
    name = parts[-1].split(":")[0]
    function = lambda_svc._functions.get(name)
    if function is None:
        return False
    policy = function.get("policy") or {}
    # Asked for each request that reaches a function: writing the policy down is far cheaper than evaluating it.
    question = (get_account_id(), get_region(), str(function_ref), service, source_arn, json.dumps(policy))
    answer = _answers.get(question)
    if answer is None:
        if len(_answers) > ANSWERS_LIMIT:
            _answers.clear()
        answer = resource_policy_admits(policy, service, "lambda:InvokeFunction", str(function_ref), source_arn)
        _answers[question] = answer
    return answer
