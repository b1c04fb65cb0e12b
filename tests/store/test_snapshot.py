"""Publishing: one step, all or nothing, and back again."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from poca_kg.errors import InputError, LimitError, NotFoundError, StorageFullError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.manifest import Manifest, dataset_version
from poca_kg.store.places import Places
from poca_kg.store.snapshot import current_snapshot, find_snapshot, open_snapshot, publish, rollback

PLACES = "subject\tpredicate\tobject\tfile\tline\n"


def _dataset(directory: Path, value: int) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    graph = f'<http://e/a> <http://e/p> "{value}" <http://e/g> .\n'.encode()
    version = dataset_version("0.1.0", hashlib.sha256(graph).hexdigest())
    (directory / "graph.nq").write_bytes(graph)
    (directory / "manifest.json").write_bytes(Manifest(version, "0.1.0", 1, (), ()).to_json())
    (directory / "places.tsv").write_text(PLACES)
    return directory


def _listing(directory: Path) -> list[str]:
    return sorted(
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if "store" not in path.parts and path.name != ".publishing"
    )


def _value(data_dir: Path) -> str:
    snapshot = current_snapshot(data_dir)
    assert snapshot is not None
    answer = open_snapshot(snapshot).query("SELECT ?o { ?s ?p ?o }")
    return str(answer.rows[0][0])  # type: ignore[union-attr]


def test_before_the_first_publication_nothing_is_current(tmp_path: Path) -> None:
    assert current_snapshot(tmp_path) is None


def test_a_published_snapshot_is_complete_and_current(tmp_path: Path) -> None:
    snapshot = publish(_dataset(tmp_path / "dataset", 1), tmp_path, extra={"report.json": b"{}"})
    assert current_snapshot(tmp_path) == snapshot
    names = {path.name for path in snapshot.directory.iterdir()}
    assert names == {"disjoint", "graph.nq", "manifest.json", "places.tsv", "report.json", "store"}
    assert snapshot.manifest.version == snapshot.version
    assert snapshot.places.of_row("http://e/x") is None
    assert open_snapshot(snapshot).version == snapshot.version
    assert EmbeddedStore.read_only(snapshot.directory / "store").size() == 1
    assert (tmp_path / "current").read_text() == f"{snapshot.version}\n"


def test_publishing_the_same_version_again_changes_nothing(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "dataset", 1)
    publish(dataset, tmp_path)
    before = [(path, (tmp_path / path).stat().st_mtime_ns) for path in _listing(tmp_path)]
    publish(dataset, tmp_path, extra={"report.json": b"other"})
    assert [(path, (tmp_path / path).stat().st_mtime_ns) for path in _listing(tmp_path)] == before


def test_a_second_version_takes_over_and_rollback_goes_back_and_forth(tmp_path: Path) -> None:
    first = publish(_dataset(tmp_path / "one", 1), tmp_path)
    second = publish(_dataset(tmp_path / "two", 2), tmp_path)
    assert _value(tmp_path) == "2"
    assert rollback(tmp_path) == first
    assert _value(tmp_path) == "1"
    assert rollback(tmp_path) == second
    assert _value(tmp_path) == "2"


def test_without_an_earlier_version_there_is_no_way_back(tmp_path: Path) -> None:
    publish(_dataset(tmp_path / "one", 1), tmp_path)
    with pytest.raises(NotFoundError, match="no earlier snapshot"):
        rollback(tmp_path)


@pytest.mark.parametrize("missing", ["graph.nq", "manifest.json", "places.tsv"])
def test_a_dataset_that_is_not_whole_is_refused(tmp_path: Path, missing: str) -> None:
    publish(_dataset(tmp_path / "one", 1), tmp_path / "data")
    broken = _dataset(tmp_path / "two", 2)
    (broken / missing).unlink()
    before = _listing(tmp_path / "data")
    with pytest.raises(InputError, match=missing):
        publish(broken, tmp_path / "data")
    assert _listing(tmp_path / "data") == before


def test_a_graph_that_is_not_the_one_of_the_manifest_is_refused(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "one", 1)
    (dataset / "graph.nq").write_bytes(b'<http://e/a> <http://e/p> "3" <http://e/g> .\n')
    with pytest.raises(InputError, match="is not that of the graph"):
        publish(dataset, tmp_path / "data")


def test_a_version_never_leads_out_of_the_directory(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "one", 1)
    digest = hashlib.sha256((dataset / "graph.nq").read_bytes()).hexdigest()[:12]
    (dataset / "manifest.json").write_bytes(Manifest(f"../../x-{digest}", "0.1.0", 1, (), ()).to_json())
    with pytest.raises(InputError):
        publish(dataset, tmp_path / "data")
    with pytest.raises(NotFoundError):
        find_snapshot(tmp_path, "../one")
    with pytest.raises(InputError, match="not a file name"):
        publish(_dataset(tmp_path / "two", 2), tmp_path / "data", extra={"../escape": b""})


@pytest.mark.parametrize("step", ["rename", "replace"])
def test_a_failed_publication_leaves_the_old_version_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish(_dataset(tmp_path / "one", 1), tmp_path / "data")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    dataset = _dataset(tmp_path / "two", 2)
    with monkeypatch.context() as patched:
        patched.setattr(Path, step, fail)
        with pytest.raises(StorageFullError, match="No space"):
            publish(dataset, tmp_path / "data")
    assert _value(tmp_path / "data") == "1"
    assert [path for path in _listing(tmp_path / "data") if ".new" in path] == []
    publish(dataset, tmp_path / "data")
    assert _value(tmp_path / "data") == "2"


def test_a_failure_while_filling_leaves_nothing(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "one", 1)
    graph = b"this is not N-Quads\n"
    version = dataset_version("0.1.0", hashlib.sha256(graph).hexdigest())
    (dataset / "graph.nq").write_bytes(graph)
    (dataset / "manifest.json").write_bytes(Manifest(version, "0.1.0", 1, (), ()).to_json())
    with pytest.raises(InputError):
        publish(dataset, tmp_path / "data")
    assert list((tmp_path / "data" / "snapshots").iterdir()) == []
    assert current_snapshot(tmp_path / "data") is None


def test_a_pointer_to_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "current").write_text("0.1.0-000000000000\n")
    with pytest.raises(NotFoundError, match="poca-kg publish"):
        current_snapshot(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX systems")
def test_others_may_read_a_snapshot(tmp_path: Path) -> None:
    snapshot = publish(_dataset(tmp_path / "one", 1), tmp_path / "data")
    assert stat.S_IMODE(snapshot.directory.stat().st_mode) == 0o755


def _published(tmp_path: Path) -> Path:
    publish(_dataset(tmp_path / "one", 1), tmp_path / "data")
    publish(_dataset(tmp_path / "two", 2), tmp_path / "data")
    return tmp_path / "data"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff\xfe", b"../../etc\n", b"0.1.0-1\n0.1.0-2\n", b"\0" * 9, b"x" * 10_000]
)
def test_a_pointer_that_names_nothing_is_told_and_mended_by_publishing(
    tmp_path: Path, content: bytes
) -> None:
    data = _published(tmp_path)
    (data / "current").write_bytes(content)
    with pytest.raises(InputError, match="names no version"):
        current_snapshot(data)
    publish(_dataset(tmp_path / "two", 2), data)
    assert _value(data) == "2"


def test_a_previous_version_that_names_nothing_is_told(tmp_path: Path) -> None:
    data = _published(tmp_path)
    (data / "previous").write_bytes(b"?")
    with pytest.raises(InputError, match="previous"):
        rollback(data)
    assert _value(data) == "2"


def test_a_pointer_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        current_snapshot(tmp_path)


def test_a_file_in_place_of_the_data_folder_holds_no_snapshot_and_takes_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert current_snapshot(tmp_path / "file") is None
    with pytest.raises(InputError, match="nothing can be published here"):
        publish(_dataset(tmp_path / "one", 1), tmp_path / "file")


@pytest.mark.parametrize("change", [lambda graph: graph[:-10], lambda _: b"", lambda graph: graph + graph])
def test_a_snapshot_whose_graph_has_changed_is_not_opened_and_not_made_current(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    data = _published(tmp_path)
    first = data / "snapshots" / Manifest.read(tmp_path / "one" / "manifest.json").version
    graph = first / "graph.nq"
    graph.write_bytes(change(graph.read_bytes()))
    with pytest.raises(InputError, match="not that of version"):
        open_snapshot(rollback(data))
    rollback(data)
    with pytest.raises(InputError, match=f"remove {first}"):
        publish(tmp_path / "one", data)
    assert _value(data) == "2"


def test_a_snapshot_without_its_graph_is_told(tmp_path: Path) -> None:
    data = _published(tmp_path)
    snapshot = current_snapshot(data)
    assert snapshot is not None
    for name in ("graph.nq", "manifest.json", "places.tsv"):
        (snapshot.directory / name).unlink()
    with pytest.raises(InputError, match=r"graph\.nq: cannot be read"):
        open_snapshot(snapshot)
    with pytest.raises(InputError, match=r"manifest\.json: cannot be read"):
        _ = snapshot.manifest
    with pytest.raises(InputError, match=r"places\.tsv: cannot be read"):
        _ = snapshot.places


MANIFEST = json.loads(Manifest("1-a", "1", 0, (), ()).to_json())
BAD_MANIFESTS = {
    "empty": b"",
    "binary": b"\xff\xfe\x00",
    "cut off": Manifest("1-a", "1", 0, (), ()).to_json()[:-9],
    "a list": b"[]",
    "nothing": b"null",
    "deep": b"[" * 100_000,
    "a number of many digits": b'{"triples": ' + b"9" * 5000 + b"}",
    "a field too many": json.dumps(MANIFEST | {"more": 1}).encode(),
    "a field too few": json.dumps({name: MANIFEST[name] for name in MANIFEST if name != "triples"}).encode(),
    "a version that is a number": json.dumps(MANIFEST | {"version": 5}).encode(),
    "a count that is a text": json.dumps(MANIFEST | {"triples": "5"}).encode(),
    "a count that is true": json.dumps(MANIFEST | {"triples": True}).encode(),
    "graphs that are a text": json.dumps(MANIFEST | {"graphs": "x"}).encode(),
    "a graph without fields": json.dumps(MANIFEST | {"graphs": [{}]}).encode(),
    "a table that is a number": json.dumps(MANIFEST | {"tables": [1]}).encode(),
}


@pytest.mark.parametrize("kind", sorted(BAD_MANIFESTS))
def test_a_manifest_that_is_none_is_told_with_its_file(tmp_path: Path, kind: str) -> None:
    dataset = _dataset(tmp_path / "one", 1)
    (dataset / "manifest.json").write_bytes(BAD_MANIFESTS[kind])
    with pytest.raises(InputError, match=r"manifest\.json"):
        publish(dataset, tmp_path / "data")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"subject\n", PLACES.encode() + b"<a>\n", PLACES.encode() + b"\t\t\tx\t9999999999999"],
)
def test_places_that_are_none_are_told_with_their_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "places.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"places\.tsv"):
        Places.read(path)


@pytest.mark.skipif(os.name != "posix", reason="the lock is one of POSIX systems")
def test_two_do_not_publish_at_once(tmp_path: Path) -> None:
    import fcntl

    data = _published(tmp_path)
    with (data / ".publishing").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LimitError, match="another process is publishing"):
            publish(tmp_path / "one", data)
        with pytest.raises(LimitError):
            rollback(data)
        assert _value(data) == "2"
    publish(tmp_path / "one", data)
    assert _value(data) == "1"


def test_what_a_killed_publication_left_is_cleared_away(tmp_path: Path) -> None:
    data = _published(tmp_path)
    left = data / "snapshots" / ".new-left"
    (left / "store").mkdir(parents=True)
    publish(tmp_path / "one", data)
    assert not left.exists()


_PUBLISH = """
import sys
from pathlib import Path
from poca_kg.store.snapshot import publish
publish(*map(Path, sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_whenever_a_publication_is_killed_what_is_current_is_whole(tmp_path: Path) -> None:
    data = _published(tmp_path)
    command = [sys.executable, "-c", _PUBLISH]
    start = time.perf_counter()
    subprocess.run([*command, str(tmp_path / "one"), str(data)], check=True)
    usual = time.perf_counter() - start
    for number in range(20):
        new = _dataset(tmp_path / f"n{number}", 10 + number)
        with subprocess.Popen([*command, str(new), str(data)]) as process:
            time.sleep(usual * (0.5 + number / 35))
            process.kill()
        snapshot = current_snapshot(data)
        assert snapshot is not None
        assert open_snapshot(snapshot).size() == snapshot.manifest.triples == 1
