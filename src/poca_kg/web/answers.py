"""Answers as tables for people: names with labels, texts with their language, links only where safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rdflib import XSD, BNode, Literal, URIRef

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.protocol import Answer, Solutions, Term, Truth
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.web.known import Known, look_up, safe_address
from poca_kg.web.records import MOST_COLUMNS, Field, make_records
from poca_kg.web.texts import TEXTS, counted

__all__ = ["MOST_ROWS", "Cell", "Table", "make_table"]

MOST_ROWS = 500
_OF_DOCUMENT = {"title": "document", "address": "document"}
_Row: TypeAlias = Sequence[Term | None]
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
    """An answer for people; ``truth`` is for ASK, which has no columns; ``records`` are for many columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    count: int
    counted: str
    truth: bool | None = None
    records: tuple[tuple[Field[Cell], ...], ...] = ()


def make_table(graph: KnowledgeGraph, answer: Answer, language: str) -> Table:
    """Return the first rows of an answer, with what the graph knows of the things that stand in them."""
    if isinstance(answer, Truth):
        return Table((), (), 0, "", answer.value)
    if isinstance(answer, Solutions):
        columns, noun = answer.variables, "row"
        found: Sequence[_Row] = answer.rows
    else:
        columns, noun = tuple(TEXTS[language][name] for name in ("subject", "predicate", "object")), "triple"
        found = answer.triples
    shown = found[:MOST_ROWS]
    known = look_up(graph, (term for row in shown for term in row))
    kept = [at for at in range(len(columns)) if not _repeats(at, columns, shown, known)]
    names = tuple(columns[at] for at in kept)
    rows = tuple(tuple(_cell(row[at], known, language) for at in kept) for row in shown)
    records: tuple[tuple[Field[Cell], ...], ...] = ()
    if len(kept) > MOST_COLUMNS:
        bound = [[None if cell.sort == "unbound" else cell for cell in row] for row in rows]
        records = make_records(names, bound)
    return Table(names, rows, len(found), counted(len(found), noun, language), None, records)


def _repeats(at: int, columns: Sequence[str], rows: Sequence[_Row], known: Known) -> bool:
    """Whether a column says only what is shown with another: ``cityLabel`` and ``city``, say.

    It must say one thing of each city, or rows would differ in nothing that is shown.
    """
    thing = _OF_DOCUMENT.get(columns[at]) or columns[at].removesuffix("Label")
    if thing == columns[at] or thing not in columns:
        return False
    pairs = {(row[columns.index(thing)], row[at]) for row in rows}
    alone = len({of for of, _ in pairs}) == len(pairs)
    return alone and all(value is None or known.says(of, value) for of, value in pairs)


def _cell(term: Term | None, known: Known, language: str) -> Cell:
    if isinstance(term, URIRef):
        name, label = shorten_iri(term), known.label(term, language)
        href = known.address(term) if term.startswith(BASE) else safe_address(term)
        if label is None:
            return Cell(name, "name", title=term, href=href)
        return Cell(str(label), "thing", name=name, title=term, href=href, language=_foreign(label, language))
    if isinstance(term, Literal):
        sort = "number" if term.datatype in _NUMBERS else "text"
        href = safe_address(term) if term.datatype == XSD.anyURI else ""
        title = shorten_iri(term.datatype) if term.datatype else ""
        return Cell(str(term), sort, title=title, href=href, language=_foreign(term, language))
    if isinstance(term, BNode):
        return Cell(f"_:{term}", "name")
    return Cell(TEXTS[language]["unbound"], "unbound")


def _foreign(literal: Literal, language: str) -> str:
    """Return the language of a text if it is not the one of the page."""
    tag = (literal.language or "").lower()
    return "" if tag.partition("-")[0] == language else tag
