r"""Where the engine does not read a query as the grammar says, and so not as the lexer does.

By the grammar the longest token wins: ``?a<1)#>`` is a variable and an IRI. The engine takes whatever fits
first: behind a value in brackets, ``<`` compares, and ``#>`` starts a comment. A gate that looks at one
reading while the engine follows the other guards nothing, so here the two are made one: where both readings
consist of the same marks the tokens are those of a comparison, elsewhere the text is refused. Nor does the
engine ask for a space behind a keyword: ``SERVICEex:a`` and ``trueSERVICE`` are what they seem to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from poca_kg.store.hints import Advice
from poca_kg.store.lexer import Kind, Token, iter_tokens
from poca_kg.store.syntax import syntax_error

__all__ = ["CLOSERS", "OPENERS", "as_the_engine_reads", "glued"]

OPENERS = frozenset({"{", "(", "[", "<<", "<<(", "{|"})
CLOSERS = frozenset({"}", ")", "]", ">>", ")>>", "|}"})
_VALUES = frozenset(Kind) - {Kind.MARK}
_SCHEME = re.compile(r"<([A-Za-z][A-Za-z0-9+.\-]*):")
_PARTS_THE_READINGS = frozenset("#'()[]")
_AMBIGUOUS = Advice(
    "this < may compare, or open an IRI", "put a space behind it to compare, and write an IRI in full"
)


def as_the_engine_reads(text: str, tokens: Sequence[Token], prefixes: Mapping[str, str]) -> tuple[Token, ...]:
    """Return the tokens with every ``<`` that the engine takes for a comparison as one.

    Raises
    ------
    QuerySyntaxError
        If a ``<`` can be read in two ways that part the rest of the text differently.
    """
    if not any(token.kind is Kind.IRI or token.text.startswith("<<") for token in tokens):
        return tuple(tokens)
    schemes = {*prefixes, *_declared(tokens)}
    read: list[Token] = []
    levels: list[str] = []
    for index, token in enumerate(tokens):
        if levels and levels[-1] == "(" and read and _ends_a_value(read[-1]):
            if token.text in ("<<", "<<("):
                raise syntax_error(text, tokens, index, _AMBIGUOUS)
            if token.kind is Kind.IRI and not _is_absolute(token.text, schemes):
                if not _PARTS_THE_READINGS.isdisjoint(token.text):
                    raise syntax_error(text, tokens, index, _AMBIGUOUS)
                read += _compared(token)
                continue
        read.append(token)
        if token.kind is Kind.MARK:
            if token.text in OPENERS:
                levels.append(token.text)
            elif token.text in CLOSERS and levels:
                levels.pop()
    return tuple(read)


def glued(token: Token, keyword: str) -> bool:
    """Whether a keyword, or a keyword that something is glued to, may be what the engine sees in a token.

    >>> from poca_kg.store.lexer import tokenise
    >>> [glued(token, "SERVICE") for token in tokenise("trueSERVICE SERVICEex:a ex:SERVICE ?SERVICE")]
    [True, True, False, False]
    """
    if token.kind is Kind.NAME:
        return keyword in token.text.partition(":")[0].upper()
    return keyword in token.word


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    """Iterate over what may be a prefix that the text declares."""
    for before, token in zip((None, *tokens), tokens, strict=False):
        name = token.text.partition(":")[0]
        if token.kind is Kind.NAME and before is not None and before.word == "PREFIX":
            yield name
        elif glued(token, "PREFIX"):
            yield name[len("PREFIX") :]


def _ends_a_value(token: Token) -> bool:
    return token.kind in _VALUES or token.text in CLOSERS


def _is_absolute(iri: str, schemes: set[str]) -> bool:
    """Whether an IRI starts with a scheme that is no prefix: then no comparison with a name fits."""
    scheme = _SCHEME.match(iri)
    return scheme is not None and scheme[1] not in schemes


def _compared(token: Token) -> list[Token]:
    """Return the tokens of ``<...>`` read as a comparison."""
    inner = [
        Token(one.kind, one.text, token.start + 1 + one.start, token.line, token.column + one.column)
        for one in iter_tokens(token.text[1:])
    ]
    return [Token(Kind.MARK, "<", token.start, token.line, token.column), *inner]
