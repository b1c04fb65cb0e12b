r"""Plain queries, known at a glance to pass the gate: one match of a pattern instead of token by token.

What matches is written with a part of SPARQL that can be read in one way only, is too short to nest or to
chain too deeply, and holds neither ``SERVICE`` nor ``LOAD`` anywhere, not even in a string. Whatever does not
match may still be fine; the gate then looks at each token.

That the gate would let it through follows from how the pieces end: where the lexer reads on beyond a piece
(``ex:a.b``, ``^^``, ``-5``), it ends with another piece. A ``<`` opens an IRI whose scheme is no prefix, or
has a space behind it. So a ``#`` between two pieces opens a comment, to the end of its line, and no other
``#`` does.
"""

from __future__ import annotations

import re
from functools import lru_cache

from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["SCHEMES", "form_at_a_glance", "prefixes_at_a_glance"]

SCHEMES = ("http", "https", "urn")
"""No prefix in this package has such a name."""

_LONGEST_NAME = max(map(len, PREFIXES))
_LONGEST = 4096
_IRI = rf"""<(?:{"|".join(SCHEMES)}):[^<>"{{}}|^`\\\x00-\x20]*+>"""
_PREFIX = "(?:[A-Za-z][0-9A-Za-z_-]*+)?+" + "".join(f"(?<!{scheme})" for scheme in SCHEMES) + ":"
_GAP = r"[ \t\r\n]*+(?:\#[^\x00\r\n]*+[ \t\r\n]*+)*+"
_PLAIN = re.compile(
    rf"""
    {_GAP}
    (?: (?i:PREFIX) (?=[ \t\r\n\#]) {_GAP} {_PREFIX} {_GAP} {_IRI} {_GAP} ){{0,40}}+
    ( (?i:SELECT|ASK|CONSTRUCT|DESCRIBE) ) (?![0-9A-Za-z_.:-])
    (?: {_GAP} (?:
        [?$][0-9A-Za-z_]++
      | [{{}}()\[\].,;*/+\-=>!|^?]
      | {_IRI}
      | _:[0-9A-Za-z_]++
      | {_PREFIX}[0-9A-Za-z_-]*+
      | (?! (?i:FROM) (?![0-9A-Za-z_]) ) [A-Za-z][0-9A-Za-z_]*+ (?![.:-])
      | "(?!"")[^"\\\x00\r\n]*+"
      | '(?!'')[^'\\\x00\r\n]*+'
      | [0-9]++(?:\.[0-9]++)?+ (?![0-9A-Za-z_.])
      | @[A-Za-z]++(?:-[A-Za-z0-9]++)*+
      | &&
      | <=?+(?=[ \t\r\n])
    ) ){{0,120}}+
    {_GAP}
    """,
    re.VERBOSE,
)


def form_at_a_glance(text: str) -> str:
    """Return the form of a plain query without FROM that the gate lets through, else nothing.

    >>> form_at_a_glance("SELECT ?o { <http://e/s> a ?o }"), form_at_a_glance("ASK { SERVICE ex:a {} }")
    ('SELECT', '')
    """
    if len(text) > _LONGEST or not text.isascii():
        return ""
    lower = text.lower()
    if "service" in lower or "load" in lower:
        return ""
    plain = _PLAIN.fullmatch(text)
    return plain[1].upper() if plain else ""


def prefixes_at_a_glance(text: str) -> dict[str, str]:
    """Return the prefixes of this package that a text may use: the engine takes long to take in all of them.

    >>> prefixes_at_a_glance("SELECT * { ?s rdf:type 'xsd' }")
    {'rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'}
    """
    found: dict[str, str] = {}
    for piece in text.split(":")[:-1]:
        found |= _named_at_the_end(piece[-_LONGEST_NAME:])
    return found


@lru_cache(maxsize=1024)
def _named_at_the_end(text: str) -> dict[str, str]:
    return {name: iri for name, iri in PREFIXES.items() if text.endswith(name)}
