"""Mistakes in queries: the place in the user's own text, what was found there, and advice."""

from __future__ import annotations

import pytest

from poca_kg.errors import LimitError, QuerySyntaxError, RemoteAccessError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.gate import (
    MOST_CHAINED,
    MOST_NESTED,
    MOST_TOKENS,
    QueryForm,
    check_query,
    check_update,
    query_form,
)
from poca_kg.store.syntax import excerpt

MISTAKES = [
    ("", 1, 1, "the query is empty"),
    ("# nothing but a comment", 1, 24, "the query is empty"),
    ("SELECT *\nWHERE {\n  ?s ?p ", 3, 8, "close the { of line 2, column 7 with }"),
    ("SELECT count(*) WHERE { ?s ?p ?o }", 1, 8, "SELECT (COUNT(...) AS ?name)"),
    ("SELECT (COUNT(*)) WHERE { ?s ?p ?o }", 1, 17, "(expression AS ?name)"),
    ("SELECT ?s COUNT(?o) WHERE { ?s ?p ?o }", 1, 11, "SELECT (COUNT(...) AS ?name)"),
    ("SELECT * { ?s foo:bar ?o }", 1, 15, "the prefix foo: is not declared"),
    ("SELECT * { ?s ?p cty:turin }", 1, 18, "did you mean city:?"),
    ("SELECT * { ?s ?p ?o FITLER(?o > 1) }", 1, 21, "did you mean FILTER?"),
    ("SELECT * { ?s ?p ?o . OPTINAL { ?o ?p ?s } }", 1, 23, "did you mean OPTIONAL?"),
    ("SELEC ?s WHERE {}", 1, 1, "did you mean SELECT?"),
    ("hello", 1, 1, "queries start with SELECT"),
    ("INSERT DATA { city:turin a poca:City }", 1, 1, "this is an update, not a query"),
    ("SELECT * { ?s ?p ?o FILTER(?o > ) }", 1, 33, "a value is missing before it"),
    ("SELECT ?x { BIND(1 AS ?x) BIND(2 AS ?x) }", 1, 37, "?x has a value here already"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", 1, 8, "?s is neither grouped nor aggregated"),
    ("SELECT ?s { ?s ?p ?o FILTER(COUNT(?o) > 1) }", 1, 29, "COUNT cannot stand in FILTER"),
    ('SELECT * { ?s ?p "a\\q" }', 1, 18, "an escape that SPARQL does not know"),
    ("SELECT * { ?s ?p 'never }", 1, 18, "a string is never closed; close it with '"),
    ('SELECT * { ?s ?p """never }', 1, 18, 'close it with """'),
    ("SELECT * { <a b> ?p ?o }", 1, 12, "encode a blank as %20"),
    ("SELECT * { ?s ?p ?o } }", 1, 23, "this } closes nothing"),
    ("SELECT * { ?s ?p ?o . FILTER(?o = 1 }", 1, 37, ") is missing before }"),
    ("SELECT ?a, ?b { ?a ?b ?c }", 1, 10, "without commas"),
    ("SELECT * { ?a ?b ?c ?d ?e ?f }", 1, 21, "is a full stop or a semicolon missing"),
    ('SELECT * { ?a ?b ?c FILTER(?c LIKE "x") }', 1, 31, "CONTAINS"),
    ("SELECT * { ?a ?b ?c FILTER(?c == 1) }", 1, 32, "write a single ="),
    ("SELECT * { ?a ?b ?c FILTER(?c = 1 AND ?a = 2) }", 1, 35, "write && between conditions"),
    ("SELECT * { ?a ?b ?c } ORDER ?a", 1, 29, "write ORDER BY"),
    ("SELECT WHERE { ?a ?b ?c }", 1, 8, "say what to return"),
    ("SELECT * { ?a ?b ?c } GROUP BY ?a", 1, 34, "name the variables"),
    ("SELECT * { ?a city:turin }", 1, 26, "a triple has three parts"),
    ("SELECT * { ?a a turin }", 1, 17, "a name needs its prefix"),
    ("SELECT * { ?a ?b § }", 1, 18, "has no meaning in SPARQL"),
    ("SELECT * { ?s ?p\n\t'é𝄞é'\n nonsenseword }", 3, 2, "unexpected 'nonsenseword'"),
    ("ASK { ?s ?p ?o } LIMIT x", 1, 24, "unexpected 'x'"),
]


@pytest.mark.parametrize(("text", "line", "column", "said"), MISTAKES)
def test_a_mistake_is_shown_where_it_stands_with_advice(text: str, line: int, column: int, said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        EmbeddedStore.in_memory().query(text)
    assert (caught.value.line, caught.value.column) == (line, column), caught.value
    assert said in str(caught.value)


@pytest.mark.parametrize("text", [mistake[0] for mistake in MISTAKES])
def test_no_message_shows_the_engines_grammar(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        EmbeddedStore.in_memory().query(text)
    assert "expected one of" not in str(caught.value)
    assert "['" not in str(caught.value)
    assert "\\u{" not in str(caught.value)


def test_the_place_is_in_the_callers_text_even_with_bindings() -> None:
    from rdflib import Literal

    with pytest.raises(QuerySyntaxError) as caught:
        EmbeddedStore.in_memory().query(
            "SELECT ?s { ?s ?p ?o FITLER(?o) }", bindings={"o": Literal("x" * 50)}
        )
    assert (caught.value.line, caught.value.column) == (1, 22)


def test_a_very_long_query_still_gets_a_place() -> None:
    text = "SELECT * { VALUES ?x {\n" + "1\n" * 5000 + "} ?s ?p FITLER }"
    with pytest.raises(QuerySyntaxError) as caught:
        EmbeddedStore.in_memory().query(text)
    assert caught.value.line == 5002


def test_the_excerpt_puts_the_caret_under_the_column() -> None:
    assert excerpt("ASK { x }", 1, 7) == "ASK { x }\n      ^"
    shown, caret = excerpt("a" * 500 + "!" + "b" * 500, 1, 501).split("\n")
    assert shown[len(caret) - 1] == "!"
    assert len(shown) <= 72
    assert excerpt("a\tb", 1, 3) == "a b\n  ^"
    assert excerpt("ASK", 9, 1) == "\n^"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", QueryForm.SELECT),
        ("# ASK\nselect * {}", QueryForm.SELECT),
        ("BASE <http://e/> PREFIX ask: <x> ASK {}", QueryForm.ASK),
        ("Construct WHERE { ?s ?p ?o }", QueryForm.CONSTRUCT),
        ("PREFIX : <http://e/> DESCRIBE :x", QueryForm.DESCRIBE),
    ],
)
def test_the_form_is_found_behind_the_prologue(text: str, form: QueryForm) -> None:
    assert query_form(text) is form
    assert form.gives_triples == (form.value in ("CONSTRUCT", "DESCRIBE"))


@pytest.mark.parametrize("text", ["", "PREFIX", "BASE", "PREFIX a: <http://e/>", "DROP ALL", "{"])
def test_a_text_without_a_form_is_a_syntax_error(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        query_form(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://e/> {} }",
        "SELECT * { SERVICE SILENT ?x {} }",
        "SELECT * { service#comment\n<http://e/> {} }",
        "ASK { FILTER EXISTS { SeRvIcE <http://e/> {} } }",
        "SELECT * { ?s ?p 'it''s' . SERVICE <http://e/> {} }",
        'SELECT * { ?s ?p """a""" SERVICE <http://e/> {} }',
        "SELECT * { ?s ?p ?o FILTER(?o<1)SERVICE<http://e/>{} }",
        "SELECT * { ?s ?p ?o FILTER(?o<?s&&?s>?o)SERVICE<http://e/>{} }",
        "LOAD <http://e/>",
        "LOAD SILENT <file:///etc/passwd> INTO GRAPH <http://e/g>",
    ],
)
def test_service_and_load_are_found(text: str) -> None:
    with pytest.raises(RemoteAccessError, match="line"):
        check_query(text)
    with pytest.raises(RemoteAccessError):
        check_update(text)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'SERVICE' }",
        'ASK { ?s ?p """a "SERVICE" b""" }',
        "ASK { ?s ?p '\\' SERVICE' }",
        "ASK { <http://e/SERVICE> ?p ?o } # SERVICE <http://e/>",
        "ASK { ?SERVICE ?LOAD _:LOAD }",
        "PREFIX LOAD: <http://e/> ASK { LOAD:SERVICE LOAD:LOAD 'x'@load }",
        "ASK { <http://e/#SERVICE> ?p ?o }",
    ],
)
def test_the_words_within_strings_iris_names_and_comments_are_no_business_of_ours(text: str) -> None:
    check_query(text)


