"""SPARQL-based constraints: which queries are refused, which left to pyshacl, and what the others find."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from poca_kg.errors import InputError, UsageError
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_bytes
from poca_kg.validate import Report, Shapes, validate_graph
from poca_kg.validate.compiler.prebinding import read_constraint_query
from poca_kg.validate.selection import Engine

PREFIXES = "@prefix e: <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> . "
DECLARED = 'sh:prefixes [ sh:declare [ sh:prefix "e" ; sh:namespace "http://e/" ] ]'
DATA = """e:a e:p 1 , 2 ; e:q e:b . e:b e:p 3 . _:x e:p 4 ; e:q [] . e:c a e:C ; e:p "x" .
    e:d-1 e:r e:a . <http://f/f> e:r e:a ."""
REFUSED = {
    "SELECT $this { $this ?p ?o MINUS { $this ?p 1 } }": "MINUS",
    "SELECT $this { VALUES ?x { 1 } }": "VALUES",
    "SELECT $this { $this ?p ?o } VALUES ?x { 1 }": "VALUES",
    "SELECT $this { SERVICE <http://e/> { $this ?p ?o } }": "SERVICE",
    "SELECT $this { BIND (1 AS $this) }": "$this",
    "SELECT $this { ?x ?y ?z BIND (?x AS ?currentShape) }": "$currentShape",
    "SELECT ?x { $this ?p ?x }": "does not return $this",
    "SELECT $this { { SELECT ?x { $this ?p ?x } } }": "a nested SELECT",
    "SELECT $this { { SELECT * { $this ?p ?x } } }": "a nested SELECT",
    "SELECT $this { $this ?p $shapesGraph }": "shapes graph",
    "SELECT $this { GRAPH ?g { $this ?p ?x } }": "GRAPH",
    "SELECT $this FROM <http://e/g> { $this ?p ?o }": "FROM",
    "SELECT $this { { SELECT $this (COUNT(*) AS ?n) { $this ?p ?o } } }": "does not parse",
    "ASK { $this ?p ?x }": "no SELECT query",
    "SELECT $this": "no WHERE clause",
    "SELECT $this { $this ?p }": "does not parse",
    "SELECT $this { $this e:p ?x": "does not parse",
    "SELECT $this { $this unknown:p ?x }": "prefix unknown:",
    "SELECT $this { $this $PATH ?x }": "$PATH",
    "BASE <http://e/> SELECT $this { $this <p> ?x }": "BASE",
    f"SELECT $this {'{' * 70} $this ?p ?o {'}' * 70}": "nested too deep",
}
LEFT_TO_PYSHACL = {
    "SELECT $this { $this ?p ?o } LIMIT 1": "cuts its results off",
    "SELECT $this { { SELECT $this { $this ?p ?o } OFFSET 1 } }": "cuts its results off",
    "SELECT $this { $this ?p $currentShape }": "$currentShape",
    "SELECT $this ?failure { $this ?p ?o }": "$failure",
}
OPENINGS = [
    ("SELECT $this { $this ?p ?o }", 1),
    ("SELECT $this { $this ?p ?o FILTER ($this != ?o) }", 1),
    ("SELECT $this { { $this ?p ?o } UNION { ?o ?p $this FILTER (?o != $this) } }", 1),
    ("SELECT $this { { FILTER ($this != 1) } UNION { $this ?p ?o } }", 2),
    ("SELECT $this { { BIND ($this AS ?x) $this ?p ?o } }", 2),
    ("SELECT $this { { $this ?p ?o BIND ($this AS ?x) } }", 1),
    ("SELECT $this { { OPTIONAL { $this ?p ?o } } }", 2),
    ("SELECT $this { { ?x a ?c OPTIONAL { ?y ?p ?x FILTER ($this = ?x) } } }", 2),
    ("SELECT $this { OPTIONAL { ?y ?p ?x FILTER ($this = ?x) } }", 1),
    ("SELECT $this { OPTIONAL { ?y ?p ?x BIND ($this AS ?z) } }", 2),
    ("SELECT $this { FILTER NOT EXISTS { FILTER ($this = 1) } }", 1),
    ("SELECT $this { FILTER NOT EXISTS { { FILTER ($this = 1) } } }", 2),
    ("SELECT $this { { SELECT $this { ?x ?y ?z FILTER (?x = $this) } } }", 2),
    ("SELECT $this { { $this (<http://e/p>*) ?x } }", 2),
    ("SELECT $this { { $this <http://e/p>+ ?x } }", 1),
]
FOUND = [
    ("SELECT $this ?value { $this e:p ?value }", ["a 1", "a 2", "b 3"]),
    ("SELECT $this { $this <http://e/p> ?value FILTER (?value > 1) }", ["a a", "b b"]),
    ("PREFIX own: <http://e/> SELECT $this ?value { $this own:p ?value FILTER (?value > 2) }", ["b 3"]),
    (r"SELECT $this ?value { e:d\-1 e:r $this . $this e:p ?value }", ["a 1", "a 2"]),
    ("SELECT $this (COUNT(?x) AS ?value) { $this e:p ?x } GROUP BY $this", ["a 2", "b 1"]),
    ("SELECT $this { FILTER NOT EXISTS { $this e:q ?x } }", ["b b"]),
    ("SELECT $this ?value { _:n e:q $this . $this e:p ?value . _:n e:p 1 }", ["b 3"]),
    ("SELECT * { $this e:q ?value }", ["a http://e/b"]),
]


