"""Which texts a datatype has: the lexical spaces of XML Schema as conditions in SPARQL.

Source: XML Schema 1.1, part 2. Casts would tell the same, but SPARQL 1.1 has them for seven datatypes only.
The regular expressions keep to what all SPARQL engines understand.
"""

from __future__ import annotations

from rdflib import URIRef
from rdflib.namespace import RDF, XSD

__all__ = ["lexical_condition"]

_ZONE = "(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = "-?([1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = "(0[1-9]|1[0-2])"
_LONG = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
_SHORT = "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_DAYS = f"({_LONG}|{_SHORT}|02-(0[1-9]|1[0-9]|2[0-8]))"
_FOURTH = "([02468][048]|[13579][26])"
_LEAP = f"-?([0-9]*[0-9]{{2}}(0[48]|[2468][048]|[13579][26])|[0-9]*{_FOURTH}00)"
_DATE = f"({_YEAR}-{_DAYS}|{_LEAP}-02-29)"
_TIME = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?|24:00:00(\\.0+)?)"
_HOURS = r"T([0-9]+H([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?|[0-9]+M([0-9]+(\\.[0-9]+)?S)?|[0-9]+(\\.[0-9]+)?S)"
_DAYS_AND_HOURS = f"([0-9]+D({_HOURS})?|{_HOURS})"
_MONTHS = "([0-9]+Y([0-9]+M)?|[0-9]+M)"
_FLOATING = r"([+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_SEXTETS = "[A-Za-z0-9+/] ?"

_TEXTS = {
    XSD.boolean: "(true|false|1|0)",
    XSD.integer: "[+-]?[0-9]+",
    XSD.decimal: r"[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)",
    XSD.double: _FLOATING,
    XSD.float: _FLOATING,
    XSD.date: f"{_DATE}{_ZONE}",
    XSD.dateTime: f"{_DATE}T{_TIME}{_ZONE}",
    XSD.dateTimeStamp: f"{_DATE}T{_TIME}{_ZONE.removesuffix('?')}",
    XSD.time: f"{_TIME}{_ZONE}",
    XSD.gYear: f"{_YEAR}{_ZONE}",
    XSD.gYearMonth: f"{_YEAR}-{_MONTH}{_ZONE}",
    XSD.gMonth: f"--{_MONTH}{_ZONE}",
    XSD.gMonthDay: f"--({_LONG}|{_SHORT}|02-(0[1-9]|[12][0-9])){_ZONE}",
    XSD.gDay: f"---(0[1-9]|[12][0-9]|3[01]){_ZONE}",
    XSD.duration: f"-?P({_MONTHS}({_DAYS_AND_HOURS})?|{_DAYS_AND_HOURS})",
    XSD.dayTimeDuration: f"-?P{_DAYS_AND_HOURS}",
    XSD.yearMonthDuration: f"-?P{_MONTHS}",
    XSD.hexBinary: "([0-9a-fA-F]{2})*",
    XSD.base64Binary: (
        f"(({_SEXTETS}){{4}})*(({_SEXTETS}){{3}}[A-Za-z0-9+/]"
        f"|({_SEXTETS}){{2}}[AEIMQUYcgkosw048] ?=|{_SEXTETS}[AQgw] ?= ?=)?"
    ),
    XSD.language: "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
}
"""The texts of each datatype, as a regular expression in a SPARQL string."""

_BOUNDS: dict[URIRef, tuple[int | None, int | None]] = {
    XSD.byte: (-(2**7), 2**7 - 1),
    XSD.short: (-(2**15), 2**15 - 1),
    XSD.int: (-(2**31), 2**31 - 1),
    XSD.long: (-(2**63), 2**63 - 1),
    XSD.unsignedByte: (0, 2**8 - 1),
    XSD.unsignedShort: (0, 2**16 - 1),
    XSD.unsignedInt: (0, 2**32 - 1),
    XSD.unsignedLong: (0, 2**64 - 1),
    XSD.nonNegativeInteger: (0, None),
    XSD.nonPositiveInteger: (None, 0),
    XSD.positiveInteger: (1, None),
    XSD.negativeInteger: (None, -1),
}
_SIGNED = {(0, None): "([+]?[0-9]+|-0+)", (None, 0): "(-[0-9]+|[+]?0+)"} | {
    (1, None): "[+]?0*[1-9][0-9]*",
    (None, -1): "-0*[1-9][0-9]*",
}


def lexical_condition(variable: str, datatype: URIRef) -> str:
    """Return a condition: the text of a literal is one that its datatype has; empty where any text is.

    It is false or an error for any other text.

    >>> lexical_condition("?v", XSD.negativeInteger)
    'REGEX(STR(?v), "^-0*[1-9][0-9]*$")'
    >>> lexical_condition("?v", XSD.string)
    ''
    """
    if datatype == RDF.langString:
        return f'LANG({variable}) != ""'
    bounds = _BOUNDS.get(datatype)
    if bounds is None:
        text = _TEXTS.get(datatype)
        return _matches(variable, text) if text else ""
    if bounds in _SIGNED:
        return _matches(variable, _SIGNED[bounds])
    number = f"<{XSD.decimal}>(STR({variable}))"
    integer = _matches(variable, _TEXTS[XSD.integer])
    least, most = (f'"{bound}"^^<{XSD.decimal}>' for bound in bounds)
    return f"{integer} && {number} >= {least} && {number} <= {most}"


def _matches(variable: str, text: str) -> str:
    return f'REGEX(STR({variable}), "^{text}$")'