@pytest.mark.parametrize(
    "text", ["SELECT * { SERV\\u0049CE <http://e/> {} }", "L\\U0000004FAD <http://e/>", "ASK {\\u003f}"]
)
def test_escapes_that_could_spell_a_keyword_are_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="escape"):
        check_query(text)


def test_escapes_within_strings_and_iris_are_fine() -> None:
    check_query("ASK { <http://e/\\u0041> ?p '\\u0041\\n' }")


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_nul_and_half_characters_are_refused(bad: str) -> None:
    for text in (f"ASK {{ ?s ?p '{bad}' }}", f"ASK {{ {bad} }}"):
        with pytest.raises(QuerySyntaxError, match="NUL"):
            check_query(text)


NESTED = {
    "(": "ASK { FILTER(%s1%s) }",
    "{": "ASK { %s%s }",
    "[": "ASK { %s ?p ?o %s }",
    "!": "ASK { FILTER(%s true%s) }",
    "-": "ASK { FILTER(%s ?x%s) }",
    "<<(": "ASK { FILTER(%s%s) }",
}
CHAINED = [
    "+1",
    " || true",
    " && true",
    "|:p",
    "/:p",
    " UNION {}",
    " BIND(1 AS ?x)",
    " . ?s ?p ?o",
    " OPTIONAL {}",
    ",1",
    ";?p 1",
]


