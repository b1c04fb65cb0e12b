"""The project's own sources and ontology build, to the same bytes each time, and nothing is lost."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib.namespace import PROV

from poca_kg.build import build_dataset
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.vocabulary.iris import BASE

ROOT = Path(__file__).resolve().parents[2]
SOURCES, ONTOLOGY = ROOT / "data" / "sources", ROOT / "ontology"


@pytest.fixture(scope="module")
def real():
    return build_dataset(SOURCES, ONTOLOGY)


def test_shuffled_tables_in_another_folder_give_the_same_bytes(real, tmp_path):
    shutil.copytree(SOURCES, tmp_path / "moved")
    for path in sorted((tmp_path / "moved").glob("*/tables/*.csv")):
        header, *rows = path.read_text("utf-8").splitlines(keepends=True)
        random.Random(path.name).shuffle(rows)
        path.write_text(header + "".join(rows), "utf-8")
    again = build_dataset(tmp_path / "moved", ONTOLOGY)
    assert again.nquads == real.nquads
    assert again.manifest == real.manifest
    assert again.places == real.places


def test_another_process_gives_the_same_version(real, tmp_path):
    command = [sys.executable, "-m", "poca_kg", "build", "--quiet", "--out", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={"PYTHONHASHSEED": "7"})
    assert (tmp_path / "out" / "graph.nq").read_bytes() == real.nquads
    assert (tmp_path / "out" / "manifest.json").read_bytes() == real.manifest.to_json()


def test_every_row_is_in_the_graph(real):
    assert [entry for entry in real.manifest.tables if entry.rows != entry.represented] == []


def test_the_engine_stores_every_literal_as_it_is_written(real):
    quads = EmbeddedStore.from_nquads(real.nquads).quads()
    stored = set(canonical_nquads(quads).splitlines())
    assert sorted(set(real.nquads.splitlines()) - stored) == []


def test_the_tables_lie_sorted_by_key_so_that_lines_are_those_of_the_file(real):
    for line in real.places.decode("utf-8").splitlines()[1:]:
        subject, predicate, _, file, number = line.split("\t")
        if not predicate:
            key = subject.rpartition("/row/")[2].partition(".")[2].rstrip(">")
            assert (ROOT / file).read_text("utf-8").splitlines()[int(number) - 1].startswith(f"{key},"), line


def test_no_source_graph_has_a_blank_node(real):
    own = ("shapes>", "ontology>", "rules>", "questions>")
    blank = [line for line in real.nquads.decode().splitlines() if "_:c14n" in line]
    assert [line for line in blank if not line.removesuffix(" .").endswith(own)] == []


def test_every_subject_of_a_source_is_derived_from_one_row(real):
    sources = {f"{BASE}graph/{entry.source}" for entry in real.manifest.tables}
    rows: dict[tuple[str, str], set[str]] = {}
    for subject, predicate, value, graph in EmbeddedStore.from_nquads(real.nquads).quads():
        if graph in sources:
            found = rows.setdefault((graph, str(subject)), set())
            found |= {str(value)} if predicate == PROV.wasDerivedFrom else set()
    assert {pair for pair, found in rows.items() if len(found) != 1} == set()


def test_the_build_needs_neither_web_nor_validation():
    unwanted = "flask click rich networkx pyshacl"
    code = f"import sys, poca_kg.build; print([name for name in {unwanted.split()!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert told.stdout == "[]\n"
