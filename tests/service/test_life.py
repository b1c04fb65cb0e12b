"""A service from start to end: what is killed comes back, what is published is served, nothing is left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from service_support import (
    COUNT,
    ROWS,
    RUNAWAY,
    Answer,
    Service,
    alive,
    asking,
    children,
    counted,
    get,
    publish_rows,
    wait_for,
)

from poca_kg.sandbox.confinement import can_confine
from poca_kg.store.snapshot import rollback

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_confine(), reason="needs Linux")]

LIMIT_S = 2.0
STOP_S = 10.0
TOKEN = "T" * 40


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    publish_rows("first", folder)
    return folder


@pytest.fixture
def serve(data_dir: Path, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Start services; whatever is left of them at the end is a failure."""
    started: list[tuple[Service, list[int]]] = []

    def begin(*arguments: object, **settings: str) -> Service:
        chosen = {"data_dir": str(data_dir), "query_timeout": str(LIMIT_S), "fronts": "2"} | settings
        service = Service(*arguments, log=tmp_path / f"log-{len(started)}", **chosen)
        started.append((service, service.pids()))
        return service

    yield begin
    left = []
    for service, first in started:
        pids = [*first, *service.pids()]
        if service.process.poll() is None:
            service.end()
        if not wait_for(lambda pids=pids: not any(map(alive, pids)), 5.0):
            left += [pid for pid in pids if alive(pid)]
        service.close()
    assert not left


class Clients:
    """Ask again and again from several threads, half of them on connections that stay."""

    def __init__(self, service: Service, count: int = 8) -> None:
        self._service = service
        self.answers: list[Answer] = []
        self.failures: list[Exception] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n % 2 == 0,)) for n in range(count)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, stays: bool) -> None:
        connection = self._service.connect()
        while not self._over.is_set():
            try:
                self.answers.append(get(connection, asking(COUNT)))
            except Exception as error:  # whatever it is, it is a failure
                self.failures.append(error)
                return
            if not stays:
                connection.close()
        connection.close()


def is_served(service: Service, name: str) -> bool:
    answer = service.ask(COUNT)
    return answer.status == 200 and counted(answer) == {name: ROWS}


def lines_torn(log: str) -> list[str]:
    """Return the lines that are neither an object of JSON nor something that the supervisor says."""
    torn = []
    for line in log.splitlines():
        try:
            json.loads(line)
        except ValueError:
            if not re.match(r"poca-kg |serving at |\S+ is served$|ended$", line):
                torn.append(line)
    return torn


def test_a_torn_line_is_noticed():
    assert lines_torn('{"a": 1}\nended\n{"a"{"b": 2}: 1}\n') == ['{"a"{"b": 2}: 1}']


# Start


def test_it_tells_where_it_listens_and_what_it_serves(serve, data_dir):
    service = serve()
    assert service.host == "127.0.0.1"
    assert service.told["triples"] == ROWS
    assert service.told["version"].startswith("first-")
    assert counted(service.ask(COUNT)) == {"first": ROWS}


def test_every_front_serves_the_same_port(serve):
    service = serve()
    fronts = service.named("front_program")
    assert len(fronts) == 2
    assert all(service.ask("ASK {}").status == 200 for _ in range(20))


def test_a_port_that_is_taken_is_told_in_one_line(serve, tmp_path):
    service = serve()
    with pytest.raises(AssertionError, match="cannot be listened on") as told:
        Service("--port", service.port, log=tmp_path / "other", data_dir=str(tmp_path / "data"))
    assert "Traceback" not in str(told.value)


def test_no_process_but_the_supervisors_knows_the_token(serve):
    token = "SENTINEL" * 5
    service = serve("--writes", "--empty", "--unvalidated", token=token)
    for pid in service.pids()[1:]:
        assert token.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
        assert token.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()


# Restarts


