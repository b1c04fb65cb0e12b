"""What the engine has against a text of SPARQL, asked of an empty store."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox

from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["complain_about_query", "complain_about_update"]


def complain_about_query(text: str) -> str | None:
    """Return the complaint about a query, ``None`` where there is none.

    >>> complain_about_query("SELECT * { ?s ?p ?o }") is None
    True
    """
    return _complaint(lambda: ox.Store().query(text, base_iri=BASE, prefixes=PREFIXES))


def complain_about_update(text: str) -> str | None:
    """Return the complaint about an update, ``None`` where there is none."""
    return _complaint(lambda: ox.Store().update(text, base_iri=BASE, prefixes=PREFIXES))


def _complaint(try_it: Callable[[], object]) -> str | None:
    try:
        try_it()
    except SyntaxError as error:
        return str(error)
    return None
