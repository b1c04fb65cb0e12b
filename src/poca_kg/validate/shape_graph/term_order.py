"""An order of terms that never fails: rdflib compares literals by value, and breaks off at some."""

from __future__ import annotations

from rdflib import Literal

from poca_kg.store.protocol import Term

__all__ = ["term_order"]


def term_order(term: Term) -> tuple[str, str, str, str]:
    """Return a key to sort terms by: kind, text, language, datatype.

    >>> [str(term) for term in sorted([Literal("due", lang="it"), Literal(2), Literal("b")], key=term_order)]
    ['2', 'b', 'due']
    """
    kind, text = type(term).__name__, str(term)
    if not isinstance(term, Literal):
        return kind, text, "", ""
    return kind, text, term.language or "", str(term.datatype or "")
