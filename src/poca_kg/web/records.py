"""Answers with many columns as records, one card each, so that nothing lies beyond the edge of the screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["MOST_COLUMNS", "Field", "make_records"]

MOST_COLUMNS = 7
"""A table with more columns than these is shown as records."""

_Value = TypeVar("_Value")
_Row = Sequence[_Value | None]


@dataclass(frozen=True)
class Field(Generic[_Value]):
    """A column of a record: its number from 1, its name in words, and one value or more."""

    number: int
    name: str
    values: tuple[_Value, ...]


def make_records(
    columns: Sequence[str], rows: Sequence[_Row[_Value]]
) -> tuple[tuple[Field[_Value], ...], ...]:
    """Return a record for each row, without its empty cells.

    Rows that follow one another and differ in one column only (never the first) are one record, which holds
    every value of that column.

    >>> columns, rows = ["city", "onlyReason", "year"], [("a", 1, None), ("a", 2, None), ("b", 2, 5)]
    >>> [[(field.name, field.values) for field in record] for record in make_records(columns, rows)]
    [[('city', ('a',)), ('only reason', (1, 2))], [('city', ('b',)), ('only reason', (2,)), ('year', (5,))]]
    """
    names = [_in_words(column) for column in columns]
    return tuple(_record(names, group, at) for group, at in _groups(rows))


def _groups(rows: Sequence[_Row[_Value]]) -> list[tuple[list[_Row[_Value]], int]]:
    """Return rows that belong together, with the number of the column in which they differ, or 0."""
    groups: list[tuple[list[_Row[_Value]], int]] = []
    for row in rows:
        if groups:
            group, known = groups[-1]
            at = _only_difference(group[0], row)
            if at and at == (known or at):
                groups[-1] = ([*group, row], at)
                continue
        groups.append(([row], 0))
    return groups


def _only_difference(row: _Row[_Value], other: _Row[_Value]) -> int:
    """Return the only column in which two rows differ if both have a value there, else 0."""
    differing = [at for at, pair in enumerate(zip(row, other, strict=True)) if pair[0] != pair[1]]
    if len(differing) != 1 or row[differing[0]] is None or other[differing[0]] is None:
        return 0
    return differing[0]


def _record(names: Sequence[str], group: Sequence[_Row[_Value]], at: int) -> tuple[Field[_Value], ...]:
    fields = []
    for number, name in enumerate(names):
        cells = [row[number] for row in (group if number == at and at else group[:1])]
        values = tuple(cell for cell in cells if cell is not None)
        if values or number == 0:
            fields.append(Field(number + 1, name, values))
    return tuple(fields)


def _in_words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name).lower() if not name.isupper() else name
