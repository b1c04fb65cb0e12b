"""What a front tells of itself: log, numbers, health."""

import io
import json
import logging
import re
import threading

import pytest
from front_support import FakeCall
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from poca_kg.front.health import Readiness, alive
from poca_kg.front.logs import JsonFormatter, JsonLog, digest_of
from poca_kg.front.metrics import Gauges, Metrics, render
from poca_kg.front.visits import Visits

# The log


def lines_of(stream: io.BytesIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().decode().splitlines()]


def test_every_request_is_one_line_and_what_is_empty_is_left_out():
    stream = io.BytesIO()
    log = JsonLog(stream)
    visits = Visits(Metrics(), log)
    call = FakeCall("ASK {}")
    visit = visits.begin(call, "/sparql", "203.0.113.7")
    visit.details |= {"cache": "hit", "killed_by": "", "query_sha256": digest_of("ASK {}")}
    visits.end(call.request, 200, 120, 0.0015, "")
    visits.end(None, 400, 60, 0.001, "malformed-request")
    log.close()
    first, second = lines_of(stream)
    assert {**first, "time": ""} == {
        "time": "",
        "event": "request",
        "id": call.request.id,
        "method": "GET",
        "route": "/sparql",
        "status": 200,
        "ms": 1.5,
        "bytes": 120,
        "cache": "hit",
        "query_sha256": digest_of("ASK {}"),
    }
    assert (second["route"], second["reason"]) == ("refused", "malformed-request")


@given(st.text(max_size=300))
def test_no_value_breaks_out_of_its_line(value):
    stream = io.BytesIO()
    log = JsonLog(stream)
    log.write("request", agent=value)
    log.close()
    text = stream.getvalue()
    assert text.count(b"\n") == 1
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x80-\xff]", text)
    told = json.loads(text).get("agent", "")
    assert told.removesuffix("…") == value[: len(told.removesuffix("…"))]


def test_a_log_that_nobody_reads_holds_up_no_request_and_counts_what_it_drops():
    class Stuck(io.BytesIO):
        may_go = threading.Event()

        def write(self, data: bytes) -> int:
            self.may_go.wait(10)
            return super().write(data)

    stream = Stuck()
    log = JsonLog(stream)
    for number in range(30_000):
        log.write("request", number=number)
    assert log.dropped > 0
    stream.may_go.set()
    log.close(10)
    assert len(lines_of(stream)) + log.dropped == 30_000


def test_lines_are_written_whole_and_no_more_at_once_than_a_pipe_takes():
    class Pipe(io.BytesIO):
        def write(self, data):
            pieces.append(bytes(data))
            return super().write(data)

    pieces: list[bytes] = []
    log = JsonLog(Pipe())
    for number in range(300):
        log.write("request", id=f"{number}" * 20)
    log.close()
    assert len(b"".join(pieces).splitlines()) == 300
    assert all(piece.endswith(b"\n") and len(piece) <= 4096 for piece in pieces)


def test_a_stream_that_is_closed_harms_nobody():
    stream = io.BytesIO()
    log = JsonLog(stream)
    stream.close()
    log.write("request")
    log.close()
    assert log.dropped == 1


def test_other_messages_are_lines_of_the_same_shape():
    record = logging.LogRecord("poca_kg", logging.ERROR, "x.py", 1, "it broke: %s", ("a\nb",), None)
    told = json.loads(JsonFormatter().format(record))
    assert (told["event"], told["level"], told["message"]) == ("message", "error", "it broke: a\nb")


# The numbers


def families(samples: dict[str, object]):
    text = render(json.loads(json.dumps(samples))).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(family, **labels: str) -> list[float]:
    return [one.value for one in family.samples if labels.items() <= one.labels.items()]


def test_requests_are_counted_by_route_method_and_status():
    metrics = Metrics()
    for status, seconds in ((200, 0.0004), (200, 0.3), (503, 99.0)):
        metrics.begin()
        metrics.end("/sparql", "GET", status, seconds=seconds, size=10)
    metrics.begin()
    told = families({"0": metrics.sample(Gauges())})
    requests = told["poca_kg_requests"]
    assert values(requests, status="200", route="/sparql", method="GET") == [2.0]
    assert values(told["poca_kg_requests_in_flight"]) == [1.0]
    assert values(told["poca_kg_sent_bytes"]) == [30.0]
    seconds = told["poca_kg_request_seconds"]
    assert values(seconds, le="0.001") == [1.0]
    assert values(seconds, le="0.5") == [2.0]
    assert values(seconds, le="+Inf") == [3.0]
    total = [one.value for one in seconds.samples if one.name.endswith("_sum")]
    assert total == [pytest.approx(99.3004)]


def test_a_method_that_a_client_made_up_is_no_label():
    metrics = Metrics()
    metrics.begin()
    metrics.end("other", "EVIL", 405, seconds=0.1, size=0)
    assert values(families({"0": metrics.sample(Gauges())})["poca_kg_requests"], method="other") == [1.0]


def test_the_numbers_of_all_fronts_stand_side_by_side():
    gauges = Gauges(
        version="v1", workers={"busy": 1, "spare": 2}, killed={"timeout": 3}, triples=7, restarts=1
    )
    told = families({"0": Metrics().sample(gauges), "1": Metrics().sample(Gauges(version="v2"))})
    assert values(told["poca_kg_workers_killed"], front="0", reason="timeout") == [3.0]
    assert values(told["poca_kg_workers"], front="0", state="spare") == [2.0]
    assert {one.labels["version"] for one in told["poca_kg_graph_info"].samples} == {"v1", "v2"}
    assert values(told["poca_kg_graph_triples"]) == [7.0]
    assert values(told["poca_kg_ready"]) == [1.0, 1.0]


def test_what_is_not_known_is_not_told():
    assert values(families({"0": Metrics().sample(Gauges())})["poca_kg_disk_free_bytes"]) == []


# Health


def test_a_front_that_lives_says_so():
    assert alive().status == 200


def test_a_front_is_ready_while_nothing_holds_it_up():
    readiness, reason = Readiness(), [""]
    readiness.watch("workers", lambda: reason[0])
    assert readiness.response().status == 200
    reason[0] = "there is none"
    readiness.hold("writes", "the disk is full")
    response = readiness.response()
    assert response.status == 503
    assert json.loads(response.body)["reasons"] == {"workers": "there is none", "writes": "the disk is full"}
    assert dict(response.headers)["Retry-After"] == "1"
    reason[0] = ""
    readiness.clear("writes")
    readiness.clear("what was never held")
    assert readiness.is_ready
