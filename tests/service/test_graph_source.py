"""What a service finds to serve."""

from __future__ import annotations

import shutil

import pytest

from poca_kg.errors import NotFoundError
from poca_kg.service.graph_source import GraphSource, find_source, make_scratch
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.snapshot import Snapshot, current_snapshot, publish

NQUAD = b'<http://e/a> <http://e/p> "1" <http://e/g> .\n'


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_the_current_snapshot_is_served_and_followed(tiny_dataset, tmp_path, scratch):
    data_dir = tmp_path / "data"
    snapshot = publish(tiny_dataset, data_dir)
    assert find_source(None, data_dir, scratch) == GraphSource(snapshot, data_dir)
    assert find_source(data_dir, tmp_path / "other", scratch) == GraphSource(snapshot, data_dir)


def test_a_snapshot_that_is_named_stays(tiny_dataset, tmp_path, scratch):
    snapshot = publish(tiny_dataset, tmp_path / "data")
    assert find_source(snapshot.directory, tmp_path, scratch) == GraphSource(snapshot)


def test_a_dataset_is_served_as_it_is(tiny_dataset, tmp_path, scratch):
    found = find_source(tiny_dataset, tmp_path, scratch)
    assert isinstance(found.graph, Snapshot)
    assert found.graph.directory == tiny_dataset


@pytest.mark.parametrize("name", ["graph.nq", "graph.trig", "graph.ttl", "graph.nt"])
def test_a_file_is_served(name, tmp_path, scratch):
    file = tmp_path / name
    file.write_bytes(NQUAD if name == "graph.nq" else b"")
    if name in {"graph.ttl", "graph.nt"}:
        file.write_bytes(b'<http://e/a> <http://e/p> "1" .\n')
    found = find_source(file, tmp_path, scratch)
    assert found.data_dir is None
    assert EmbeddedStore.from_nquads(found.graph).size() == (name != "graph.trig")


def test_the_graph_of_the_package_is_served_until_one_is_published(
    tiny_dataset, tmp_path, scratch, monkeypatch
):
    bundle = tmp_path / "bundle"
    shutil.copytree(tiny_dataset, bundle)
    monkeypatch.setattr("poca_kg.service.graph_source.bundle_dir", lambda: bundle)
    found = find_source(None, tmp_path / "data", scratch)
    assert found.data_dir == tmp_path / "data"
    assert isinstance(found.graph, Snapshot)
    assert (found.graph.directory / "graph.nq").read_bytes() == (tiny_dataset / "graph.nq").read_bytes()


@pytest.mark.parametrize("name", ["nothing", "nothing.nq"])
def test_nothing_is_told_as_by_the_other_commands(name, tmp_path, scratch):
    with pytest.raises(NotFoundError, match="there is no graph at"):
        find_source(tmp_path / name, tmp_path, scratch)


def test_a_scratch_store_begins_with_nothing_and_lies_apart(scratch):
    source = make_scratch(scratch)
    assert source.data_dir is not None
    assert source.data_dir.is_relative_to(scratch)
    assert current_snapshot(source.data_dir) == source.graph
    assert isinstance(source.graph, Snapshot)
    assert source.graph.manifest.triples == 0
