"""CloudFormation: refusals of CreateStack and UpdateStack, and secrets kept out of events and logs.

AWS: an inline template has at most 51,200 bytes, one from S3 at most 1 MB (CloudFormation quotas); a
stack in ROLLBACK_COMPLETE can only be deleted, and its name is taken until then (user guide, "Stack
status codes"). Stock has neither. A failed resource's reason may quote a property that came from a
secret, so resolved secrets are replaced in reasons and log lines.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

from ministack.services import cloudformation as cloudformation_service
from ministack.services.cloudformation import changesets, engine, handlers, stacks

from ..gateway import Json
from ..patching import replace
from ..settings import Settings

INLINE_LIMIT = 51_200
STORED_LIMIT = 1_048_576
SECRETS_LIMIT = 1_000
SHORTEST_SECRET = 6
"""A shorter value would blank out ordinary words."""

_secrets: OrderedDict[str, None] = OrderedDict()


def redact(text: str) -> str:
    """Replace every known secret in a text."""
    for secret in list(_secrets):
        if secret in text:
            text = text.replace(secret, "****")
    return text


def remember_secret(value: Any) -> None:
    """Keep a value out of logs and events from now on."""
    if isinstance(value, str) and len(value) >= SHORTEST_SECRET:
        _secrets[value] = None
        while len(_secrets) > SECRETS_LIMIT:
            _secrets.popitem(last=False)


class RedactingFilter(logging.Filter):
    """Blanks secrets in every log line of the process."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _secrets:
            record.msg, record.args = redact(record.getMessage()), ()
        return True


def _refusal(params: Json, is_create: bool) -> Any:
    body = handlers._p(params, "TemplateBody") or ""
    size = len(body.encode())
    if size > INLINE_LIMIT:
        return handlers._error(
            "ValidationError",
            f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
            f"length less than or equal to {INLINE_LIMIT} (it has {size} bytes)",
        )
    name = handlers._p(params, "StackName")
    existing = cloudformation_service._stacks.get(name)
    if is_create and existing and existing.get("StackStatus") == "ROLLBACK_COMPLETE":
        return handlers._error("AlreadyExistsException", f"Stack [{name}] already exists")
    return None


def unresolved(template: Json) -> str | None:
    """What AWS answers to references that lead nowhere; stock resolves them to the name itself or to nothing."""
    resources = template.get("Resources") or {}
    if not resources:
        return "Template format error: At least one Resources member must be defined."
    known = {*resources, *(template.get("Parameters") or {})}
    for section in ("Resources", "Outputs"):
        missing = set()
        for member in (template.get(section) or {}).values():
            if not isinstance(member, dict):
                continue
            depends = member.get("DependsOn") or []
            named = {name for name, _attribute in engine._intrinsic_references(member)}
            named |= {depends} if isinstance(depends, str) else set(depends)
            missing |= {name for name in named if name not in known and not name.startswith("AWS::")}
        if missing:
            block = " in the Outputs block" if section == "Outputs" else " in the Resources block"
            return f"Template format error: Unresolved resource dependencies {sorted(missing)}{block} of the template"
    return None


def install(settings: Settings) -> None:
    """Wrap the two operations, the event recorder and the resolver of dynamic references."""
    stock_create, stock_update = handlers._create_stack, handlers._update_stack
    stock_resolve, stock_event = engine._resolve_dynamic_references, stacks._add_event
    stock_template, stock_support = handlers._resolve_template, engine.validate_template_support

    def create_stack(params: Json) -> Any:
        return _refusal(params, True) or stock_create(params)

    def update_stack(params: Json) -> Any:
        return _refusal(params, False) or stock_update(params)

    def validate_support(template: Json, *args: Any, **kwargs: Any) -> None:
        stock_support(template, *args, **kwargs)
        problem = unresolved(template)
        if problem:
            raise ValueError(problem)

    def resolve_template(params: Json) -> Any:
        body, error = stock_template(params)
        if body and not error and len(body.encode()) > STORED_LIMIT:
            message = f"Template may not exceed {STORED_LIMIT} bytes in size."
            return None, handlers._error("ValidationError", message)
        return body, error

    def resolve(value: Any, *args: Any, **kwargs: Any) -> Any:
        resolved, literals = stock_resolve(value, *args, **kwargs)
        for literal, secret in literals.items():
            if "secretsmanager" in literal or "ssm-secure" in literal:
                remember_secret(secret)
        return resolved, literals

    def add_event(stack_id: str, stack_name: str, logical_id: str, resource_type: str, status: str,
                  reason: str = "", *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        return stock_event(
            stack_id, stack_name, logical_id, resource_type, status, redact(str(reason)), *args, **kwargs
        )

    handlers._resolve_template = resolve_template
    replace(stock_support, validate_support, engine, handlers, changesets)
    replace(stock_create, create_stack, handlers, cloudformation_service)
    replace(stock_update, update_stack, handlers, cloudformation_service)
    replace(stock_resolve, resolve, engine, stacks)
    replace(stock_event, add_event, stacks, handlers, changesets)
