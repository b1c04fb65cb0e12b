"""What changed between two contents, whatever lies between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, URIRef

from poca_kg.store.changes import Change, change_between
from poca_kg.store.embedded import EmbeddedStore

LINES = st.sets(st.tuples(st.integers(0, 40), st.sampled_from("gh"), st.sampled_from(["", "x" * 70_000])))


def content(lines: set[tuple[int, str, str]]) -> bytes:
    written = (
        f'<http://e/{number:02}> <http://e/p> "{text}" <http://e/{graph}> .\n'
        for number, graph, text in lines
    )
    return "".join(sorted(written)).encode()


def triples(store: EmbeddedStore) -> set[object]:
    return {quad[:3] for quad in store.quads()}


@given(LINES, LINES)
def test_a_change_leads_from_the_old_quads_to_the_new(old: set, new: set) -> None:
    change = change_between(content(old), content(new))
    before = {*EmbeddedStore.from_nquads(content(old)).quads()}
    after = {*EmbeddedStore.from_nquads(content(new)).quads()}
    assert change.added == after - before
    assert change.removed == before - after


@given(LINES, LINES)
def test_a_triple_that_moves_between_graphs_does_not_change(old: set, new: set) -> None:
    before, after = (EmbeddedStore.from_nquads(content(some)) for some in (old, new))
    change = change_between(content(old), content(new)).triples_in(after)
    assert change == Change(
        frozenset(triples(after) - triples(before)), frozenset(triples(before) - triples(after))
    )


def test_blank_nodes_in_a_change_are_told_whatever_their_labels_in_the_store() -> None:
    old, new = b'<http://e/a> <http://e/p> "1" .\n', b"_:c14n0 <http://e/p> <http://e/b> .\n"
    change = change_between(old, new).triples_in(EmbeddedStore.from_nquads(new))
    assert change.names_blank_nodes
    assert {*change.added} == {(BNode("c14n0"), URIRef("http://e/p"), URIRef("http://e/b"))}


def test_the_embedded_store_answers_patterns_over_all_graphs() -> None:
    store = EmbeddedStore.from_nquads(content({(1, "g", ""), (1, "h", ""), (2, "g", "")}))
    assert len([*store.match(URIRef("http://e/01"))]) == 2
    assert len([*store.match(None, URIRef("http://e/p"))]) == 3
    assert not [*store.match(URIRef("http://e/03"))]


QUADS = st.sets(st.tuples(st.integers(0, 6), st.sampled_from(["<http://e/g>", "<http://e/h>", ""])))
QUERIES = [
    "SELECT ?s { ?s <http://e/p> ?o } ORDER BY ?s",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?s",
]


def quads(some: set[tuple[int, str]]) -> bytes:
    return "".join(
        sorted(f'<http://e/{number}> <http://e/p> "" {graph} .\n' for number, graph in some)
    ).encode()


@given(QUADS, QUADS)
def test_a_store_that_follows_a_change_answers_as_one_that_finds_out_anew(old: set, new: set) -> None:
    store = EmbeddedStore.from_nquads(quads(old))
    store.query("ASK {}")
    for number, graph in old - new:
        store.update(f"DELETE DATA {{ {written(number, graph)} }}")
    for number, graph in new - old:
        store.update(f"INSERT DATA {{ {written(number, graph)} }}")
    store.follow(change_between(quads(old), quads(new)))
    fresh = EmbeddedStore.from_nquads(quads(new))
    for query in QUERIES:
        assert store.query(query) == fresh.query(query)


def written(number: int, graph: str) -> str:
    triple = f'<http://e/{number}> <http://e/p> ""'
    return f"GRAPH {graph} {{ {triple} }}" if graph else triple
