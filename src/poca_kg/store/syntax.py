"""What is wrong with a query that does not parse: the place in the user's own text, and what to do about it.

The engine's own message names the furthest character that some rule of its grammar looked at, which is
often behind the mistake, and lists what the rules expected. Here the mistake is brought back to a token: the
text is parsed once more with every token on a line of its own, so that the line alone says which one was in
the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from poca_kg.errors import QuerySyntaxError
from poca_kg.store.hints import Advice, advise
from poca_kg.store.lexer import Kind, Token
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["Complain", "excerpt", "explain", "syntax_error"]

Complain = Callable[[str], str | None]
"""Parse a text again and return the engine's message, or ``None`` if it parses."""

_ENGINE_PLACE = re.compile(r"error at (\d+):(\d+)")
_GAP = " " * 64
_MOST_TOKENS_TO_REPARSE = 4000


def excerpt(text: str, line: int, column: int, *, width: int = 72) -> str:
    r"""Return the line with a caret under the column, cut to ``width`` characters around it.

    >>> print(excerpt("SELECT *\nWHRE { ?s ?p ?o }", 2, 1))
    WHRE { ?s ?p ?o }
    ^
    """
    lines = text.split("\n")
    found = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    start = max(0, min(column - 1 - width // 2, len(found) - width))
    shown = "".join(
        character if character.isprintable() else " " for character in found[start : start + width]
    )
    return f"{shown}\n{' ' * (column - 1 - start)}^"


def syntax_error(text: str, tokens: Sequence[Token], index: int, advice: Advice) -> QuerySyntaxError:
    """Return the error that points at a token, or at the end of the text for an index behind the last one."""
    if index < len(tokens):
        token = tokens[index]
        what = advice.what or f"unexpected {_shown(token.text)}"
        return QuerySyntaxError(what, line=token.line, column=token.column, advice=advice.how)
    line, column = _end(text)
    what = advice.what or ("the query ends too early" if tokens else "the query is empty")
    return QuerySyntaxError(what, line=line, column=column, advice=advice.how)


def explain(text: str, tokens: Sequence[Token], message: str, complain: Complain) -> QuerySyntaxError:
    """Return what is wrong with a text that the engine refused with ``message``."""
    index = _locate(text, tokens, message, complain)
    for earlier, token in enumerate(tokens[: index + 1]):
        if token.kind is Kind.UNKNOWN:
            index = earlier
            break
    index, advice = advise(tokens, index, message, PREFIXES)
    return syntax_error(text, tokens, index, advice)


def _locate(text: str, tokens: Sequence[Token], message: str, complain: Complain) -> int:
    """Return the index of the token that the engine could not take, or the count of tokens for the end."""
    if len(tokens) <= _MOST_TOKENS_TO_REPARSE:
        first_lines, pieces, line = [], [], 1
        for token in tokens:
            first_lines.append(line)
            pieces.append(f"{token.text}{_GAP}\n")
            line += pieces[-1].count("\n")
        found = _ENGINE_PLACE.search(complain("".join(pieces) + _GAP) or "")
        if found:
            reached = int(found[1])
            return max((i for i, first in enumerate(first_lines) if first <= reached), default=0) + (
                reached >= line
            )
    found = _ENGINE_PLACE.search(message)
    place = (int(found[1]), int(found[2])) if found else (1, 1)
    if place >= _end(text):
        return len(tokens)
    return max((i for i, token in enumerate(tokens) if (token.line, token.column) <= place), default=0)


def _end(text: str) -> tuple[int, int]:
    """Return line and column behind the last character that is not white space."""
    kept = text.rstrip()
    return kept.count("\n") + 1, len(kept) - (kept.rfind("\n") + 1) + 1


def _shown(piece: str) -> str:
    """Return a piece of the query in quotation marks, on one line and not too long."""
    flat = " ".join(piece.split())
    return f"'{flat}'" if len(flat) <= 40 else f"'{flat[:37]}...'"
