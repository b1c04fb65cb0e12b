"""What the gate lets through is what the engine sees: no SERVICE in disguise, nothing to end the process."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from rdflib import Literal

from poca_kg.errors import LimitError, PocaError, QuerySyntaxError, RemoteAccessError, UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import ResultFormat
from poca_kg.store.gate import MOST_CHAINED, check_query, check_update
from poca_kg.store.protocol import Solutions, Truth

PROLOGUE = (
    "PREFIX ex: <{0}> PREFIX : <{0}> PREFIX silent: <{0}> PREFIX service: <{0}> PREFIX http: <http://e/> "
)

DISGUISES = {
    "an IRI that is a comparison and a comment": "FILTER(1<2)SERVICE#>\n<{0}>{{}}",
    "a call within a comparison": "FILTER(1<STR(2)||true)SERVICE#>\n<{0}>{{}}",
    "a name within a comparison": "FILTER(1<http:x||true)SERVICE#>\n<{0}>{{}}",
    "two angles": "FILTER(1<<http://e/#>||true)SERVICE<{0}>{{}}\n",
    "a text that long quotes do not end": "VALUES ?x {{ '''a' }} SERVICE <{0}> {{}}",
    "a text that long double quotes do not end": 'VALUES ?x {{ """a" }} SERVICE <{0}> {{}}',
    "a text over the end of an IRI": "FILTER(1<'>'||true)SERVICE<{0}>{{}}#'\n",
    "glued to a name": "SERVICEex:{{}}",
    "glued to a name without a prefix": "SERVICE:{{}}",
    "as a prefix": "service:{{}}",
    "glued to SILENT": "SERVICESILENT<{0}>{{}}",
    "glued to SILENT and a name": "SERVICESILENTex:{{}}",
    "glued to a prefix that is a keyword": "SERVICEsilent:{{}}",
    "glued to true": "?s ?p trueSERVICE <{0}> {{}}",
    "glued to a number": "?s ?p 1.e1SERVICE<{0}>{{}}",
    "behind a comment that ends at a carriage return": "#\rSERVICE<{0}>{{}}",
}
PLACES = ["{%s}", "{{%s}}", "{OPTIONAL{%s}}", "{FILTER EXISTS{%s}}", "{{SELECT*{%s}}}", "{{}UNION{%s}}"]


@pytest.fixture
def outside() -> Iterator[tuple[str, list[object]]]:
    """Give the address of a server on this machine, and the list of who came."""
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def welcome() -> None:
            while True:
                try:
                    visitor, address = server.accept()
                except OSError:
                    return
                visits.append(address)
                visitor.close()

        thread = threading.Thread(target=welcome, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", visits
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("disguise", sorted(DISGUISES))
@pytest.mark.parametrize("place", PLACES)
def test_no_disguise_of_service_leaves_this_machine(
    outside: tuple[str, list[object]], place: str, disguise: str
) -> None:
    address, visits = outside
    text = PROLOGUE.format(address) + "SELECT*" + place % DISGUISES[disguise].format(address)
    with pytest.raises((RemoteAccessError, QuerySyntaxError)):
        EmbeddedStore.in_memory().query(text)
    assert visits == []


@pytest.mark.parametrize("disguise", ["glued to a name", "two angles", "as a prefix", "glued to SILENT"])
def test_the_engine_itself_would_go_there(outside: tuple[str, list[object]], disguise: str) -> None:
    address, visits = outside
    text = PROLOGUE.format(address) + "SELECT*{" + DISGUISES[disguise].format(address) + "}"
    with contextlib.suppress(RuntimeError, OSError):
        list(ox.Store().query(text))  # type: ignore[arg-type]
    assert visits


ELEMENTS = [
    *("{}", "FILTER(1<2)", "FILTER(1<2)#>\n", "FILTER(1<http:x||true)", "FILTER(1<<http://e/#>||true)"),
    *(
        "FILTER(1<'>'||true)",
        "FILTER(1<3&&(2>1))",
        "FILTER((1<3)&&2>1)",
        "VALUES ?x{'''a'}",
        'VALUES ?x{"""a"}',
    ),
    *(
        "VALUES(?x ?y){(1 <http://e/#>)}",
        "VALUES(?x ?y){(1 <http:x>)}",
        "?s ?p true",
        "?s ?p 1.",
        "OPTIONAL{}",
    ),
    *(
        "FILTER NOT EXISTS{?a?b 99}",
        "FILTERBOUND(?s)",
        "{}UNION{}",
        "GRAPH?g{}",
        "#'\n",
        "FILTER(1<<it's>||true)",
    ),
]


def test_no_query_that_the_engine_takes_outside_passes_the_gate(outside: tuple[str, list[object]]) -> None:
    address, visits = outside
    shuffler = random.Random(7)
    services = [text.format(address) for text in DISGUISES.values() if "SERVICE" in text.upper()]
    for _ in range(1500):
        parts = shuffler.choices(ELEMENTS, k=shuffler.randint(0, 3))
        parts.insert(shuffler.randint(0, len(parts)), shuffler.choice(services))
        text = PROLOGUE.format(address) + "SELECT*" + shuffler.choice(PLACES) % "".join(parts)
        with contextlib.suppress(PocaError):
            EmbeddedStore.in_memory().query(text)
        assert visits == [], text


@pytest.mark.parametrize(
    "text",
    ["LOADex:a", "LOADSILENT<http://e/>", "CLEAR ALL;LOAD:a", "BASE<http://e/>LOADex:a INTO GRAPH ex:g"],
)
def test_load_is_found_where_it_is_glued_to_something(text: str) -> None:
    with pytest.raises(RemoteAccessError):
        check_update(text)


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX service: <http://e/> ASK { ?s a service:A ; rdfs:label ?l . service:a service:b service:c }",
        "PREFIX service: <http://e/> SELECT * FROM service:g { GRAPH service:g { ?s ?p ?o } }",
        "PREFIX service: <http://e/> DESCRIBE service:g { ?s ?p ?o }",
        "ASK { VALUES (?a ?b) { (1 <http://e/service#a(b)>) } }",
        "ASK { ?s ?p ?o FILTER(?service<?s&&?p>?o) }",
        "ASK { ?s ?p ?o FILTER(?s < <http://e/service#>) }",
        "ASK { ?\u200cx ?p ex:\U0001f600 }",
    ],
)
def test_what_only_looks_like_it_passes(text: str) -> None:
    check_query(text)


