"""What passes at a glance passes the gate token by token, as the same form, and holds no FROM."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import ResultFormat
from poca_kg.store.gate import check_query, form_of, plain_form
from poca_kg.store.glance import SCHEMES, form_at_a_glance, prefixes_at_a_glance
from poca_kg.vocabulary.prefixes import PREFIXES

PLAIN = [
    "ASK {}",
    "select * where { ?s ?p ?o } limit 10",
    "PREFIX e: <http://e/> SELECT ?o (COUNT(*) AS ?n) { e:s e:p ?o . FILTER(?o != 'x'@en && ?o < 5) }",
    'SELECT ?s { ?s rdfs:label "antibody" ; poca:p/poca:q* [] . MINUS { ?s a owl:Class } }',
    "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t OPTIONAL { ?s ?p 1.5 } }",
    "DESCRIBE <urn:a:b>",
    "SELECT ?s { VALUES ?s { <http://e/a> <https://e/b#c> } ?s ?p ?o FILTER(REGEX(?o, '^a') || ?o >= -1) }",
]
PLAIN_WITH_COMMENTS = [
    "ASK {} # the end",
    "# first\r# ASK FROM <http://e/g>\r\n#\n\nSELECT#\n?s#?o\n{?s a#\n?t}#",
    "PREFIX#'\n e:#\"\n<http://e/#a>#<\nASK { e:s#\n e:p <http://e/o#o>#>\n, 'x # y', _:b#\n, 1#2\n }",
]
PLAIN += PLAIN_WITH_COMMENTS
NOT_PLAIN = [
    "ASK { SERVICE <http://e/> {} }",
    "ASK { serVice:a ?p ?o }",
    "SELECT * FROM <http://e/g> { ?s ?p ?o }",
    "select * from named <http://e/g> { ?s ?p ?o }",
    "PREFIX http: <http://e/> ASK { FILTER(1 <http:x>2) }",
    "PREFIXhttp: <http://e/> ASK {}",
    "ASK { FILTER(1<2)#>\n}",
    'ASK { ?s ?p """a""" }',
    "ASK { ?s ?p '\\u0053ERVICE' }",
    "ASK { ?s ?p 'Müller' }",
    "ASK { ?s ?p 'a\0' }",
    "ASK " + "{" * 121 + "}" * 121,
    "ASK { # a comment on a service\n}",
    "ASK { # a comment of 'Müller'\n}",
    "ASK { # a comment\0\n}",
    "ASK { ?s ?p 'a # b\n' }",
    "ASK { FILTER(1 <#b>\n2) }",
    "INSERT DATA { <http://e/a> a <http://e/b> }",
]
PIECES = [
    *(
        "# ",
        "#\n",
        "# }\n",
        "#'\n",
        "#>\r",
        '#"""',
        "# FROM\n",
        "#ex:a",
        "#<http://e/a>",
        "\r\n#",
        "#-\n-",
        "?x#",
    ),
    *"{}()[].,;*/+-=<>!|^?$&~@:_#\"'\\ \t\r\n\0e1é",
    *("<<", ">>", "{|", "|}", "&&", "||", "^^", "<=", ">=", "!=", '"""', "'''", '""', "''", "<<(", ")>>"),
    *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE", "VERSION", "FROM", "NAMED", "WHERE", "AS"),
    *("FILTER", "SERVICE", "LOAD", "SILENT", "true", "a", "e", "?x", "$y", "?x ", "* {", "} "),
    *("ex:a", "ex:a.b", "a.http:b", ":a", "e-x:b", "e.x:", "http:", "http:x", "PREFIXhttp:", "urn:x", "_:b"),
    *("FROMex:a", "from", "fromage", "ex:FROM", "?from", "'FROM'"),
    *("<http://e/a>", "<urn:a>", "<mailto:a>", "<#>", "<a", "<http:x>", "<http:x||true)#>", "http", "https:"),
    *(
        "1",
        "1.",
        ".5",
        "1.5",
        "1e3",
        "-1",
        "+.5",
        "1.e1",
        "@en",
        "@en-GB",
        "'a'",
        '"b c"',
        "'it\"s'",
        "--",
        "\n",
    ),
]


def texts() -> st.SearchStrategy[str]:
    heads = st.sampled_from(
        ["SELECT * { ", "ASK {", "PREFIX ex: <http://e/> SELECT ?x { FILTER(?x ", "ASK ", ""]
    )
    tails = st.lists(st.sampled_from(PIECES), max_size=24)
    return st.tuples(heads, st.sampled_from(["", " "]), tails).map(lambda one: one[0] + one[1].join(one[2]))


@pytest.mark.parametrize("text", PLAIN)
def test_plain_queries_need_no_second_look(text: str) -> None:
    form = plain_form(text)
    assert form is not None
    assert form is form_of(text, check_query(text))


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_is_not_plain_gets_a_second_look(text: str) -> None:
    assert form_at_a_glance(text) == ""


@settings(max_examples=3000, deadline=None)
@given(texts())
def test_the_gate_lets_through_what_passes_at_a_glance(text: str) -> None:
    if form_at_a_glance(text):
        tokens = check_query(text)
        assert form_of(text, tokens) is plain_form(text)
        assert all(token.word != "FROM" for token in tokens)


def test_and_so_for_mutations_of_plain_queries() -> None:
    chance = random.Random(20261122)
    passed = 0
    for _ in range(6000):
        text = chance.choice(PLAIN)
        for _ in range(chance.randint(1, 3)):
            start = chance.randrange(len(text))
            text = text[:start] + chance.choice(PIECES) + text[start + chance.randint(0, 2) :]
        if form_at_a_glance(text):
            passed += 1
            tokens = check_query(text)
            assert form_of(text, tokens) is plain_form(text), text
            assert all(token.word != "FROM" for token in tokens), text
    assert passed > 200


def test_no_prefix_is_called_like_a_scheme_that_a_glance_trusts() -> None:
    assert not set(SCHEMES) & set(PREFIXES)


def test_a_glance_takes_linear_time() -> None:
    for text in (
        "ASK " + "a" * 4000,
        "ASK {" + "a-" * 2000,
        "ASK {" + "?a " * 1300,
        "PREFIX a" + "-" * 4000,
        "#\n" * 2000,
    ):
        started = time.perf_counter()
        form_at_a_glance(text)
        assert time.perf_counter() - started < 0.5


def test_a_plain_query_that_does_not_parse_is_explained_like_any_other() -> None:
    store = EmbeddedStore.in_memory()
    text = "SELECT ?s { ?s ?p }"
    with pytest.raises(Exception, match=re.escape("query:1:19")):
        store.serialise(text, ResultFormat.JSON)


@given(
    st.lists(st.sampled_from([*PREFIXES, ":", ":", " ", "GRAPH", "x", "-", "<http://e/", ">"]), max_size=30)
)
def test_every_prefix_that_a_text_may_use_is_found(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert prefixes_at_a_glance(text) == {name: iri for name, iri in PREFIXES.items() if f"{name}:" in text}
