"""Shapes that a stranger sent: what could leave the sandbox, run a script or not end is refused beforehand.

The rest is left to the limits of the worker. What SHACL calls advanced (SHACL-AF, SHACL-JS) is refused and
not passed over: whoever sends a rule expects it to count.
"""

from __future__ import annotations

import re

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from poca_kg.errors import InputError, LimitError, PocaError, RemoteAccessError, ShapesError
from poca_kg.store.gate import query_form
from poca_kg.store.lexer import Kind, iter_tokens, tokenise
from poca_kg.validate.compiler.sparql import declared_prefixes
from poca_kg.validate.paths import as_term
from poca_kg.validate.phrases import write_term
from poca_kg.validate.shapes import Shapes

__all__ = ["check_foreign_shapes"]

_ADVANCED = (
    "expression", "filterShape", "js", "jsFunctionName", "jsLibrary", "jsLibraryURL", "nodes", "rule",
    "target", "targetType", "values",
)  # fmt: skip
_QUERIES = ("ask", "select")
_LONGEST_PATTERN = 1000
_FLAGS = re.compile(r"[ismxq]*")
_PYTHON_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}


class _RefusedShapeError(Exception):
    """What is wrong with the shapes, and the node at which it stands."""

    def __init__(self, node: Node, what: str, advice: str) -> None:
        super().__init__(what)
        self.node, self.what, self.advice = node, what, advice


def check_foreign_shapes(rules: Graph) -> None:
    """Refuse shapes that ask for what is not done over HTTP, and patterns and queries that are none.

    >>> check_foreign_shapes(Graph().parse(data='<x:s> <http://www.w3.org/ns/shacl#pattern> "[" .'))
    Traceback (most recent call last):
    poca_kg.errors.ShapesError: <x:s>: sh:pattern is no regular expression: ...

    Raises
    ------
    ShapesError
        With the shape node.
    RemoteAccessError
        If a query would leave for another address.
    """
    try:
        _check(rules)
    except _RefusedShapeError as refusal:
        shape = _named(rules, refusal.node)
        raise ShapesError(refusal.what, shape=shape, advice=refusal.advice) from None


def _check(rules: Graph) -> None:
    for name in _ADVANCED:
        for node in rules.subjects(URIRef(f"{SH}{name}")):
            advice = "say it in SHACL Core or as a sh:sparql query"
            raise _RefusedShapeError(node, f"sh:{name} is not judged here", advice)
    _check_declarations(rules)
    for node, pattern in rules.subject_objects(SH.pattern):
        _check_pattern(node, pattern, [str(flags) for flags in rules.objects(node, SH.flags)])
    for name in _QUERIES:
        for node, text in rules.subject_objects(URIRef(f"{SH}{name}")):
            _check_query(node, name, text)
            _check_prefixes(rules, node, name, str(text))


def _check_declarations(rules: Graph) -> None:
    """Refuse prefixes and parameters of components that the engine would stumble over."""
    for node in rules.objects(predicate=SH.parameter):
        if any(not isinstance(path, URIRef) for path in rules.objects(node, SH.path)):
            raise _RefusedShapeError(node, "the path of a parameter is no property", "write one IRI")
    for node in rules.objects(predicate=SH.declare):
        for said in (*rules.objects(node, SH.prefix), *rules.objects(node, SH.namespace)):
            if not isinstance(said, Literal):
                raise _RefusedShapeError(node, "a prefix is declared by what is no text", "write a text")


def _check_pattern(node: Node, pattern: Node, flags: list[str]) -> None:
    given = "".join(flags)
    if not isinstance(pattern, Literal):
        raise _RefusedShapeError(node, "sh:pattern is no text", "write it in quotation marks")
    if len(pattern) > _LONGEST_PATTERN:
        what = f"sh:pattern has {len(pattern)} characters; {_LONGEST_PATTERN} are allowed"
        raise _RefusedShapeError(node, what, "divide it into several patterns")
    if not _FLAGS.fullmatch(given):
        raise _RefusedShapeError(
            node, f"sh:flags {given!r} holds a flag that there is not", "known are i, s, m, x and q"
        )
    try:
        re.compile(str(pattern), sum({_PYTHON_FLAGS[flag] for flag in given if flag in _PYTHON_FLAGS}))
    except (re.error, OverflowError, RecursionError) as error:
        advice = "correct it; in Turtle a backslash is written twice"
        raise _RefusedShapeError(node, f"sh:pattern is no regular expression: {error}", advice) from None


def _check_query(node: Node, name: str, text: Node) -> None:
    try:
        query_form(str(text))
        if any(token.word == "FROM" for token in iter_tokens(str(text))):
            raise _RefusedShapeError(
                node, f"sh:{name} names a dataset", "leave out FROM: the query is about the data"
            )
    except RemoteAccessError as error:
        raise RemoteAccessError(f"sh:{name}: {error.what}", advice=error.advice) from None
    except LimitError as error:
        raise _RefusedShapeError(node, f"sh:{name}: {error.what}", error.advice) from None
    except PocaError as error:
        raise _RefusedShapeError(node, f"sh:{name} is no query: {error.what}", error.advice) from None


def _check_prefixes(rules: Graph, node: Node, name: str, text: str) -> None:
    """Refuse a query with a prefix that is declared neither in it nor by ``sh:prefixes``."""
    try:
        declared = set(declared_prefixes(rules, as_term(node)))
    except ShapesError as error:
        raise _RefusedShapeError(node, error.what, error.advice) from None
    tokens = tokenise(text)
    for before, token in zip(("", *(one.word for one in tokens)), tokens, strict=False):
        if token.kind is Kind.NAME:
            prefix = token.text.partition(":")[0]
            if before == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                advice = "declare it by sh:prefixes"
                raise _RefusedShapeError(node, f"sh:{name}: the prefix {prefix}: is not declared", advice)


def _named(rules: Graph, node: Node) -> str:
    """Return the name of a shape, or of the nearest one around it that has one; nothing where none has."""
    if not isinstance(node, URIRef | BNode):
        return ""
    try:
        return write_term(Shapes.alone(rules).named_shape(node))
    except InputError:
        return ""