def test_a_comparison_without_spaces_is_still_one() -> None:
    store = EmbeddedStore.in_memory()
    assert store.query("ASK { BIND(1 AS ?a) BIND(2 AS ?b) FILTER(?a<?b&&?b>?a) }") == Truth(True)
    with pytest.raises(QuerySyntaxError, match="put a space behind it") as caught:
        store.query("ASK { FILTER(1<(2)&&2>1) }")
    assert (caught.value.line, caught.value.column) == (1, 15)
    assert store.query("ASK { FILTER(1< (2)&&2>1) }") == Truth(True)


HIDDEN = {
    "brackets in what looks like an IRI": ("SELECT * { ?s ?p ?o FILTER(?o<", "(", "1", ")", ")#>\n}"),
    "negations in what looks like an IRI": ("SELECT * { ?s ?p ?o FILTER(?o<", "!", "?x&&1>1", "", ") }"),
    "additions in what looks like an IRI": ("SELECT * { ?s ?p ?o FILTER(?o<", "1+", "?x&&1>1", "", ") }"),
    "groups side by side": ("SELECT * { ", "{?s a ?t} ", "", "", "}"),
    "sub-selects side by side": ("SELECT * { ", "{SELECT ?s {?s a ?o}} ", "", "", "}"),
    "blank nodes in a list": ("SELECT * { ?s ?p (", "[] ", "", "", ") }"),
    "lists in a list": ("SELECT * { ?s ?p (", "() ", "", "", ") }"),
    "annotations": ("SELECT * { ?s ?p ?o ", "{| ?a ?b |} ", "", "", "}"),
    "reifiers": ("SELECT * { ?s ?p ?o ", "~ ", "", "", "}"),
    "things to describe": ("DESCRIBE ", "<http://e/a> ", "", "", ""),
    "named expressions": ("SELECT ", "(1 AS ?x) ", "", "", "{}"),
    "named expressions of a sub-select": ("SELECT * {{SELECT ", "(1 AS ?x) ", "", "", "{}}}"),
    "expressions to group by": ("SELECT (COUNT(*) AS ?n) {?s ?p ?o} GROUP BY ", "STR(?s) ", "", "", ""),
    "filters without spaces": ("SELECT * { ?s ?p ?o ", "FILTERBOUND(?o)", "", "", "}"),
    "filters glued to truth": ("SELECT * { ", "?s ?p trueFILTER(true)", "", "", "}"),
    "options glued to truth": ("SELECT * { ", "?s ?p trueOPTIONAL{}", "", "", "}"),
}


@pytest.mark.parametrize("count", [300, 2_000, 10_000])
@pytest.mark.parametrize("kind", sorted(HIDDEN))
def test_what_would_end_the_process_is_refused(kind: str, count: int) -> None:
    before, opener, inner, closer, after = HIDDEN[kind]
    with pytest.raises((LimitError, QuerySyntaxError)):
        check_query(before + opener * count + inner + closer * count + after)


def test_ordinary_long_queries_are_no_chains() -> None:
    check_query("SELECT * { VALUES (?a ?b) { " + "(<http://e/a> xsd:date) " * 2000 + "} }")
    check_query("SELECT * { " + "OPTIONAL { ?s ?p ?o } " * MOST_CHAINED + "}")
    check_query("ASK { FILTER(?x IN (" + ", ".join(['xsd:date("2020-01-01")'] * 2000) + ")) }")
    check_query("SELECT * { ?s ?p ?o } ORDER BY " + "?o " * 2000)


def test_what_goes_wrong_while_an_answer_is_read_is_told_as_an_error_of_ours() -> None:
    store = EmbeddedStore.in_memory()
    for ask in (store.query, lambda text: store.serialise(text, ResultFormat.JSON)):
        with pytest.raises(UsageError, match="not supported"):
            ask("SELECT (<http://e/f>(1) AS ?x) {}")


def test_a_variable_is_bound_in_where_and_not_in_an_exists_before_it() -> None:
    store = EmbeddedStore.from_nquads(b'<http://e/a> <http://e/p> "1" <http://e/g> .')
    answer = store.query(
        "SELECT (EXISTS { ?s <http://e/none> ?x } AS ?there) ?o { ?s ?p ?o FILTER(?o = ?wanted) }",
        bindings={"wanted": Literal("1")},
    )
    assert isinstance(answer, Solutions)
    assert answer.rows == ((Literal(False), Literal("1")),)


def test_a_short_query_is_parted_into_tokens_once() -> None:
    assert check_query("ASK { ?once ?p ?o }") is check_query("ASK { ?once ?p ?o }")
