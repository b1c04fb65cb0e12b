"""A report as text, JSON and Turtle: complete, steady, and harmless whatever the data holds."""

import json
import random
import re
from xml.etree import ElementTree

import pyshacl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH, XSD

from poca_kg.validate import (
    RENDERINGS,
    Report,
    Severity,
    View,
    render_json,
    render_text,
    render_turtle,
    validate_files,
    validate_graph,
)
from poca_kg.validate.engine import mix
from poca_kg.validate.paths import read_path, write_path
from poca_kg.validate.renderings.text import notes_of

POCA = "https://w3id.org/poca-kg/def/"
BAD = """
city:a a poca:Town ; rdfs:label "A"@en , "Aa"@en ; poca:level level:city , level:region ;
    poca:people 5 , 6 , "many" ; poca:opened "2016-13-01"^^xsd:date , "2016-01-01"^^xsd:date ;
    poca:closed "2015-01-01"^^xsd:date ; poca:motto "a motto that is much longer than allowed" ;
    poca:twin city:b ; poca:ledBy [ a poca:Town ; rdfs:label "N"@en ] ; poca:leadBy 5 .
city:b a poca:Town ; poca:people 2 .
[] a poca:Town ; rdfs:label "first"@en .
[] a poca:Town ; rdfs:label "second"@en .
"""


def shuffled(graph: Graph, seed: int) -> Graph:
    """Return the same triples, added in another order and with other blank nodes."""
    triples = sorted(graph)
    random.Random(seed).shuffle(triples)
    numbers: dict[BNode, BNode] = {}
    other = Graph()
    for triple in triples:
        other.add(tuple(numbers.setdefault(t, BNode()) if isinstance(t, BNode) else t for t in triple))
    return other


@pytest.mark.parametrize("render", [render_text, render_json, render_turtle])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_report_does_not_depend_on_the_order_of_triples(shapes, turtle, render, seed):
    data = turtle(BAD)
    assert render(validate_graph(shuffled(data, seed), shapes)) == render(validate_graph(data, shapes))


def test_the_worst_comes_first(shapes, turtle):
    ranks = [result.severity.rank for result in validate_graph(turtle(BAD), shapes).results]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def test_the_text_reads_like_that_of_a_linter(shapes, write):
    path = write('city:a a poca:Town ;\n    rdfs:label "A"@en ;\n    poca:level level:cty .\n', "town.ttl")
    text = render_text(validate_files([path], shapes)).replace(str(path), "town.ttl")
    assert (
        text
        == """violation: A place has one level; level:cty is none.
  at        poca:level
  expected  a concept of scheme level (city, nation, region)
  fix       Choose a level of the scheme; did you mean level:city?
  rule      pocash:Place-level (Class)
  see       poca-kg shapes Place-level

  town.ttl:12:16: city:a “A”
    12 | poca:level level:cty .
       |            ^^^^^^^^^
    found     level:cty

engine: compiled (every construct of the shapes is in its tested subset)
Does not conform (town.ttl): 1 violation; triples: 3, nodes checked: 1, shapes: 2."""
    )


def test_cases_of_one_rule_stand_under_it_and_long_lists_are_cut(shapes, write):
    towns = "".join(f"city:t{number:03} a poca:Town ; poca:level level:city .\n" for number in range(30))
    report = validate_files([write(towns)], shapes)
    text = render_text(report)
    assert text.count("A place has a label.") == 1
    assert "… and 10 more of this rule" in text
    assert "city:t029" not in text
    assert "city:t029" in render_text(report, View(most_per_rule=None))


def test_what_differs_between_cases_is_told_for_each(shapes, turtle):
    data = turtle(
        "".join(f'city:{n} a poca:Town ; rdfs:label "x"@en ; poca:level level:x{n} .' for n in "ab")
    )
    text = render_text(validate_graph(data, shapes))
    assert "A place has one level; level:xa is none." in text
    assert "A place has one level; level:xb is none." in text


def test_colour_is_given_to_the_severity_alone(shapes, turtle):
    text = render_text(
        validate_graph(turtle(BAD), shapes), View(paint=lambda word, severity: f"<{severity}>{word}</>")
    )
    assert "<violation>violation</>: " in text
    assert text.count("</>") == text.count("<violation>") + text.count("<warning>") + text.count("<info>")


def test_an_empty_report_says_that_it_conforms():
    report = Report(results=(), names=("a.ttl", "b.ttl"), language="it")
    assert render_text(report) == "Conforme (2 file): triple: 0, nodi controllati: 0, regole: 0."


def test_the_json_holds_everything_and_counts(shapes, write):
    report = validate_files([write(BAD)], shapes)
    content = json.loads(render_json(report))
    assert content["format"] == 2
    assert content["conforms"] is False
    assert content["counts"] == {s.value: report.count(s) for s in Severity}
    assert sum(content["counts"].values()) == len(content["results"])
    members = {
        "severity", "what", "place", "focus_node", "focus_label", "path", "value", "found", "expected",
        "how_to_fix", "details", "shape", "component", "page", "nested",
    }  # fmt: skip
    for result in content["results"]:
        assert set(result) == members
        assert all(
            result[name] for name in ("what", "focus_label", "found", "expected", "how_to_fix", "shape")
        )
        assert result["place"]["line"] > 9


