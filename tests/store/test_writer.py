"""What a writer does to a store, and how the dataset of a request gets into the text of an update."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.errors import InputError, QuerySyntaxError, UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexer import tokenise
from poca_kg.store.protocol import Document, Writer
from poca_kg.store.using import with_dataset

G, H = "http://e/g", "http://e/h"


def turtle(text: str) -> Document:
    return Document(text.encode(), RdfSyntax.TURTLE, base="http://e/")


def content(store: EmbeddedStore) -> list[tuple[str, str]]:
    return sorted((str(quad[2]), quad[3]) for quad in store.quads())


@pytest.mark.parametrize("graph", ["", G])
def test_a_graph_is_replaced_extended_and_removed(graph: str) -> None:
    store = EmbeddedStore.in_memory()
    writer: Writer = store
    writer.put(H, [turtle("<a> <p> 0 .")])
    writer.put(graph, [turtle("<a> <p> 1 ."), turtle("<a> <p> 2 .")])
    writer.put(graph, [turtle("<a> <p> 3 .")])
    writer.merge(graph, [turtle("<a> <p> 4 .")])
    assert content(store) == [("0", H), ("3", graph), ("4", graph)]
    writer.drop(graph)
    assert content(store) == [("0", H)]
    assert writer.holds(graph) is (graph == "")


@pytest.mark.parametrize("write", ["put", "merge"])
@pytest.mark.parametrize(
    ("document", "error"),
    [(turtle("oops"), InputError), (Document(b"", RdfSyntax.TRIG), UsageError)],
)
def test_nothing_is_written_of_documents_of_which_one_is_bad(
    write: str, document: Document, error: type[Exception]
) -> None:
    store = EmbeddedStore.in_memory()
    store.put(G, [turtle("<a> <p> 1 .")])
    with pytest.raises(error):
        getattr(store, write)(G, [turtle("<a> <p> 2 ."), document])
    assert content(store) == [("1", G)]


def test_a_closed_store_takes_no_writes() -> None:
    store = EmbeddedStore.in_memory()
    store.close()
    for write in (lambda: store.put(G, []), lambda: store.merge(G, []), lambda: store.drop(G)):
        with pytest.raises(UsageError, match="closed"):
            write()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_survives_the_way_into_a_graph(text: str) -> None:
    store = EmbeddedStore.in_memory()
    escaped = "".join(f"\\U{ord(character):08X}" for character in text)
    store.put(G, [turtle(f'<a> <p> "{escaped}" .')])
    assert content(store) == [(text, G)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT DATA { <a> <p> 1 }", "INSERT DATA { <a> <p> 1 }"),
        ("DELETE { } WHERE { }", "DELETE { } USING <http://e/g> USING NAMED <http://e/h> WHERE { }"),
        (
            "DELETE WHERE { GRAPH <g> { ?s ?p 1 } }",
            "DELETE { GRAPH <g> { ?s ?p 1 } } USING <http://e/g> USING NAMED <http://e/h> "
            "WHERE { GRAPH <g> { ?s ?p 1 } }",
        ),
        (
            'INSERT { ?s ?p "WHERE" } WHERE { { SELECT * WHERE { ?s ?p ?o } } }',
            'INSERT { ?s ?p "WHERE" } USING <http://e/g> USING NAMED <http://e/h> '
            "WHERE { { SELECT * WHERE { ?s ?p ?o } } }",
        ),
    ],
)
def test_every_where_of_an_update_gets_the_dataset_and_no_other_place(text: str, expected: str) -> None:
    assert with_dataset(text, tokenise(text), [G], [H]) == expected
    assert with_dataset(text, tokenise(text), [], []) == text


@pytest.mark.parametrize("clause", ["WITH <http://e/x>", "USING"])
def test_a_dataset_in_two_places_is_refused(clause: str) -> None:
    text = (
        f"{clause} DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}"
        if clause.startswith("WITH")
        else "DELETE { ?s ?p ?o } USING <http://e/x> WHERE { ?s ?p ?o }"
    )
    with pytest.raises(UsageError, match="beside the update"):
        EmbeddedStore.in_memory().update(text, using_graphs=[G])


def test_the_words_using_and_with_are_names_elsewhere() -> None:
    store = EmbeddedStore.in_memory()
    store.put(G, [turtle("<a> <p> 1 .")])
    store.update(
        "PREFIX using: <http://e/> INSERT { GRAPH using:h { ?with using:p 2 } } WHERE { ?with using:p 1 }",
        using_graphs=[G],
    )
    assert content(store) == [("1", G), ("2", H)]


def test_a_mistake_keeps_its_place_although_a_dataset_was_given() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        EmbeddedStore.in_memory().update("DELETE WHERE { ?s ?p ?o } ;\nINSRT", using_graphs=[G])
    assert (caught.value.line, caught.value.column) == (2, 1)


def test_relative_iris_are_resolved_against_the_base_of_the_project() -> None:
    store = EmbeddedStore.in_memory()
    store.update("INSERT DATA { <id/city/turin> <p> <> }")
    assert store.query("ASK { city:turin <https://w3id.org/poca-kg/p> <https://w3id.org/poca-kg/> }").value
