"""What holds for any input: terms, N-Quads, the canonical form, the lexer."""

from __future__ import annotations

import gc
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Dataset, Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import XSD

from poca_kg.errors import LimitError, PocaError, QuerySyntaxError
from poca_kg.store.bridge import from_engine, quad_from_engine, quad_to_engine, to_engine
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.gate import check_query
from poca_kg.store.lexer import tokenise
from poca_kg.store.parsing import parse_bytes
from poca_kg.store.protocol import Quad, Term
from poca_kg.store.syntax import excerpt

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LOCAL = st.text("abcXYZ019._~-", min_size=1, max_size=8)
IRIS = st.builds(lambda name: URIRef(f"http://example.org/{name}"), LOCAL)
BLANKS = st.builds(BNode, st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True))
LITERALS = st.one_of(
    st.builds(Literal, TEXTS),
    st.builds(lambda text, tag: Literal(text, lang=tag), TEXTS, st.sampled_from(["en", "it", "en-gb"])),
    st.builds(lambda text, kind: Literal(text, datatype=kind, normalize=False), TEXTS, IRIS),
    st.builds(
        lambda text, kind: Literal(text, datatype=kind, normalize=False),
        st.sampled_from(["1", "01", "1.50", "true", "1e3", "2017-02-30", "", "abc"]),
        st.sampled_from([XSD.integer, XSD.decimal, XSD.double, XSD.boolean, XSD.date, XSD.gYear]),
    ),
)
SUBJECTS = st.one_of(IRIS, BLANKS)
QUADS = st.tuples(SUBJECTS, IRIS, st.one_of(IRIS, BLANKS, LITERALS), st.one_of(IRIS.map(str), st.just("")))


def _same(one: Term, other: Term) -> bool:
    """Compare terms by their parts: rdflib holds ill-typed literals equal to nothing."""
    parts = [
        (type(t), str(t), getattr(t, "datatype", None), getattr(t, "language", None)) for t in (one, other)
    ]
    return parts[0] == parts[1]


@given(st.one_of(IRIS, BLANKS, LITERALS))
def test_a_term_comes_back_from_the_engine_as_it_went(term: Term) -> None:
    assert _same(from_engine(to_engine(term)), term)


@given(QUADS)
def test_a_quad_comes_back_from_the_engine_as_it_went(quad: Quad) -> None:
    back = quad_from_engine(quad_to_engine(quad))
    assert all(_same(one, other) for one, other in zip(back[:3], quad[:3], strict=True))
    assert back[3] == quad[3]


@given(st.lists(QUADS, max_size=12))
def test_canonical_nquads_are_a_fixed_point(quads: list[Quad]) -> None:
    data = canonical_nquads(quads)
    parsed = parse_bytes(data, syntax=RdfSyntax.N_QUADS, name="data")
    assert isinstance(parsed, Dataset)
    names = {None: "", DATASET_DEFAULT_GRAPH_ID: ""}
    assert canonical_nquads((s, p, o, names.get(g, str(g))) for s, p, o, g in parsed.quads()) == data  # type: ignore[misc]


@given(st.lists(QUADS, max_size=12), st.randoms(use_true_random=False))
def test_the_canonical_form_knows_neither_order_nor_blank_node_labels(
    quads: list[Quad], shuffler: random.Random
) -> None:
    def rename(term: Term) -> Term:
        return BNode(f"z{term}") if isinstance(term, BNode) else term

    shuffled = [(rename(s), p, rename(o), g) for s, p, o, g in quads]
    shuffler.shuffle(shuffled)
    assert canonical_nquads(shuffled) == canonical_nquads(quads)


def test_different_datasets_have_different_canonical_forms() -> None:
    a, p = URIRef("http://e/a"), URIRef("http://e/p")
    one, other = (a, p, Literal("1"), "http://e/g"), (a, p, Literal("1", lang="en"), "http://e/g")
    assert canonical_nquads([one]) != canonical_nquads([other])


@given(st.text())
def test_the_lexer_takes_any_text_and_loses_nothing_but_space_and_comments(text: str) -> None:
    tokens = tokenise(text)
    position = 0
    for token in tokens:
        assert token.start >= position
        assert text[token.start : token.start + len(token.text)] == token.text
        between = text[position : token.start]
        assert all(
            line.strip(" \t\r\n") == "" or line.lstrip(" \t\r\n").startswith("#")
            for line in between.splitlines()
        )
        lines = text[: token.start].split("\n")
        assert (token.line, token.column) == (len(lines), len(lines[-1]) + 1)
        position = token.start + len(token.text)


WORDS = """
SELECT ASK WHERE { } ( ) [ ] ?s ?p ?o city:turin . ; , FILTER BIND AS COUNT ( * ) 'x' "y" 1 -2 <http://e/>
<rel> @en ^^ = < > ! && || UNION OPTIONAL GROUP ORDER BY LIMIT foo:bar FITLER
a \\ ' <<( )>> #c
"""
SPARQL_LIKE = st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=25).map(" ".join)


def _mistake(text: str) -> QuerySyntaxError | None:
    try:
        EmbeddedStore.in_memory().query(text)
    except QuerySyntaxError as error:
        return error
    except PocaError:
        return None
    return None


@given(st.one_of(SPARQL_LIKE, st.text(max_size=60)))
def test_any_text_is_answered_or_refused_with_a_place_within_it(text: str) -> None:
    error = _mistake(text)
    if error is not None:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        assert excerpt(text, error.line, error.column).endswith("^")


PIECES = [
    *("1", '"', "'", "a", "<", ":", ".", "?", "%", "{", "|", "^", "-", "#", "é", "\\"),
    *("a:", "a.", "a-", "_:a.", "a:%", "a\\.", "1e", "1.", "@a-", "#\n"),
    *("'a", "'''a", '"""a', '"\\', "<a", "<\\u0041", "<aaaaaaaaaaaaaaaaaaaaaa"),
]


@pytest.mark.parametrize("piece", PIECES)
def test_the_lexer_is_linear(piece: str) -> None:
    """Eight times the text takes some eight times the work; sixty-four times would be quadratic.

    Work is processor time of this process with the collector off, so that a busy machine changes little.
    """

    def cost(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        tokenise(text)
        return time.process_time() - start

    gc.disable()
    try:
        small = min(cost(10_000) for _ in range(5))
        assert min(cost(80_000) for _ in range(3)) < 30 * small + 0.1
    finally:
        gc.enable()


@given(st.integers(129, 3000), st.sampled_from("([{!-"))
def test_no_depth_beyond_the_limit_passes_the_gate(depth: int, opener: str) -> None:
    with pytest.raises(LimitError):
        check_query("ASK { " + opener * depth)
