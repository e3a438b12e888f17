"""The DNS server and the health checks, over the wire."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from dnslib import QTYPE, RCODE, DNSRecord

from .conftest import DR, Emulator, eventually

ZONE = "drill.test"


class Endpoint(BaseHTTPRequestHandler):
    """What the checks look at. Its answer is set by each test."""

    status = 200
    body = b"traffic=yes"
    silent = threading.Event()
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers["User-Agent"])
        if self.silent.is_set():
            threading.Event().wait(3)
            return
        self.send_response(self.status)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture(scope="module")
def zone(emulator: Emulator) -> str:
    created = emulator.client("route53", DR).create_hosted_zone(Name=ZONE, CallerReference=uuid.uuid4().hex)
    return str(created["HostedZone"]["Id"])


def ask(emulator: Emulator, name: str, kind: str, address: str = "127.0.0.1", tcp: bool = False) -> DNSRecord:
    question = DNSRecord.question(name, kind)
    return DNSRecord.parse(question.send(address, emulator.dns_port, tcp=tcp, timeout=3))


def texts(answer: DNSRecord) -> list[str]:
    return [str(record.rdata).strip('"') for record in answer.rr]


def check(emulator: Emulator, **config: object) -> str:
    made = emulator.client("route53").create_health_check(CallerReference=uuid.uuid4().hex, HealthCheckConfig=config)
    return str(made["HealthCheck"]["Id"])


def status(emulator: Emulator, check_id: str) -> bool:
    described = emulator.control("GET", "dns")[1]["healthChecks"]
    return next(bool(each["healthy"]) for each in described if each["id"] == check_id)


def upsert(emulator: Emulator, zone: str, *records: dict[str, object]) -> None:
    changes = [{"Action": "UPSERT", "ResourceRecordSet": record} for record in records]
    emulator.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def witness(name: str, place: str, value: str, check_id: str | None = None) -> dict[str, object]:
    record: dict[str, object] = {
        "Name": name, "Type": "TXT", "TTL": 60, "SetIdentifier": place, "Failover": place,
        "ResourceRecords": [{"Value": f'"{value}"'}],
    }  # fmt: skip
    return record | ({"HealthCheckId": check_id} if check_id else {})


@pytest.mark.parametrize("tcp", [False, True])
def test_records_are_answered_over_udp_and_tcp_with_scaled_times(emulator: Emulator, zone: str, tcp: bool) -> None:
    upsert(emulator, zone, {"Name": f"plain.{ZONE}", "Type": "A", "TTL": 300,
                            "ResourceRecords": [{"Value": "192.0.2.7"}]})  # fmt: skip
    answer = ask(emulator, f"plain.{ZONE}", "A", tcp=tcp)
    assert texts(answer) == ["192.0.2.7"] and answer.header.aa == 1
    assert answer.rr[0].ttl == 10, "300 AWS seconds at 30 in one"
    assert RCODE.get(ask(emulator, f"absent.{ZONE}", "A", tcp=tcp).header.rcode) == "NXDOMAIN"
    assert RCODE.get(ask(emulator, "example.com", "A", tcp=tcp).header.rcode) == "REFUSED"
    assert QTYPE.get(ask(emulator, f"plain.{ZONE}", "TXT", tcp=tcp).auth[0].rtype) == "SOA"


def test_the_shortest_time_to_live_is_a_second(emulator: Emulator, zone: str) -> None:
    upsert(emulator, zone, {"Name": f"quick.{ZONE}", "Type": "TXT", "TTL": 10,
                            "ResourceRecords": [{"Value": '"x y"'}]})  # fmt: skip
    answer = ask(emulator, f"quick.{ZONE}", "TXT")
    assert (answer.rr[0].ttl, texts(answer)) == (1, ["x y"])


def test_a_regions_resolver_remembers_for_the_time_to_live(emulator: Emulator, zone: str) -> None:
    def say(value: str) -> None:
        upsert(emulator, zone, {"Name": f"memory.{ZONE}", "Type": "TXT", "TTL": 30,
                                "ResourceRecords": [{"Value": f'"{value}"'}]})  # fmt: skip

    say("before")
    assert texts(ask(emulator, f"memory.{ZONE}", "TXT", "127.0.2.1")) == ["before"]
    say("after")
    assert texts(ask(emulator, f"memory.{ZONE}", "TXT")) == ["after"], "Route 53 itself answers at once"
    assert texts(ask(emulator, f"memory.{ZONE}", "TXT", "127.0.2.1")) == ["before"]
    eventually(lambda: texts(ask(emulator, f"memory.{ZONE}", "TXT", "127.0.2.1")) == ["after"], 2)


def test_answers_follow_the_endpoint_and_the_latch(emulator: Emulator, zone: str, endpoint: int) -> None:
    common = {"Type": "HTTP_STR_MATCH", "IPAddress": "127.0.0.1", "Port": endpoint, "ResourcePath": "/status",
              "RequestInterval": 10, "FailureThreshold": 3}  # fmt: skip
    Endpoint.body = b"." * 5000 + b"traffic=yes latch=no"
    live = check(emulator, **common, SearchString="traffic=yes")
    latch = check(emulator, **common, SearchString="latch=yes", Inverted=True)
    both = check(emulator, Type="CALCULATED", ChildHealthChecks=[live, latch], HealthThreshold=2)
    name = f"witness.{ZONE}"
    upsert(emulator, zone, witness(name, "PRIMARY", "primary", both), witness(name, "SECONDARY", "dr"))

    eventually(lambda: status(emulator, both), 5)
    assert texts(ask(emulator, name, "TXT")) == ["primary"]
    assert Endpoint.seen[-1].startswith("Amazon-Route53-Health-Check-Service")

    Endpoint.status = 503
    eventually(lambda: texts(ask(emulator, name, "TXT")) == ["dr"], 5)
    assert not status(emulator, live) and status(emulator, latch)
    described = emulator.client("route53").get_health_check(HealthCheckId=latch)["HealthCheck"]["HealthCheckConfig"]
    assert described["Inverted"] is True
    report = emulator.client("route53").get_health_check_status(HealthCheckId=live)
    assert "503" in report["HealthCheckObservations"][0]["StatusReport"]["Status"]

    Endpoint.status = 200
    eventually(lambda: texts(ask(emulator, name, "TXT")) == ["primary"], 5)
    Endpoint.body = b"traffic=yes latch=yes"
    eventually(lambda: texts(ask(emulator, name, "TXT")) == ["dr"], 5)

    Endpoint.body = b"." * 5121 + b"traffic=yes"
    eventually(lambda: not status(emulator, live), 5)
    Endpoint.body = b"traffic=yes"
    eventually(lambda: status(emulator, both), 5)
    Endpoint.silent.set()
    eventually(lambda: not status(emulator, live), 8)
    Endpoint.silent.clear()
    for check_id in (both, live, latch):
        emulator.client("route53").delete_health_check(HealthCheckId=check_id)
    assert not any(each["id"] == live for each in emulator.control("GET", "dns")[1]["healthChecks"])


def test_a_check_needs_a_connection(emulator: Emulator, endpoint: int) -> None:
    opened = check(emulator, Type="TCP", IPAddress="127.0.0.1", Port=endpoint, RequestInterval=10, FailureThreshold=1)
    shut = check(emulator, Type="TCP", IPAddress="127.0.0.1", Port=9, RequestInterval=10, FailureThreshold=1)
    eventually(lambda: not status(emulator, shut), 5)
    assert status(emulator, opened)
    for check_id in (opened, shut):
        emulator.client("route53").delete_health_check(HealthCheckId=check_id)