def rules(constraint: str, *, shape: str = "sh:targetNode e:a , e:b", more: str = "") -> Shapes:
    text = f"{PREFIXES} e:S a sh:NodeShape ; {shape} ; sh:sparql e:Q . e:Q {constraint} ; {DECLARED} . {more}"
    return Shapes.alone(Graph().parse(data=text))


def select(query: str) -> str:
    return f'sh:select """{query}""" '.replace("\\", "\\\\")


def judge(shapes: Shapes, engine: Engine = Engine.AUTO, data: str = DATA) -> Report:
    return validate_graph(Graph().parse(data=PREFIXES + data), shapes, engine=engine)


def told(report: Report) -> list[str]:
    return sorted(f"{result.focus_node.rpartition('/')[2]} {result.value}" for result in report.results)


def by_name(texts: list[str]) -> list[str]:
    return sorted(
        text if not (name := text.split(" "))[1].isalpha() else f"{name[0]} http://e/{name[1]}"
        for text in texts
    )


@pytest.mark.parametrize("query", REFUSED)
@pytest.mark.parametrize("engine", [Engine.AUTO, Engine.PYSHACL])
def test_what_shacl_forbids_is_refused_by_the_name_of_the_shape(query: str, engine: Engine) -> None:
    with pytest.raises(InputError) as refusal:
        judge(rules(select(query)), engine)
    assert REFUSED[query] in str(refusal.value)
    assert "http://e/S" in str(refusal.value)


@pytest.mark.parametrize("query", LEFT_TO_PYSHACL)
def test_what_one_query_cannot_ask_is_left_to_pyshacl_and_said(query: str) -> None:
    with pytest.raises(UsageError, match="compiler"):
        judge(rules(select(query)), Engine.COMPILED)
    report = judge(rules(select(query)))
    assert report.engine == "pyshacl"
    assert LEFT_TO_PYSHACL[query] in report.engine_reason


@pytest.mark.parametrize(("query", "count"), OPENINGS)
def test_focus_nodes_are_joined_where_they_make_a_difference(query: str, count: int) -> None:
    assert len(read_constraint_query(query).openings) == count


