"""A report names things by the prefixes that the user's files declare."""

import json

import pytest
from rdflib import Graph

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.validate import RENDERINGS, Shapes, read_rules, validate_files, validate_graph
from poca_kg.validate.declared_prefixes import declared_prefixes, prefixes_of
from poca_kg.vocabulary.prefixes import PREFIXES, further_prefixes, shorten_iri

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix mine: <http://mine.example/> .
@prefix city: <http://cities.example/> .
mine:S sh:targetClass mine:T ; sh:property [ sh:path mine:p ; sh:maxCount 0 ] .
"""
DATA = """PREFIX ex: <http://e.example#>
prefix : <http://base.example/>
  @prefix city: <http://cities.example/> .
ex:a a <http://mine.example/T> ; <http://mine.example/p> :x , city:y .
"""


@pytest.fixture
def report(tmp_path):
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    (tmp_path / "data.ttl").write_text(DATA)
    return validate_files([tmp_path / "data.ttl"], Shapes.alone(read_rules([tmp_path / "shapes.ttl"])))


@pytest.mark.parametrize("before", ["", "\ufeff", "# a comment\n"])
def test_declarations_are_found_behind_a_mark_and_behind_each_other(before):
    text = f"{before}@prefix a: <http://a/> . @prefix b: <http://b/> .@prefix c: <http://c/>.\na:x b:y c:z ."
    found = prefixes_of(Document(text.encode(), RdfSyntax.TURTLE))
    assert found == {"a": "http://a/", "b": "http://b/", "c": "http://c/"}


def test_nodes_paths_and_shapes_are_named_as_in_the_files(report):
    text = RENDERINGS["text"].render(report)
    assert "mine:p has too many values: expected no value" in text
    assert "rule      mine:S (MaxCount)" in text
    assert "ex:a" in text
    assert ":x" in text


def test_a_prefix_that_means_something_else_here_is_not_used(report):
    assert "<http://cities.example/y>" in RENDERINGS["text"].render(report)
    assert dict(report.prefixes) == {
        "": "http://base.example/", "ex": "http://e.example#", "mine": "http://mine.example/",
    }  # fmt: skip


def test_json_says_what_the_prefixes_mean(report):
    assert json.loads(RENDERINGS["json"].render(report))["prefixes"] == dict(report.prefixes)


@pytest.mark.parametrize("name", sorted(RENDERINGS))
def test_each_rendering_but_the_graph_uses_them_and_forgets_them(name, report):
    assert ("mine:S" in RENDERINGS[name].render(report)) == (name not in {"ttl", "json"})
    assert shorten_iri("http://mine.example/S") == "<http://mine.example/S>"


def test_the_graph_of_the_report_is_still_turtle(report):
    assert len(Graph().parse(data=RENDERINGS["ttl"].render(report), format="turtle")) > 8


def test_the_prefixes_of_a_graph_in_memory_are_used(report):
    graph, rules = (Graph().parse(data=text, format="turtle") for text in (DATA, SHAPES))
    assert "mine:p has too many" in RENDERINGS["text"].render(validate_graph(graph, Shapes.alone(rules)))


@pytest.mark.parametrize(
    ("data", "syntax", "found"),
    [
        (b"@prefix a:<http://a/>.", RdfSyntax.TURTLE, {"a": "http://a/"}),
        (b"# @prefix a: <http://a/> .", RdfSyntax.TURTLE, {}),
        (b"@prefix a: <http://a/> .", RdfSyntax.N_TRIPLES, {}),
        (b'@prefix a: <http://a/ "> .', RdfSyntax.TURTLE, {}),
        (b"@prefix \xff: <http://a/> .", RdfSyntax.TURTLE, {}),
        (b"@prefix a: <http://a/\xff> .", RdfSyntax.TRIG, {"a": "http://a/\ufffd"}),
    ],
)
def test_what_is_no_declaration_is_passed_over(data, syntax, found):
    assert prefixes_of(Document(data, syntax)) == found


def test_one_namespace_has_one_prefix_and_the_first_file_says_which():
    one, two = Graph(bind_namespaces="none"), Graph(bind_namespaces="none")
    one.bind("b", "http://b/")
    two.bind("a", "http://b/")
    two.bind("c", "http://www.w3.org/ns/shacl#")
    assert declared_prefixes([one, two]) == (("a", "http://b/"),)


def test_every_namespace_of_ours_ends_where_a_local_name_cannot():
    assert all(namespace.endswith(("/", "#")) for namespace in PREFIXES.values())


def test_the_longest_namespace_wins():
    with further_prefixes([("a", "http://e/"), ("b", "http://e/f/"), ("c", "urn:x:")]):
        assert [shorten_iri(iri) for iri in ("http://e/g", "http://e/f/g", "urn:x:y", "urn:y")] == [
            "a:g", "b:g", "c:y", "<urn:y>",
        ]  # fmt: skip
