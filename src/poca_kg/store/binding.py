"""Variables of a query bound beforehand, without gluing texts together.

A bound variable gets its value by a VALUES row at the start of the WHERE clause, so that it holds within the
pattern and in its filters. Where that cannot be (the query itself names the variable behind AS, the value is
a blank node, or there is no WHERE clause to begin) the engine substitutes it in what the query returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rdflib import BNode

from poca_kg.errors import UnknownNameError, UsageError
from poca_kg.store.bridge import EngineTerm, sparql_term, to_engine
from poca_kg.store.lexer import Kind, Token
from poca_kg.store.protocol import Term

__all__ = ["bind"]


def bind(
    text: str, tokens: Sequence[Token], bindings: Mapping[str, Term]
) -> tuple[str, dict[str, EngineTerm]]:
    """Return the query to ask, and what the engine is to substitute in it.

    >>> from rdflib import Literal
    >>> from poca_kg.store.lexer import tokenise
    >>> bind("ASK { ?s ?p ?o }", tokenise("ASK { ?s ?p ?o }"), {"o": Literal("due", lang="it")})
    ('ASK { VALUES (?o) { ("due"@it) }  ?s ?p ?o }', {})

    Raises
    ------
    UnknownNameError
        If the query has no such variable.
    UsageError
        If a value is no term, or is a blank node and the query does not return the variable.
    """
    known = {token.text[1:] for token in tokens if token.kind is Kind.VARIABLE}
    if unknown := sorted(set(bindings) - known):
        raise UnknownNameError("variable in the query", unknown[0], known)
    opening = _start_of_where(tokens)
    named = {token.text[1:] for before, token in pairwise(tokens) if before.word == "AS"}
    within = sorted(
        name
        for name, value in bindings.items()
        if opening is not None and name not in named and not isinstance(value, BNode)
    )
    _check_nameless(tokens, {name: value for name, value in bindings.items() if isinstance(value, BNode)})
    substituted = {name: to_engine(bindings[name]) for name in sorted(set(bindings) - set(within))}
    if opening is None or not within:
        return text, substituted
    names = " ".join(f"?{name}" for name in within)
    values = " ".join(sparql_term(bindings[name]) for name in within)
    start = tokens[opening].start + 1
    return f"{text[:start]} VALUES ({names}) {{ ({values}) }} {text[start:]}", substituted


def _check_nameless(tokens: Sequence[Token], nameless: Mapping[str, Term]) -> None:
    returned = _returned(tokens) if nameless else set()
    for name in sorted(nameless):
        if "*" not in returned and name not in returned:
            what = f"?{name} is bound to a blank node, which no query can name"
            raise UsageError(what, advice="let SELECT return the variable, or bind an IRI")


def _returned(tokens: Sequence[Token]) -> set[str]:
    """Return the names of the variables between SELECT and WHERE, and ``*`` where that stands alone."""
    names: set[str] = set()
    depth = 0
    for before, token in zip((None, *tokens), tokens[: _start_of_where(tokens)], strict=False):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind is Kind.VARIABLE and (depth == 0 or (before is not None and before.word == "AS")):
            names.add(token.text[1:])
        elif token.text == "*" and depth == 0:
            names.add("*")
    return names


def _start_of_where(tokens: Sequence[Token]) -> int | None:
    """Return the index of the ``{`` that opens the WHERE clause, ``None`` where nothing may begin it.

    A ``{`` within brackets is that of an EXISTS, the first behind CONSTRUCT that of the template; what
    CONSTRUCT WHERE opens holds triples only.
    """
    depth = 0
    templates = 0
    for before, token in zip((None, *tokens), tokens, strict=False):
        if before is not None and before.word == "CONSTRUCT":
            if token.text != "{":
                return None
            templates = 1
        if token.kind is not Kind.MARK:
            continue
        if token.text == "{" and depth == 0:
            if not templates:
                return tokens.index(token)
            templates = 0
        depth += {"(": 1, ")": -1, "{": 1, "}": -1}.get(token.text, 0)
    return None
