"""What a write is worth: kills at any moment (B11), a full disk (B12), two who want to write (B13).

``SOAK_KILLS`` says how often a writer is killed among updates; among documents, and while it publishes, it is
a quarter of that. The bar asks for 200, 50 and 50.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from writer_support import BATCH, Running, ask, batch, batches, current, leftovers

import poca_kg
from poca_kg.errors import LockedError, PocaError, QueryCancelledError, StorageFullError
from poca_kg.service.writer_client import WriterClient
from poca_kg.service.writer_process import WriterProcess
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.store.snapshot import current_snapshot

KILLS = int(os.environ.get("SOAK_KILLS", "6"))
FEWER = max(6, KILLS // 4)
BULK = 3000
INSERT = "INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> 2 } }"


def kill(writer: Running) -> None:
    assert writer.process.pid is not None
    os.kill(writer.process.pid, signal.SIGKILL)


def bulk(number: int) -> list[Document]:
    rows = "".join(f"<http://e/{row}> <http://e/version> {number} .\n" for row in range(BULK))
    return [Document(rows.encode(), RdfSyntax.TURTLE)]


# B11: kills


class Acknowledged:
    """Writes one batch after the other until the writer is killed, and knows which were acknowledged."""

    def __init__(self, writer: Running, first: int) -> None:
        self.done: list[int] = []
        self._client, self._first = writer.client(patience_s=2.0), first
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        for number in range(self._first, self._first + 10_000):
            try:
                self._client.update(batch(number))
            except PocaError:
                return
            self.done.append(number)

    def join(self) -> None:
        self._thread.join()


@pytest.mark.slow
def test_whenever_the_writer_is_killed_each_acknowledged_update_is_there_and_whole(data, start):
    chance, writer, acknowledged = random.Random(11), start(), []
    for number in range(KILLS):
        writing = Acknowledged(writer, 10_000 * number)
        time.sleep(chance.uniform(0.0, 0.6))
        kill(writer)
        writing.join()
        acknowledged += writing.done
        found = batches(data)  # a reader needs nobody to repair anything
        assert set(found.values()) <= {BATCH}
        assert set(acknowledged) <= set(found)
        since = time.monotonic()
        writer.start()
        assert time.monotonic() - since < 5
        assert leftovers(data) == []
    assert acknowledged


@pytest.mark.slow
def test_whenever_the_writer_is_killed_a_document_is_there_as_a_whole_or_not_at_all(data, start):
    chance, writer, known = random.Random(12), start(), 0
    writer.client().put("http://e/bulk", bulk(0))
    for number in range(1, FEWER + 1):
        done: list[int] = []

        def put(number: int = number, done: list[int] = done) -> None:
            try:
                writer.client(patience_s=2.0).put("http://e/bulk", bulk(number))
            except PocaError:
                return
            done.append(number)

        thread = threading.Thread(target=put)
        thread.start()
        time.sleep(chance.uniform(0.0, 0.3))
        kill(writer)
        thread.join()
        rows = ask(data, "SELECT ?v (COUNT(*) AS ?n) { ?s <http://e/version> ?v } GROUP BY ?v")
        assert len(rows) == 1
        assert int(str(rows[0][1])) == BULK
        seen = int(str(rows[0][0]))
        assert seen in {known, number}
        assert not done or seen == number
        known = seen
        writer.start()


@pytest.mark.slow
def test_a_writer_that_is_killed_while_it_publishes_leaves_the_old_version_or_the_new(data, start):
    chance, writer, hit = random.Random(13), start(), 0
    for number in range(FEWER):
        before = batches(data)
        writing = Acknowledged(writer, 10_000 * number)
        until = time.monotonic() + 5
        while not leftovers(data) and time.monotonic() < until:
            pass
        time.sleep(chance.uniform(0.0, 0.01))
        kill(writer)
        writing.join()
        hit += bool(leftovers(data))
        found = batches(data)
        assert set(found.values()) <= {BATCH}
        assert set(before) | set(writing.done) <= set(found)
        with poca_kg.open(data) as graph:
            assert graph.version == current_snapshot(data).version
        writer.start()
        assert leftovers(data) == []
    assert hit or FEWER < 20


def test_with_the_writer_ends_what_it_has_forked(data, start):
    writer = start(timeout_s=30.0)
    writer.client().update("".join(batch(number) + ";" for number in range(20)))
    runaway = """INSERT { ?a <http://e/q> ?d } WHERE { GRAPH <http://e/batches> {
                 ?a ?x ?b . ?c ?y ?d . ?e ?z ?f . ?g ?v ?h . ?i ?w ?j } }"""
    ended: list[BaseException] = []

    def write() -> None:
        with pytest.raises(QueryCancelledError) as refusal:
            writer.client().update(runaway)
        ended.append(refusal.value)

    thread = threading.Thread(target=write)
    thread.start()
    children = Path(f"/proc/{writer.process.pid}/task/{writer.process.pid}/children")
    while not (forked := children.read_text().split()):
        time.sleep(0.01)
    time.sleep(0.1)
    kill(writer)
    thread.join()
    until = time.monotonic() + 5
    while Path(f"/proc/{forked[0]}/stat").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{forked[0]}/stat").exists()
    assert "see whether the write was made" in str(ended[0])


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_what_is_acknowledged_was_put_on_the_disk_before(data, start, tmp_path):
    log = tmp_path / "calls"
    writer = start()
    traced = "trace=fsync,fdatasync,rename,renameat,renameat2,sendto"
    tracer = subprocess.Popen(
        ["strace", "-y", "-e", traced, "-o", str(log), "-p", str(writer.process.pid)], stderr=subprocess.PIPE
    )
    try:
        assert tracer.stderr is not None
        if b"attached" not in tracer.stderr.readline():
            pytest.skip("this system lets nobody trace")
        writer.client().update(INSERT)
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
    calls = log.read_text().splitlines()
    answer = next(at for at, call in enumerate(calls) if call.startswith("sendto") and "done" in call)
    before = "\n".join(calls[:answer])
    switched = next(
        at for at, call in enumerate(calls) if call.startswith("rename") and 'data/current"' in call
    )
    assert switched < answer
    for name in ("graph.nq", "manifest.json", "snapshots>", ".current.new-"):
        assert any(call.startswith("fsync") and name in call for call in calls[:answer]), name
    assert any(call.startswith("fsync") for call in calls[switched:answer]), before


# B12: a full disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting needs to be root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def big(number: int) -> list[Document]:
    rows = "".join(f"<http://e/{number}/{row}> <http://e/p> <http://e/o> .\n" for row in range(3000))
    return [Document(rows.encode(), RdfSyntax.N_TRIPLES)]


def fill(client: WriterClient) -> tuple[int, str]:
    """Write until the disk is full, and return how many writes it took, and what it said then."""
    for number in range(10):
        try:
            client.put(f"http://e/big/{number}", big(number))
        except StorageFullError as error:
            return number, str(error)
    raise AssertionError("the disk takes everything")


def await_message(writer: Running, message: str, value: object) -> dict[str, object]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for told in writer.heard:
            if told.get(message) == value:
                return told
        time.sleep(0.02)
    raise AssertionError(f"the writer never told {message}={value}: {writer.heard}")


def test_a_full_disk_refuses_writes_and_nothing_else_until_there_is_room_again(data, disk):
    shutil.copytree(data, disk / "data")
    here = disk / "data"
    with Running(here, keep=100) as writer:
        client = writer.client()
        taken, refusal = fill(client)
        assert taken
        assert "nothing more can be stored" in refusal
        assert str(disk) not in refusal
        assert current(here).size() == 1 + 3000 * taken
        assert leftovers(here) == []
        assert "No space" in str(await_message(writer, "writable", False)["why"])
        assert client.holds("http://e/big/0")
        subprocess.run(["mount", "-o", "remount,size=32m", str(disk)], check=True)
        await_message(writer, "writable", True)
        client.put("http://e/big/last", big(99))
        assert current(here).size() == 1 + 3000 * (taken + 1)


def test_a_folder_that_cannot_be_written_to_is_not_the_fault_of_the_document(data, start):
    client = start().client()
    in_the_way = data / ".current.new-0"
    in_the_way.mkdir()
    with pytest.raises(StorageFullError) as refusal:
        client.put("http://e/g", bulk(1))
    assert str(data) not in str(refusal.value)
    in_the_way.rmdir()
    client.put("http://e/g", bulk(1))


def test_a_full_disk_leaves_what_was_published_by_hand(data, disk, core_dataset):
    shutil.copytree(data, disk / "data")
    from poca_kg.store.snapshot import publish

    with pytest.raises(StorageFullError):
        publish(core_dataset, disk / "data")
    assert current(disk / "data").size() == 1
    assert leftovers(disk / "data") == []


# B13: two who want to write


def test_a_second_writer_is_told_who_the_first_is(data, start):
    first = start()
    second = WriterProcess(first.order)
    try:
        since = time.monotonic()
        with pytest.raises(LockedError, match=f"process {first.process.pid} is publishing"):
            second.start()
        assert time.monotonic() - since < 5
    finally:
        second.stop()
    first.client().update(INSERT)


def _publish_by_hand(data: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: text for name, text in os.environ.items() if not name.startswith("POCA_KG_")}
    return subprocess.run(
        [sys.executable, "-m", "poca_kg", "publish", "--quiet"],
        env=environ | {"POCA_KG_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_publishing_by_hand_is_refused_while_a_service_takes_writes(data, start, tiny_dataset):
    shutil.copytree(tiny_dataset, data / "dataset")
    writer = start()
    refused = _publish_by_hand(data)
    assert refused.returncode == 4
    assert f"process {writer.process.pid}" in refused.stderr
    assert current_snapshot(data).version == writer.version
    kill(writer)
    assert _publish_by_hand(data).returncode == 0
    assert current_snapshot(data).version != writer.version


def test_a_killed_writer_holds_nothing(data, start):
    writer = start()
    for _ in range(3):
        kill(writer)
        writer.start()
    writer.client().update(INSERT)
