"""CloudWatch alarms: M of N datapoints, missing data, dimensions, metric math, a regular tick, and events.

AWS evaluates every period, whether data arrive or not, and sends each change of state to EventBridge
(CloudWatch user guide, "Evaluating an alarm", "Alarm events and EventBridge"). Stock evaluates only when
data arrive, over all dimensions together, against one aggregate, and sends no event.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch, eventbridge

from ..background import every
from ..gateway import Json
from ..outages import OUTAGES
from ..settings import Settings
from . import metric_math
from .event_delivery import topic_admits

logger = logging.getLogger("emulator.alarms")

TICK_AWS_S = 10
"""AWS seconds between two evaluations: often enough for the shortest period of a standard alarm."""

LONGEST_TICK_S = 2

LONG_PERIOD_AWS_S = 86_400

MATH_AWS_S = 60
"""AWS seconds between two evaluations of metric math: as often as AWS evaluates an alarm."""

LATE_POINTS = 100
EXTRA_PERIODS = 2
"""AWS looks at a few periods more than EvaluationPeriods, so that late data count."""

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}

_settings: Settings | None = None


def decide(datapoints: list[bool | None], needed: int, treat_missing: str, current: str) -> str:
    """The state that follows from the newest N datapoints (None = missing), as AWS documents it.

    ``breaching`` and ``notBreaching`` fill the gaps; ``ignore`` keeps the state and ``missing`` gives
    INSUFFICIENT_DATA when everything is missing. An alarm needs M breaching datapoints, no less.
    """
    if treat_missing == "breaching":
        known = [True if point is None else point for point in datapoints]
    elif treat_missing == "notBreaching":
        known = [False if point is None else point for point in datapoints]
    else:
        known = [point for point in datapoints if point is not None]
        if not known:
            return current if treat_missing == "ignore" else "INSUFFICIENT_DATA"
    if sum(known) >= needed:
        return "ALARM"
    missing = len(datapoints) - len(known)
    if treat_missing in ("missing", "ignore") and missing and sum(known) + missing >= needed and sum(known):
        return current  # too little is known for either
    return "OK"


def value_of(points: list[Json], statistic: str) -> float | None:
    """The statistic of one period; None without data."""
    if not points:
        return None
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
    return None if value is None else float(value)


def recent(points: list[Json], since: float) -> list[Json]:
    """The points since a moment. They are stored in the order of their arrival, so the search ends early."""
    found: list[Json] = []
    late = 0
    for point in reversed(points):
        if point["Timestamp"] >= since:
            found.append(point)
        else:
            late += 1
            if late > LATE_POINTS:
                break
    return found


def series(namespace: str, metric: str, dimensions: list[Json], statistic: str, period_s: float, count: int,
           now: float) -> list[float | None]:  # fmt: skip
    """A metric's values in the newest periods, the newest first."""
    key = (namespace, metric, cloudwatch._dims_key(cloudwatch._dims_from_list(dimensions)))
    slots: list[list[Json]] = [[] for _ in range(count)]
    for point in recent(cloudwatch._metrics.get(key) or [], now - count * period_s):
        number = int((now - point["Timestamp"]) // period_s)
        if 0 <= number < count:
            slots[number].append(point)
    return [value_of(points, statistic) for points in slots]


def mathematical(queries: list[Json], count: int, now: float, settings: Settings) -> list[float | None]:
    """The values of metric math in the newest periods, the newest first."""
    found: dict[int, list[float | None]] = {}
    for query in queries:
        stat = query.get("MetricStat")
        if stat:
            metric, period_s = stat["Metric"], settings.wall_seconds(float(stat["Period"]))
            found[id(stat)] = series(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or [],
                                     stat["Stat"], period_s, count, now)  # fmt: skip
    return [metric_math.result(queries, lambda stat: found[id(stat)][number]) for number in range(count)]  # noqa: B023


def period_of(alarm: Json) -> float:
    """AWS seconds of an alarm's period; metric math has those of its metrics, which are the same."""
    for query in alarm.get("Metrics") or []:
        if query.get("MetricStat"):
            return float(query["MetricStat"]["Period"])
    return float(alarm.get("Period") or 60)


def due(alarm: Json, now: float, settings: Settings) -> bool:
    """Metric math and long periods are looked at less often: a day does not change within seconds."""
    mathematical_one, period_s = bool(alarm.get("Metrics")), period_of(alarm)
    if not mathematical_one and period_s < LONG_PERIOD_AWS_S:
        return True
    pause_s = settings.wall_seconds(max(MATH_AWS_S, period_s / 20) if mathematical_one else MATH_AWS_S)
    if now - alarm.get("_looked_at", 0) < pause_s:
        return False
    alarm["_looked_at"] = now
    return True


def evaluate(alarm: Json) -> None:
    """Evaluate one alarm and act on a change of state."""
    if _settings is None or not OUTAGES.serves(get_region(), "monitoring"):
        return
    namespace, metric, queries = alarm.get("Namespace"), alarm.get("MetricName"), alarm.get("Metrics") or []
    compare, now = COMPARISONS.get(alarm.get("ComparisonOperator", "")), time.time()
    if not (queries or (namespace and metric)) or compare is None or not due(alarm, now, _settings):
        return
    count = int(alarm.get("EvaluationPeriods") or 1)
    needed = int(alarm.get("DatapointsToAlarm") or count)
    if queries:
        values = mathematical(queries, count + EXTRA_PERIODS, now, _settings)
    else:
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        period_s = _settings.wall_seconds(period_of(alarm))
        values = series(str(namespace), str(metric), alarm.get("Dimensions") or [], statistic, period_s,
                        count + EXTRA_PERIODS, now)  # fmt: skip
    threshold = float(alarm.get("Threshold") or 0)
    window = [None if value is None else compare(value, threshold) for value in values]
    # The period that is still filling counts once it has data: AWS waits for it to end.
    datapoints = window[:count] if window[0] is not None else window[1 : count + 1]
    new = decide(datapoints, needed, alarm.get("TreatMissingData") or "missing", alarm["StateValue"])
    change_state(alarm, new, f"{sum(1 for p in datapoints if p)} of the last {count} datapoints breached the threshold")


def change_state(alarm: Json, new: str, reason: str) -> None:
    """Record a new state, run its actions and tell the composite alarms."""
    old = alarm["StateValue"]
    if new == old:
        return
    text = f"Threshold Crossed: {reason} ({alarm.get('ComparisonOperator')} {alarm.get('Threshold')})."
    alarm.update(StateValue=new, StateReason=text, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], old, new, text)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, text)
    cloudwatch._evaluate_parent_alarms(alarm)


