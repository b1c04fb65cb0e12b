"""Answers as tables for people: names with labels, texts with their language, links only where safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdflib import XSD, BNode, Literal, URIRef

from poca_kg.analysis.selecting import select
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Answer, Solutions, Term, Truth
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.labels import LABEL_PATH, pick_label
from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.web.texts import TEXTS, counted

__all__ = ["MOST_ROWS", "Cell", "Table", "make_table"]

MOST_ROWS = 500
_MOST_LABELS = 10_000
_NUMBERS = frozenset(
    {XSD.integer, XSD.decimal, XSD.double, XSD.float, XSD.int, XSD.long, XSD.nonNegativeInteger}
)


@dataclass(frozen=True)
class Cell:
    """One value of a table: its text, and what else is known of it (empty where nothing is)."""

    text: str
    sort: str
    name: str = ""
    title: str = ""
    href: str = ""
    language: str = ""


@dataclass(frozen=True)
class Table:
    """An answer for people; ``truth`` is for ASK, which has no columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    count: int
    counted: str
    truth: bool | None = None


def make_table(graph: KnowledgeGraph, answer: Answer, language: str) -> Table:
    """Return the first rows of an answer, with the labels that the graph has for what stands in them."""
    if isinstance(answer, Truth):
        return Table((), (), 0, "", answer.value)
    if isinstance(answer, Solutions):
        columns, noun = answer.variables, "row"
        found: Sequence[Sequence[Term | None]] = answer.rows
    else:
        columns, noun = tuple(TEXTS[language][name] for name in ("subject", "predicate", "object")), "triple"
        found = answer.triples
    shown = found[:MOST_ROWS]
    labels = _labels(graph, (term for row in shown for term in row), language)
    rows = [[_cell(term, labels, language) for term in row] for row in shown]
    kept = [at for at, column in enumerate(columns) if not _repeats(at, columns, rows)]
    return Table(
        tuple(columns[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in rows),
        len(found),
        counted(len(found), noun, language),
    )


def _repeats(at: int, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a column ``cityLabel`` says only what the column ``city`` shows as its label already."""
    thing = columns[at].removesuffix("Label")
    if thing == columns[at] or thing not in columns:
        return False
    other = columns.index(thing)
    return all(row[at].text == row[other].text for row in rows)


def _labels(graph: KnowledgeGraph, terms: Iterable[Term | None], language: str) -> dict[URIRef, Literal]:
    """Return the best label of each IRI that has one."""
    iris = sorted({term for term in terms if isinstance(term, URIRef)})[:_MOST_LABELS]
    things = " ".join(sparql_term(iri) for iri in iris)
    query = f"SELECT ?thing ?label {{ VALUES ?thing {{ {things} }} ?thing {LABEL_PATH} ?label }}"
    found: dict[URIRef, list[Literal]] = {}
    for row in select(graph.store, query):
        thing, label = row["thing"], row["label"]
        if isinstance(thing, URIRef) and isinstance(label, Literal):
            found.setdefault(thing, []).append(label)
    best = {thing: pick_label(labels, language) for thing, labels in found.items()}
    return {thing: label for thing, label in best.items() if label is not None}


def _cell(term: Term | None, labels: dict[URIRef, Literal], language: str) -> Cell:
    if isinstance(term, URIRef):
        name, label = shorten_iri(term), labels.get(term)
        href = "" if term.startswith(BASE) else _safe_address(term)
        if label is None:
            return Cell(name, "name", title=term, href=href)
        return Cell(str(label), "thing", name=name, title=term, href=href, language=_foreign(label, language))
    if isinstance(term, Literal):
        sort = "number" if term.datatype in _NUMBERS else "text"
        href = _safe_address(term) if term.datatype == XSD.anyURI else ""
        title = shorten_iri(term.datatype) if term.datatype else ""
        return Cell(str(term), sort, title=title, href=href, language=_foreign(term, language))
    if isinstance(term, BNode):
        return Cell(f"_:{term}", "name")
    return Cell(TEXTS[language]["unbound"], "unbound")


def _foreign(literal: Literal, language: str) -> str:
    """Return the language of a text if it is not the one of the page."""
    tag = (literal.language or "").lower()
    return "" if tag.partition("-")[0] == language else tag


def _safe_address(text: str) -> str:
    """Return an address that may be linked, with ``http`` or ``https``; of any other nothing."""
    return str(text) if text.lower().startswith(("http://", "https://")) else ""
