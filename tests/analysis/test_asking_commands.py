"""The asking commands: data on stdout, exit codes, and mistakes told."""

import csv
import io
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request

import networkx as nx
import pytest
from click.testing import CliRunner

import poca_kg
from poca_kg.cli import run
from poca_kg.store.embedded import EmbeddedStore

CITIES = (
    "SELECT ?city ?name { ?city a poca:City ; rdfs:label ?name FILTER(LANG(?name) = 'en') } ORDER BY ?city"
)
MILAN = "https://w3id.org/poca-kg/id/city/milan"


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def ask(tiny_dataset, capfdbinary):
    def command(*arguments: str) -> Result:
        capfdbinary.readouterr()
        code = run([*arguments, "--data", str(tiny_dataset)])
        out, err = capfdbinary.readouterr()
        return Result(code, out.decode(), err.decode())

    return command


def test_info_as_json_lists_graphs_with_triples_and_licence(ask, tiny):
    result = ask("info", "--format", "json")
    told = json.loads(result.out)
    assert (result.code, told["version"], told["triples"]) == (0, tiny.version, tiny.store.size())
    assert all({"iri", "triples", "licence"} <= graph.keys() for graph in told["graphs"])


def test_info_as_text_names_the_graphs(ask):
    assert "graph:tiny" in ask("info").out


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ("json", lambda text: [row["name"]["value"] for row in json.loads(text)["results"]["bindings"]]),
        ("jsonl", lambda text: [json.loads(line)["name"] for line in text.splitlines()]),
        ("csv", lambda text: [row[1] for row in csv.reader(io.StringIO(text))][1:]),
        ("tsv", lambda text: [line.split("\t")[1].split('"')[1] for line in text.splitlines()[1:]]),
        ("md", lambda text: [line.split("|")[2].strip() for line in text.splitlines()[2:]]),
    ],
)
def test_rows_are_written_in_each_format(ask, shape, read):
    result = ask("query", CITIES, "--format", shape)
    assert (result.code, read(result.out)) == (0, ["Milan", "Turin"])


def test_a_table_shows_prefixed_names(ask):
    out = ask("query", CITIES).out
    assert "city:milan" in out
    assert MILAN not in out


@pytest.mark.parametrize("shape", [None, "ttl", "nt"])
def test_a_graph_is_written_as_turtle_or_n_triples(ask, shape):
    chosen = ["--format", shape] if shape else []
    result = ask("query", "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t ; poca:atLevel level:city }", *chosen)
    assert result.code == 0
    assert "City" in result.out


@pytest.mark.parametrize(
    ("query", "shape"), [("DESCRIBE city:turin", "csv"), ("SELECT * { ?s ?p ?o }", "ttl"), ("ASK {}", "nt")]
)
def test_a_format_that_does_not_fit_the_query_is_a_usage_error(ask, query, shape):
    assert ask("query", query, "--format", shape).code == 2


@pytest.mark.parametrize(("query", "code"), [("ASK { city:turin ?p ?o }", 0), ("ASK { city:rome ?p ?o }", 1)])
@pytest.mark.parametrize("shape", ["table", "json"])
def test_an_ask_that_is_false_ends_with_1(ask, query, code, shape):
    assert ask("query", query, "--format", shape).code == code


def test_no_row_is_no_failure(ask):
    assert ask("query", "SELECT ?s { ?s a poca:Nothing }").code == 0


