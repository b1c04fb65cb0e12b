"""Literals: from the text of a cell to a typed RDF literal, or to a sentence that says why it is none.

Only the datatypes that the model uses are known here. Values are written in the canonical form of their
datatype, since engines rewrite numbers on loading; the published form goes to a string beside the value.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from rdflib import XSD, Literal, URIRef

from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import GEO

__all__ = ["DATATYPES", "is_web_address", "plain_text", "tagged_text", "typed_literal"]

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-](?:0\d|1[0-3]):[0-5]\d)?", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#][^\s<>\"{}|\\^`]*)?")
_POINT = re.compile(r"POINT\((-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)\)", re.ASCII)


def plain_text(text: str) -> Literal:
    """Return a string literal in Unicode's composed form."""
    return Literal(unicodedata.normalize("NFC", text))


def tagged_text(text: str, language: str) -> Literal:
    r"""Return a language-tagged literal in Unicode's composed form.

    >>> tagged_text("citta\u0300", "it")
    rdflib.term.Literal('città', lang='it')
    """
    return Literal(unicodedata.normalize("NFC", text), lang=language)


def typed_literal(text: str, datatypes: tuple[URIRef, ...]) -> Literal:
    """Return the literal of the first datatype that the text fits, in canonical form.

    >>> typed_literal("01.50", (XSD.decimal,))
    rdflib.term.Literal('1.5', datatype=rdflib.term.URIRef('http://www.w3.org/2001/XMLSchema#decimal'))

    Raises
    ------
    ValueError
        If it fits none; the argument says what was expected.
    """
    for datatype in datatypes:
        canonical = _READERS[datatype][0](text)
        if canonical is not None:
            return Literal(canonical, datatype=datatype, normalize=False)
    raise ValueError(" or ".join(_READERS[datatype][1] for datatype in datatypes))


def is_web_address(text: str) -> bool:
    """Return whether a text is an address that begins with ``http://`` or ``https://``.

    >>> is_web_address("https://example.org/a"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return _address(text) is not None


def _boolean(text: str) -> str | None:
    return text if text in {"true", "false"} else None


def _integer(text: str) -> str | None:
    return str(int(text)) if _INTEGER.fullmatch(text) else None


def _not_negative(text: str) -> str | None:
    return _integer(text) if not text.startswith("-") else None


def _decimal(text: str) -> str | None:
    if not _DECIMAL.fullmatch(text):
        return None
    try:
        plain = format(Decimal(text), "f")
    except InvalidOperation:
        return None
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain


def _date(text: str) -> str | None:
    return _as_date(text, form="%Y-%m-%d", length=10)


def _year_month(text: str) -> str | None:
    return _as_date(text, form="%Y-%m", length=7)


def _year(text: str) -> str | None:
    return text if _YEAR.fullmatch(text) and text != "0000" else None


def _date_time(text: str) -> str | None:
    match = _DATE_TIME.fullmatch(text)
    return text if match and _as_date(match[1], form="%Y-%m-%dT%H:%M:%S", length=19) else None


def _as_date(text: str, *, form: str, length: int) -> str | None:
    if len(text) != length or not text.isascii():
        return None
    try:
        datetime.datetime.strptime(text, form)
    except ValueError:
        return None
    return text


def _address(text: str) -> str | None:
    return text if _ADDRESS.fullmatch(text) else None


def _point(text: str) -> str | None:
    match = _POINT.fullmatch(text)
    if match is None or abs(float(match[1])) > 180 or abs(float(match[2])) > 90:
        return None
    return text


_READERS: dict[URIRef, tuple[Callable[[str], str | None], str]] = {
    XSD.boolean: (_boolean, "true or false"),
    XSD.integer: (_integer, "a whole number such as 12"),
    XSD.nonNegativeInteger: (_not_negative, "a whole number of at least 0"),
    XSD.decimal: (_decimal, "a number such as 12 or 0.241, with a point and without thousands separators"),
    XSD.date: (_date, "an existing day written as 2014-09-29"),
    XSD.dateTime: (_date_time, "an existing day and time written as 2015-09-24T10:00:00"),
    XSD.gYear: (_year, "a year such as 2050"),
    XSD.gYearMonth: (_year_month, "a month written as 2014-01"),
    XSD.anyURI: (_address, "a web address that begins with http:// or https:// and holds no blank"),
    GEO.wktLiteral: (_point, "a point written as POINT(longitude latitude), e.g. POINT(7.68 45.07)"),
}

DATATYPES: tuple[str, ...] = tuple(sorted(shorten_iri(datatype) for datatype in _READERS))
"""The datatypes that a mapping may name, as prefixed names."""
