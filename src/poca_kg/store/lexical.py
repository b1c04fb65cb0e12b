"""Documents on their way into a store that is to hold what they say: texts kept, blank nodes numbered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import pyoxigraph as ox

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.parsing import NEWER, NEWER_ADVICE, iter_engine_quads
from poca_kg.store.protocol import Document
from poca_kg.store.surrogates import keep_text

__all__ = ["EngineTriple", "LexicalReader", "iter_triples"]

EngineTriple: TypeAlias = tuple[Any, Any, Any]
_DIRECTED = "http://www.w3.org/1999/02/22-rdf-syntax-ns#dirLangString"


class LexicalReader:
    """The triples of a document for one graph of a store, literals that it would rewrite as surrogates.

    Whichever graphs a document names, its triples go to the one. Blank nodes are numbered in the order in
    which the engine's parser meets them, after a mark that tells documents apart.

    >>> from poca_kg.store.formats import RdfSyntax
    >>> document = Document(b'_:x <http://e/p> 01 .', RdfSyntax.TURTLE)
    >>> reader = LexicalReader(document, ox.NamedNode("http://e/g"), "f0")
    >>> [quad.subject.value for quad in reader], reader.surrogates
    (['f0b0'], 1)
    """

    def __init__(self, document: Document, graph: ox.NamedNode | ox.DefaultGraph, mark: str) -> None:
        self.surrogates = 0
        self._document, self._graph, self._mark = document, graph, mark

    def __iter__(self) -> Iterator[ox.Quad]:
        graph, literal, quad = self._graph, ox.Literal, ox.Quad
        for subject, predicate, value in iter_triples(self._document, self._mark):
            kept = value
            if type(value) is literal and (surrogate := keep_text(value)) is not None:
                kept = surrogate
                self.surrogates += 1
            yield quad(subject, predicate, kept, graph)


def iter_triples(document: Document, mark: str) -> Iterator[EngineTriple]:
    """Iterate over the triples of a document as the engine's parser finds them, blank nodes numbered.

    Raises
    ------
    InputError
        If the document does not parse, is nested too deep, or holds terms of RDF 1.2.
    """
    named, literal = ox.NamedNode, ox.Literal
    numbers: dict[str, ox.BlankNode] = {}
    for subject, predicate, value, _ in iter_engine_quads(document):
        if type(subject) is not named:
            subject = _own(subject, numbers, mark, document)  # noqa: PLW2901
        if type(value) is literal:
            if value.datatype.value == _DIRECTED:
                raise _newer(document)
        elif type(value) is not named:
            value = _own(value, numbers, mark, document)  # noqa: PLW2901
        yield subject, predicate, value


def _own(node: object, numbers: dict[str, ox.BlankNode], mark: str, document: Document) -> ox.BlankNode:
    if not isinstance(node, ox.BlankNode):
        raise _newer(document)
    own = numbers.get(node.value)
    if own is None:
        own = numbers[node.value] = ox.BlankNode(f"{mark}b{len(numbers)}")
    return own


def _newer(document: Document) -> InputError:
    return InputError(NEWER, place=FilePlace(document.name), advice=NEWER_ADVICE)