@pytest.mark.parametrize("depth", [300, 2_000, 10_000])
@pytest.mark.parametrize("opener", sorted(NESTED))
def test_deep_nesting_is_refused(opener: str, depth: int) -> None:
    closer = {"(": ")", "{": "}", "[": "]", "<<(": ")>>"}.get(opener, "")
    with pytest.raises(LimitError, match="nests"):
        check_query(NESTED[opener] % (opener * depth, closer * depth))


@pytest.mark.parametrize("word", ["OPTIONAL {", "EXISTS {", "MINUS {", "IF(", "{ SELECT * {"])
def test_deep_nesting_of_keywords_is_refused(word: str) -> None:
    with pytest.raises(LimitError, match="nests"):
        check_query("ASK { " + word * 300)


@pytest.mark.parametrize("count", [300, 2_000, 10_000])
@pytest.mark.parametrize("link", CHAINED)
def test_long_chains_are_refused(link: str, count: int) -> None:
    before = "ASK { FILTER(1" if link in ("+1", " || true", " && true") else "ASK { ?s :p 1"
    with pytest.raises(LimitError, match=r"chains|tokens"):
        check_query(before + link * count)


def test_what_stays_within_the_limits_passes_and_the_engine_survives_it() -> None:
    store = EmbeddedStore.in_memory()
    depth = MOST_NESTED - 2
    store.query("ASK { FILTER(" + "(" * depth + "1" + ")" * depth + ") }")
    store.query("ASK { " + "{" * depth + "}" * depth + " }")
    store.query("ASK { FILTER(1" + "+1" * (MOST_CHAINED - 1) + " > 1) }")


AT_THE_EDGE = {
    "exists": "ASK {" + "FILTER EXISTS {" * 120 + "}" * 121,
    "if": "ASK { FILTER(" + "IF(true," * 100 + "1" + ",1)" * 100 + ")}",
    "sub-select": "SELECT * {" + "{SELECT * {" * 60 + "}}" * 60 + "}",
    "blank nodes": "ASK {?a rdfs:label " + "[ rdfs:label " * 120 + "1" + "]" * 120 + "}",
    "list": "ASK { ?s ?p " + "(" * 60 + "1" + ")" * 60 + "}",
    "path": "ASK { ?s " + "/".join(["rdfs:label"] * 200) + " ?o }",
    "patterns": "ASK { " + " . ".join(f"?s{n} ?p{n} ?s{n + 1}" for n in range(200)) + "}",
    "optional": "ASK { " + " ".join(f"OPTIONAL {{ ?s{n} ?p{n} ?o }}" for n in range(240)) + "}",
    "union": "ASK { " + " UNION ".join(["{ ?s ?p ?o }"] * 240) + "}",
    "not": "ASK { FILTER(" + "!" * 120 + "true)}",
}


@pytest.mark.parametrize("kind", sorted(AT_THE_EDGE))
def test_the_engine_survives_what_the_gate_lets_through_in_a_thread_of_a_server(kind: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store = EmbeddedStore.from_nquads(b'<http://e/a> <http://e/p> "1" <http://e/g> .')
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(store.query, AT_THE_EDGE[kind]).result(timeout=20) is not None


def test_a_long_list_of_values_is_no_chain() -> None:
    check_query("SELECT * { VALUES ?x { " + "1 -2 <http://e/> " * 2000 + "} }")
    check_query("SELECT * { VALUES (?x ?y) { " + "(1 2) " * 2000 + "} }")
    check_query("ASK { FILTER(?x IN (" + ", ".join(["1"] * 2000) + ")) }")


def test_too_many_tokens_are_refused() -> None:
    with pytest.raises(LimitError, match="tokens"):
        check_query("ASK { VALUES ?x { " + "1 " * MOST_TOKENS + "} }")
