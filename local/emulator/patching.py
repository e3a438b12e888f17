"""Replacing a function of a stock module wherever the module refers to it."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any


def replace(stock: Callable[..., Any], new: Callable[..., Any], *modules: ModuleType) -> None:
    """Put ``new`` in place of ``stock`` in the modules' names and in their tables of operations."""
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is stock:
                setattr(module, name, new)
            elif isinstance(value, dict):
                for key, entry in list(value.items()):
                    if entry is stock:
                        value[key] = new