def their_results(data: Graph, shapes) -> set[tuple[str, ...]]:
    mixed = mix(data, shapes.ontology)
    _, report, _ = pyshacl.validate(mixed, shacl_graph=shapes.rules, inference="none")
    return {row(report, node, shapes) for node in report.objects(None, SH.result)}


def row(report: Graph, node, shapes=None) -> tuple[str, ...]:
    def one(key):
        value = report.value(node, key)
        return "_:" if isinstance(value, BNode) else str(value)

    path = report.value(node, SH.resultPath)
    keys = (SH.focusNode, SH.value, SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity)
    return (*map(one, keys), "" if path is None else write_path(read_path(report, path)))


def test_the_turtle_says_what_the_engine_says(shapes, turtle):
    data = turtle(BAD.replace('"2016-13-01"^^xsd:date , ', "").replace("poca:leadBy 5", "rdfs:seeAlso 5"))
    report = Graph().parse(data=render_turtle(validate_graph(data, shapes)), format="turtle")
    ours = {row(report, node) for node in report.objects(None, SH.result)}
    assert ours == their_results(data, shapes)
    assert len(ours) > 8
    assert (None, SH.conforms, Literal(False)) in report


def test_the_turtle_writes_every_kind_of_path(shapes, turtle):
    from poca_kg.validate import Shapes

    paths = (
        "( poca:twin poca:twin )", "[ sh:inversePath poca:twin ]", "[ sh:zeroOrMorePath poca:twin ]",
        "[ sh:oneOrMorePath poca:twin ]", "[ sh:zeroOrOnePath poca:twin ]",
        "[ sh:alternativePath ( poca:twin ( poca:ledBy poca:twin ) ) ]",
    )  # fmt: skip
    body = " , ".join(f"[ sh:path {path} ; sh:hasValue 5 ]" for path in paths)
    rules = turtle(f"pocash:S a sh:NodeShape ; sh:targetClass poca:Town ; sh:property {body} .")
    data = turtle("city:a a poca:Town .")
    report = Graph().parse(
        data=render_turtle(validate_graph(data, Shapes(rules, shapes.ontology))), format="turtle"
    )
    written = {write_path(read_path(report, path)) for path in report.objects(None, SH.resultPath)}
    assert written == {
        "poca:twin/poca:twin", "^poca:twin", "poca:twin*", "poca:twin+", "poca:twin?",
        "poca:twin|poca:ledBy/poca:twin",
    }  # fmt: skip


def test_the_turtle_uses_the_prefixes_it_needs_and_no_other(shapes, turtle):
    text = render_turtle(validate_graph(turtle(BAD), shapes))
    declared = set(re.findall(r"@prefix (\S+):", text))
    body = text.partition("\n\n")[2]
    assert {name for name in declared if f"{name}:" in body} == declared


def test_a_warning_alone_conforms_for_us_and_not_for_the_standard(shapes, turtle):
    body = 'city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:city ; poca:motto "{}" .'
    report = validate_graph(turtle(body.format("x" * 40)), shapes)
    assert report.conforms
    assert "sh:conforms false" in render_turtle(report)
    assert json.loads(render_json(report))["conforms"] is True


TEXTS = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "\x1b[2J\x1b]0;x\x07",
        "\u202egnp.exe",
        '"""',
        "\\",
        "C:\\qux",
        "{?value} {$this} {0} {x!r}",
        "%s%n",
        "\ud800",
        "<script>",
        "a\r\nb",
        "]]>",
        "'\"`",
    ]
)
IRIS = TEXTS.map(lambda text: URIRef(f"http://e/{text}"))
TERMS = st.one_of(
    IRIS,
    st.builds(BNode),
    TEXTS.map(Literal),
    st.builds(lambda text: Literal(text, lang="en"), TEXTS),
    st.builds(
        lambda text, kind: Literal(text, datatype=kind, normalize=False),
        TEXTS,
        st.sampled_from([XSD.integer, XSD.date, XSD.boolean, URIRef("http://e/own kind")]),
    ),
)


@pytest.mark.slow
@given(
    nodes=st.lists(
        st.tuples(IRIS | st.builds(BNode), st.lists(TERMS, min_size=1, max_size=3)), min_size=1, max_size=3
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.filterwarnings("ignore")
def test_no_rendering_fails_or_obeys_hostile_data(shapes, nodes):
    data = Graph()
    for focus, values in nodes:
        data.add((focus, RDF.type, URIRef(f"{POCA}Town")))
        for value in values:
            for name in ("level", "people", "opened", "motto", "ledBy", "twin", "unknown"):
                data.add((focus, URIRef(POCA + name), value))
            data.add((focus, RDFS.label, value))
    report = validate_graph(data, shapes)
    assert not report.conforms
    told = {name: rendering.render(report).encode("utf-8") for name, rendering in RENDERINGS.items()}
    for name in ("text", "github", "html", "md", "junit"):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told[name].decode())
    assert len(json.loads(told["json"])["results"]) == len(report.results)
    assert len(json.loads(told["sarif"])["runs"][0]["results"]) == len(report.results)
    graph = Graph().parse(data=told["ttl"], format="turtle")
    assert len(set(graph.objects(None, SH.result))) == len(report.results)
    assert len(ElementTree.fromstring(told["junit"]).findall(".//testcase")) == len(report.results)
    assert told["github"].count(b"\n") == len(report.results) + len(notes_of(report))
    assert b"<script" not in told["html"]
