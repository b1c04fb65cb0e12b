"""The sandbox as a store: it answers like the store in this process, and ends what does not end by itself."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from rdflib import RDF, BNode, Literal, URIRef

from poca_kg.errors import (
    FairShareError,
    LimitError,
    NotFoundError,
    PocaError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    ResultTooLargeError,
    UsageError,
)
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox import store as module
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.protocol import Store, Term
from poca_kg.web import create_app

SMALL, OTHER = (f"https://w3id.org/poca-kg/graph/{name}" for name in ("small", "other"))
COUNT = "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }"
TYPE = {"p": RDF.type}
RUNAWAY = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o . ?q ?r ?s . ?t ?u ?v }"
)
TERMS = """SELECT * { VALUES (?a ?b) { ("x" UNDEF) ("x"@en-gb 1) ("x"@EN 01.50) (true "1"^^xsd:integer) ("" <http://e/ü>)
  ("a\\n\\t\\"b\\u0001" "2024-02-30"^^xsd:date) (1e3 "q"^^<http://e/type>) } } ORDER BY ?a ?b"""


@pytest.fixture
def sandboxed(sandbox: Sandbox) -> SandboxedStore:
    """Give the store over the sandbox."""
    return SandboxedStore(sandbox)


QUERIES: list[tuple[str, dict[str, Term], tuple[str, ...], tuple[str, ...]]] = [
    (TERMS, {}, (), ()),
    ("SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s ?o", TYPE, (), ()),
    ("SELECT ?x { BIND(?y AS ?x) }", {"y": Literal("01", datatype=URIRef("http://e/t"))}, (), ()),
    ("SELECT ?x { BIND(?y AS ?x) }", {"y": Literal("ciao", lang="it")}, (), ()),
    ("SELECT ?c { ?c a poca:City } ORDER BY ?c", {}, (OTHER,), ()),
    ("SELECT ?g { GRAPH ?g { ?c a poca:City } } ORDER BY ?g", {}, (), (SMALL, OTHER)),
    ("SELECT * {}", {}, (), ()),
    ("SELECT ?x {}", {}, (), ()),
    ("SELECT ?s { ?s ?p ?o FILTER(false) }", {}, (), ()),
    ("ASK { ?c a poca:City }", {}, (), ()),
    ("ASK { ?c a poca:Nothing }", {}, (), ()),
    ("CONSTRUCT WHERE { ?c a poca:City }", {}, (), ()),
    ("CONSTRUCT { ?c <http://e/p> 'é\\n'@fr } WHERE { ?c a poca:City }", {}, (OTHER,), ()),
    ("DESCRIBE <https://w3id.org/poca-kg/id/city/turin>", {}, (), ()),
    ("DESCRIBE <http://e/nothing>", {}, (), ()),
]


@pytest.mark.parametrize(("text", "bindings", "default", "named"), QUERIES)
def test_it_answers_in_the_same_terms(
    embedded: EmbeddedStore, sandboxed: SandboxedStore,
    text: str, bindings: dict[str, Term], default: tuple[str, ...], named: tuple[str, ...],
) -> None:  # fmt: skip
    def ask(store: Store) -> object:
        return store.query(text, bindings=bindings, default_graphs=default, named_graphs=named)

    assert repr(ask(sandboxed)) == repr(ask(embedded))


def test_blank_nodes_stay_blank_and_apart(sandboxed: SandboxedStore) -> None:
    rows = sandboxed.query("SELECT ?a ?b ?c { BIND(BNODE() AS ?a) BIND(BNODE() AS ?b) BIND(?a AS ?c) }").rows  # type: ignore[union-attr]
    one, other, same = rows[0]
    assert isinstance(one, BNode)
    assert one == same != other


@pytest.mark.parametrize(("text", "bindings", "default", "named"), [one for one in QUERIES if not one[1]])
@pytest.mark.parametrize("media", [*ResultFormat, RdfSyntax.TURTLE, RdfSyntax.N_TRIPLES, RdfSyntax.RDF_XML])
def test_it_answers_in_the_same_bytes(
    embedded: EmbeddedStore, sandboxed: SandboxedStore, media: ResultFormat | RdfSyntax,
    text: str, bindings: object, default: tuple[str, ...], named: tuple[str, ...],
) -> None:  # fmt: skip
    def ask(store: Store) -> object:
        try:
            return store.serialise(text, media, default_graphs=default, named_graphs=named)
        except UsageError:
            return "refused"

    def ask_in_pieces(store: Store) -> object:
        out = io.BytesIO()
        try:
            store.serialise_to(out, text, lambda _: media, default_graphs=default, named_graphs=named)
        except UsageError:
            return "refused"
        return out.getvalue()

    assert ask(sandboxed) == ask(embedded)
    assert ask_in_pieces(sandboxed) == ask_in_pieces(embedded)


@pytest.mark.parametrize("syntax", [RdfSyntax.TRIG, RdfSyntax.N_QUADS, RdfSyntax.TURTLE, RdfSyntax.JSON_LD])
@pytest.mark.parametrize("graph", [None, "", SMALL])
def test_it_dumps_the_same(
    embedded: EmbeddedStore, sandboxed: SandboxedStore, syntax: RdfSyntax, graph: str | None
) -> None:
    def dump(store: Store) -> bytes:
        out = io.BytesIO()
        store.dump(out, format=syntax, graph=graph)
        return out.getvalue()

    assert dump(sandboxed) == dump(embedded)


def test_it_holds_the_same(embedded: EmbeddedStore, sandboxed: SandboxedStore) -> None:
    assert (sandboxed.size(), sandboxed.graphs()) == (embedded.size(), embedded.graphs())
    assert sorted(map(repr, sandboxed.quads())) == sorted(map(repr, embedded.quads()))


REFUSED = [
    ("SELEC", QuerySyntaxError),
    ("SELECT * {\n ?s ?p }", QuerySyntaxError),
    ("ASK { SERVICE <http://e/> {} }", RemoteAccessError),
    ("ASK" + "{" * 300, LimitError),
    ("ASK { ?s ?p \ud800 }", QuerySyntaxError),
]


@pytest.mark.parametrize(("text", "kind"), REFUSED)
def test_it_refuses_the_same_in_the_same_words(
    embedded: EmbeddedStore, sandboxed: SandboxedStore, text: str, kind: type[PocaError]
) -> None:
    def complaint(store: Store) -> str:
        with pytest.raises(kind) as caught:
            store.query(text)
        return str(caught.value)

    assert complaint(sandboxed) == complaint(embedded)


def test_a_graph_that_is_not_there_is_not_dumped(sandboxed: SandboxedStore) -> None:
    out = io.BytesIO()
    with pytest.raises(NotFoundError):
        sandboxed.dump(out, format=RdfSyntax.TURTLE, graph="http://e/none")
    assert out.getvalue() == b""


def test_it_takes_no_writes(sandboxed: SandboxedStore) -> None:
    with pytest.raises(UsageError, match="reading only"):
        sandboxed.update("CLEAR ALL")
    with pytest.raises(UsageError, match="reading only"):
        sandboxed.load(b"", format=RdfSyntax.TURTLE)


def test_closing_it_leaves_the_sandbox_to_others(sandboxed: SandboxedStore) -> None:
    sandboxed.close()
    assert sandboxed.size() > 0


def test_an_answer_too_large_to_be_held_as_terms_is_refused_and_its_worker_is_free(
    sandboxed: SandboxedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES_OF_TERMS", 200)
    with pytest.raises(ResultTooLargeError) as caught:
        sandboxed.query("SELECT * { ?s ?p ?o }")
    assert caught.value.limit == 200
    assert sandboxed.query("ASK {}")


@pytest.fixture
def hurried() -> Iterator[Sandbox]:
    """Give a sandbox with little time and a share of it for each client."""
    data = b"".join(b"<http://e/%d> <http://e/p> <http://e/%d> <http://e/g> .\n" % (n, n) for n in range(200))
    with Sandbox.start(data, Limits(timeout_s=0.5, workers=1, express=0, spares=1, share_s=0.4)) as started:
        yield started


def test_a_runaway_ends_by_its_time_by_every_door_and_the_next_one_is_answered(hurried: Sandbox) -> None:
    client = create_app(KnowledgeGraph(SandboxedStore(hurried))).test_client()
    for at, address in enumerate(("/sparql", "/")):
        response = client.get(
            address, query_string={"query": RUNAWAY}, environ_overrides={"REMOTE_ADDR": f"10.0.0.{at}"}
        )
        assert response.status_code == 503
        if address == "/sparql":
            problem = response.get_json()
            assert problem["type"].endswith("/query-timeout")
            assert (problem["limit"], problem["elapsed"] >= 0.5) == (0.5, True)
            assert response.headers["Retry-After"] == "1"
        else:
            assert "0.5" in response.text
        answer = client.get("/sparql?query=ASK%7B%7D", environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
        assert answer.status_code == 200


def test_a_request_may_ask_for_less_time_and_gets_no_more(hurried: Sandbox) -> None:
    store = SandboxedStore(hurried)
    for given, used in ((0.1, 0.1), (60.0, 0.5)):
        with pytest.raises(QueryTimeoutError) as caught:
            store.for_caller(f"client-{given}", given).query(RUNAWAY)
        assert caught.value.limit == used


def test_a_client_that_used_its_share_waits_and_others_do_not(hurried: Sandbox) -> None:
    client = create_app(KnowledgeGraph(SandboxedStore(hurried))).test_client()
    greedy, modest = ({"REMOTE_ADDR": f"10.0.1.{at}"} for at in (1, 2))
    client.get("/sparql", query_string={"query": RUNAWAY}, environ_overrides=greedy)
    for address in ("/sparql?query=ASK%7B%7D", "/data"):
        response = client.get(address, environ_overrides=greedy)
        assert response.status_code == 429
        assert response.get_json()["type"].endswith("/too-many-requests")
        assert int(response.headers["Retry-After"]) >= 1
    assert client.get("/sparql?query=ASK%7B%7D", environ_overrides=modest).status_code == 200
    with pytest.raises(FairShareError):
        SandboxedStore(hurried, client="10.0.1.1").size()


def test_each_answer_is_of_one_version_and_says_which_while_the_graph_is_switched(hurried: Sandbox) -> None:
    """Row B14 on the server's side: what was counted, the version and the tag belong together."""
    client = create_app(KnowledgeGraph(SandboxedStore(hurried))).test_client()

    def data(rows: int) -> bytes:
        return b"".join(b'<http://e/%d> <http://e/p> "1" <http://e/g> .\n' % n for n in range(rows))

    seen: set[tuple[str, str, str]] = set()
    over = threading.Event()

    def read() -> None:
        at = 0
        while not over.is_set():
            at += 1
            response = client.get(
                "/sparql", query_string={"query": COUNT, "format": "csv"},
                environ_overrides={"REMOTE_ADDR": f"10.1.{at // 250}.{at % 250}"},
            )  # fmt: skip
            assert response.status_code == 200, response.text
            seen.add(
                (response.text.split()[1], response.headers["X-Graph-Version"], response.headers["ETag"])
            )

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for rows in (10, 20, 30):
            hurried.switch(data(rows))
    finally:
        over.set()
        reader.join()
    for at in range(3):
        kinds = {one[at] for one in seen}
        assert len(kinds) == len(seen), seen


def test_the_page_and_the_description_follow_a_switch(hurried: Sandbox) -> None:
    client = create_app(KnowledgeGraph(SandboxedStore(hurried))).test_client()
    assert "200 triples" in client.get("/").text
    before = client.get("/sparql").headers["ETag"]
    hurried.switch(b'<http://e/a> <http://e/p> "1" <http://e/h> .')
    assert "1 triples in 1 named" in client.get("/").text
    response = client.get("/sparql", headers={"If-None-Match": before})
    assert (response.status_code, "<http://e/h>" in response.text) == (200, True)