def send_event(name: str, old: str, new: str, reason: str) -> None:
    """The event ``CloudWatch Alarm State Change`` on the Region's default bus."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime())
    alarm = cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name) or {}
    detail: Json = {
        "alarmName": name,
        "state": {"value": new, "reason": reason, "timestamp": stamp},
        "previousState": {"value": old},
        "configuration": {"description": alarm.get("AlarmDescription", "")},
    }
    if alarm.get("Metrics"):
        detail["configuration"]["metrics"] = alarm["Metrics"]
    elif alarm.get("AlarmRule"):
        detail["configuration"]["alarmRule"] = alarm["AlarmRule"]
    else:
        metric = {
            "namespace": alarm.get("Namespace"),
            "name": alarm.get("MetricName"),
            "dimensions": {d["Name"]: d["Value"] for d in alarm.get("Dimensions") or []},
        }
        stat = {"metric": metric, "period": alarm.get("Period"), "stat": alarm.get("Statistic")}
        detail["configuration"]["metrics"] = [{"id": "m1", "metricStat": stat, "returnData": True}]
    eventbridge._ensure_default_bus()
    eventbridge._dispatch_event(
        {
            "EventId": str(uuid.uuid4()),
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "EventBusName": "default",
            "Time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "Resources": [f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"],
            "Account": get_account_id(),
            "Region": get_region(),
            "Detail": json.dumps(detail),
        }
    )


def tick() -> None:
    """Evaluate every alarm of every Region."""
    for key, alarm in list(cloudwatch._alarms._data.items()):
        with request_scope(key[0], key[1]):
            try:
                cloudwatch._evaluate_alarm(alarm)
            except Exception:
                logger.exception("alarm %s", key[-1])


def install(settings: Settings) -> None:
    """Replace the evaluator, wrap the history, start the tick."""
    global _settings
    _settings = settings
    stock_record, stock_actions = cloudwatch._record_history, cloudwatch._dispatch_alarm_actions

    def act(alarm: Json, old: str, new: str, reason: str, *args: Any, **kwargs: Any) -> None:
        """Leave out the topics that CloudWatch may not publish to: on AWS such an action fails in silence."""
        allowed = dict(alarm)
        for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
            allowed[name] = [
                action
                for action in alarm.get(name) or []
                if ":sns:" not in action or topic_admits(action, "cloudwatch.amazonaws.com", alarm.get("AlarmArn", ""))
            ]
        stock_actions(allowed, old, new, reason, *args, **kwargs)

    def record(name: str, old: str, new: str, reason: str, *args: Any, **kwargs: Any) -> None:
        stock_record(name, old, new, reason, *args, **kwargs)
        send_event(name, old, new, reason)

    cloudwatch._dispatch_alarm_actions = act
    cloudwatch._record_history = record
    cloudwatch._evaluate_alarm = evaluate
    every(min(LONGEST_TICK_S, settings.wall_seconds(TICK_AWS_S)), "alarms", tick)
