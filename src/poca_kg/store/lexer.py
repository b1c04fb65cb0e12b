"""The tokens of a SPARQL text, found in one linear pass that never fails.

What is not a token of SPARQL becomes a token of kind ``UNKNOWN``, so that whoever explains an error can
point at it. Comments and white space are left out. Terminals as in section 19.8 of the SPARQL 1.1 Query
Language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

__all__ = ["Kind", "Token", "iter_tokens", "tokenise"]


class Kind(Enum):
    """What a token is."""

    IRI = "iri"
    STRING = "string"
    VARIABLE = "variable"
    BLANK = "blank"
    NAME = "name"
    LANGUAGE = "language"
    NUMBER = "number"
    WORD = "word"
    MARK = "mark"
    UNKNOWN = "unknown"


_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its text, its offset in the query, and its line and column counted from 1."""

    kind: Kind
    text: str
    start: int
    line: int
    column: int

    @property
    def word(self) -> str:
        """The token in capitals if it is a word (keywords have no case), else empty."""
        return self.text.upper() if self.kind is Kind.WORD else ""


# PN_CHARS_BASE and PN_CHARS of the grammar.
_BASE = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_CHARS = rf"{_BASE}_0-9\u00B7\u0300-\u036F\u203F-\u2040"
# Possessive repetition, and a bound on prefixes (which may run on for long before no colon comes): no text
# makes the match go over more than a fixed number of characters twice.
_PREFIX = rf"(?:[{_BASE}][{_CHARS}.\-]{{0,100}}+)?"
_LOCAL = rf"(?:[{_CHARS}:\-.]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])*+"
_TOKENS = re.compile(
    rf"""
      (?P<skip>     [ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<iri>      <[^<>"{{}}|^`\\\x00-\x20]*+(?:\\[uU][0-9A-Fa-f]++[^<>"{{}}|^`\\\x00-\x20]*+)*+> )
    | (?P<string>   \"\"\"(?:[^"\\]|\\[\s\S]|"(?!""))*+\"\"\"
                  | '''(?:[^'\\]|\\[\s\S]|'(?!''))*+'''
                  | "(?!"")(?:[^"\\\r\n]|\\[^\r\n])*+"
                  | '(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+' )
    | (?P<variable> [?$][{_CHARS}]++ )
    | (?P<blank>    _:[{_BASE}_0-9][{_CHARS}.\-]*+ )
    | (?P<name>     {_PREFIX}:{_LOCAL} )
    | (?P<language> @[A-Za-z]++(?:--?[A-Za-z0-9]++)*+ )
    | (?P<number>   [+\-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+\-]?[0-9]++)? )
    | (?P<word>     [{_BASE}][{_CHARS}]*+ )
    | (?P<mark>     <<\( | \)>> | << | >> | \^\^ | \|\| | && | != | <= | >= | \{{\| | \|\}}
                  | [{{}}()\[\].,;*/+\-=<>!|^?~] )
    | (?P<unknown>  \"\"\"[\s\S]*+ | '''[\s\S]*+ | "[^\r\n]*+ | '[^\r\n]*+ | [\s\S] )
    """,
    re.VERBOSE,
)


def iter_tokens(text: str) -> Iterator[Token]:
    r"""Iterate over the tokens of a text, comments and white space left out.

    >>> [token.text for token in iter_tokens('ASK { ?s :p "SERVICE" } # LOAD')]
    ['ASK', '{', '?s', ':p', '"SERVICE"', '}']
    """
    line, line_start = 1, 0
    for match in _TOKENS.finditer(text):
        group, whole, start = match.lastgroup or "unknown", match.group(), match.start()
        if group != "skip":
            piece, rest = _without_final_dots(group, whole)
            yield Token(_KINDS[group], piece, start, line, start - line_start + 1)
            for offset in range(rest):
                at = start + len(piece) + offset
                yield Token(Kind.MARK, ".", at, line, at - line_start + 1)
        if "\n" in whole:
            line += whole.count("\n")
            line_start = start + whole.rindex("\n") + 1


def _without_final_dots(group: str, piece: str) -> tuple[str, int]:
    """Return a name or number without the full stops at its end, which end a triple, and their count."""
    if group not in ("name", "blank", "number"):
        return piece, 0
    kept = piece.rstrip(".")
    if group == "name" and kept.endswith("\\"):
        kept += "."
    return kept, len(piece) - len(kept)


def tokenise(text: str) -> tuple[Token, ...]:
    """Return all tokens of a text.

    >>> tokenise("ASK {}")[1]
    Token(kind=<Kind.MARK: 'mark'>, text='{', start=4, line=1, column=5)
    """
    return tuple(iter_tokens(text))
