"""Where a system cannot confine, plain processes keep the time limit and stay replaceable."""

from __future__ import annotations

import os
import signal

import pytest
from sandbox_support import RUNAWAY, Canary, Probe, alive, attempt, graph, wait_for

from poca_kg.errors import InputError, LimitError, QueryCrashError, QueryMemoryError, QueryTimeoutError
from poca_kg.sandbox import sandbox as face
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.formats import ResultFormat

pytestmark = pytest.mark.slow
NAME = QueryJob("SELECT ?n { <http://e/this> <http://e/name> ?n }", rows=ResultFormat.CSV)


@pytest.fixture
def plain(start) -> Sandbox:
    return start(confined=False, timeout_s=1.0, workers=1, express=1, spares=1)


def test_a_query_is_answered_with_the_same_bytes_and_version(plain: Sandbox, start) -> None:
    confined = start(confined=True)
    assert attempt(plain, NAME).body == attempt(confined, QueryJob(NAME.text, rows=NAME.rows)).body
    assert plain.version == confined.version


def test_a_runaway_is_ended_in_time_and_others_are_served(plain: Sandbox) -> None:
    assert wait_for(lambda: plain.statistics().spare == 3, within_s=20)
    with Canary(plain) as canary:
        report = attempt(plain, QueryJob(RUNAWAY))
    assert isinstance(report.error, QueryTimeoutError)
    assert report.elapsed_s < 2.0
    assert canary.failures == []
    assert wait_for(lambda: plain.statistics().spare == 3, within_s=20)


@pytest.mark.parametrize(
    ("do", "error"), [("crash", QueryCrashError), ("abort", QueryMemoryError), ("half", QueryCrashError)]
)
def test_a_break_down_is_told(plain: Sandbox, do: str, error: type) -> None:
    assert wait_for(lambda: plain.statistics().spare == 3, within_s=20)
    assert type(attempt(plain, Probe(do=do)).error) is error
    assert attempt(plain, QueryJob("ASK {}")).error is None


def test_a_killed_worker_is_replaced(plain: Sandbox) -> None:
    assert wait_for(lambda: plain.statistics().spare == 3, within_s=20)
    before = plain.statistics().workers
    os.kill(before[0], signal.SIGKILL)
    assert attempt(plain, QueryJob("ASK {}")).error is None
    assert wait_for(lambda: before[0] not in plain.statistics().workers)
    assert wait_for(lambda: plain.statistics().spare == 3, within_s=20)


def test_a_job_can_be_given_up_and_the_snapshot_switched(plain: Sandbox) -> None:
    job = Probe(do="sleep", data=b"0.1")
    job.cancel()
    assert isinstance(attempt(plain, job).error, LimitError)
    before = plain.statistics().workers
    plain.switch(graph("two"))
    assert attempt(plain, QueryJob(NAME.text, rows=NAME.rows)).body == b"n\r\ntwo\r\n"
    assert wait_for(lambda: not any(alive(pid) for pid in before))


def test_stopping_leaves_no_process(plain: Sandbox) -> None:
    assert wait_for(lambda: plain.statistics().spare == 3, within_s=20)
    processes = plain.statistics().workers
    plain.stop()
    assert len(processes) == 3
    assert not any(alive(pid) for pid in processes)


def test_a_snapshot_that_cannot_be_read_is_told(tmp_path) -> None:
    with pytest.raises(InputError):
        Sandbox.start(tmp_path / "absent", confined=False)


def test_whoever_starts_where_nothing_can_be_confined_is_warned(monkeypatch) -> None:
    monkeypatch.setattr(face, "can_confine", lambda: False)
    with pytest.warns(RuntimeWarning, match="cannot confine"):
        sandbox = Sandbox.start(graph("one"), face.Limits(workers=1, express=0, spares=0))
    with sandbox:
        assert attempt(sandbox, QueryJob("ASK {}")).error is None
