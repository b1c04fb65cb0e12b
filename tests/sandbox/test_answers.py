"""Answers: whole ones, large ones while they arrive, and those that break off (row B5 of the bar)."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sandbox_support import MIB, Probe, attempt, graph, wait_for

from poca_kg.errors import (
    QueryCancelledError,
    QueryCrashError,
    QueryTimeoutError,
    ResultTooLargeError,
    UsageError,
)
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat

MILLION = (
    "SELECT * { ?a <http://e/value> ?b . ?c <http://e/value> ?d . ?e <http://e/value> ?f } LIMIT 1000000"
)


@pytest.mark.parametrize("media", ResultFormat)
def test_rows_come_as_the_store_writes_them(sandbox: Sandbox, media: ResultFormat) -> None:
    text = "SELECT ?o { ?s <http://e/value> ?o } ORDER BY ?o LIMIT 5"
    with sandbox.run(QueryJob(text, rows=media)) as outcome:
        assert outcome.media == media.media_type
        assert outcome.body == EmbeddedStore.from_nquads(graph("one")).serialise(text, media)
        assert outcome.is_whole
        assert outcome.size == len(outcome.body) == len(b"".join(outcome))
        assert 0 < outcome.elapsed_s < 1
        assert outcome.version == sandbox.version


@pytest.mark.parametrize("media", [s for s in RdfSyntax if not s.holds_graphs])
def test_graphs_come_as_the_store_writes_them(sandbox: Sandbox, media: RdfSyntax) -> None:
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . ?s <http://e/value> ?v }"
    with sandbox.run(QueryJob(text, triples=media)) as outcome:
        assert outcome.media == media.media_type
        assert outcome.body == EmbeddedStore.from_nquads(graph("one")).serialise(text, media)


def test_the_dataset_is_the_callers(sandbox: Sandbox) -> None:
    job = QueryJob("ASK { ?s ?p ?o }", default_graphs=("http://e/none",), rows=ResultFormat.CSV)
    assert attempt(sandbox, job).body == b"false"


def peak(pid: int) -> int:
    """Return the most memory that a process has had resident, in bytes."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024


def test_a_million_rows_leave_with_bounded_memory_on_both_sides(start) -> None:
    sandbox = start(graph("one", nodes=200), timeout_s=60.0, workers=1, express=0, spares=0)
    (worker,) = sandbox.statistics().workers
    before, front_before = peak(worker), peak_of_front()
    started = time.monotonic()
    with sandbox.run(QueryJob(MILLION, rows=ResultFormat.CSV)) as outcome:
        pieces = iter(outcome)
        first = next(pieces)
        assert time.monotonic() - started < 2.0
        rows = first.count(b"\n") + sum(piece.count(b"\n") for piece in pieces)
        assert rows == 1_000_001
        assert outcome.size > 40 * MIB
    assert sandbox.statistics().workers == (worker,)
    assert peak(worker) - before < 100 * MIB
    assert peak_of_front() - front_before < 100 * MIB


def peak_of_front() -> int:
    return peak(Path("/proc/self").resolve().name)


def test_the_worker_is_free_before_the_client_has_read(start) -> None:
    sandbox = start(timeout_s=20.0, workers=1, express=0, spares=0)
    with sandbox.run(QueryJob(MILLION.replace("1000000", "200000"), rows=ResultFormat.CSV)) as outcome:
        next(iter(outcome))
        assert attempt(sandbox, QueryJob("ASK {}"), timeout_s=20).error is None
        assert wait_for(lambda: outcome.is_whole)
        assert len(outcome.body) == outcome.size


def test_the_first_bytes_do_not_wait_for_the_last(start) -> None:
    sandbox = start(timeout_s=5.0)
    started = time.monotonic()
    with sandbox.run(Probe(do="slow")) as outcome:
        pieces = iter(outcome)
        next(pieces)
        assert time.monotonic() - started < 0.4
        assert outcome.size is None
        assert b"".join(pieces).endswith(b'"end"')


