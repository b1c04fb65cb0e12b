"""The dataset of an update, given beside its text: USING clauses written into the text itself."""

from __future__ import annotations

from collections.abc import Sequence

from poca_kg.errors import UsageError
from poca_kg.store.bridge import node
from poca_kg.store.lexer import Token

__all__ = ["with_dataset"]


def with_dataset(
    text: str, tokens: Sequence[Token], default_graphs: Sequence[str], named_graphs: Sequence[str]
) -> str:
    """Return an update whose every WHERE sees this dataset; without one, the text as it is.

    >>> from poca_kg.store.lexer import tokenise
    >>> text = "DELETE WHERE { ?s ?p 1 }"
    >>> with_dataset(text, tokenise(text), ["http://e/g"], [])
    'DELETE { ?s ?p 1 } USING <http://e/g> WHERE { ?s ?p 1 }'

    Raises
    ------
    UsageError
        If the text names a dataset itself (SPARQL 1.1 Protocol, section 2.2.3), or a graph has no IRI.
    """
    clauses = [f"USING {node(iri)} " for iri in default_graphs]
    clauses += [f"USING NAMED {node(iri)} " for iri in named_graphs]
    if not clauses:
        return text
    pieces, done = [], 0
    for index in _outside_braces(tokens):
        token = tokens[index]
        if token.word in ("USING", "WITH"):
            what = f"{token.word} in line {token.line}: the request names a dataset beside the update, too"
            raise UsageError(what, advice="name it in one of the two places")
        if token.word == "WHERE":
            pieces.append(text[done : token.start])
            if index and tokens[index - 1].word == "DELETE":
                pieces.append(f"{_pattern_behind(text, tokens, index)} ")
            pieces += clauses
            done = token.start
    return "".join([*pieces, text[done:]])


def _outside_braces(tokens: Sequence[Token]) -> list[int]:
    """Return the indices of the tokens that stand in no braces."""
    found, depth = [], 0
    for index, token in enumerate(tokens):
        if token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif depth == 0:
            found.append(index)
    return found


def _pattern_behind(text: str, tokens: Sequence[Token], index: int) -> str:
    """Return the group in braces that follows a token."""
    depth, start = 0, tokens[index].start
    for at in range(index + 1, len(tokens)):
        token = tokens[at]
        if token.text == "{":
            start = token.start if depth == 0 else start
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0:
                return text[start : token.start + 1]
    return text[start:]
