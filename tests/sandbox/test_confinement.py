"""What a worker cannot do (row B6 of the bar, from the inside), and what becomes of one that breaks."""

from __future__ import annotations

import json
import platform
import socket
import struct

import pytest
from sandbox_support import LIMITS, Probe, Ungated, attempt, wait_for

from poca_kg.errors import (
    AnswerFormError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    RemoteAccessError,
    UsageError,
)
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.seccomp import ARCHITECTURES, make_filter


def told(sandbox: Sandbox, do: str) -> dict[str, object]:
    with sandbox.run(Probe(do=do)) as outcome:
        return json.loads(outcome.body)


def test_a_worker_opens_no_socket_starts_no_program_and_signals_nobody(sandbox: Sandbox) -> None:
    assert set(told(sandbox, "attempts").values()) == {"EPERM"}


def test_a_worker_holds_no_secret_and_no_file(start, monkeypatch) -> None:
    monkeypatch.setenv("POCA_KG_TOKEN", "SENTINEL")
    held = told(start(), "holdings")
    assert held["environment"] == {}
    assert [number for number in held["files"] if number > 4] == []
    assert held["limits"] == {"CORE": 0, "FSIZE": 0, "NOFILE": 96}


def test_not_even_its_first_environment_holds_a_secret(start, monkeypatch) -> None:
    monkeypatch.setenv("POCA_KG_TOKEN", "SENTINEL")
    from sandbox_support import environments

    start()
    found = environments()
    assert len(found) >= 2
    assert not any(b"SENTINEL" in one for one in found)


def test_a_worker_is_under_every_limit(sandbox: Sandbox) -> None:
    held = told(sandbox, "holdings")
    assert held["stack"] == LIMITS.stack_bytes
    assert held["memory"] - held["used"] <= LIMITS.memory_bytes
    assert (held["no_new_privileges"], held["seccomp"], held["oom_score"]) == ("1", "2", "1000")


def test_a_worker_writes_no_file(sandbox: Sandbox, tmp_path) -> None:
    target = tmp_path / "written"
    report = attempt(sandbox, Probe(do="write-file", data=str(target).encode()))
    assert isinstance(report.error, QueryCrashError)
    assert not target.exists() or target.read_bytes() == b""


@pytest.mark.parametrize(
    "query", ["SELECT * {{ SERVICE {} {{ ?s ?p ?o }} }}", "ASK {{ SERVICE SILENT {} {{}} }}"]
)
def test_no_query_reaches_the_network_even_where_no_gate_stands(sandbox: Sandbox, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        text = query.format(f"<http://127.0.0.1:{listener.getsockname()[1]}/>")
        attempt(sandbox, Ungated(text))
        with pytest.raises(TimeoutError):
            listener.accept()
    assert isinstance(attempt(sandbox, QueryJob(text)).error, RemoteAccessError)


@pytest.mark.parametrize(
    ("do", "error"),
    [
        ("crash", QueryCrashError),
        ("abort", QueryMemoryError),
        ("raise", QueryCrashError),
        ("exit", QueryCrashError),
        ("allocate", QueryMemoryError),
        ("lie", QueryCrashError),
        ("two-answers", QueryCrashError),
        ("sleep", QueryTimeoutError),
    ],
)
def test_each_way_to_break_is_told_apart_and_the_worker_replaced(
    sandbox: Sandbox, do: str, error: type
) -> None:
    report = attempt(sandbox, Probe(do=do, data=b"9"))
    assert type(report.error) is error
    assert str(report.error)
    assert wait_for(lambda: sandbox.statistics().spare == LIMITS.processes)
    assert attempt(sandbox, QueryJob("ASK {}")).error is None


@pytest.mark.parametrize(
    ("job", "error"),
    [
        (QueryJob("SELECT * {"), "QuerySyntaxError"),
        (QueryJob("ASK {}", rows=None), "AnswerFormError"),
        (QueryJob("DESCRIBE <http://e/a>", triples=None), "AnswerFormError"),
        (QueryJob("ASK {}", default_graphs=("no iri",)), "UsageError"),
        (QueryJob("ASK { \ud800 }"), "QuerySyntaxError"),
        (QueryJob("ASK { ?s ?p \0 }"), "QuerySyntaxError"),
    ],
)
def test_a_refusal_is_the_same_error_as_without_a_sandbox(
    sandbox: Sandbox, job: QueryJob, error: str
) -> None:
    before = sandbox.statistics().killed
    report = attempt(sandbox, job)
    assert type(report.error).__name__ == error
    assert sandbox.statistics().killed == before


def test_a_job_without_a_fitting_format_says_what_to_accept(sandbox: Sandbox) -> None:
    report = attempt(sandbox, QueryJob("ASK {}", rows=None))
    assert isinstance(report.error, AnswerFormError)
    assert isinstance(report.error, UsageError)
    assert "rows" in str(report.error)


def verdict(instructions: bytes, audit: int, number: int) -> int:
    """Run a filter as the kernel would and return what it says of a call."""
    steps = list(struct.iter_unpack("=HBBI", instructions))
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        if code == 0x20:
            accumulator = {0: number, 4: audit}[value]
        elif code == 0x06:
            return value
        else:
            holds = accumulator == value if code == 0x15 else accumulator >= value
            at += if_true if holds else if_false
        at += 1


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_filter_refuses_what_it_lists_and_nothing_else(machine: str) -> None:
    one = ARCHITECTURES[machine]
    instructions = make_filter(one)
    refused = {number for number in range(500) if verdict(instructions, one.audit, number) != 0x7FFF0000}
    assert refused == set(one.refused.values())
    assert {verdict(instructions, one.audit, number) for number in refused} == {0x00050001}


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_filter_kills_calls_by_another_convention(machine: str) -> None:
    one = ARCHITECTURES[machine]
    assert verdict(make_filter(one), 0x40000003, 1) == 0x80000000
    assert verdict(make_filter(one), one.audit, 0x40000001) == 0x80000000


def test_this_machine_is_among_those_that_can_confine() -> None:
    assert platform.machine() in ARCHITECTURES
