"""The face of the library."""

import datetime
import gzip
import shutil
import subprocess
import sys

import pytest
from rdflib import RDFS, Literal, URIRef

import poca_kg
from poca_kg.store.snapshot import publish

TURTLE = "@prefix ex: <http://example.org/> . ex:a ex:p ex:b .\n"


def test_a_dataset_folder_a_data_folder_and_a_snapshot_open_the_same_graph(tiny, tiny_dataset, tmp_path):
    snapshot = publish(tiny_dataset, tmp_path)
    for path in (tiny_dataset, tiny_dataset.parent, tmp_path, snapshot.directory, str(tmp_path)):
        with poca_kg.open(path) as graph:
            assert graph.store.size() == tiny.store.size()
            assert graph.version == tiny.version
            assert graph.why("city:turin", "a", "poca:City")[0].row.place is not None


def test_without_a_path_the_current_snapshot_is_opened(tiny, tiny_dataset, tmp_path, monkeypatch):
    publish(tiny_dataset, tmp_path)
    monkeypatch.setenv("POCA_KG_DATA_DIR", str(tmp_path))
    assert poca_kg.open().version == tiny.version


def test_without_a_snapshot_the_graph_of_the_package_is_opened(tiny, tiny_dataset, tmp_path, monkeypatch):
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    shutil.copy(tiny_dataset / "manifest.json", bundle)
    for name in ("graph.nq", "places.tsv"):
        with gzip.open(bundle / f"{name}.gz", "wb") as out:
            out.write((tiny_dataset / name).read_bytes())
    monkeypatch.setattr("poca_kg.knowledge_graph.bundle_dir", lambda: bundle)
    monkeypatch.setenv("POCA_KG_DATA_DIR", str(tmp_path / "nothing"))
    graph = poca_kg.open()
    assert graph.version == tiny.version
    assert graph.why("city:turin", "a", "poca:City")[0].row.place is not None


def test_nothing_to_open_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("poca_kg.knowledge_graph.bundle_dir", lambda: tmp_path / "none")
    monkeypatch.setenv("POCA_KG_DATA_DIR", str(tmp_path))
    with pytest.raises(poca_kg.NotFoundError, match="poca-kg publish"):
        poca_kg.open()
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(poca_kg.NotFoundError):
            poca_kg.open(path)


@pytest.mark.parametrize(
    ("name", "text"), [("my data.ttl", TURTLE), ("x.trig", TURTLE), ("X.nt", TURTLE[31:0])]
)
def test_a_file_of_ones_own_is_opened(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text or "<http://example.org/a> <http://example.org/p> <http://example.org/b> .\n")
    with poca_kg.open(path) as graph:
        assert graph.query("ASK { <http://example.org/a> ?p ?o }")
        assert graph.version == ""


def test_a_broken_rdf_xml_file_is_told_with_line_and_column_too(tmp_path):
    path = tmp_path / "broken.rdf"
    path.write_text("<!DOCTYPE r [\n<!ENTITY a 'ha'>]><r/>")
    with pytest.raises(poca_kg.InputError, match=r"broken\.rdf:1:1: .*entities"):
        poca_kg.open(path)


def test_a_broken_file_is_told_with_line_and_column(tmp_path):
    path = tmp_path / "broken.ttl"
    path.write_text(TURTLE + "ex:a ex:p .\n")
    with pytest.raises(poca_kg.InputError) as caught:
        poca_kg.open(path)
    assert (caught.value.place.file, caught.value.place.line) == (str(path), 2)


@pytest.mark.parametrize("path", ["https://example.org/sparql", "notes.docx"])
def test_what_cannot_be_opened_is_refused(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.docx").write_text("")
    with pytest.raises(poca_kg.UsageError):
        poca_kg.open(path)


def test_a_query_needs_no_prefix_lines_and_gives_rows(core):
    rows = core.query("SELECT ?s { ?s poca:partOf unit:it } ORDER BY ?s")
    assert rows.to_dicts() == [{"s": "https://w3id.org/poca-kg/id/unit/it-macro-1"}]


def test_variables_are_bound_to_terms_and_to_values(core):
    label = "SELECT ?name { ?city rdfs:label ?name FILTER(LANG(?name) = ?language) }"
    rows = core.query(label, city=URIRef("https://w3id.org/poca-kg/id/city/turin"), language="it")
    assert rows.to_dicts() == [{"name": "Torino"}]
    assert core.query("ASK { ?w poca:participantTotal ?n }", n=8)
    assert core.query("ASK { ?w schema:startDate ?day }", day=datetime.date(2014, 9, 29))
    assert core.query("ASK { ?s skos:notation ?code }", code=Literal("S24"))


@pytest.mark.parametrize("value", ["city:turin", "https://example.org/", "<x>", object()])
def test_a_value_that_may_mean_two_things_is_refused(core, value):
    with pytest.raises(poca_kg.UsageError):
        core.query("SELECT ?s { ?s ?p ?o }", o=value)


def test_a_text_with_a_colon_in_a_sentence_is_a_text(core):
    assert not core.query("ASK { ?s rdfs:label ?text }", text="note: nobody says so")


def test_mistakes_in_a_query_have_line_and_column(core):
    with pytest.raises(poca_kg.QuerySyntaxError) as caught:
        core.query("SELECT ?s\nWHERE { ?s ?p }")
    assert caught.value.line == 2


def test_no_query_leaves_the_graph(core):
    with pytest.raises(poca_kg.RemoteAccessError):
        core.query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_a_question_is_asked_by_id_or_number(core):
    assert core.ask("cq-005") == core.ask("5")
    assert {row["fieldLabel"] for row in core.ask("5").to_dicts()} == {
        "research and development",
        "tertiary education",
    }


def test_info_tells_every_graph_with_its_licence(core):
    info = core.info()
    assert info.triples == sum(graph.triples for graph in info.graphs) == core.store.size()
    assert all(graph.licence.startswith("https://") for graph in info.graphs)
    assert info.version == core.version


def test_the_rdflib_copy_holds_every_quad_and_its_default_graph_is_the_union(tiny):
    dataset = tiny.to_rdflib()
    assert sum(1 for _ in dataset.quads()) == tiny.store.size()
    assert dataset.default_union
    turin = URIRef("https://w3id.org/poca-kg/id/city/turin")
    assert [graph for *_, graph in dataset.quads((turin, RDFS.label, Literal("Turin", "en"), None))] == [
        URIRef("https://w3id.org/poca-kg/graph/tiny")
    ]


@pytest.mark.parametrize("name", ["tiny", "core"])
def test_a_built_graph_conforms_to_the_shapes(name, request):
    report = request.getfixturevalue(name).validate()
    assert report.conforms, report.results[:3]


def test_the_package_exports_what_it_says():
    for name in poca_kg.__all__:
        assert getattr(poca_kg, name) is not None
    assert set(poca_kg.__all__) <= set(dir(poca_kg))
    with pytest.raises(AttributeError):
        _ = poca_kg.nothing


def test_import_loads_no_engine():
    code = (
        "import sys; import poca_kg; "
        "print(*{'rdflib', 'pyoxigraph', 'pyshacl', 'networkx', 'flask'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == []
