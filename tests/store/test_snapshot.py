"""Publishing: one step, all or nothing, and back again."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from poca_kg.errors import InputError, NotFoundError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.manifest import Manifest, dataset_version
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
        str(path.relative_to(directory)) for path in directory.rglob("*") if "store" not in path.parts
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
    assert names == {"graph.nq", "manifest.json", "places.tsv", "report.json", "store"}
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
        with pytest.raises(OSError, match="No space"):
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
