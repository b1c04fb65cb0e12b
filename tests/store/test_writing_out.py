"""Answers written out as the engine makes them; each test runs against each kind of store."""

from __future__ import annotations

import io

import pytest

from poca_kg.errors import QuerySyntaxError, RemoteAccessError, UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import QueryForm
from poca_kg.store.writing import XmlSink


def _write(store: EmbeddedStore, text: str, media: ResultFormat | RdfSyntax, **how: object) -> bytes:
    out = io.BytesIO()
    store.serialise_to(out, text, lambda _: media, **how)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("media", ResultFormat)
@pytest.mark.parametrize("text", ["SELECT * { ?s ?p ?o } ORDER BY ?s ?p", "ASK {}"])
def test_an_answer_is_written_as_it_is_serialised(
    store: EmbeddedStore, text: str, media: ResultFormat
) -> None:
    assert _write(store, text, media) == store.serialise(text, media)


@pytest.mark.parametrize("media", [s for s in RdfSyntax if not s.holds_graphs])
def test_a_small_graph_is_written_as_it_is_serialised(store: EmbeddedStore, media: RdfSyntax) -> None:
    text = "CONSTRUCT WHERE { ?s ?p ?o }"
    assert _write(store, text, media) == store.serialise(text, media)


def test_the_dataset_of_a_written_answer_is_the_callers(store: EmbeddedStore) -> None:
    written = _write(store, "SELECT * { ?s ?p ?o }", ResultFormat.TSV, default_graphs=["http://e/h"])
    assert len(written.splitlines()) == 3


def test_the_format_is_chosen_by_the_form_of_the_query(store: EmbeddedStore) -> None:
    forms: list[QueryForm] = []

    def choose(form: QueryForm) -> RdfSyntax:
        forms.append(form)
        return RdfSyntax.TURTLE

    store.serialise_to(io.BytesIO(), "DESCRIBE <http://e/b>", choose)
    with pytest.raises(UsageError, match="not written as"):
        store.serialise_to(io.BytesIO(), "ASK {}", choose)
    assert forms == [QueryForm.DESCRIBE, QueryForm.ASK]


@pytest.mark.parametrize(
    ("text", "error"), [("SELECT * {", QuerySyntaxError), ("LOAD <http://e/>", RemoteAccessError)]
)
def test_a_query_that_is_refused_writes_nothing(
    store: EmbeddedStore, text: str, error: type[Exception]
) -> None:
    out = io.BytesIO()
    with pytest.raises(error):
        store.serialise_to(out, text, lambda _: ResultFormat.JSON)
    assert out.getvalue() == b""


MANY = (
    "VALUES ?a { " + " ".join(map(str, range(60))) + " } VALUES ?b { " + " ".join(map(str, range(300))) + " }"
)
NAME = "BIND(IRI(CONCAT('http://e/', STR(?a))) AS ?x)"


class Pieces:
    """Notes the sizes of what is written, and may refuse after some of it."""

    def __init__(self, most: int = 10**9) -> None:
        self.sizes: list[int] = []
        self.most = most

    def write(self, data: bytes) -> int:
        if sum(self.sizes) > self.most:
            raise BrokenPipeError
        self.sizes.append(len(data))
        return len(data)

    def flush(self) -> None:
        """Hold nothing back."""


@pytest.mark.parametrize(
    ("text", "media"),
    [
        (f"SELECT * {{ {MANY} }}", ResultFormat.JSON),
        (f"CONSTRUCT {{ ?x <http://e/p> ?b }} WHERE {{ {MANY} {NAME} }}", RdfSyntax.TURTLE),
    ],
)
def test_a_large_answer_is_written_in_pieces_and_can_be_broken_off(
    store: EmbeddedStore, text: str, media: ResultFormat | RdfSyntax
) -> None:
    pieces = Pieces()
    store.serialise_to(pieces, text, lambda _: media)
    assert max(pieces.sizes) <= 65_536 < sum(pieces.sizes)
    broken = Pieces(most=20_000)
    with pytest.raises(BrokenPipeError):
        store.serialise_to(broken, text, lambda _: media)
    assert sum(broken.sizes) < sum(pieces.sizes)


def test_a_large_graph_holds_the_same_triples_as_the_serialised_one(store: EmbeddedStore) -> None:
    text = f"CONSTRUCT {{ ?x <http://e/p> ?b }} WHERE {{ {MANY} {NAME} }}"
    written = _write(store, text, RdfSyntax.N_TRIPLES).splitlines()
    assert len(written) == len(set(written)) == 18_000
    assert sorted(written) == sorted(store.serialise(text, RdfSyntax.N_TRIPLES).splitlines())


def test_rdf_xml_stops_at_a_predicate_that_it_cannot_name(store: EmbeddedStore) -> None:
    text = f"CONSTRUCT {{ ?x <http://e/1/> ?b }} WHERE {{ {MANY} {NAME} }}"
    with pytest.raises(UsageError, match="RDF/XML"):
        _write(store, text, RdfSyntax.RDF_XML)


CONTROL = 'SELECT (IF(?b = 8, "\\u0007", STR(?b)) AS ?x) { ' + MANY + " }"


def test_xml_written_in_pieces_stops_at_what_xml_cannot_hold(store: EmbeddedStore) -> None:
    out = io.BytesIO()
    with pytest.raises(UsageError, match="control character"):
        store.serialise_to(out, CONTROL, lambda _: ResultFormat.XML)
    assert b"\x07" not in out.getvalue()


def test_a_character_cut_in_two_is_still_looked_at() -> None:
    out = io.BytesIO()
    sink = XmlSink(out)
    sink.write(b"<a>\xef")
    with pytest.raises(UsageError, match="control character"):
        sink.write(b"\xbf\xbe</a>")
