"""What is read for validation: patterns, syntaxes, shapes of a user, lines of every syntax that has some."""

import io
import json
import random

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from rdflib import Graph, URIRef

from poca_kg.cli.validate import validate_command
from poca_kg.errors import InputError
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.validate import Shapes, find_files, read_rules, validate_files
from poca_kg.validate.reading import read_files

PREFIXES = """@prefix e: <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """e:S a sh:NodeShape ; sh:targetClass e:City ;
  sh:property e:S-people . e:S-people sh:path e:people ; sh:datatype xsd:integer ; sh:minCount 1 ."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("POCA_KG_DATA_DIR", str(tmp_path / "built"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPES)
    for name, value in {"a": "1", "b/b": '"two"', "b/c/c": '"three"', "b/[x]": '"four"'}.items():
        path = tmp_path / "data" / f"{name}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{PREFIXES}\ne:{path.stem.strip('[]')} a e:City ;\n  e:people {value} .\n")
    return tmp_path


def invoke(*arguments: str, **options):
    return CliRunner().invoke(validate_command, list(arguments), **options)


def lines_of(outcome) -> list[tuple[str, int]]:
    report = json.loads(outcome.stdout)
    return sorted((one["place"]["file"], one["place"]["line"]) for one in report["results"])


@pytest.mark.parametrize(
    ("patterns", "files"),
    [
        (["data/*.ttl"], ["data/a.ttl"]),
        (["data/**/*.ttl"], ["data/a.ttl", "data/b/[x].ttl", "data/b/b.ttl", "data/b/c/c.ttl"]),
        (["data/b/[bc]*.ttl"], ["data/b/b.ttl"]),
        (["data/b/[x].ttl"], ["data/b/[x].ttl"]),
        (["data/b/b.ttl", "data/b/?.ttl", "data/b/b.ttl"], ["data/b/b.ttl"]),
        (["-", "data/a.ttl"], ["-", "data/a.ttl"]),
        (["absent.ttl"], ["absent.ttl"]),
    ],
)
def test_a_pattern_stands_for_the_files_that_it_fits(folder, patterns, files):
    assert list(find_files(patterns)) == files


def test_a_pattern_that_fits_nothing_is_an_error(folder):
    with pytest.raises(InputError, match=r"data/\*\.nt: fits no file"):
        find_files(["data/*.nt"])


def test_a_quoted_pattern_is_expanded_for_data_and_for_shapes(folder):
    outcome = invoke("data/**/*.ttl", "--shapes", "sh*.ttl", "--format", "json")
    assert outcome.exit_code == 1
    assert lines_of(outcome) == [("data/b/[x].ttl", 6), ("data/b/b.ttl", 6), ("data/b/c/c.ttl", 6)]


def test_shapes_of_a_user_stand_alone(folder):
    """The project's shapes, its ontology and its terms have no say."""
    (folder / "town.ttl").write_text("<http://e/t> a <https://w3id.org/poca-kg/def/NoSuchTown> .")
    outcome = invoke("town.ttl", "--shapes", "shapes.ttl")
    assert outcome.exit_code == 0
    assert "no node of the data is a target of these shapes" in outcome.stdout


def test_the_base_of_shapes_and_of_data_is_their_own_file(folder):
    (folder / "shapes.ttl").write_text(
        f"{PREFIXES} <#S> sh:targetNode <data.ttl#x> ; sh:property [ sh:path e:p ; sh:minCount 1 ] ."
    )
    (folder / "data.ttl").write_text("<#x> <http://e/q> 5 .")
    (result,) = validate_files(["data.ttl"], Shapes.alone(read_rules(["shapes.ttl"]))).results
    assert str(result.shape) == (folder / "shapes.ttl").as_uri() + "#S"
    assert str(result.focus_node) == (folder / "data.ttl").as_uri() + "#x"


