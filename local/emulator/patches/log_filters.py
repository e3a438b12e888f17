"""Metric filters: what PutLogEvents brings is matched, and becomes metrics. Stock stores filters and never asks them.

Patterns for JSON lines (CloudWatch Logs user guide, "Filter pattern syntax"): ``{ ... }`` with selectors ``$.a.b[0]``,
``=``, ``!=``, ``<``, ``>``, ``<=``, ``>=``, ``IS NULL``, ``IS TRUE``, ``IS FALSE``, ``EXISTS``, ``NOT EXISTS``, ``&&``, ``||`` and
parentheses; ``*`` at either end of a text stands for anything. A pattern without braces is a list of words that all
must be there.
"""

from __future__ import annotations

import json
import logging
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs

from ..gateway import Json
from ..outages import OUTAGES
from ..settings import Settings

logger = logging.getLogger("emulator.logs")

TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])|(?P<join>&&|\|\|)|(?P<sel>\$(?:\.[\w-]+|\[\d+\])*)|(?P<op>!=|<=|>=|=|<|>)"""
    r"""|(?P<word>NOT\s+EXISTS|EXISTS|IS\s+NULL|IS\s+TRUE|IS\s+FALSE)|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s()&|"=<>!]+))""",
    re.VERBOSE,
)
NUMERIC: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
Matcher = Callable[[Any], bool]
ABSENT = object()


class PatternError(ValueError):
    """A pattern that AWS would refuse, or that this module does not know."""


def _select(document: Any, selector: str) -> Any:
    value = document
    for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", selector):
        if name:
            value = value.get(name, ABSENT) if isinstance(value, dict) else ABSENT
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else ABSENT
    return value


def _text_matcher(wanted: str) -> Callable[[str], bool]:
    core = wanted.strip("*")
    if "*" in core:
        raise PatternError(f"{wanted}: an asterisk stands at an end only")
    starts, ends = wanted.startswith("*"), wanted.endswith("*")
    if starts and ends:
        return lambda value: core in value
    if starts:
        return lambda value: value.endswith(core)
    if ends:
        return lambda value: value.startswith(core)
    return lambda value: value == core


class _Parser:
    """A recursive descent over the tokens of one pattern."""

    def __init__(self, pattern: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(pattern.rstrip()):
            match = TOKEN.match(pattern, at)
            if match is None:
                raise PatternError(f"{pattern[at:]!r} is not understood")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match.group(kind)))
            at = match.end()
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def either(self) -> Matcher:
        parts = [self.both()]
        while self.peek() == ("join", "||"):
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda document: any(part(document) for part in parts)

    def both(self) -> Matcher:
        parts = [self.term()]
        while self.peek() == ("join", "&&"):
            self.take()
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else lambda document: all(part(document) for part in parts)

    def term(self) -> Matcher:
        kind, value = self.take()
        if (kind, value) == ("paren", "("):
            inside = self.either()
            if self.take() != ("paren", ")"):
                raise PatternError("a parenthesis is not closed")
            return inside
        if kind != "sel":
            raise PatternError(f"{value!r} stands where a selector is expected")
        return self.comparison(value)

    def comparison(self, selector: str) -> Matcher:
        kind, symbol = self.take()
        if kind == "word":
            word = re.sub(r"\s+", " ", symbol)
            expected = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}
            if word in expected:
                return lambda document: _select(document, selector) is expected[word]
            return lambda document: (_select(document, selector) is not ABSENT) == (word == "EXISTS")
        value_kind, wanted = self.take()
        if kind != "op" or value_kind not in ("text", "bare"):
            raise PatternError(f"{selector} is not followed by a comparison")
        if symbol in NUMERIC:
            limit = float(wanted)
            compare = NUMERIC[symbol]
            return lambda document: (
                _is_number(_select(document, selector)) and compare(_select(document, selector), limit)
            )
        matches = _text_matcher(wanted)

        def equal(document: Any) -> bool:
            value = _select(document, selector)
            return value is not ABSENT and matches(_plain(value))

        # A field that is absent is not equal to anything.
        return equal if symbol == "=" else lambda document: not equal(document)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=500)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a line matches a pattern."""
    text = pattern.strip()
    if not text.startswith("{"):
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', text)]
        return lambda line: all(word in line for word in words)
    parser = _Parser(text.removeprefix("{").removesuffix("}"))
    matches = parser.either()
    if parser.peek()[0] != "end":
        raise PatternError(f"{parser.peek()[1]!r} is left over")

    def match(line: str) -> bool:
        try:
            return matches(json.loads(line))
        except ValueError:
            return False

    return match


def apply(group: str, lines: list[str], region: str) -> None:
    """Ask every filter of a log group."""
    if not OUTAGES.serves(region, "monitoring"):
        return
    for (name, _), found in list(cloudwatch_logs._metric_filters.items()):
        if name != group:
            continue
        matches = matcher(found["filterPattern"])
        for line in lines:
            hit = matches(line)
            for transformation in found["metricTransformations"]:
                value = _value(transformation, line) if hit else transformation.get("defaultValue")
                if value is not None:
                    cloudwatch.record_metric(
                        transformation["metricNamespace"], transformation["metricName"], value, "None", {}
                    )


def _value(transformation: Json, line: str) -> float | None:
    wanted = str(transformation.get("metricValue", "1"))
    try:
        return float(_select(json.loads(line), wanted)) if wanted.startswith("$") else float(wanted)
    except (TypeError, ValueError):
        return None


def install(settings: Settings) -> None:
    """Wrap PutLogEvents, and refuse a pattern that AWS would refuse."""
    from ministack.core.responses import error_response_json, get_region

    stock_put, stock_filter = cloudwatch_logs._put_log_events, cloudwatch_logs._put_metric_filter

    def put_events(data: Json) -> Any:
        answer = stock_put(data)
        if answer[0] == 200:
            try:
                apply(data["logGroupName"], [e.get("message", "") for e in data.get("logEvents", [])], get_region())
            except Exception:
                logger.exception("metric filters of %s", data.get("logGroupName"))
        return answer

    def put_filter(data: Json) -> Any:
        try:
            matcher(str(data.get("filterPattern", "")))
        except ValueError as error:
            return error_response_json("InvalidParameterException", f"Invalid metric filter pattern: {error}", 400)
        return stock_filter(data)

    cloudwatch_logs._put_log_events = put_events
    cloudwatch_logs._put_metric_filter = put_filter
