"""What is measured is compared only where it may be, and a run says what it left out."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from benchmarks.service.answers import Answer, ask, fingerprint
from benchmarks.service.load import Load, measure, write_requests
from benchmarks.service.mix import parse
from benchmarks.service.report import group_ratio, page, paired_ratios
from benchmarks.service.run import _seconds
from benchmarks.service.servers import PEERS, Peer, UnavailableError, family, started

SCRIPTS = Path(__file__).resolve().parents[2] / "benchmarks" / "service" / "peers"
SELECT = parse("select", "# title: t\n# group: light\nSELECT ?s { ?s ?p ?o }")
ASK = parse("ask", "# title: t\n# group: light\nASK { ?s ?p ?o }")
ROWS = parse("rows", "# title: t\n# group: rows\n# compare: number\nSELECT ?s { ?s ?p ?o } LIMIT 1")


def row(server: str, number: int, requests: int, **more: Any) -> dict[str, Any]:
    fields = {"query": "lookup", "mode": "unique", "connections": 8, "server": server, "round": number}
    counted = {"requests": requests, "seconds": 2.0, "bytes": 1, "status": 0, "timeout": 0, "broken": 0}
    return fields | counted | {"p50_ms": 1.0, "p99_ms": 2.0} | more


def document(*figures: dict[str, Any], **more: Any) -> dict[str, Any]:
    server = {"version": "1", "ready_s": 1, "memory_mb": 1, "memory_after_mb": 1}
    return {
        "triples": 10_000,
        "plan": {"connections": [8], "rounds": 3, "seconds": 2},
        "machine": {"cores": 2, "processor": "p", "memory_gb": 1, "system": "s"},
        "busy_before": 0.0,
        "strangers": 0.0,
        "queries": {"lookup": {"title": "t", "group": "light"}, "label": {"title": "t", "group": "light"}},
        "servers": {"poca-kg": server, "oxigraph": server},
        "unavailable": {},
        "notes": [],
        "figures": list(figures),
    } | more


def test_ratios_are_taken_within_a_round() -> None:
    found = document(
        row("poca-kg", 0, 100), row("oxigraph", 0, 50), row("poca-kg", 1, 10), row("oxigraph", 1, 40)
    )
    assert paired_ratios(found, "lookup", "unique", 8, "oxigraph") == [2.0, 0.25]


@pytest.mark.parametrize(
    "spoilt",
    [{"status": 1}, {"timeout": 1}, {"broken": 1}, {"requests": 0}, {"skipped": "slow"}],
    ids=["an error", "a time-out", "a broken connection", "no answer", "left out"],
)
@pytest.mark.parametrize("whose", ["poca-kg", "oxigraph"])
def test_what_failed_is_no_speed_and_is_named(whose: str, spoilt: dict[str, Any]) -> None:
    rows = {name: row(name, 0, 100) for name in ("poca-kg", "oxigraph")}
    rows[whose] |= spoilt
    found = document(*rows.values())
    assert group_ratio(found, "light", "unique", 8, "oxigraph") == (None, 0, 1)
    text = page(found, trial=False)
    assert "not measured" in text
    assert f"lookup (unique) at 8: {whose}" in text


def test_a_group_is_a_geometric_mean_and_says_what_is_missing_in_it() -> None:
    both = [row("poca-kg", 0, 400), row("oxigraph", 0, 100)]
    other = [row("poca-kg", 0, 100, query="label"), row("oxigraph", 0, 100, query="label")]
    mean, number, of = group_ratio(document(*both, *other), "light", "unique", 8, "oxigraph")
    assert (mean, number, of) == (pytest.approx(2.0), 2, 2)
    other[1]["status"] = 7
    assert "1 of 2 queries" in page(document(*both, *other), trial=False)


def test_a_target_that_is_missed_is_marked() -> None:
    slow = page(document(row("poca-kg", 0, 10), row("oxigraph", 0, 100)), trial=False)
    fast = page(document(row("poca-kg", 0, 90), row("oxigraph", 0, 100)), trial=False)
    assert "| 0.5 | 0.10 | **missed** |" in slow
    assert "| 0.5 | 0.90 | met |" in fast


@pytest.mark.parametrize(
    ("more", "trial"), [({"busy_before": 0.3}, False), ({"strangers": 0.3}, False), ({}, True)]
)
def test_a_run_on_a_busy_machine_or_a_short_one_is_called_no_result(
    more: dict[str, Any], trial: bool
) -> None:
    assert "Not a result" in page(document(row("poca-kg", 0, 1), **more), trial=trial)
    assert "Not a result" not in page(document(row("poca-kg", 0, 1)), trial=False)


def solutions(*cells: dict[str, str]) -> bytes:
    return json.dumps({"results": {"bindings": [{"s": cell} for cell in cells]}}).encode()


def answer(body: bytes, query: Any = SELECT) -> Answer:
    return Answer(*fingerprint(body, query), 0.1)


IRI = {"type": "uri", "value": "http://e/a"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (solutions(IRI), solutions(IRI), True),
        (solutions(IRI), solutions(), False),
        (solutions(IRI), solutions(IRI, IRI), False),
        (solutions(IRI), solutions({"type": "uri", "value": "http://e/b"}), False),
        (solutions(IRI), solutions({"type": "literal", "value": "http://e/a"}), False),
        (
            solutions({"type": "literal", "value": "1.0"}),
            solutions({"type": "literal", "value": "1.00"}),
            True,
        ),
        (
            solutions({"type": "literal", "value": "1.0"}),
            solutions({"type": "literal", "value": "1.1"}),
            False,
        ),
    ],
)
def test_answers_are_compared_by_what_they_say(one: bytes, other: bytes, same: bool) -> None:
    assert answer(one).agrees(answer(other), SELECT) is same


def test_any_rows_will_do_where_only_their_number_is_compared() -> None:
    here, there = (solutions({"type": "uri", "value": f"http://e/{name}"}) for name in "ab")
    assert answer(here, ROWS).agrees(answer(there, ROWS), ROWS)


def test_virtuosos_way_of_saying_yes_and_no_is_understood() -> None:
    assert fingerprint(solutions({"type": "literal", "value": "1"}), ASK) == fingerprint(
        b'{"boolean": true}', ASK
    )
    assert fingerprint(solutions(), ASK) == fingerprint(b'{"boolean": false}', ASK)


def test_a_failed_answer_agrees_with_nothing() -> None:
    failed = Answer(0, frozenset(), 0.1, "500")
    assert not failed.agrees(failed, SELECT)


def test_what_is_slow_is_asked_long_enough_or_not_at_all() -> None:
    slow = Answer(1, frozenset(), 1.5)
    assert [_seconds(slow, connections, 2) for connections in (1, 8, 32)] == [4, None, None]


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.sh")), ids=lambda path: path.stem)
def test_a_start_script_is_well_formed(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_every_peer_has_its_start_script() -> None:
    assert {path.stem for path in SCRIPTS.glob("*.sh")} - {"common"} == {peer.name for peer in PEERS}


@pytest.mark.parametrize("jar", ["", "/nowhere/fuseki.jar"])
def test_a_server_that_is_not_installed_is_left_out_with_the_reason(
    jar: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUSEKI_JAR", jar)
    peer = next(peer for peer in PEERS if peer.name == "fuseki")
    with (
        pytest.raises(UnavailableError, match="FUSEKI_JAR names"),
        started(peer, tmp_path, tmp_path / "folder"),
    ):
        pass


SPLITTING = """#!/usr/bin/env bash
setsid bash -c 'trap "" TERM; while [ $SECONDS -le 1 ]; do :; done; sleep 300 & wait' &
: >"$3/ready"
wait
"""


def test_workers_in_a_session_of_their_own_are_counted_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "splitting.sh"
    script.write_text(SPLITTING)
    script.chmod(0o755)
    monkeypatch.setattr("benchmarks.service.servers._SCRIPTS", tmp_path)
    with started(Peer("splitting", "/"), tmp_path, tmp_path / "folder") as server:
        time.sleep(0.5)
        members = family(server.process.pid)
        assert len({os.getsid(pid) for pid in members}) == 2
        assert server.cpu_s() > 0
    assert not [pid for pid in members if Path(f"/proc/{pid}").exists()]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        type(self).seen.add(self.path)
        body = b'{"boolean": true}'
        self.send_response(503 if self.path.startswith("/broken") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

    seen: ClassVar[set[str]] = set()


@pytest.fixture
def port() -> Iterator[int]:
    Handler.seen = set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def at(port: int, path: str) -> Any:
    return SimpleNamespace(port=port, peer=Peer("example", path), endpoint=f"http://127.0.0.1:{port}{path}")


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")
class TestWrk:
    @pytest.fixture
    def requests(self, tmp_path: Path) -> Path:
        write_requests(tmp_path / "requests", ASK, 4, 10)
        return tmp_path / "requests"

    def test_texts_with_a_salt_are_never_sent_twice(self, port: int, requests: Path) -> None:
        figure = measure(at(port, "/sparql"), ASK, requests, Load(2, 1, "0-2"))
        assert figure.requests > 10
        assert (figure.status, figure.timeout, figure.broken) == (0, 0, 0)
        assert len(Handler.seen) >= figure.requests

    def test_texts_without_one_recur(self, port: int, requests: Path) -> None:
        figure = measure(at(port, "/sparql"), ASK, requests, Load(2, 1, None))
        assert figure.requests > len(Handler.seen) == 1

    def test_errors_are_counted(self, port: int, requests: Path) -> None:
        figure = measure(at(port, "/broken"), ASK, requests, Load(1, 1, None))
        assert figure.status == figure.requests > 0


def test_an_answer_and_a_failure_are_told_apart(port: int) -> None:
    assert ask(at(port, "/sparql"), ASK, "ASK {}").rows == 1
    assert ask(at(port, "/broken"), ASK, "ASK {}").failure.startswith("503")
