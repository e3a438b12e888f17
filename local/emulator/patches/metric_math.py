"""Metric math of alarms: one value for one period, from the values of the metrics in that period.

AWS calculates with whole time series (CloudWatch user guide, "Using metric math"); an alarm looks at one value per
period, so arithmetic, comparisons, ``IF``, ``FILL``, ``MAX``, ``MIN``, ``SUM``, ``AVG`` and ``METRICS()`` can be worked
out for each period on its own. What looks at several periods (``RATE``, ``ANOMALY_DETECTION_BAND`` ...) is not here. A
period without data gives nothing, and so does what is calculated from it, except in a list and in ``FILL``.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Value = float | None
Operand = Value | list[Value]

ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}

COMPARISON: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

REDUCTION: dict[str, Callable[[list[float]], float]] = {
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
}


class MathError(Exception):
    """An expression that this module cannot work out."""


@lru_cache(maxsize=500)
def parse(expression: str) -> ast.expr:
    """The tree of an expression. Python's grammar is the same once AND, OR and their symbols are words."""
    text = re.sub(r"\bAND\b|&&", " and ", re.sub(r"\bOR\b|\|\|", " or ", expression))
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise MathError(f"{expression}: {error.msg}") from error


def evaluate(expression: str, values: dict[str, Value]) -> Value:
    """One value from the values of the metrics by their ids; None without data."""
    result = _evaluate(parse(expression), values)
    if isinstance(result, list):
        raise MathError(f"{expression} gives several time series")
    return result


def _evaluate(node: ast.expr, values: dict[str, Value]) -> Operand:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise MathError(f"unknown id {node.id}")
        return values[node.id]
    if isinstance(node, ast.List):
        return [_single(item, values) for item in node.elts]
    if isinstance(node, ast.Call):
        return _call(node, values)
    return _operate(node, values)


def _single(node: ast.expr, values: dict[str, Value]) -> Value:
    value = _evaluate(node, values)
    if isinstance(value, list):
        raise MathError("a list stands where one time series is expected")
    return value


def _operate(node: ast.expr, values: dict[str, Value]) -> Value:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _single(node.operand, values)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        left, right = _single(node.left, values), _single(node.right, values)
        if left is None or right is None or (isinstance(node.op, ast.Div) and right == 0):
            return None
        return float(ARITHMETIC[type(node.op)](left, right))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISON:
        left, right = _single(node.left, values), _single(node.comparators[0], values)
        return None if left is None or right is None else float(COMPARISON[type(node.ops[0])](left, right))
    if isinstance(node, ast.BoolOp):
        parts = [_single(item, values) for item in node.values]
        if None in parts:
            return None
        return float(all(parts) if isinstance(node.op, ast.And) else any(parts))
    raise MathError(f"{ast.unparse(node)} is not supported")


def _call(node: ast.Call, values: dict[str, Value]) -> Operand:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "METRICS" and not node.args:
        return list(values.values())
    if name == "IF" and len(node.args) == 3:
        condition = _single(node.args[0], values)
        return None if condition is None else _single(node.args[1 if condition else 2], values)
    if name == "FILL" and len(node.args) == 2:
        filling = _single(node.args[1], values)
        subject = _evaluate(node.args[0], values)
        if isinstance(subject, list):
            return [filling if item is None else item for item in subject]
        return filling if subject is None else subject
    if name in REDUCTION and len(node.args) == 1:
        subject = _evaluate(node.args[0], values)
        known = [item for item in (subject if isinstance(subject, list) else [subject]) if item is not None]
        return float(REDUCTION[name](known)) if known else None
    raise MathError(f"{ast.unparse(node)} is not supported")


def result(queries: list[dict[str, Any]], metric: Callable[[dict[str, Any]], Value]) -> Value:
    """The value of the one query that returns data. ``metric`` gives the value of a ``MetricStat``."""
    values = {query["Id"]: metric(query["MetricStat"]) for query in queries if query.get("MetricStat")}
    pending = [query for query in queries if query.get("Expression")]
    while pending:
        waiting = []
        for query in pending:
            try:
                values[query["Id"]] = evaluate(query["Expression"], values)
            except MathError:
                if len(pending) == 1:
                    raise
                waiting.append(query)  # it may name an expression that comes later
        if len(waiting) == len(pending):
            raise MathError(f"{waiting[0]['Expression']} cannot be worked out")
        pending = waiting
    returned = [query["Id"] for query in queries if str(query.get("ReturnData", True)).lower() == "true"]
    if len(returned) != 1:
        raise MathError("exactly one query must return data")
    return values[returned[0]]
