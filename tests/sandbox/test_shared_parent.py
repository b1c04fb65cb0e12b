"""Several fronts share one parent: each holds workers of its own, and none harms another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sandbox_support import KINDS, LIMITS, RUNAWAY, Probe, alive, attempt, children, graph, wait_for

from poca_kg.errors import InputError, LimitError, QueryMemoryError, QueryTimeoutError
from poca_kg.sandbox.allocator import with_allocator
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.parent import ParentAddress, ParentProcess, has_store
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.formats import ResultFormat
from poca_kg.store.publication import make_snapshot
from poca_kg.store.snapshot import Snapshot

NAME = QueryJob("SELECT ?n { <http://e/this> <http://e/name> ?n }", rows=ResultFormat.CSV)


def name_in(sandbox: Sandbox) -> str:
    """Return the name that the graph of a sandbox tells."""
    job = QueryJob(NAME.text, rows=ResultFormat.CSV)
    return attempt(sandbox, job).body.decode().split()[1]


@pytest.fixture
def raise_parent(tmp_path: Path) -> Iterator[Callable[..., ParentProcess]]:
    """Start parents over small graphs that tell a name; they are closed at the end."""
    raised: list[ParentProcess] = []

    def begin(name: str = "one", *, at: str = "parent", **how: object) -> ParentProcess:
        path = tmp_path / f"{name}.nq"
        path.write_bytes(graph(name))
        raised.append(ParentProcess.start(path, KINDS, address=tmp_path / at, **how))
        return raised[-1]

    yield begin
    for one in raised:
        one.close()


def join(parent: ParentProcess) -> Sandbox:
    return Sandbox.start(parent.address, LIMITS)


def test_fronts_have_workers_of_their_own_at_one_parent(raise_parent) -> None:
    parent = raise_parent()
    with join(parent) as first, join(parent) as second:
        assert (name_in(first), name_in(second)) == ("one", "one")
        assert first.version == second.version == parent.version
        assert wait_for(lambda: len(children(parent.pid)) == 2 * LIMITS.processes)
        assert not set(first.statistics().workers) & set(second.statistics().workers)


def test_the_end_of_one_front_ends_its_workers_only(raise_parent) -> None:
    parent = raise_parent()
    with join(parent) as staying:
        with join(parent) as leaving:
            thread = threading.Thread(target=attempt, args=(leaving, QueryJob(RUNAWAY)))
            thread.start()
            assert wait_for(lambda: leaving.statistics().busy)
            theirs = leaving.statistics().workers
        thread.join()
        assert wait_for(lambda: not any(alive(pid) for pid in theirs))
        assert set(staying.statistics().workers) <= set(children(parent.pid))
        assert name_in(staying) == "one"
        assert staying.statistics().restarts == 0


def test_the_front_that_holds_a_worker_hears_how_it_ended(raise_parent) -> None:
    parent = raise_parent()
    with join(parent) as first, join(parent) as second:
        report = attempt(first, Probe(do="allocate"))
        assert isinstance(report.error, QueryMemoryError)
        assert first.statistics().killed == {"memory": 1}
        assert second.statistics().killed == {}
        assert wait_for(lambda: first.statistics().spare == LIMITS.processes)


def test_each_front_says_how_much_memory_its_workers_may_use(raise_parent) -> None:
    parent = raise_parent()
    most = Limits(**{**vars(LIMITS), "memory_bytes": 64 << 20})
    with join(parent) as first, Sandbox.start(parent.address, most) as second:
        grow = [attempt(one, Probe(do="grow")).error for one in (first, second)]
    assert grow[0] is None
    assert isinstance(grow[1], QueryMemoryError)


def test_fronts_switch_to_another_parent_and_the_old_one_may_go(raise_parent) -> None:
    old, new = raise_parent("old"), raise_parent("new", at="other")
    with join(old) as front:
        assert name_in(front) == "old"
        front.switch(new.address)
        assert name_in(front) == "new"
        assert wait_for(lambda: not children(old.pid))
        old.close()
        assert name_in(front) == "new"
        assert front.statistics().restarts == 0


def test_fronts_come_back_when_a_parent_that_died_is_raised_again(raise_parent) -> None:
    ended = threading.Event()
    parent = raise_parent(on_end=ended.set)
    with join(parent) as front:
        os.kill(parent.pid, signal.SIGKILL)
        assert ended.wait(5.0)
        again = raise_parent()
        parent.close()
        assert wait_for(lambda: front.statistics().restarts == 1)
        assert name_in(front) == "one"
        assert wait_for(lambda: len(children(again.pid)) == LIMITS.processes)


def test_closing_a_parent_is_no_accident_and_leaves_nothing(raise_parent, tmp_path: Path) -> None:
    ended = threading.Event()
    parent = raise_parent(on_end=ended.set)
    with join(parent) as front:
        assert wait_for(lambda: len(children(parent.pid)) == LIMITS.processes)
        pids = [parent.pid, *children(parent.pid)]
        parent.close()
        parent.close()
        assert not any(alive(pid) for pid in pids)
        assert front.statistics().busy == 0
    assert not ended.is_set()
    assert not (tmp_path / "parent").exists()


def test_workers_use_the_faster_allocator_where_it_is_installed(raise_parent) -> None:
    preloaded = with_allocator({}).get("LD_PRELOAD", "no allocator is installed")
    maps = Path(f"/proc/{raise_parent().pid}/maps").read_text()
    assert ("libmimalloc" in maps) == ("libmimalloc" in preloaded)


def test_nobody_else_may_join(raise_parent, tmp_path: Path) -> None:
    raise_parent()
    assert (tmp_path / "parent").stat().st_mode & 0o777 == 0o600


def test_an_address_without_a_parent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="nobody listens"):
        Sandbox.start(ParentAddress(tmp_path / "nothing"), LIMITS)


def test_a_graph_that_cannot_be_read_is_told_and_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "bad.nq").write_bytes(b"<a> <b> .\n")
    before = set(children(os.getpid()))
    with pytest.raises(InputError):
        ParentProcess.start(tmp_path / "bad.nq", address=tmp_path / "parent")
    assert set(children(os.getpid())) == before
    assert not (tmp_path / "parent").exists()


def test_workers_on_disk_answer_like_those_in_memory_and_are_confined_like_them(tmp_path: Path) -> None:
    content = b"# empty graph <http://e/empty>\n" + graph("one")
    content += b'<http://e/this> <http://e/name> "other" <http://e/h> .\n'
    make_snapshot(tmp_path / "v1", {"graph.nq": content}, with_store=True)
    snapshot = Snapshot("v1", tmp_path / "v1")
    assert has_store(snapshot)
    asked = [
        "SELECT (COUNT(*) AS ?n) { ?a <http://e/knows> ?b }",
        "SELECT ?g ?n { GRAPH ?g { <http://e/this> <http://e/name> ?n } } ORDER BY ?n",
        "SELECT ?n { <http://e/this> <http://e/name> ?n } ORDER BY ?n",
        "SELECT (COUNT(*) AS ?n) FROM <http://e/h> { ?s ?p ?o }",
        "SELECT ?g { GRAPH ?g {} } ORDER BY ?g",
    ]
    answers: list[list[bytes]] = []
    for on_disk in (True, False):
        parent = ParentProcess.start(snapshot, KINDS, address=tmp_path / "parent", on_disk=on_disk)
        with join(parent) as front:
            assert front.version == "v1"
            answers.append([attempt(front, QueryJob(text)).body for text in asked])
            report = attempt(front, QueryJob(RUNAWAY))
            assert isinstance(report.error, QueryTimeoutError)
            holdings = json.loads(attempt(front, Probe(do="holdings")).body)
            assert holdings["seccomp"] == "2"
            assert holdings["limits"]["FSIZE"] == 0
            refused = json.loads(attempt(front, Probe(do="attempts")).body)
            assert set(refused.values()) == {"EPERM"}
        parent.close()
    assert answers[0] == answers[1]
    assert b"http://e/empty" in answers[0][-1]


def test_a_snapshot_whose_graphs_overlap_is_not_served_from_the_disk(tmp_path: Path) -> None:
    twice = b"<http://e/a> <http://e/p> <http://e/b> <http://e/%s> .\n"
    make_snapshot(tmp_path / "v1", {"graph.nq": twice % b"g" + twice % b"h"}, with_store=True)
    assert not has_store(Snapshot("v1", tmp_path / "v1"))
    assert not has_store(tmp_path / "v1" / "graph.nq")


SUPERVISOR = """
    import sys, threading
    from pathlib import Path
    from poca_kg.sandbox.limits import Limits
    from poca_kg.sandbox.parent import Graph, ParentProcess, start_parent
    from poca_kg.sandbox.sandbox import Sandbox

    path, address = Path(sys.argv[1]), Path(sys.argv[2])
    if sys.argv[3] == "loading":
        process, control = start_parent(Graph(path, "", {}))
        print(process.pid, flush=True)
    else:
        parent = ParentProcess.start(path, address=address)
        print(parent.pid, flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("stage", ["serving", "loading"])
def test_when_the_supervisor_dies_no_process_outlives_it(stage: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    path.write_bytes(graph("one", nodes=200_000 if stage == "loading" else 10))
    command = [sys.executable, "-c", textwrap.dedent(SUPERVISOR), str(path), str(tmp_path / "parent"), stage]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as supervisor:
        try:
            pid = int(supervisor.stdout.readline())
            time.sleep(0.3)
        finally:
            supervisor.kill()
        supervisor.wait()
    assert wait_for(lambda: not alive(pid), within_s=1.0)
