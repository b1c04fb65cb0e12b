"""Processes come and go: killed ones are replaced, snapshots switched, and in the end none is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from sandbox_support import (
    KINDS,
    LIMITS,
    RUNAWAY,
    Probe,
    Report,
    alive,
    attempt,
    children,
    graph,
    parents,
    wait_for,
    workers,
)

from poca_kg.errors import (
    BusyError,
    InputError,
    LimitError,
    QueryCancelledError,
    QueryCrashError,
    SettingError,
)
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.formats import ResultFormat
from poca_kg.store.snapshot import Snapshot

NAME = "SELECT ?n { <http://e/this> <http://e/name> ?n }"


@contextmanager
def loops(count: int, work: Callable[[], Report]) -> Iterator[list[Report]]:
    """Work in some threads again and again, and collect the reports."""
    reports: list[Report] = []
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            reports.append(work())

    threads = [threading.Thread(target=loop) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield reports
    over.set()
    for thread in threads:
        thread.join()


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_killed_workers_are_replaced_without_a_client_noticing(start) -> None:
    sandbox = start(timeout_s=10.0)
    chance = random.Random(7)
    with loops(3, lambda: attempt(sandbox, QueryJob(NAME, rows=ResultFormat.CSV))) as reports:
        for _ in range(30):
            if pids := sandbox.statistics().workers:
                kill(chance.choice(pids))
            time.sleep(0.06)  # a busy machine needs that long to do a job without being hit twice
    assert {str(report.error) for report in reports if report.error} == set()
    assert {report.body for report in reports} == {b"n\r\none\r\n"}
    assert len(reports) > 100
    assert wait_for(lambda: sandbox.statistics().spare == LIMITS.processes)


def test_a_job_whose_worker_is_killed_is_done_once_more_and_no_more(start) -> None:
    sandbox = start(timeout_s=10.0, workers=1, express=0, spares=0)
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(attempt(sandbox, Probe(do="sleep", data=b"1"))))
    thread.start()
    time.sleep(0.2)
    kill(sandbox.statistics().workers[0])
    thread.join()
    assert reports[0].error is None
    assert reports[0].elapsed_s > 1.1

    thread = threading.Thread(target=lambda: reports.append(attempt(sandbox, Probe(do="sleep", data=b"9"))))
    thread.start()
    for _ in range(2):
        assert wait_for(lambda: sandbox.statistics().busy and sandbox.statistics().workers)
        time.sleep(0.1)
        kill(sandbox.statistics().workers[0])
    thread.join()
    assert isinstance(reports[1].error, QueryCrashError)
    assert "outside" in str(reports[1].error)
    assert sandbox.statistics().killed == {"outside": 3}


def test_the_parent_of_the_workers_may_die_at_any_time(start) -> None:
    before = set(parents())
    sandbox = start(timeout_s=10.0)
    with loops(3, lambda: attempt(sandbox, QueryJob(NAME, rows=ResultFormat.CSV))) as reports:
        for restart in range(3):
            time.sleep(0.3)
            (parent,) = set(parents()) - before
            kill(parent)
            assert wait_for(lambda restart=restart: sandbox.statistics().restarts == restart + 1)
        time.sleep(0.3)
    assert {str(report.error) for report in reports if report.error} == set()
    assert {report.body for report in reports} == {b"n\r\none\r\n"}


def test_workers_die_with_their_parent_whatever_they_do(start) -> None:
    before = set(parents())
    sandbox = start(timeout_s=30.0)
    runaway = QueryJob(RUNAWAY)
    thread = threading.Thread(target=attempt, args=(sandbox, runaway))
    thread.start()
    assert wait_for(lambda: sandbox.statistics().busy)
    (parent,) = set(parents()) - before
    old = children(parent)
    kill(parent)
    assert wait_for(lambda: not any(alive(pid) for pid in old), within_s=2.0)
    runaway.cancel()
    thread.join()


def test_switching_the_snapshot_fails_no_request_and_mixes_no_versions(start) -> None:
    sandbox = start(graph("v0"), timeout_s=10.0)
    versions = {sandbox.version: b"n\r\nv0\r\n"}
    seen: list[tuple[str, bytes]] = []

    def ask() -> Report:
        with sandbox.run(QueryJob(NAME, rows=ResultFormat.CSV)) as outcome:
            seen.append((outcome.version, outcome.body))
        return Report(None, b"", 0.0)

    with loops(8, ask):
        for number in range(1, 6):
            sandbox.switch(graph(f"v{number}"))
            versions[sandbox.version] = f"n\r\nv{number}\r\n".encode()
            time.sleep(0.05)
    assert len(versions) == 6
    assert all(versions[version] == body for version, body in seen)
    assert {version for version, _ in seen} == set(versions)


def test_a_job_on_the_old_snapshot_is_finished_there_and_then_its_processes_end(start) -> None:
    sandbox = start(graph("old"), timeout_s=10.0)
    old_version, old = sandbox.version, sandbox.statistics().workers
    versions: list[str] = []

    def sleep() -> None:
        with sandbox.run(Probe(do="sleep", data=b"1.5")) as outcome:
            versions.append(outcome.version)

    thread = threading.Thread(target=sleep)
    thread.start()
    assert wait_for(lambda: sandbox.statistics().busy)
    sandbox.switch(graph("new"))
    assert sandbox.version != old_version
    assert any(alive(pid) for pid in old)
    thread.join()
    assert versions == [old_version]
    assert wait_for(lambda: not any(alive(pid) for pid in old))


def test_a_snapshot_that_cannot_be_read_changes_nothing(start, tmp_path) -> None:
    sandbox = start()
    version, processes = sandbox.version, set(parents())
    for broken in (b"no quads", tmp_path / "absent.nq"):
        with pytest.raises(InputError):
            sandbox.switch(broken)
    assert sandbox.version == version
    assert set(parents()) == processes
    assert attempt(sandbox, QueryJob("ASK {}")).error is None


def test_a_published_snapshot_keeps_its_version(start, tmp_path) -> None:
    (tmp_path / "graph.nq").write_bytes(graph("published"))
    sandbox = start(Snapshot("1.2-abc", tmp_path))
    with sandbox.run(QueryJob(NAME, rows=ResultFormat.CSV)) as outcome:
        assert (outcome.version, outcome.body) == ("1.2-abc", b"n\r\npublished\r\n")


@pytest.mark.parametrize("source", [b"<http://e/a> oops", "absent"])
def test_a_sandbox_over_nothing_does_not_start_and_leaves_no_process(tmp_path, source) -> None:
    before = set(parents())
    with pytest.raises(InputError):
        Sandbox.start(source if isinstance(source, bytes) else tmp_path / source, LIMITS)
    assert set(parents()) == before


def test_workers_that_cannot_start_are_told_at_once(tmp_path) -> None:
    before = set(workers())
    with pytest.raises(LimitError, match="before they are ready"):
        Sandbox.start(graph("one"), Limits(stack_bytes=1 << 60), kinds=KINDS)
    assert wait_for(lambda: not any(alive(pid) for pid in set(workers()) - before))


def test_stopping_leaves_no_process_and_refuses_what_comes(start) -> None:
    before = set(parents())
    sandbox = start(timeout_s=30.0)
    reports: list[Report] = []
    threads = [
        threading.Thread(target=lambda: reports.append(attempt(sandbox, QueryJob(RUNAWAY)))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    assert wait_for(lambda: sandbox.statistics().queued == 2)
    mine = [pid for parent in set(parents()) - before for pid in (parent, *children(parent))]
    started = time.monotonic()
    sandbox.stop()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 2.0
    assert all(isinstance(report.error, LimitError) for report in reports)
    assert not any(alive(pid) for pid in mine)
    with pytest.raises(QueryCancelledError, match="stopped"):
        sandbox.run(QueryJob("ASK {}"))
    sandbox.stop()


def test_stopping_gracefully_lets_what_runs_finish(start) -> None:
    sandbox = start(timeout_s=10.0)
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(attempt(sandbox, Probe(do="sleep", data=b"0.5"))))
    thread.start()
    assert wait_for(lambda: sandbox.statistics().busy)
    sandbox.stop(within_s=5.0)
    thread.join()
    assert reports[0].error is None


FRONT = """
    import sys, threading
    from poca_kg.sandbox.jobs import QueryJob
    from poca_kg.sandbox.limits import Limits
    from poca_kg.sandbox.sandbox import Sandbox

    sandbox = Sandbox.start(sys.stdin.buffer.read(), Limits(timeout_s=60.0))
    threading.Thread(target=sandbox.run, args=(QueryJob(sys.argv[1]),), daemon=True).start()
    while not sandbox.statistics().busy:
        pass
    print("running", flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_when_the_front_dies_no_process_outlives_it(number: signal.Signals, tmp_path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(FRONT), RUNAWAY]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as front:
        front.stdin.write(graph("one"))
        front.stdin.close()
        assert front.stdout.readline() == b"running\n"
        try:
            (parent,) = children(front.pid)
            assert wait_for(lambda: len(children(parent)) == Limits().processes)
            processes = [parent, *children(parent)]
        finally:
            front.send_signal(number)
        front.wait(timeout=10)
    assert wait_for(lambda: not any(alive(pid) for pid in processes), within_s=2.0)


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(start) -> None:
    sandbox = start(timeout_s=10.0, workers=1, express=0, spares=0, queue=2, patience_s=1.0)
    jobs = [Probe(do="sleep", data=b"3") for _ in range(3)]
    reports: list[Report] = []
    threads = [threading.Thread(target=lambda job=job: reports.append(attempt(sandbox, job))) for job in jobs]
    threads[0].start()
    assert wait_for(lambda: sandbox.statistics().busy)
    for thread in threads[1:]:
        thread.start()
    assert wait_for(lambda: sandbox.statistics().queued == 2)
    report = attempt(sandbox, QueryJob("ASK {}"))
    assert isinstance(report.error, BusyError)
    assert report.error.retry_after >= 1
    assert report.elapsed_s < 0.1
    jobs[2].cancel()
    for thread in threads:
        thread.join()
    kinds = sorted(type(one.error).__name__ for one in reports)
    assert kinds == ["BusyError", "NoneType", "QueryCancelledError"]


def test_one_client_does_not_use_up_what_is_for_all(start) -> None:
    sandbox = start(timeout_s=0.5, share_s=1.0)
    greedy = [attempt(sandbox, Probe(do="sleep", data=b"9"), client="greedy") for _ in range(4)]
    assert [type(report.error).__name__ for report in greedy] == ["QueryTimeoutError"] * 3 + [
        "FairShareError"
    ]
    assert greedy[3].error.retry_after > 1
    assert greedy[3].elapsed_s < 0.1
    assert all(attempt(sandbox, QueryJob("ASK {}"), client="modest").error is None for _ in range(50))


@pytest.mark.parametrize("limit", [{"workers": 0}, {"timeout_s": -1}, {"memory_bytes": 0}, {"express": -1}])
def test_limits_under_which_nothing_runs_are_refused(limit: dict[str, int]) -> None:
    with pytest.raises(SettingError, match=next(iter(limit))):
        Limits(**limit)
