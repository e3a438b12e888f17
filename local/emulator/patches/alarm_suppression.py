"""Suppression of a composite alarm's actions, which stock does not know.

AWS: while the suppressor is in ALARM the actions are not performed. A composite alarm that turns red waits
``ActionsSuppressorWaitPeriod`` for the suppressor to turn red too; after the suppressor has left ALARM it waits
``ActionsSuppressorExtensionPeriod``. Then it performs its actions, if it is still red (CloudWatch user guide, "Alarm
suppression"). Periods follow the clock factor.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from ..background import every
from ..gateway import Json
from ..settings import Settings

logger = logging.getLogger("emulator.alarms")

TICK_AWS_S = 10
LONGEST_TICK_S = 1

Act = Callable[[Json, str, str, str], Any]

_settings: Settings | None = None
_act: Act | None = None


def suppressor_red(alarm: Json) -> bool:
    """Whether the alarm that suppresses this one's actions is in ALARM."""
    name = str(alarm["ActionsSuppressor"]).split(":alarm:")[-1]
    found = cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name) or {}
    return bool(found.get("StateValue") == "ALARM")


def hold_back(alarm: Json, old: str, new: str, reason: str) -> bool:
    """Whether the actions of a change of state are not to be performed now."""
    if not alarm.get("ActionsSuppressor") or _settings is None:
        return False
    if new != "ALARM":
        # Nobody was told that it turned red: nobody is told that it turned green.
        return alarm.pop("_held", None) is not None or suppressor_red(alarm)
    suppressed = suppressor_red(alarm)
    wait_s = _settings.wall_seconds(float(alarm.get("ActionsSuppressorWaitPeriod") or 0))
    alarm["_held"] = {"old": old, "reason": reason, "by_alarm": suppressed, "due": time.time() + wait_s}
    alarm["ActionsSuppressedBy"] = "Alarm" if suppressed else "WaitPeriod"
    return True


def look_again(alarm: Json) -> None:
    """Perform what was held back, once nothing holds it back any more."""
    held = alarm.get("_held")
    if held is None or _settings is None or _act is None:
        return
    if suppressor_red(alarm):
        held["by_alarm"] = True
        alarm["ActionsSuppressedBy"] = "Alarm"
    elif held["by_alarm"]:
        extension_s = _settings.wall_seconds(float(alarm.get("ActionsSuppressorExtensionPeriod") or 0))
        held.update(by_alarm=False, due=time.time() + extension_s)
        alarm["ActionsSuppressedBy"] = "ExtensionPeriod"
    elif time.time() >= held["due"]:
        del alarm["_held"]
        alarm.pop("ActionsSuppressedBy", None)
        _act(alarm, held["old"], "ALARM", held["reason"])


def tick() -> None:
    """Look at every composite alarm of every Region."""
    for key, alarm in list(cloudwatch._composite_alarms._data.items()):
        if alarm.get("_held"):
            with request_scope(key[0], key[1]):
                look_again(alarm)


def install(settings: Settings) -> None:
    """Wrap what performs the actions. Comes after the module of alarms."""
    global _settings, _act
    _settings, _act = settings, cloudwatch._dispatch_alarm_actions
    perform = _act

    def act(alarm: Json, old: str, new: str, reason: str, *args: Any, **kwargs: Any) -> None:
        if not hold_back(alarm, old, new, reason):
            perform(alarm, old, new, reason, *args, **kwargs)

    cloudwatch._dispatch_alarm_actions = act
    every(min(LONGEST_TICK_S, settings.wall_seconds(TICK_AWS_S)), "alarm-suppression", tick)
