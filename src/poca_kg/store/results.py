"""Answers of other stores: SPARQL results as they come over the wire, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from poca_kg.errors import InputError
from poca_kg.store.bridge import from_engine
from poca_kg.store.protocol import Term

__all__ = ["iter_json_rows"]


def iter_json_rows(answer: Any) -> Iterator[tuple[Term | None, ...]]:
    r"""Iterate over the rows of SPARQL results in JSON, in the order of the variables.

    ``answer`` is bytes or a binary file, which is read as the rows are asked for.

    >>> rows = b'{"bindings": [{"o": {"type": "literal", "value": "1"}}]}'
    >>> list(iter_json_rows(b'{"head": {"vars": ["o"]}, "results": ' + rows + b"}"))
    [(rdflib.term.Literal('1'),)]

    Raises
    ------
    InputError
        If the answer is broken off, or is none.
    """
    try:
        solutions = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
        if isinstance(solutions, ox.QueryBoolean):
            raise InputError("the store gave an answer to ASK in place of rows")
        for row in solutions:
            yield tuple(None if term is None else from_engine(term) for term in row)
    except (SyntaxError, OSError, ValueError) as error:
        raise InputError(f"the answer of the store cannot be read: {error}") from error