@pytest.mark.parametrize(("do", "error"), [("half", QueryCrashError), ("refuse-late", UsageError)])
def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(
    sandbox: Sandbox, do: str, error: type
) -> None:
    outcome = sandbox.run(Probe(do=do))
    with pytest.raises(error):
        b"".join(outcome)
    with pytest.raises(error):
        _ = outcome.body
    assert outcome.size is None
    assert not outcome.is_whole
    outcome.close()


def test_an_answer_that_takes_too_long_ends_in_an_error(sandbox: Sandbox) -> None:
    outcome = sandbox.run(QueryJob(MILLION.replace("1000000", "1000000000"), rows=ResultFormat.CSV))
    started = time.monotonic()
    with outcome, pytest.raises(QueryTimeoutError):
        for _ in outcome:
            pass
    assert time.monotonic() - started < 2.0


def test_an_answer_that_is_too_large_ends_in_an_error_that_names_the_limit(start) -> None:
    sandbox = start(answer_bytes=5 * MIB, timeout_s=20.0)
    report = attempt(sandbox, QueryJob(MILLION))
    assert isinstance(report.error, ResultTooLargeError)
    assert report.error.limit == 5 * MIB
    assert sandbox.statistics().killed == {"too-large": 1}


def test_a_full_disk_under_the_spool_is_told(start) -> None:
    sandbox = start(spool_dir=Path("/dev/null/nowhere"), timeout_s=20.0)
    report = attempt(sandbox, QueryJob(MILLION))
    assert isinstance(report.error, ResultTooLargeError)
    assert attempt(sandbox, QueryJob("ASK {}")).error is None


def test_a_job_may_have_a_large_body(sandbox: Sandbox) -> None:
    assert attempt(sandbox, Probe(do="echo", data=b"x" * 16 * MIB)).body == str(16 * MIB).encode()


def test_a_worker_that_has_grown_leaves_and_another_comes(start) -> None:
    sandbox = start(workers=1, express=0, spares=0)
    (before,) = sandbox.statistics().workers
    assert attempt(sandbox, Probe(do="grow")).error is None
    assert wait_for(lambda: sandbox.statistics().workers not in ((), (before,)))
    assert sandbox.statistics().killed == {}


def test_dropping_an_answer_ends_its_job(sandbox: Sandbox) -> None:
    before = set(sandbox.statistics().workers)
    outcome = sandbox.run(QueryJob(MILLION.replace("1000000", "1000000000"), rows=ResultFormat.CSV))
    pieces = iter(outcome)
    next(pieces)
    outcome.close()
    with pytest.raises(QueryCancelledError):
        next(pieces)
    assert wait_for(lambda: len(set(sandbox.statistics().workers) & before) == len(before) - 1, within_s=0.9)


def test_a_job_that_is_given_up_ends_at_once(sandbox: Sandbox) -> None:
    job = Probe(do="sleep", data=b"30")
    threading.Timer(0.2, job.cancel).start()
    report = attempt(sandbox, job)
    assert isinstance(report.error, QueryCancelledError)
    assert 0.2 <= report.elapsed_s < 0.7


def test_a_job_that_was_given_up_before_is_not_done(sandbox: Sandbox) -> None:
    job = Probe(do="sleep", data=b"30")
    job.cancel()
    report = attempt(sandbox, job)
    assert isinstance(report.error, QueryCancelledError)
    assert report.elapsed_s < 0.5


def test_giving_up_a_job_that_is_done_harms_no_other(sandbox: Sandbox) -> None:
    job = QueryJob("ASK {}")
    assert attempt(sandbox, job).error is None
    before = sandbox.statistics().workers
    job.cancel()
    assert attempt(sandbox, QueryJob("ASK {}")).error is None
    assert set(before) <= set(sandbox.statistics().workers)


def test_a_caller_may_ask_for_less_time_and_never_for_more(sandbox: Sandbox) -> None:
    sleep = b"9"
    assert attempt(sandbox, Probe(do="sleep", data=sleep), timeout_s=0.3).elapsed_s < 0.8
    report = attempt(sandbox, Probe(do="sleep", data=sleep), timeout_s=60)
    assert isinstance(report.error, QueryTimeoutError)
    assert report.elapsed_s < 2.0
