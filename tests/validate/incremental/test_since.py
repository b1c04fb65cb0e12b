"""Reports on what changed since a version: those of a full validation, and open about how they came about."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from poca_kg.cli.publish import publish_command
from poca_kg.cli.validate import validate_command
from poca_kg.errors import NotFoundError
from poca_kg.settings import read_settings
from poca_kg.store.changes import change_between
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.manifest import Manifest
from poca_kg.store.places import Places
from poca_kg.store.snapshot import current_snapshot, open_snapshot
from poca_kg.validate import (
    RECORD_FILE,
    Record,
    Since,
    StoreChecker,
    StoredGraph,
    read_record,
    read_shapes,
    validate_store,
)

G = "https://w3id.org/poca-kg/graph/catalogue"
MILAN = "<https://w3id.org/poca-kg/id/city/milan>"
NOWHERE = "<https://w3id.org/poca-kg/scheme/level/nowhere>"
EDITS = {
    "a label goes": f"DELETE WHERE {{ GRAPH ?g {{ {MILAN} rdfs:label ?label }} }}",
    "undeclared terms and a circle come": f"""INSERT DATA {{ GRAPH <http://e/g> {{
        <http://e/x> a poca:City ; poca:partOf <http://e/x> ; poca:fooBar 1 ; poca:near {NOWHERE} }} }}""",
    "one of them goes": "DELETE WHERE { GRAPH ?g { <http://e/x> poca:near ?o } }",
    "the hierarchy grows": """INSERT DATA { poca:City rdfs:subClassOf <http://e/Thing> .
        <http://e/y> a poca:Statement }""",
    "units lose their places": """DELETE { GRAPH ?g { ?unit poca:partOf ?above } }
        WHERE { GRAPH ?g { ?unit poca:partOf ?above } FILTER(?above != ?unit) }""",
    "triples stand twice": """INSERT { GRAPH <http://e/g> { ?s poca:level ?o } }
        WHERE { GRAPH ?g { ?s poca:level ?o } }""",
    "a blank node comes": """INSERT DATA { GRAPH <http://e/g> {
        <http://e/x> poca:heldBy _:b . _:b a poca:City } }""",
    "the next change": "INSERT DATA { GRAPH <http://e/g> { <http://e/x> poca:heldBy <http://e/h> } }",
}


@pytest.fixture(scope="module")
def checker() -> StoreChecker:
    return StoreChecker(read_shapes(read_settings(os.environ).ontology_dir))


def test_each_report_on_a_changed_graph_is_that_of_a_full_validation(
    checker: StoreChecker, published_graph: Path
) -> None:
    snapshot = current_snapshot(published_graph)
    assert snapshot is not None
    store, places = open_snapshot(snapshot), snapshot.places
    known, content = checker.check(StoredGraph(store, places, snapshot.version)), store.content()
    reasons = {}
    for name, edit in EDITS.items():
        store.update(edit)
        since = Since("before", known.record, change_between(content, store.content()))
        known, content = checker.check(StoredGraph(store, places, name), since=since), store.content()
        full = validate_store(store, checker.shapes, places)
        assert known.report.results == full.results, name
        assert (known.report.nodes, known.report.triples) == (full.nodes, full.triples), name
        assert known.report.notes == full.notes, name
        reasons[name] = known.report.engine_reason
    judged_in_part = [name for name, reason in reasons.items() if reason.startswith("only what the changes")]
    assert judged_in_part[:6] == [*EDITS][:6]
    assert "everything was judged again" in reasons["a blank node comes"]
    assert "a blank node is in what changed" in reasons["a blank node comes"]


def test_a_record_is_read_back_as_it_was_written(checker: StoreChecker) -> None:
    store = EmbeddedStore.in_memory()
    for triple in checker.shapes.ontology:
        store.update(f"INSERT DATA {{ {' '.join(term.n3() for term in triple)} }}")
    store.update(EDITS["undeclared terms and a circle come"])
    record = checker.check(StoredGraph(store, Places.empty(), "v")).record
    assert record is not None
    assert record.outcome.findings
    assert record.undeclared
    again = Record.from_json(record.to_json())
    assert again.to_json() == record.to_json()
    assert {*again.outcome.findings} == {*record.outcome.findings}
    assert {*again.undeclared} == {*record.undeclared}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 99}', b"\xff"])
def test_a_damaged_record_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / RECORD_FILE).write_bytes(data)
    assert read_record(tmp_path / RECORD_FILE) is None
    assert read_record(tmp_path / "missing") is None


