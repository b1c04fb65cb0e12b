"""The answer to a query as people use it: rows, dictionaries, CSV, a data frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD

from poca_kg.errors import UsageError
from poca_kg.store.protocol import Answer, Solutions, Term, Triples, Truth
from poca_kg.vocabulary.prefixes import shorten_iri

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Rows", "plain_value"]

Cell: TypeAlias = str | int | float | bool | Decimal | date | datetime | None

_MOST_SHOWN = 20
_WIDEST = 60
_AS_PYTHON = frozenset(
    XSD[name]
    for name in ("integer", "int", "long", "decimal", "double", "float", "boolean", "date", "dateTime")
)


@dataclass(frozen=True)
class Rows:
    """The answer to a query: ``rows`` of rdflib terms in the order of ``variables``, ``None`` where unbound.

    The answer to ASK is one row with the variable ``answer``; that to CONSTRUCT or DESCRIBE has the variables
    ``subject``, ``predicate`` and ``object``. It is true where ASK says true, or where there is any row.

    >>> rows = Rows(("label", "level"), ((Literal("Turin", lang="en"), None),))
    >>> rows.to_dicts(), len(rows), bool(rows)
    ([{'label': 'Turin', 'level': None}], 1, True)
    >>> rows
    <Rows: 1 of label, level>
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    @classmethod
    def from_answer(cls, answer: Answer) -> Rows:
        """Return the rows of a store's answer."""
        match answer:
            case Solutions():
                return cls(answer.variables, answer.rows)
            case Truth():
                return cls(("answer",), ((Literal(answer.value),),))
            case Triples():
                return cls(("subject", "predicate", "object"), answer.triples)

    def __repr__(self) -> str:
        return f"<Rows: {len(self.rows)} of {', '.join(self.variables)}>"

    def __str__(self) -> str:
        """Return the first rows as a table, with prefixed names for IRIs."""
        cells = [[*map(_shown, row)] for row in self.rows[:_MOST_SHOWN]]
        table = [list(self.variables), *cells]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
        more = len(self.rows) - len(cells)
        return "\n".join([*lines, f"… and {more} more"] if more else lines)

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        if self.variables == ("answer",) and len(self.rows) == 1:
            return bool(plain_value(self.rows[0][0]))
        return bool(self.rows)

    def to_dicts(self) -> list[dict[str, Cell]]:
        """Return one dictionary per row, with plain Python values; see :func:`plain_value`."""
        return [dict(zip(self.variables, map(plain_value, row), strict=True)) for row in self.rows]

    def to_csv(self) -> str:
        """Return the rows as CSV in the way of SPARQL 1.1: a head with the variables, bare texts, CRLF."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.variables)
        writer.writerows(["" if term is None else str(term) for term in row] for row in self.rows)
        return out.getvalue()

    def to_graph(self) -> Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE as an rdflib graph.

        Raises
        ------
        UsageError
            If the rows are no triples.
        """
        if self.variables != ("subject", "predicate", "object"):
            raise UsageError("the answer is no graph", advice="ask with CONSTRUCT or DESCRIBE")
        graph = Graph()
        for s, p, o in self.rows:
            if s is not None and p is not None and o is not None:
                graph.add((s, p, o))
        return graph

    def to_dataframe(self) -> pd.DataFrame:
        """Return the rows as a pandas data frame, one column per variable.

        Raises
        ------
        UsageError
            If pandas is not installed: it is an extra, ``poca-kg[pandas]``.
        """
        try:
            import pandas as pd  # noqa: PLC0415  (an extra)
        except ImportError as error:
            raise UsageError("a data frame needs pandas", advice="pip install 'poca-kg[pandas]'") from error
        return pd.DataFrame.from_records(self.to_dicts(), columns=list(self.variables))


def _shown(term: Term | None) -> str:
    """Return a term as a cell of a table: on one line, and not too long."""
    if isinstance(term, URIRef):
        return shorten_iri(term)
    text = "" if term is None else " ".join(str(term).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def plain_value(term: Term | None) -> Cell:
    """Return a term as a Python value: numbers, truth values, dates and times as such, all else as its text.

    Partial dates (``2050``, ``2014-01``) stay texts, since Python has no value for them.

    >>> plain_value(Literal("2050", datatype=XSD.gYear)), plain_value(Literal(8))
    ('2050', 8)
    """
    if isinstance(term, Literal) and term.datatype in _AS_PYTHON and not term.ill_typed:
        value = term.toPython()
        if isinstance(value, bool | int | float | Decimal | datetime | date):
            return value
    return None if term is None else str(term)
