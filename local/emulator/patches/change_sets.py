"""CloudFormation's change sets: what a resource's change needs, and which resources there are.

AWS tells by the resource type's schema whether a changed property needs a replacement (user guide,
"Update behaviors of stack resources"). Stock knows few types and says "Conditionally" of all others,
so every change of such a type would look like a possible replacement. ``create_only.json`` has the
types of cfn/ (written by ``npm run codegen``). Only what a change set *says* is changed here: the
update itself replaces what its handler replaces.

A resource under a condition that does not hold is not part of the stack; stock compares it all the
same, and so a value that switches it on or off would show as no change.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ministack.services.cloudformation import changesets, engine, stacks

from ..gateway import Json
from ..patching import replace
from ..settings import Settings

CREATE_ONLY = Path(__file__).parents[1] / "create_only.json"


def _existing(template: Json, params: Json) -> Json:
    """The template without the resources whose condition does not hold."""
    conditions = engine._evaluate_conditions(template, params)
    resources = {
        name: body
        for name, body in (template.get("Resources") or {}).items()
        if not isinstance(body, dict) or conditions.get(body.get("Condition"), True)
    }
    return {**template, "Resources": resources}


def install(settings: Settings) -> None:
    """Classify by the schema, and compare only what exists."""
    table: dict[str, dict[str, list[str]]] = json.loads(CREATE_ONLY.read_text())
    stock_recreation = stacks._property_recreation
    stock_resolve = changesets._resolve_props_for_diff

    def recreation(resource_type: str, name: str) -> str:
        if resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource":
            return "Always" if name == "ServiceToken" else "Never"
        known = table.get(resource_type)
        if known is None:
            return str(stock_recreation(resource_type, name))
        if name in known["always"]:
            return "Always"
        return "Conditionally" if name in known["conditionally"] else "Never"

    def resolve(template: Json, params: Json, *args: Any, **kwargs: Any) -> Any:
        return stock_resolve(_existing(template, params) if template else template, params, *args, **kwargs)

    # Not in `provisioners`: what an update does is decided there, by what its handlers can.
    stacks._property_recreation = recreation
    replace(stock_resolve, resolve, changesets)