@pytest.mark.parametrize("program", ["front_program", "forkserver"])
def test_what_is_killed_comes_back(serve, program):
    service = serve()
    before = service.named(program)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: len(set(service.named(program)) - set(before)) == len(before))
    assert wait_for(lambda: service.ask("ASK {}").status == 200)
    assert [service.ask("ASK {}").status for _ in range(20)] == [200] * 20


def test_connections_wait_while_a_front_is_started_again(serve):
    service = serve(fronts="1")
    os.kill(service.named("front_program")[0], signal.SIGKILL)
    assert service.ask("ASK {}").status == 200


def test_a_killed_front_takes_its_workers_with_it(serve):
    service = serve(fronts="1")
    front, before = service.named("front_program")[0], set(service.pids())
    os.kill(front, signal.SIGKILL)
    workers = before - {service.process.pid, *service.named("forkserver")}
    assert wait_for(lambda: not any(map(alive, workers)))


# Switching


def test_each_answer_comes_from_one_version_while_many_are_published(serve, data_dir):
    """B14: eight readers, publications one after another; the long form is part of the soak."""
    service = serve()
    names = [f"v{number}" for number in range(int(os.environ.get("PUBLICATIONS", "8")))]
    with Clients(service) as clients:
        for name in names:
            publish_rows(name, data_dir)
            assert wait_for(lambda name=name: is_served(service, name), 20.0)
    assert not clients.failures
    seen = set()
    for answer in clients.answers:
        assert answer.status == 200, answer
        ((name, rows),) = counted(answer).items()
        assert rows == ROWS
        assert answer.headers["x-graph-version"].startswith(f"{name}-")
        seen.add(name)
    assert len(seen) > 2
    assert service.end() == 0
    assert lines_torn(service.log.read_text()) == []


def test_a_rollback_is_served(serve, data_dir):
    service = serve()
    publish_rows("second", data_dir)
    assert wait_for(lambda: is_served(service, "second"))
    rollback(data_dir)
    assert wait_for(lambda: is_served(service, "first"))


def test_a_query_that_runs_finishes_on_the_version_it_began_with(serve, data_dir):
    service = serve(query_timeout="6")
    slow = "SELECT ?v (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . BIND(?c AS ?v) } GROUP BY ?v"
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(service.ask(slow)))
    thread.start()
    time.sleep(0.3)
    publish_rows("second", data_dir)
    assert wait_for(lambda: is_served(service, "second"))
    thread.join()
    assert answers[0].status == 200, answers
    assert set(counted(answers[0])) == {"first"}


@pytest.mark.parametrize("harm", ["a graph that does not parse", "a pointer to nothing"])
def test_what_cannot_be_served_changes_nothing(serve, data_dir, harm):
    service = serve()
    if harm == "a pointer to nothing":
        (data_dir / "current").write_text("none-000000000000\n")
    else:
        second = publish_rows("second", data_dir.with_name("elsewhere"))
        (second.directory / "graph.nq").write_text("this is no graph\n")
        second.directory.rename(data_dir / "snapshots" / second.version)
        (data_dir / "current").write_text(f"{second.version}\n")
    assert wait_for(lambda: "stays" in service.log.read_text())
    assert is_served(service, "first")
    publish_rows("third", data_dir)
    assert wait_for(lambda: is_served(service, "third"))


# End


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("load", ["idle", "runaways"])
def test_it_ends_in_time_and_leaves_nothing(serve, number, load):
    """B21: what runs is finished or told; the exit code is 0 and no process is left."""
    service = serve()
    pids = service.pids()
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(service.ask(RUNAWAY)))
        for _ in range(4 if load == "runaways" else 0)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5 if threads else 0)
    since = time.monotonic()
    assert service.end(number) == 0
    assert time.monotonic() - since < STOP_S
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [503] * len(threads)
    assert not [pid for pid in pids if alive(pid)]
    assert service.log.read_text().endswith("ended\n")