def test_shapes_in_several_files_are_one_graph(folder):
    (folder / "more.ttl").write_text(f"{PREFIXES} e:S-people sh:minInclusive 5 .")
    outcome = invoke("data/a.ttl", "--shapes", "shapes.ttl", "--shapes", "more.ttl")
    assert outcome.exit_code == 1
    assert "a value not below 5" in outcome.stdout


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("ttl", "<http://e/x> a <http://e/City> ."),
        ("nt", "<http://e/x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/City> ."),
        ("trig", "<http://e/g> { <http://e/x> a <http://e/City> }"),
        ("jsonld", '{"@id": "http://e/x", "@type": "http://e/City"}'),
    ],
)
def test_the_standard_input_is_read_in_the_syntax_that_is_named(folder, syntax, text):
    arguments = ("-", "--stdin-format", syntax, "--shapes", "shapes.ttl", "--format", "json")
    outcome = invoke(*arguments, input=text.encode())
    assert outcome.exit_code == 1
    (result,) = json.loads(outcome.stdout)["results"]
    place = result["place"]
    assert place is None if syntax == "jsonld" else (place["file"], place["line"]) == ("-", 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["data/a.ttl", "--store", "http://localhost:1/"], "leave out the files"),
        (["data/a.ttl", "--graph", "http://e/g"], "--graph goes with --store"),
        (["--shapes", "shapes.ttl"], "name what to check"),
        (["--context", "data/a.ttl"], "--context goes with files"),
        (["-", "--context", "-"], "only once"),
        (["data/a.ttl", "--max", "0"], "--max"),
        (["data/a.ttl", "--engine", "owl"], "--engine"),
        (["data/a.ttl", "--stdin-format", "docx"], "--stdin-format"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(folder, arguments, complaint):
    outcome = invoke(*arguments)
    assert outcome.exit_code == 2
    assert complaint in outcome.stderr


def test_a_limit_on_results_leaves_them_counted(folder):
    outcome = invoke("data/**/*.ttl", "--shapes", "shapes.ttl", "--format", "json", "--max", "1")
    report = json.loads(outcome.stdout)
    assert (outcome.exit_code, len(report["results"])) == (1, 1)
    assert "3 violations" in invoke("data/**/*.ttl", "--shapes", "shapes.ttl", "--max", "1").stdout


def test_the_engine_is_chosen_on_the_command_line(folder):
    for engine in ("compiled", "pyshacl"):
        outcome = invoke("data/a.ttl", "--shapes", "shapes.ttl", "--engine", engine)
        assert f"engine: {engine} (it was asked for)" in outcome.stdout


def test_a_file_that_repeats_another_is_not_called_empty(folder):
    (folder / "copy.ttl").write_bytes((folder / "data" / "a.ttl").read_bytes())
    (folder / "empty.ttl").write_text("# nothing")
    reading = read_files(["data/a.ttl", "copy.ttl", "empty.ttl"])
    assert reading.empty == ("empty.ttl",)
    assert reading.triples == len(reading.graph) == 2


def test_blank_nodes_of_one_name_in_two_graphs_of_a_document_are_one_node():
    document = Document(
        b"<http://e/g> { _:x <http://e/p> 1 } <http://e/h> { _:x <http://e/p> 2 }", RdfSyntax.TRIG
    )
    assert len(set(read_files([document]).graph.subjects())) == 1


def test_the_standard_input_may_be_read_by_the_caller():
    reading = read_files(["-"], read_stdin=io.BytesIO(b"<http://e/a> <http://e/p> 1 .").read)
    assert reading.triples == 1


LINES = 300


@pytest.mark.parametrize("syntax", [RdfSyntax.N_TRIPLES, RdfSyntax.N_QUADS, RdfSyntax.TURTLE, RdfSyntax.TRIG])
def test_the_lines_of_mistakes_are_right_in_every_syntax_that_has_lines(syntax):
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  (a failure must be repeatable)
    chance = random.Random(seed)
    wrong = set(chance.sample(range(LINES), 100))
    graph = " <http://e/g>" if syntax is RdfSyntax.N_QUADS else ""
    lines = ["<http://e/g> {"] if syntax is RdfSyntax.TRIG else ["# towns"]
    expected = set()
    for number in range(LINES):
        node = chance.choice([f"<http://e/n{number}>", f"_:b{number}"])
        lines += chance.choice([[], ["# a remark"], [""]])
        lines.append(f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/City>{graph} .")
        value = (
            f'"w{number}"' if number in wrong else f'"{number}"^^<http://www.w3.org/2001/XMLSchema#integer>'
        )
        lines.append(f"{node} <http://e/people> {value}{graph} .")
        if number in wrong:
            expected.add((len(lines), f"w{number}"))
    lines += ["}"] if syntax is RdfSyntax.TRIG else []
    data = "\n".join(lines).encode()
    assert sum(1 for _ in ox.parse(data, format=ox.RdfFormat.from_media_type(syntax.media_type))) == 2 * LINES
    shapes = Shapes.alone(Graph().parse(data=PREFIXES + SHAPES, format="turtle"))
    results = validate_files([Document(data, syntax, "towns")], shapes).results
    assert {(one.place.line, str(one.value)) for one in results} == expected
    assert all(str(one.value) in one.excerpt for one in results)


def test_a_result_about_what_the_context_says_has_the_line_of_what_is_judged():
    data = Document(b"<http://e/x> a\n <http://e/City> .", RdfSyntax.TURTLE, "data")
    context = Document(b'<http://e/x> <http://e/people> "many" .', RdfSyntax.TURTLE, "context")
    shapes = Shapes.alone(Graph().parse(data=PREFIXES + SHAPES, format="turtle"))
    (result,) = validate_files([data], shapes, context=[context]).results
    assert (result.focus_node, str(result.value)) == (URIRef("http://e/x"), "many")
    assert (result.place.file, result.place.line) == ("data", 2)