# On the command line


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ontology_dir: Path):
    """Write a built dataset of towns that holds its ontology."""
    monkeypatch.setenv("POCA_KG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("POCA_KG_ONTOLOGY_DIR", str(ontology_dir))
    ontology = {" ".join(term.n3() for term in triple) for triple in read_shapes(ontology_dir).ontology}

    def written(*triples: str) -> str:
        directory = tmp_path / "data" / "dataset"
        directory.mkdir(parents=True, exist_ok=True)
        store = EmbeddedStore.in_memory()
        store.update("; ".join(f"INSERT DATA {{ GRAPH <{G}> {{ {one} }} }}" for one in {*ontology, *triples}))
        content = store.content()
        version = f"0.1.0-{hashlib.sha256(content).hexdigest()[:12]}"
        (directory / "graph.nq").write_bytes(content)
        (directory / "manifest.json").write_bytes(Manifest(version, "0.1.0", store.size(), (), ()).to_json())
        (directory / "places.tsv").write_text("subject\tpredicate\tobject\tfile\tline\n")
        return version

    return written


GOOD = '<http://e/{0}> a poca:Town ; rdfs:label "{0}"@en ; poca:level <https://w3id.org/poca-kg/scheme/level/city>'


def validate(*arguments: str):
    return CliRunner().invoke(validate_command, arguments)


def test_since_judges_what_changed_and_finds_what_is_wrong(town) -> None:
    town(GOOD.format("a"))
    assert CliRunner().invoke(publish_command).exit_code == 0
    first = current_snapshot(read_settings(os.environ).data_dir)
    assert read_record(first.directory / RECORD_FILE).version == first.version
    town(GOOD.format("a"), GOOD.format("b"), "<http://e/c> a poca:Town")
    outcome = validate("--since", first.version)
    assert outcome.exit_code == 1
    assert f"only what the changes since {first.version} can matter to was judged again" in outcome.stdout
    told = [line for line in validate().stdout.splitlines() if not line.startswith("engine:")]
    assert told == [line for line in outcome.stdout.splitlines() if not line.startswith("engine:")]
    assert any("http://e/c" in line for line in told)


def test_since_judges_everything_if_nothing_is_known_of_that_version(town) -> None:
    version = town(GOOD.format("a"))
    assert CliRunner().invoke(publish_command).exit_code == 0
    (read_settings(os.environ).data_dir / "snapshots" / version / RECORD_FILE).unlink()
    town(GOOD.format("b"))
    outcome = validate("--since", version)
    assert outcome.exit_code == 0
    assert "everything was judged again" in outcome.stdout
    assert "what was found then is not known" in outcome.stdout


def test_since_judges_everything_if_the_shapes_are_others(
    town, tmp_path: Path, monkeypatch, ontology_dir: Path
) -> None:
    version = town(GOOD.format("a"))
    assert CliRunner().invoke(publish_command).exit_code == 0
    other = shutil.copytree(ontology_dir, tmp_path / "other")
    path = sorted(other.glob("modules/*/shapes.ttl"))[0]
    path.write_text(path.read_text() + "\n<http://e/S> a <http://www.w3.org/ns/shacl#NodeShape> .\n")
    monkeypatch.setenv("POCA_KG_ONTOLOGY_DIR", str(other))
    assert "it was judged by other shapes" in validate("--since", version).stdout


def test_since_works_on_the_current_graph_where_nothing_is_built(town, tmp_path: Path) -> None:
    version = town(GOOD.format("a"))
    assert CliRunner().invoke(publish_command).exit_code == 0
    shutil.rmtree(tmp_path / "data" / "dataset")
    outcome = validate("--since", version)
    assert outcome.exit_code == 0
    assert "judged again: nodes 0, whole shapes 0" in outcome.stdout


def test_since_a_version_that_is_not_there_is_an_error(town) -> None:
    town(GOOD.format("a"))
    outcome = validate("--since", "0.0.0-nowhere")
    assert isinstance(outcome.exception, NotFoundError)
    assert "there is no snapshot '0.0.0-nowhere'" in str(outcome.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("data.ttl",), "--since goes with the built dataset"),
        (("--store", "http://127.0.0.1:1/sparql"), "--since goes with the built dataset"),
        (("--engine", "pyshacl"), "--since chooses the engine itself"),
    ],
)
def test_since_goes_with_the_built_dataset_alone(town, arguments, said: str) -> None:
    outcome = validate("--since", "x", *arguments)
    assert (outcome.exit_code, said in outcome.output) == (2, True)


def test_what_is_found_at_blank_nodes_is_not_kept(checker: StoreChecker) -> None:
    store = EmbeddedStore.in_memory()
    for triple in checker.shapes.ontology:
        store.update(f"INSERT DATA {{ {' '.join(term.n3() for term in triple)} }}")
    store.update("INSERT DATA { [] a poca:City }")
    checked = checker.check(StoredGraph(store, Places.empty(), "v"))
    assert checked.report.results
    assert checked.record_file is None
