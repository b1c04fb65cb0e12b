"""Terms and their properties in the text of queries, whether or not literals stand in the data as surrogates.

Where the store would have rewritten a literal, the data hold a surrogate with the same text and another
datatype (:mod:`poca_kg.store.surrogates`). What compares values has to see the literal that it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import URIRef

from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.store.surrogates import SURROGATE, surrogate_of

__all__ = ["TermText"]


@dataclass(frozen=True)
class TermText:
    """Writes terms for one source; ``surrogates`` says whether its data hold any."""

    surrogates: bool = False

    def stored(self, term: Term) -> str:
        """Return a term as it stands in the data, for patterns and comparisons of terms.

        >>> TermText().stored(URIRef("http://e/a"))
        '<http://e/a>'
        """
        return sparql_term(surrogate_of(term) if self.surrogates else term)

    def all_stored(self, terms: tuple[Term, ...]) -> str:
        """Return several terms as they stand in the data, for VALUES."""
        return " ".join(self.stored(term) for term in terms)

    def value(self, variable: str) -> str:
        """Return an expression for the literal that a variable stands for, for comparisons of values.

        >>> TermText().value("?v")
        '?v'
        """
        if not self.surrogates:
            return variable
        datatype = f"STR(DATATYPE({variable}))"
        written = f'STRDT(STR({variable}), IRI(STRAFTER({datatype}, "{SURROGATE}")))'
        return f'IF(STRSTARTS({datatype}, "{SURROGATE}"), {written}, {variable})'

    def has_datatype(self, variable: str, datatype: URIRef) -> str:
        """Return a condition: the variable is a literal of a datatype. It is an error for other terms."""
        own = f"DATATYPE({variable}) = {sparql_term(datatype)}"
        if not self.surrogates:
            return own
        return f"({own} || DATATYPE({variable}) = {sparql_term(URIRef(SURROGATE + datatype))})"
