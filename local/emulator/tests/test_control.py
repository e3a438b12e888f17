from __future__ import annotations

import pytest

from .conftest import DR, Emulator


def test_the_control_endpoints_need_the_token(emulator: Emulator) -> None:
    assert emulator.http("GET", "/_cloud/replication")[0] == 401
    assert emulator.http("GET", "/_cloud/replication", headers={"authorization": "Bearer wrong"})[0] == 401


@pytest.mark.parametrize("body", [
    {"dynamodb": {"delayMs": -1}}, {"dynamodb": {"delayMs": "1"}}, {"sqs": {"delayMs": 1}}, {"s3": 5}, {"s3": {"delayMs": True}},
])  # fmt: skip
def test_a_bad_replication_setting_is_refused(emulator: Emulator, body: object) -> None:
    assert emulator.control("PUT", "replication", body)[0] == 400


def test_delays_are_set_one_by_one(emulator: Emulator) -> None:
    status, state = emulator.control("PUT", "replication", {"s3": {"delayMs": 50}})
    assert status == 200 and state["s3"]["delayMs"] == 50 and state["dynamodb"]["delayMs"] == 0
    emulator.control("PUT", "replication", {"s3": {"delayMs": 0}})


def test_unknown_endpoints_and_methods_are_told_apart(emulator: Emulator) -> None:
    assert emulator.control("GET", "nothing")[0] == 404
    assert emulator.control("DELETE", "replication")[0] == 405


def test_a_public_name_can_be_pointed_to_a_region(emulator: Emulator) -> None:
    assert emulator.control("PUT", "names", {"api.payments.test": DR}) == (200, {"api.payments.test": DR})
    emulator.control("PUT", "names", {"api.payments.test": "ap-southeast-1"})
