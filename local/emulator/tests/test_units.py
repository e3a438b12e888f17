"""Parts that need no running emulator."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from emulator import pinned, settings
from emulator.replication import Replicator
from emulator.settings import SettingsError

from .conftest import DR, LOCAL, PRIMARY, free_port


def test_settings_are_read_and_the_token_leaves_the_environment(tmp_path: Path) -> None:
    environment = {
        "GATEWAY_PORT": "5000",
        "CLOUD_CLOCK_FACTOR": "10",
        "CLOUD_CONTROL_TOKEN": "t",
        "CLOUD_REPLICATION_DELAY_MS": "250",
    }
    read = settings.read(environment)
    assert (read.port, read.control_token, read.replication_delay_ms, read.wall_seconds(60)) == (5000, "t", 250, 6)
    assert "CLOUD_CONTROL_TOKEN" not in environment


@pytest.mark.parametrize(("name", "value"), [
    ("GATEWAY_PORT", "70000"), ("CLOUD_CLOCK_FACTOR", "0"), ("CLOUD_CLOCK_FACTOR", "fast"), ("CLOUD_REPLICATION_DELAY_MS", "-1"),
    ("MINISTACK_ACCOUNT_ID", "12"), ("CLOUD_CA_FILE", "/not/there"),
])  # fmt: skip
def test_an_unusable_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.read({name: value})


def test_a_developers_own_credentials_are_not_root_here() -> None:
    environment = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "s", "AWS_PROFILE": "work"}
    settings.configure_ministack(settings.read(environment), environment)
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} & environment.keys()
    assert environment["AUTH"] == "true"


def test_every_patched_name_exists_in_the_pinned_version() -> None:
    pinned.check()


def test_a_missing_name_is_reported_with_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pinned.REQUIRED, "ministack.app", ("app", "not_there_any_more"))
    with pytest.raises(pinned.PinnedVersionError, match=r"1\.5\.33 lacks .*ministack\.app\.not_there_any_more"):
        pinned.check()


def test_a_taken_port_is_a_clear_error() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "GATEWAY_PORT": str(taken.getsockname()[1])}
        result = subprocess.run(
            [sys.executable, "-m", "emulator"], cwd=LOCAL, env=environment, capture_output=True, text=True
        )
    assert result.returncode == 1 and "cannot be opened" in result.stderr


def test_sigterm_ends_it_within_seconds_also_while_a_request_hangs() -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator"], cwd=LOCAL, env={**os.environ, "GATEWAY_PORT": str(port)}
    )
    import urllib.request

    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health")
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    started = time.monotonic()
    process.terminate()
    assert process.wait(timeout=8) == 0 and time.monotonic() - started < 6


@pytest.fixture
def replicator() -> Replicator:
    made = Replicator()
    made.start(0)
    return made


def test_without_delay_a_change_is_applied_before_the_write_returns(replicator: Replicator) -> None:
    seen: list[int] = []
    replicator.send("dynamodb", PRIMARY, DR, lambda: seen.append(1))
    assert seen == [1]


def test_changes_arrive_after_the_delay_and_never_overtake(replicator: Replicator) -> None:
    seen: list[int] = []
    done = threading.Event()
    replicator.set_delay_ms("dynamodb", 300)
    replicator.send("dynamodb", PRIMARY, DR, lambda: seen.append(1))
    replicator.set_delay_ms("dynamodb", 0)

    def second() -> None:
        seen.append(2)
        done.set()

    replicator.send("dynamodb", PRIMARY, DR, second)
    assert seen == []
    assert done.wait(2) and seen == [1, 2]


def test_a_shut_gate_holds_changes_of_a_region_in_both_directions(replicator: Replicator) -> None:
    lost: set[str] = {PRIMARY}
    replicator.add_gate(lambda service, source, target: not {source, target} & lost)
    seen: list[str] = []
    replicator.send("dynamodb", PRIMARY, DR, lambda: seen.append("out"))
    replicator.send("dynamodb", DR, PRIMARY, lambda: seen.append("in"))
    time.sleep(0.1)
    assert seen == []
    lost.clear()
    replicator.poke()
    time.sleep(0.2)
    assert sorted(seen) == ["in", "out"]


def test_what_is_in_flight_can_be_lost_with_its_region(replicator: Replicator) -> None:
    seen: list[int] = []
    replicator.set_delay_ms("s3", 60_000)
    replicator.send("s3", PRIMARY, DR, lambda: seen.append(1))
    assert replicator.drop_in_flight(PRIMARY) == 1
    assert replicator.describe()["s3"]["inFlight"][0]["dropped"] == 1 and seen == []


def test_alarm_decisions_follow_m_of_n_and_missing_data() -> None:
    from emulator.patches.alarms import decide

    assert decide([True, True, False], 2, "missing", "OK") == "ALARM"
    assert decide([True, False, False], 2, "missing", "OK") == "OK"
    assert decide([None, None, None], 2, "missing", "OK") == "INSUFFICIENT_DATA"
    assert decide([None, None, None], 2, "ignore", "ALARM") == "ALARM"
    # The newest evaluation alone decides, and between two of them nothing does.
    states = ["INSUFFICIENT_DATA"]
    for point in (None, True, None, False, None):
        states.append(decide([point], 1, "ignore", states[-1]))
    assert states == ["INSUFFICIENT_DATA", "INSUFFICIENT_DATA", "ALARM", "ALARM", "OK", "OK"]
    assert decide([None, None, None], 2, "breaching", "OK") == "ALARM"
    assert decide([None, None, None], 2, "notBreaching", "ALARM") == "OK"
    assert decide([True, None, None], 2, "notBreaching", "ALARM") == "OK"
    assert decide([True, None, None], 2, "breaching", "OK") == "ALARM"


@pytest.mark.parametrize(("code", "matcher", "expected"), [
    (200, "200", True), (204, "200-299", True), (302, "200,302", True), (404, "200-399", False), (200, "", False),
])  # fmt: skip
def test_health_check_codes_match(code: int, matcher: str, expected: bool) -> None:
    from emulator.patches.target_health import matches

    assert matches(code, matcher) is expected


def test_recent_points_are_found_behind_a_late_one() -> None:
    from emulator.patches.alarms import recent

    points = [{"Timestamp": t} for t in (1, 2, 50, 3, 60)]
    assert [p["Timestamp"] for p in recent(points, 50)] == [60, 50]


def test_only_the_newest_entries_are_kept() -> None:
    from emulator.patches.memory_bounds import trim

    entries = list(range(10))
    trim(entries, 3)
    assert entries == [7, 8, 9]


def test_what_has_survived_is_not_looked_at_again() -> None:
    import gc

    from emulator.patches.garbage import sweep

    class Node:
        other: object = None

    one, two = Node(), Node()
    one.other, two.other = two, one
    try:
        before = gc.get_freeze_count()
        sweep()
        assert gc.get_freeze_count() > before
        assert not any(each is one for each in gc.get_objects()), "a full collection passes it over"
    finally:
        gc.unfreeze()
