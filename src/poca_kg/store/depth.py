r"""How deep data is nested, found in one linear pass before any parser descends into it.

The engine's parser of Turtle ends the process on a hundred thousand triple terms within each other, and
rdflib's breaks off at a hundred brackets; JSON-LD a thousand objects deep takes minutes to be made canonical.
What is not nested at all (IRIs, texts, comments) is passed over.
"""

from __future__ import annotations

import re

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.formats import RdfSyntax

__all__ = ["MOST_NESTED", "check_depth"]

MOST_NESTED = 64
_OPENERS = {
    RdfSyntax.TURTLE: (b"<<", b"[", b"(", b"{"),
    RdfSyntax.TRIG: (b"<<", b"[", b"(", b"{"),
    RdfSyntax.N_TRIPLES: (b"<<",),
    RdfSyntax.N_QUADS: (b"<<",),
    RdfSyntax.JSON_LD: (b"{", b"["),
}
# Possessive repetition, and an end of the file where a text is never closed: no byte is gone over twice.
_TOKENS = re.compile(
    rb"""
      (?P<skip>  \#[^\r\n]*+ | \\.
               | \"\"\"(?:[^"\\]|\\.|"(?!""))*+(?:\"\"\"|\Z) | '''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)
               | "(?:[^"\\\r\n]|\\.)*+"? | '(?:[^'\\\r\n]|\\.)*+'?
               | <(?!<)[^<>"{}|^`\\\x00-\x20]*+(?:\\[uU][^<>"{}|^`\\\x00-\x20]*+)*+>? )
    | (?P<open>  <<\(? | \{\|? | [(\[] )
    | (?P<close> \)?>> | \|?\} | [)\]] )
    """,
    re.VERBOSE | re.DOTALL,
)

_TOKENS_OF_JSON = re.compile(
    rb'(?P<skip> "(?:[^"\\]|\\.)*+"? ) | (?P<open> [{\[] ) | (?P<close> [}\]] )', re.VERBOSE | re.DOTALL
)


def check_depth(data: bytes, syntax: RdfSyntax, name: str) -> None:
    """Refuse data of any syntax but RDF/XML that is nested too deep to be parsed safely.

    >>> check_depth(b"_:a a " + b"[ a " * 100, RdfSyntax.TURTLE, "deep.ttl")
    Traceback (most recent call last):
    poca_kg.errors.InputError: deep.ttl:1:263: is nested more than 64 levels deep; give inner things a name

    Raises
    ------
    InputError
        With line and column of the bracket that is one too many.
    """
    openers = _OPENERS.get(syntax, ())
    if sum(data.count(opener) for opener in openers) <= MOST_NESTED:
        return
    depth = 0
    tokens = _TOKENS_OF_JSON if syntax is RdfSyntax.JSON_LD else _TOKENS
    for match in tokens.finditer(data):
        if match.lastgroup == "open" and match.group().startswith(openers):
            depth += 1
            if depth > MOST_NESTED:
                before = data[: match.start()].decode("utf-8", "replace")
                line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
                what = f"is nested more than {MOST_NESTED} levels deep"
                raise InputError(what, place=FilePlace(name, line, column), advice="give inner things a name")
        elif match.lastgroup == "close":
            depth = max(depth - 1, 0)
