"""Route 53's rules, without a server."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.dns.answers import Answers
from emulator.dns.health import HealthChecks
from emulator.regions import address_of

API_1 = "d-1.execute-api.ap-southeast-1.amazonaws.com."
API_2 = "d-2.execute-api.ap-southeast-2.amazonaws.com."


def alias(name: str, place: str, target: str, check: str | None = None, evaluate: bool = False) -> dict[str, Any]:
    record: dict[str, Any] = {
        "Name": name,
        "Type": "A",
        "SetIdentifier": place.lower(),
        "Failover": place,
        "AliasTarget": {"DNSName": target, "HostedZoneId": "Z1", "EvaluateTargetHealth": evaluate},
    }
    return record | ({"HealthCheckId": check} if check else {})


RECORDS = [
    {"Name": "payments.test.", "Type": "SOA", "TTL": "900", "ResourceRecords": ["ns. host. 1 7200 900 1209600 86400"]},
    alias("api.payments.test.", "PRIMARY", API_1, "main"),
    alias("api.payments.test.", "SECONDARY", API_2),
    {"Name": "witness.payments.test.", "Type": "TXT", "TTL": "10", "Failover": "SECONDARY", "SetIdentifier": "d",
     "ResourceRecords": ['"dr"']},
    {"Name": "witness.payments.test.", "Type": "TXT", "TTL": "10", "Failover": "PRIMARY", "SetIdentifier": "p",
     "HealthCheckId": "main", "ResourceRecords": ['"primary"']},
    {"Name": "www.payments.test.", "Type": "CNAME", "TTL": "300", "ResourceRecords": ["api.payments.test"]},
    {"Name": "short.payments.test.", "Type": "A",
     "AliasTarget": {"DNSName": "plain.payments.test.", "EvaluateTargetHealth": False}},
    {"Name": "plain.payments.test.", "Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.1", "192.0.2.2"]},
    {"Name": "a.b.deep.payments.test.", "Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.3"]},
    {"Name": "\\052.wild.payments.test.", "Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.4"]},
]  # fmt: skip


def answers(unhealthy: set[str] = frozenset(), records: list[dict[str, Any]] = RECORDS, chosen: int = 0) -> Answers:  # type: ignore[assignment]
    zone = ("payments.test.", records)
    return Answers(lambda: [zone], lambda check: check not in unhealthy, address_of, lambda weights: chosen)


def test_a_healthy_primary_answers_and_an_unhealthy_one_does_not() -> None:
    assert answers().address("api.payments.test") == "127.0.1.1"
    assert answers({"main"}).address("API.payments.TEST.") == "127.0.1.2"


def test_alias_answers_have_the_targets_time_to_live_and_txt_its_own() -> None:
    (record,) = answers().answer("api.payments.test", "A").records
    assert (record.type, record.ttl_s) == ("A", 60)
    (witness,) = answers().answer("witness.payments.test", "TXT").records
    assert (witness.value, witness.ttl_s) == ('"primary"', 10)
    assert answers({"main"}).answer("witness.payments.test", "TXT").records[0].value == '"dr"'


def test_a_primary_answers_when_neither_is_healthy() -> None:
    both = [
        alias("api.payments.test.", "PRIMARY", API_1, "one"),
        alias("api.payments.test.", "SECONDARY", API_2, "two"),
    ]
    assert answers({"one", "two"}, both).address("api.payments.test") == "127.0.1.1"
    assert answers({"one"}, both).address("api.payments.test") == "127.0.1.2"


def test_a_record_without_a_check_counts_as_healthy() -> None:
    both = [alias("api.payments.test.", "PRIMARY", API_1), alias("api.payments.test.", "SECONDARY", API_2, "two")]
    assert answers({"two"}, both).address("api.payments.test") == "127.0.1.1"


def test_evaluating_the_targets_health_does_not_notice_a_lost_region() -> None:
    both = [alias("api.payments.test.", "PRIMARY", API_1, None, True), alias("api.payments.test.", "SECONDARY", API_2)]
    assert answers({"anything"}, both).address("api.payments.test") == "127.0.1.1"


def test_evaluating_the_targets_health_follows_the_checks_of_the_zones_own_records() -> None:
    records = [
        alias("api.payments.test.", "PRIMARY", "inner.payments.test.", None, True),
        alias("api.payments.test.", "SECONDARY", API_2),
        {"Name": "inner.payments.test.", "Type": "A", "TTL": "60", "HealthCheckId": "inner",
         "ResourceRecords": ["192.0.2.9"]},
    ]  # fmt: skip
    assert answers(set(), records).address("api.payments.test") == "192.0.2.9"
    assert answers({"inner"}, records).address("api.payments.test") == "127.0.1.2"


def test_aliases_and_canonical_names_are_followed() -> None:
    assert [r.type for r in answers().answer("www.payments.test", "A").records] == ["CNAME", "A"]
    assert answers().address("www.payments.test") == "127.0.1.1"
    assert [r.value for r in answers().answer("short.payments.test", "A").records] == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("absent.payments.test", "A", "NXDOMAIN"),
        ("witness.payments.test", "A", "NOERROR"),
        ("b.deep.payments.test", "A", "NOERROR"),
        ("example.com", "A", "REFUSED"),
    ],
)
def test_what_does_not_exist_is_told_apart(name: str, kind: str, code: str) -> None:
    answer = answers().answer(name, kind)
    assert (answer.code, answer.records) == (code, ())
    assert bool(answer.authority) == (code != "REFUSED"), "the SOA says how long to remember it"


def test_a_wildcard_answers_for_names_that_are_not_there() -> None:
    assert answers().address("x.wild.payments.test") == "192.0.2.4"
    assert answers().answer("wild.payments.test", "A").records == ()


def test_names_that_aws_gave_have_addresses_too() -> None:
    assert answers().address(API_2) == "127.0.1.2"
    assert answers().address("lb-1.ap-southeast-1.elb.amazonaws.com") == "127.0.1.1"


def test_weights_choose_among_the_healthy() -> None:
    records = [
        {"Name": "w.payments.test.", "Type": "A", "TTL": "1", "SetIdentifier": str(n), "Weight": 10,
         "HealthCheckId": f"w{n}", "ResourceRecords": [f"192.0.2.{n}"]}
        for n in (1, 2)
    ]  # fmt: skip
    assert answers(set(), records, chosen=1).address("w.payments.test") == "192.0.2.2"
    assert answers({"w1"}, records, chosen=0).address("w.payments.test") == "192.0.2.2"


def checks(alarms: dict[str, str] | None = None, **configs: dict[str, Any]) -> HealthChecks:
    records = {name: {"config": {"Type": "HTTPS_STR_MATCH", **config}} for name, config in configs.items()}
    return HealthChecks(lambda: records, lambda region, name: (alarms or {}).get(f"{region}/{name}"))


def fail(health: HealthChecks, check: str, times: int, threshold: int = 3, passed: bool = False) -> None:
    for _ in range(times):
        health.observed(check).note(passed, "", threshold)


def test_a_new_check_is_healthy_until_it_has_failed_often_enough() -> None:
    health = checks(one={})
    fail(health, "one", 2)
    assert health.is_healthy("one")
    fail(health, "one", 1)
    assert not health.is_healthy("one")


def test_only_consecutive_results_count() -> None:
    health = checks(one={})
    fail(health, "one", 2)
    fail(health, "one", 1, passed=True)
    fail(health, "one", 2)
    assert health.is_healthy("one")
    fail(health, "one", 1)
    fail(health, "one", 2, passed=True)
    assert not health.is_healthy("one")
    fail(health, "one", 1, passed=True)
    assert health.is_healthy("one")


def test_an_inverted_check_says_the_opposite_also_before_any_result() -> None:
    health = checks(latch={"Inverted": True})
    assert not health.is_healthy("latch")
    fail(health, "latch", 3)
    assert health.is_healthy("latch")


def test_a_disabled_check_is_healthy_and_is_not_looked_at() -> None:
    health = checks(off={"Disabled": True}, on={})
    fail(health, "off", 3)
    assert health.is_healthy("off")
    assert [check for check, _ in health.endpoints()] == ["on"]


def test_a_calculated_check_counts_healthy_children() -> None:
    both = {"Type": "CALCULATED", "ChildHealthChecks": ["a", "b"]}
    health = checks(a={}, b={"Inverted": True}, all={**both, "HealthThreshold": 2}, any={**both, "HealthThreshold": 1},
                    none={**both, "HealthThreshold": 0})  # fmt: skip
    assert (health.is_healthy("all"), health.is_healthy("any"), health.is_healthy("none")) == (False, True, True)
    fail(health, "b", 3)
    assert health.is_healthy("all")
    fail(health, "a", 3)
    assert not health.is_healthy("all")


def test_calculated_checks_that_name_each_other_end() -> None:
    ring = {"Type": "CALCULATED", "HealthThreshold": 1}
    health = checks(x={**ring, "ChildHealthChecks": ["y"]}, y={**ring, "ChildHealthChecks": ["x"]})
    assert not health.is_healthy("x")


def test_a_check_of_an_alarm_follows_it() -> None:
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "r", "Name": "n"}}
    alarms = {"r/n": "OK"}
    health = checks(alarms, strict={**config, "InsufficientDataHealthStatus": "Unhealthy"},
                    last={**config, "InsufficientDataHealthStatus": "LastKnownStatus"})  # fmt: skip
    assert health.is_healthy("strict") and health.is_healthy("last")
    alarms["r/n"] = "ALARM"
    assert not health.is_healthy("strict") and not health.is_healthy("last")
    alarms["r/n"] = "INSUFFICIENT_DATA"
    assert not health.is_healthy("last")


def test_a_check_that_is_gone_counts_as_healthy() -> None:
    assert checks().is_healthy("deleted")
