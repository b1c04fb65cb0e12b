"""The dataset as a whole: its bytes, its graphs, its manifest, its places, and how it reaches the disk."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS

import poca_kg.build
from poca_kg.build import build_dataset, write_dataset
from poca_kg.errors import BuildError, FilePlace, InputError, UsageError
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.places import Places
from poca_kg.store.snapshot import DATASET_FILES

BASE = "https://w3id.org/poca-kg/"


def shuffle_rows(path, seed):
    header, *rows = path.read_text("utf-8").splitlines(keepends=True)
    random.Random(seed).shuffle(rows)
    path.write_text(header + "".join(rows), "utf-8")


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_rows_touched_files_and_another_folder_give_the_same_bytes(tree, mini, seed):
    moved = tree.root / "elsewhere"
    shutil.move(tree.path("sources"), moved)
    for path in sorted(moved.glob("*/tables/*.csv")):
        shuffle_rows(path, seed)
        os.utime(path, (1_000_000_000 + seed, 1_000_000_000 + seed))
    built = build_dataset(moved, tree.path("ontology"))
    assert built.nquads == mini.nquads
    assert built.manifest.to_json() == mini.manifest.to_json()
    assert built.places == mini.places


def test_a_changed_cell_gives_another_version(tree, mini):
    tree.replace("sources/page/tables/groups.csv", "stakeholders of Turin", "people of Turin")
    built = tree.build()
    assert built.manifest.version != mini.manifest.version
    changed = {entry.iri for entry in built.manifest.graphs} - {
        entry.iri for entry in built.manifest.graphs if entry in mini.manifest.graphs
    }
    assert changed == {f"{BASE}graph/page"}


def test_the_manifest_counts_and_hashes_what_is_there(mini):
    store = EmbeddedStore.from_nquads(mini.nquads)
    assert {(g.iri, g.triples) for g in mini.manifest.graphs} == {(g.iri, g.triples) for g in store.graphs()}
    assert mini.manifest.triples == store.size() == mini.nquads.count(b"\n")
    digest = hashlib.sha256(mini.nquads).hexdigest()
    assert mini.manifest.version == f"{mini.manifest.package_version}-{digest[:12]}"
    lines = [line for line in mini.nquads.splitlines(keepends=True) if line.endswith(b"graph/page> .\n")]
    page = next(g for g in mini.manifest.graphs if g.iri.endswith("graph/page"))
    assert page.sha256 == hashlib.sha256(b"".join(lines)).hexdigest()
    assert (page.licence, page.title) == ("CC-BY-4.0", "A page on Milan and Turin")
    assert [(t.source, t.table, t.rows, t.represented) for t in mini.manifest.tables][-1] == (
        "territory", "workshops", 2, 2,
    )  # fmt: skip


def test_the_lines_are_canonical(mini):
    lines = mini.nquads.splitlines(keepends=True)
    assert lines == sorted(set(lines))


def test_the_engine_gives_back_every_literal_as_written(mini):
    quads = EmbeddedStore.from_nquads(mini.nquads).quads()
    assert canonical_nquads(quads) == mini.nquads
    for literal in (b'"1371.5"^^', b'"1371.50" ', b'"846"^^', b'"846.0" '):
        assert literal in mini.nquads


def test_a_row_and_a_triple_of_ontology_or_catalogue_have_a_place(mini, tmp_path):
    (tmp_path / "places.tsv").write_bytes(mini.places)
    places = Places.read(tmp_path / "places.tsv")
    row = f"{BASE}graph/page/row/statements.s02"
    assert places.of_row(row) == FilePlace("data/sources/page/tables/statements.csv", 3)
    label = (URIRef(f"{BASE}rule/wider-level"), URIRef(f"{BASE}def/ruleOrder"))
    assert places.of_triple(*label, Literal(1)) == FilePlace("ontology/rules/1-wider-level.ttl", 14)
    title = Literal("Una pagina su Milano e Torino", lang="it")
    source = URIRef(f"{BASE}graph/page")
    assert places.of_triple(source, DCTERMS.title, title) == FilePlace("data/sources/page/source.toml", 13)


def test_a_dataset_is_written_whole(tree, mini):
    out = tree.path("deep/out")
    write_dataset(mini, out)
    assert sorted(path.name for path in out.iterdir()) == sorted(DATASET_FILES)
    assert (out / "graph.nq").read_bytes() == mini.nquads
    assert json.loads((out / "manifest.json").read_bytes())["version"] == mini.manifest.version
    write_dataset(mini, out)
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_the_report_on_a_former_dataset_goes_away_with_it(tree, mini):
    write_dataset(mini, tree.path("out"))
    tree.write("out/report.json", "{}")
    write_dataset(mini, tree.path("out"))
    assert sorted(path.name for path in tree.path("out").iterdir()) == sorted(DATASET_FILES)


def test_a_folder_that_cannot_be_made_is_named(tree, mini):
    tree.write("file", "")
    with pytest.raises(InputError, match="file/out cannot be written"):
        write_dataset(mini, tree.path("file/out"))


def test_a_folder_with_other_files_is_left_alone(tree, mini):
    with pytest.raises(UsageError, match="'ontology', which is not part of a dataset and would be lost"):
        write_dataset(mini, tree.root)
    with pytest.raises(UsageError, match="is not a folder"):
        write_dataset(mini, tree.path("sources/page/README.md"))


@pytest.mark.parametrize("method", ["write_bytes", "rename"])
def test_a_failure_while_writing_leaves_the_old_dataset(tree, mini, monkeypatch, method):
    out = tree.path("out")
    write_dataset(mini, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail(self, *arguments):
        if self.name not in {"places.tsv", "new"}:
            return original(self, *arguments)
        raise OSError(28, "no space left")

    original = getattr(Path, method)
    monkeypatch.setattr(Path, method, fail)
    with pytest.raises(InputError, match="out cannot be written: no space left; free some space"):
        write_dataset(mini, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert not list(tree.root.glob(".out*"))


def test_each_step_is_told(tree):
    steps = []
    build_dataset(tree.path("sources"), tree.path("ontology"), progress=steps.append)
    assert steps[0] == "reading the ontology and the tables"
    assert len(steps) == len(set(steps)) >= 5


def test_folders_without_sources_or_ontology_are_named(tree):
    tree.path("nothing").mkdir()
    with pytest.raises(BuildError, match=r"nothing/poca\.ttl: there is no ontology in this folder"):
        build_dataset(tree.path("sources"), tree.path("nothing"))
    with pytest.raises(BuildError, match="nothing: there are no sources in this folder"):
        build_dataset(tree.path("nothing"), tree.path("ontology"))


def test_the_docstring_of_the_package_places_every_module():
    modules = {path.stem for path in Path(poca_kg.build.__file__).parent.glob("*.py")} - {"__init__"}
    assert modules <= set(re.findall(r"\w+", poca_kg.build.__doc__))
