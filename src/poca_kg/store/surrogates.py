r"""Literals whose text the engine would rewrite when it stores them, kept as written under another datatype.

The engine keeps the *value* of many literals and makes the text anew: ``"01"^^xsd:integer`` becomes
``"1"``, ``"1.50"^^xsd:decimal`` becomes ``"1.5"``, ``"5"^^xsd:int`` even changes its datatype. Who has to
judge what a file says (SHACL's ``sh:datatype``, ``sh:pattern``, ``sh:minLength``) loads such a literal as a
*surrogate*: the same text, with the datatype ``https://w3id.org/poca-kg/lexical/`` followed by the IRI of its
own. A literal of the data that already has such a datatype gets one in front of it, so that none is mistaken.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyoxigraph as ox
from rdflib import Literal, URIRef

from poca_kg.store.bridge import typed_literal
from poca_kg.store.protocol import Term
from poca_kg.vocabulary.iris import BASE

__all__ = ["SURROGATE", "as_written", "is_rewritten", "keep_text", "surrogate_of"]

SURROGATE = f"{BASE}lexical/"
"""What stands before the IRI of the datatype of a surrogate."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_ALWAYS = frozenset(
    f"{_XSD}{name}"
    for name in (
        "byte", "dateTimeStamp", "int", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger",
        "positiveInteger", "short", "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort",
    )
)  # fmt: skip
_DAY = r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_NUMBER = re.compile(r"0|-?[1-9]\d{0,8}(?:\.\d{0,4}[1-9])?|-?0\.\d{0,4}[1-9]")
_KEPT = {
    f"{_XSD}boolean": re.compile("true|false"),
    f"{_XSD}integer": re.compile(r"0|-?[1-9]\d{0,17}"),
    f"{_XSD}decimal": _NUMBER,
    f"{_XSD}double": _NUMBER,
    f"{_XSD}date": re.compile(f"{_DAY}Z?"),
    f"{_XSD}dateTime": re.compile(f"{_DAY}T{_TIME}Z?"),
    f"{_XSD}gYear": re.compile(r"[1-9]\d{3}"),
}
"""Texts that are kept for certain; all others of a datatype of the engine's are tried."""
_TRIED = frozenset(
    {
        *_KEPT,
        *(
            f"{_XSD}{name}"
            for name in (
                "dayTimeDuration", "duration", "float", "gDay", "gMonth", "gMonthDay", "gYearMonth", "time",
                "yearMonthDuration",
            )
        ),
    }
)  # fmt: skip
_ANYWHERE = ox.NamedNode(f"{BASE}lexical/text")


def keep_text(literal: ox.Literal) -> ox.Literal | None:
    """Return the surrogate of a literal that the engine would rewrite, ``None`` for one that it keeps.

    >>> integer = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    >>> keep_text(ox.Literal("01", datatype=integer)).value, keep_text(ox.Literal("1", datatype=integer))
    ('01', None)
    """
    datatype = literal.datatype.value
    if not is_rewritten(literal.value, datatype):
        return None
    return ox.Literal(literal.value, datatype=ox.NamedNode(SURROGATE + datatype))


def is_rewritten(text: str, datatype: str) -> bool:
    """Whether the engine stores a literal with another text or datatype, or it looks like a surrogate.

    >>> [is_rewritten(text, "http://www.w3.org/2001/XMLSchema#integer") for text in ("7", "07", "seven")]
    [False, True, False]
    """
    if datatype in _ALWAYS:
        return _changes(text, datatype)
    if datatype not in _TRIED:
        return datatype.startswith(SURROGATE)
    kept = _KEPT.get(datatype)
    return not (kept and kept.fullmatch(text)) and _changes(text, datatype)


def surrogate_of(term: Term) -> Term:
    """Return what stands for a term in data that was loaded lexically: its surrogate, or the term itself.

    >>> from rdflib import XSD
    >>> surrogate_of(Literal("1.50", datatype=XSD.decimal, normalize=False)).datatype.removeprefix(SURROGATE)
    'http://www.w3.org/2001/XMLSchema#decimal'
    """
    if not isinstance(term, Literal) or term.datatype is None:
        return term
    text, datatype = str(term), str(term.datatype)
    if not is_rewritten(text, datatype):
        return term
    return Literal(text, datatype=URIRef(SURROGATE + datatype), normalize=False)


def as_written(term: Term) -> Term:
    """Return the literal that a surrogate stands for; any other term is itself.

    >>> as_written(surrogate_of(Literal(5))).datatype
    rdflib.term.URIRef('http://www.w3.org/2001/XMLSchema#integer')
    """
    if isinstance(term, Literal) and term.datatype is not None and term.datatype.startswith(SURROGATE):
        return typed_literal(str(term), URIRef(term.datatype.removeprefix(SURROGATE)))
    return term


@lru_cache(maxsize=50_000)
def _changes(text: str, datatype: str) -> bool:
    """Store a literal and look at what has become of it: nobody knows better than the engine."""
    literal = ox.Literal(text, datatype=ox.NamedNode(datatype))
    store = ox.Store()
    store.add(ox.Quad(_ANYWHERE, _ANYWHERE, literal))
    return bool(next(iter(store)).object != literal)