def test_nothing_outlives_a_killed_supervisor(serve):
    service = serve()
    pids = service.pids()
    service.process.kill()
    service.process.wait()
    assert wait_for(lambda: not any(map(alive, pids)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_while_it_starts_is_an_end(data_dir, tmp_path, number):
    words = [sys.executable, "-m", "poca_kg", "serve", "--port", "0"]
    environ = {**os.environ, "POCA_KG_DATA_DIR": str(data_dir)}
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(words, stderr=log, env=environ) as process:
        try:
            assert wait_for(lambda: children(process.pid))
            pids = children(process.pid)
            process.send_signal(number)
            assert process.wait(STOP_S) == 0
        finally:
            process.kill()
    assert wait_for(lambda: not any(map(alive, pids)))
    assert (tmp_path / "log").read_text() == "ended\n"


# Writing


def test_a_second_writer_for_a_folder_is_told_who_has_it(serve, data_dir, tmp_path):
    service = serve("--writes", "--unvalidated", token=TOKEN)
    with pytest.raises(AssertionError, match=f"{service.named('writer')[0]}"):
        Service("--writes", log=tmp_path / "other", data_dir=str(data_dir), token=TOKEN)
    assert service.ask("ASK {}").status == 200


def test_a_killed_writer_comes_back_and_writes(serve):
    service = serve("--writes", "--unvalidated", token=TOKEN)
    assert (
        service.update('INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/v> "x" } }', TOKEN) == 204
    )
    assert counted(service.ask(COUNT)) == {"first": ROWS, "x": 1}
    before = service.named("writer")
    os.kill(before[0], signal.SIGKILL)
    assert wait_for(lambda: service.named("writer") not in ([], before))
    assert wait_for(lambda: service.get("/readyz").status == 200)
    said = [line for line in service.log.read_text().splitlines() if "writes are taken" in line]
    assert said == ["no writes are taken: the writer is started again", "writes are taken again"]
    assert service.update("DROP GRAPH <http://e/g>", TOKEN) == 204
    assert counted(service.ask(COUNT)) == {}


@pytest.mark.parametrize(
    ("arguments", "settings", "complaint"),
    [
        (["--writes"], {}, "writes need a token"),
        (["--unvalidated"], {}, "add --writes"),
        (["--empty", "--data", "x"], {}, "leave one out"),
        (["--writes", "--data", "FILE"], {"token": "T" * 32}, "writes make snapshots"),
        (["--query-timeout", "0"], {}, "query-timeout"),
    ],
)
def test_what_cannot_be_served_is_told_before_anything_starts(tmp_path, arguments, settings, complaint):
    (tmp_path / "graph.nq").write_text("")
    words = [str(tmp_path / "graph.nq") if word == "FILE" else word for word in arguments]
    with pytest.raises(AssertionError, match=complaint) as told:
        Service(*words, log=tmp_path / "log", data_dir=str(tmp_path), **settings)
    assert "Traceback" not in str(told.value)


def test_large_dumps_wait_in_the_folder_of_the_settings(serve, data_dir, tmp_path):
    publish_rows("large", data_dir, rows=60_000)
    spool = tmp_path / "spool"
    spool.mkdir()
    service = serve(spool_dir=str(spool))
    assert service.get("/data").status == 200
    spool.rmdir()
    assert service.get("/data").status == 413


# Telling


def test_the_log_knows_each_request_by_the_id_in_its_answer(serve):
    service = serve(fronts="1")
    asked = [
        asking("ASK {}"),
        asking("ASK {"),
        "/",
        "/data",
        "/healthz",
        "/nothing",
        "/a%23b#c",
        "/" + "x" * 70_000,
    ]
    ids = [service.get(path).headers["x-request-id"] for path in asked]
    refused = service.connect()
    refused.request("PUT", "/data?default", b"")
    ids.append(refused.getresponse().headers["X-Request-Id"])
    refused.close()
    assert service.end() == 0
    lines = [line for line in service.log.read_text().splitlines() if line.startswith("{")]
    logged = [json.loads(line)["id"] for line in lines if '"request"' in line]
    assert logged == ids