@pytest.mark.parametrize(("query", "expected"), FOUND)
@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_a_query_finds_what_it_asks_for(query: str, expected: list[str], engine: Engine) -> None:
    assert told(judge(rules(select(query)), engine)) == by_name(expected)


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_messages_hold_what_the_query_returns(engine: Engine) -> None:
    message = 'sh:message "{?value} of {$this} is {?more}"@en , "{?value}: {?none}"@it ;'
    query = select("SELECT $this ?value ?more { $this e:q ?value BIND (7 AS ?more) }")
    report = judge(rules(f"{message} {query}"), engine)
    assert [str(text) for text in report.results[0].messages] == [
        "e:b of e:a is 7",
        "e:b: {?none}",
    ]


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_a_message_may_name_the_path(engine: Engine) -> None:
    query = select("SELECT $this ?value { $this $PATH ?value }")
    constraint = f'[ sh:path e:q ; sh:sparql [ sh:message "{{$PATH}}: {{?value}}" ; {query} ] ]'
    text = f"{PREFIXES} e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property {constraint} ."
    report = judge(Shapes.alone(Graph().parse(data=text)), engine)
    assert report.results[0].what == "e:q: e:b"


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_the_message_of_the_shape_stands_in_for_a_missing_one(engine: Engine) -> None:
    shape = 'sh:targetNode e:a ; sh:message "look at {$this}"'
    report = judge(rules(select("SELECT $this { $this e:q ?x }"), shape=shape), engine)
    assert [str(text) for text in report.results[0].messages] == ["look at e:a"]


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("e:p", ["a 1", "a 2", "b 3"]),
        ("( e:q e:p )", ["a 3"]),
        ("[ sh:zeroOrMorePath e:q ]", ["a http://e/a", "a http://e/b", "b http://e/b"]),
    ],
)
def test_a_path_stands_in_place_of_its_variable(path: str, expected: list[str], engine: Engine) -> None:
    text = f"""{PREFIXES} e:S sh:path {path} ; sh:targetSubjectsOf e:p ; sh:sparql [ {DECLARED} ;
        sh:select "SELECT $this ?value {{ $this $PATH ?value FILTER (isIRI($this)) }}" ]."""
    data = "e:a e:p 1 , 2 ; e:q e:b . e:b e:p 3 ."
    report = judge(Shapes.alone(Graph().parse(data=text)), engine, data)
    assert told(report) == sorted(expected)
    assert {result.component for result in report.results} == {SH.SPARQLConstraintComponent}
    assert all(result.property_path is not None for result in report.results)


@pytest.mark.parametrize("message", ["", 'sh:message "not this {?value}" ;'])
def test_a_message_that_the_query_returns_goes_before_all_others(message: str) -> None:
    query = "SELECT $this ?value ?message { $this e:q ?value BIND ('by the query'@en AS ?message) }"
    report = judge(rules(f"{message} {select(query)}"))
    assert [result.what for result in report.results] == ["by the query"]


def test_a_constraint_that_is_switched_off_finds_nothing() -> None:
    assert not judge(rules(f"sh:deactivated true ; {select('SELECT $this {}')}")).results


def test_blank_nodes_and_literals_are_focus_nodes_too() -> None:
    shape = "sh:targetObjectsOf e:p , e:q ; sh:targetSubjectsOf e:p"
    report = judge(rules(select("SELECT $this { FILTER (!isIRI($this)) }"), shape=shape))
    assert len(report.results) == 7
    assert report.engine == "compiled"


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("sh:node e:N", ["b"]),
        ("sh:not e:N", ["a"]),
        ("sh:or ( e:N [ sh:nodeKind sh:Literal ] )", ["b"]),
        ("sh:property [ sh:path e:q ; sh:node e:N ]", ["a"]),
        ("sh:property [ sh:path e:q ; sh:qualifiedValueShape e:N ; sh:qualifiedMinCount 1 ]", ["a", "b"]),
    ],
)
def test_a_query_judges_within_other_shapes(constraint: str, expected: list[str], engine: Engine) -> None:
    text = f"""{PREFIXES} e:S a sh:NodeShape ; sh:targetNode e:a , e:b ; {constraint} .
        e:N a sh:NodeShape ; sh:sparql [ sh:select "SELECT $this {{ $this <http://e/p> 3 }}" ] ."""
    report = judge(Shapes.alone(Graph().parse(data=text)), engine)
    assert sorted({result.focus_node.rpartition("/")[2] for result in report.results}) == expected


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_a_query_with_blank_nodes_may_stand_in_a_query_twice(engine: Engine) -> None:
    text = f"""{PREFIXES} e:S a sh:NodeShape ; sh:targetNode e:a , e:b ; sh:xone ( e:N e:M ) ; sh:not e:N .
        e:M a sh:NodeShape ; sh:not e:N .
        e:N a sh:NodeShape ; sh:sparql [ sh:select "SELECT $this {{ _:n <http://e/q> $this }}" ] ."""
    report = judge(Shapes.alone(Graph().parse(data=text)), engine)
    assert [result.component for result in report.results] == [SH.NotConstraintComponent]


