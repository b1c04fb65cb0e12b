"""Rows of an answer as table, Markdown or JSON lines: IRIs as prefixed names where people read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rdflib import BNode, URIRef

from poca_kg.analysis import Rows
from poca_kg.store.protocol import Term
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["json_value", "markdown_table", "readable_cells", "to_json_lines"]


def readable_cells(rows: Rows) -> list[list[str]]:
    """Return the cells of an answer as people read them; an unbound one is empty.

    >>> readable_cells(Rows(("city",), ((URIRef("https://w3id.org/poca-kg/id/city/turin"),), (None,))))
    [['city:turin'], ['']]
    """
    return [[_readable(term) for term in row] for row in rows]


def markdown_table(rows: Rows) -> str:
    """Return an answer as a Markdown table.

    >>> print(markdown_table(Rows(("a", "b"), ((None, None),))))
    | a | b |
    | --- | --- |
    |  |  |
    """
    lines = [list(rows.variables), ["---"] * len(rows.variables), *readable_cells(rows)]
    return "\n".join(_markdown_line(cells) for cells in lines)


def to_json_lines(rows: Rows) -> str:
    """Return an answer as one JSON object per line."""
    return "\n".join(json.dumps(row, ensure_ascii=False, default=json_value) for row in rows.to_dicts())


def json_value(value: Any) -> Any:
    """Return a value that JSON lacks: a decimal as a number, a date as its ISO 8601 text.

    >>> from datetime import date
    >>> json.dumps({"date": date(2015, 9, 24), "share": Decimal("1.5")}, default=json_value)
    '{"date": "2015-09-24", "share": 1.5}'
    """
    return float(value) if isinstance(value, Decimal) else value.isoformat()


def _markdown_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _readable(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, BNode):
        return str(term.n3())
    return shorten_iri(term) if isinstance(term, URIRef) else str(term)
