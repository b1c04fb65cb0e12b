"""What one process at a time may do to a data folder: hold it, publish files to it, clear away old ones."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from poca_kg.errors import LockedError, StorageFullError
from poca_kg.store.content import lines_by_graph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.folder_lock import FolderLock, holding
from poca_kg.store.manifest import Manifest, dataset_version
from poca_kg.store.publication import BASE, add_store, storage_errors
from poca_kg.store.snapshot import Snapshot, current_snapshot, prune_snapshots, publish_files, rollback

posix = pytest.mark.skipif(os.name != "posix", reason="the lock is one of POSIX systems")

_HOLD = """
import sys
from pathlib import Path
from poca_kg.store.folder_lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def _files(value: int, *, base: str | None = "") -> tuple[str, dict[str, bytes]]:
    store = EmbeddedStore.in_memory()
    store.update(f"INSERT DATA {{ GRAPH <http://e/g> {{ <http://e/a> <http://e/p> {value} }} }}")
    graph = store.content()
    version = dataset_version("0.1.0", hashlib.sha256(graph).hexdigest())
    files = {
        "graph.nq": graph,
        "manifest.json": Manifest(version, "0.1.0", 1, (), ()).to_json(),
        "places.tsv": b"subject\tpredicate\tobject\tfile\tline\n",
    }
    return version, files if base is None else files | {BASE: base.encode()}


def _publish(lock: FolderLock, value: int, *, base: str | None = "") -> Snapshot:
    version, files = _files(value, base=base)
    return publish_files(lock, version, files, with_store=False)


@posix
def test_who_holds_a_folder_is_named(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid} is publishing"):
            FolderLock(tmp_path)
        holder.communicate(b"")
    with holding(tmp_path):
        pass


@posix
def test_a_lock_is_free_as_soon_as_its_holder_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        FolderLock(tmp_path).release()


def test_a_snapshot_without_a_store_on_disk_is_whole(tmp_path: Path) -> None:
    with holding(tmp_path) as lock:
        snapshot = _publish(lock, 1)
    assert not (snapshot.directory / "store").exists()
    assert current_snapshot(tmp_path) == snapshot


def test_only_the_oldest_snapshots_that_writes_made_are_pruned(tmp_path: Path) -> None:
    with holding(tmp_path) as lock:
        built = _publish(lock, 0, base=None)
        made = [_publish(lock, value) for value in range(1, 7)]
        for number, one in enumerate([built, *made]):
            os.utime(one.directory, ns=(number, number))
        assert prune_snapshots(lock, 2) == tuple(one.version for one in made[:4])
    left = {path.name for path in (tmp_path / "snapshots").iterdir()}
    assert left == {one.version for one in [built, *made[4:]]}
    assert current_snapshot(tmp_path) == made[-1]
    assert rollback(tmp_path) == made[-2]


def test_what_a_killed_removal_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "snapshots" / ".old-0.1.0-000000000000"
    left.mkdir(parents=True)
    pointer = tmp_path / ".previous.new-1"
    pointer.touch()
    with holding(tmp_path) as lock:
        _publish(lock, 1)
    assert not left.exists()
    assert not pointer.exists()


@pytest.mark.parametrize("number", [28, 122, 30])
def test_a_disk_that_takes_no_more_is_told_as_that(tmp_path: Path, number: int) -> None:
    with pytest.raises(StorageFullError, match="make room"), storage_errors(tmp_path):
        raise OSError(number, os.strerror(number))


def test_the_content_of_a_store_gives_the_store_again(tmp_path: Path) -> None:
    store = EmbeddedStore.in_memory()
    store.update(
        """CREATE GRAPH <http://e/empty> ; INSERT DATA {
             <http://e/a> <http://e/p> <http://e/o>, "in <http://e/x>", "1"^^<http://e/d>, [] .
             GRAPH <http://e/g> { <http://e/a> <http://e/p> "x _:y", "<http://e/z>", [] } }"""
    )
    content = store.content()
    again = EmbeddedStore.from_nquads(content)
    assert again.content() == content
    assert content.startswith(b"# empty graph <http://e/empty>\n")
    assert again.holds("http://e/empty")
    assert again.size() == store.size()


LINES = {
    b"<http://e/a> <http://e/p> <http://e/o> .\n": "",
    b"<http://e/a> <http://e/p> <http://e/o> <http://e/g> .\n": "http://e/g",
    b"_:a <http://e/p> _:b .\n": "",
    b"_:a <http://e/p> _:b _:g .\n": "_:g",
    b'<http://e/a> <http://e/p> "a <http://e/g>" .\n': "",
    b'<http://e/a> <http://e/p> "a <x"^^<http://e/d> .\n': "",
    b'<http://e/a> <http://e/p> "a _:x"@en .\n': "",
    b'<http://e/a> <http://e/p> "a \\" <http://e/x>" <http://e/g> .\n': "http://e/g",
    b"<http://e/a> <http://e/p> <<( <http://e/a> <http://e/p> <http://e/o> )>> .\n": "",
    b'<http://e/a> <http://e/p> <<( <http://e/a> <http://e/p> "1" )>> <http://e/g> .\n': "http://e/g",
}


@pytest.mark.parametrize("line", LINES)
def test_the_graph_of_a_line_is_told_from_its_object(line: bytes) -> None:
    assert lines_by_graph(line) == {LINES[line]: [line]}


def test_a_store_is_added_to_a_snapshot_once_it_is_wanted(tmp_path: Path) -> None:
    with holding(tmp_path) as lock:
        snapshot = _publish(lock, 1)
    add_store(snapshot.directory)
    add_store(snapshot.directory)
    names = sorted(path.name for path in snapshot.directory.iterdir())
    assert names == ["base", "disjoint", "graph.nq", "manifest.json", "places.tsv", "store"]
    assert EmbeddedStore.read_only(snapshot.directory / "store").size() == 1


def test_what_was_left_of_an_unfinished_store_is_cleared_away(tmp_path: Path) -> None:
    with holding(tmp_path) as lock:
        left = _publish(lock, 1).directory / ".new-left"
        left.mkdir()
        _publish(lock, 2)
    assert not left.exists()