def test_a_query_is_read_from_a_file_and_from_stdin(ask, tmp_path, monkeypatch):
    (tmp_path / "cities.rq").write_text(CITIES)
    assert ask("query", "-f", str(tmp_path / "cities.rq")).code == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CITIES.encode())))
    assert "city:turin" in ask("query", "-f", "-").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["query"], 2, "one query"),
        (["query", "ASK {}", "-f", "x.rq"], 2, "one query"),
        (["query", "-f", "missing.rq"], 3, "missing.rq"),
        (["query", "SELECT ?s\nWHERE { ?s ?p }"], 3, "query:2:"),
        (["query", "SELECT * { SERVICE <http://127.0.0.1:9/> {} }"], 2, "SERVICE"),
        (["questions", "cq-999"], 2, "no question 'cq-999'"),
        (["why", "turin", "a", "poca:City"], 2, "prefixed name"),
        (["why", "city:turin", "a", '"open'], 2, "not a literal"),
        (["why", "city:turin", "a", "poca:Workshop"], 3, "poca:City"),
        (["export", "--view", "teritory"], 2, "did you mean 'territory'"),
        (["export", "--view", "territory", "--format", "ttl"], 2, "graphml"),
        (["export", "--format", "gexf"], 2, "gexf is not for graphs"),
        (["export", "--view", "territory", "--graph", "graph:tiny"], 2, "whole graph"),
        (["export", "--graph", "graph:tyni"], 2, "no graph"),
        (["export", "-o", "missing/x.nq"], 3, "missing/x.nq"),
    ],
)
def test_a_mistake_has_its_exit_code_and_is_told_on_stderr(ask, arguments, code, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ask(*arguments)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert len(result.err.splitlines()) <= 6


def test_why_tells_place_speaker_and_row(ask):
    out = ask("why", "statement:s24", "poca:about", "field:research-and-development").out
    lead, *below = out.splitlines()
    assert "paragraph 3, sentence 2" in lead
    assert "  the speaker is inferred" in below
    assert any(re.match(r"  row statements\.s24 of .*statements\.csv:\d+\)$", line) for line in below)


def test_info_names_licences_in_short_and_as_addresses_for_programs(ask):
    assert "CC-BY-4.0" in ask("info").out
    graphs = json.loads(ask("info", "--format", "json").out)["graphs"]
    assert {graph["licence"].partition(":")[0] for graph in graphs} <= {"https", ""}


def test_why_as_json_is_a_list_of_kinds(ask):
    told = json.loads(ask("why", "city:turin", "rdfs:label", '"Turin"@en', "--format", "json").out)
    assert [(one["kind"], one["row"]["table"]) for one in told] == [("row", "cities")]


def test_questions_as_json_are_a_list_of_id_question_and_rows(ask):
    told = json.loads(ask("questions", "1", "cq-005", "--format", "json").out)
    assert [one["id"] for one in told] == ["cq-001", "cq-005"]
    assert told[1]["question"].endswith("?")
    assert told[1]["rows"][0]["fieldLabel"] == "research and development"


def test_every_question_is_answered_and_asked_in_italian_too(ask, tiny):
    out = ask("questions", "--lang", "it").out
    assert all(question.it in out for question in tiny.questions())
    assert "## cq-001: Who published" in ask("questions", "1", "--format", "md").out


@pytest.mark.parametrize("shape", ["nq", "trig", "ttl", "nt", "jsonld"])
def test_the_graph_is_exported_in_each_syntax(ask, tiny, tmp_path, shape):
    file = tmp_path / f"graph.{shape}"
    assert ask("export", "--format", shape, "-o", str(file)).code == 0
    distinct = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"
    with poca_kg.open(file) as exported:
        assert exported.query(distinct) == tiny.query(distinct)


def test_an_export_loads_back_equal(ask, tiny):
    store = EmbeddedStore.from_nquads(ask("export").out.encode())
    assert store.graphs() == tiny.store.graphs()


@pytest.mark.parametrize(
    "name", ["graph:tiny", "https://w3id.org/poca-kg/graph/tiny", "<https://w3id.org/poca-kg/graph/tiny>"]
)
def test_one_named_graph_is_exported(ask, name):
    out = ask("export", "--graph", name).out
    assert "Milan" in out
    assert "owl:Ontology" not in out


def test_a_view_is_exported_to_a_file(ask, tmp_path):
    file = tmp_path / "territory.graphml"
    result = ask("export", "--view", "territory", "-o", str(file))
    assert (result.code, result.out) == (0, "")
    assert "wrote" in result.err
    assert nx.read_graphml(file, edge_key_type=str).number_of_nodes() > 5
    assert "<gexf" in ask("export", "--view", "territory", "--format", "gexf").out


def test_serve_tells_its_address_and_answers(tiny_dataset):
    command = [sys.executable, "-m", "poca_kg", "serve", "--port", "0", "--data", str(tiny_dataset)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            told = list(until_address(process.stderr))
            assert told[-1].startswith("http"), told
            query = urllib.parse.urlencode({"query": "ASK { city:turin a poca:City }"})
            with urllib.request.urlopen(f"{told[-1]}sparql?{query}", timeout=20) as response:
                assert json.load(response)["boolean"] is True
        finally:
            process.terminate()


def until_address(lines):
    """Give the lines that a server tells, and last the address in the first line that has one."""
    for line in lines:
        yield line
        if match := re.search(r"http://\S+/", line):
            yield match.group()
            return


def test_every_asking_command_has_help():
    from poca_kg.cli import main_group

    for name in ("info", "query", "questions", "why", "export", "serve"):
        result = CliRunner().invoke(main_group, [name, "--help"])
        assert result.exit_code == 0
        assert "--data" in result.output