def test_prefixes_are_found_where_imports_lead() -> None:
    text = f"""{PREFIXES} @prefix owl: <http://www.w3.org/2002/07/owl#> .
        e:S a sh:NodeShape ; sh:targetNode e:a ; sh:sparql [ sh:prefixes e:P ;
            sh:select "SELECT $this {{ $this near:p ?x . far:f near:r $this }}" ] .
        e:P owl:imports e:F ; sh:declare [ sh:prefix "near" ; sh:namespace "http://e/" ] .
        e:F sh:declare [ sh:prefix "far" ; sh:namespace "http://f/" ] ."""
    for engine in (Engine.COMPILED, Engine.PYSHACL):
        report = judge(Shapes.alone(Graph().parse(data=text)), engine)
        assert [result.focus_node for result in report.results] == [URIRef("http://e/a")]


def test_a_prefix_for_two_namespaces_is_refused() -> None:
    more = 'e:Q sh:prefixes [ sh:declare [ sh:prefix "e" ; sh:namespace "http://other/" ] ] .'
    with pytest.raises(InputError, match="two namespaces"):
        judge(rules(select("SELECT $this { $this e:p ?x }"), more=more))


REWRITTEN = b"<http://e/a> <http://e/n> 01 , 1 ; <http://e/p> 2 ."
SEEING = [
    ("SELECT $this ?value { $this e:n ?value FILTER (STR(?value) = '01') }", "sh:targetNode e:a"),
    ("SELECT $this ?value { $this ?q ?value FILTER (STR(?value) = '01') }", "sh:targetNode e:a"),
    ("SELECT $this ?value { $this !e:p ?value FILTER (STR(?value) = '01') }", "sh:targetNode e:a"),
    (
        "SELECT $this ?value { $this (e:p|^e:q/e:n)|e:n ?value FILTER (STR(?value) = '01') }",
        "sh:targetNode e:a",
    ),
    ("SELECT $this { FILTER EXISTS { $this e:n ?x FILTER (STR(?x) = '01') } }", "sh:targetNode e:a"),
    ("SELECT $this { { SELECT $this { { $this e:n ?x } FILTER (STR(?x) = '01') } } }", "sh:targetNode e:a"),
    ("SELECT $this { FILTER (STR($this) = '01') }", "sh:targetObjectsOf e:n"),
    (
        "SELECT $this { FILTER (STR($this) = '01') }",
        "sh:targetNode '01'^^<http://www.w3.org/2001/XMLSchema#integer>",
    ),
]


@pytest.mark.parametrize(("query", "target"), SEEING)
def test_queries_that_see_texts_which_a_store_rewrites_are_left_to_pyshacl(query: str, target: str) -> None:
    report = judge_rewritten(query, target)
    assert report.engine == "pyshacl"
    assert "rewrite" in report.engine_reason
    assert len(report.results) == 1


def test_a_query_within_a_shape_may_start_at_such_a_text() -> None:
    outer = "e:O a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:n ; sh:node e:S ] ."
    query = "SELECT $this { FILTER (STR($this) = '01') }"
    assert judge_rewritten(query, "sh:targetNode e:p", outer).engine == "pyshacl"
    assert judge_rewritten(query, "sh:targetNode e:p", outer.replace("e:n", "e:p")).engine == "compiled"


@pytest.mark.parametrize(
    "query",
    ["SELECT $this ?value { $this e:p ?value }", "SELECT $this { FILTER EXISTS { $this (e:p|^e:q)+ ?x } }"],
)
def test_queries_that_do_not_see_them_are_compiled(query: str) -> None:
    report = judge_rewritten(query, "sh:targetNode e:a")
    assert report.engine == "compiled"
    assert len(report.results) == 1


def judge_rewritten(query: str, target: str, more: str = "") -> Report:
    shapes = Graph()
    shape = f"e:S a sh:NodeShape ; {target} ; sh:sparql e:Q . e:Q {select(query)} ; {DECLARED}"
    text = f"{PREFIXES} {shape} . {more}"
    for triple in parse_bytes(text.encode(), syntax=RdfSyntax.TURTLE, name="shapes"):
        shapes.add(triple)
    data = parse_bytes(REWRITTEN, syntax=RdfSyntax.TURTLE, name="data")
    return validate_graph(data, Shapes.alone(shapes))
