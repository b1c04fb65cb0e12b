"""A store in memory for what is to be judged, and beside it what is only to be seen; texts are kept.

Two graphs hold it: what is judged, and what is seen but not judged. No triple stands in both, so that their
union is found without comparing them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox
from rdflib import Graph

from poca_kg.store.bridge import quad_to_engine
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexical import LexicalReader
from poca_kg.store.parsing import bad_data
from poca_kg.store.protocol import Document
from poca_kg.store.surrogates import keep_text
from poca_kg.store.verbatim import is_verbatim

__all__ = ["JUDGED_GRAPH", "SEEN_GRAPH", "LexicalStore"]

JUDGED_GRAPH = "urn:x-poca-kg:judged"
"""The graph of the triples that are judged."""
SEEN_GRAPH = "urn:x-poca-kg:seen"
"""The graph of the triples that are seen beside them."""

_JUDGED = ox.NamedNode(JUDGED_GRAPH)
_SEEN = ox.NamedNode(SEEN_GRAPH)


class LexicalStore:
    """Filled once, then asked: what is seen goes in after what is judged.

    Attributes
    ----------
    surrogates
        How many literals stand as surrogates.
    seen
        How many triples are seen only.

    >>> from poca_kg.store.formats import RdfSyntax
    >>> lexical = LexicalStore()
    >>> lexical.judge(Document(b'<http://e/a> <http://e/p> 01, 1 .', RdfSyntax.TURTLE), "f0")
    2
    >>> sorted(str(value) for value in lexical.judged.objects()), lexical.surrogates
    (['01', '1'], 1)
    """

    def __init__(self) -> None:
        self.surrogates = 0
        self.seen = 0
        self._engine = ox.Store()

    def judge(self, document: Document, mark: str) -> int:
        """Add a document that is to be judged; return how many triples it adds.

        Raises
        ------
        InputError
            If the document does not parse.
        """
        before = len(self._engine)
        if document.syntax is RdfSyntax.N_TRIPLES and is_verbatim(document.data):
            with bad_data(document.name):
                media = ox.RdfFormat.N_TRIPLES
                # Not bulk_load, which needs more memory and no less time.
                self._engine.load(document.data, format=media, to_graph=_JUDGED)
        else:
            reader = LexicalReader(document, _JUDGED, mark)
            self._engine.bulk_extend(reader)
            self.surrogates += reader.surrogates
        return len(self._engine) - before

    def judge_triples(self, triples: Iterable[Any]) -> None:
        """Add triples that are to be judged, with the blank nodes that they have.

        Raises
        ------
        UsageError
            If one of them is no triple of RDF.
        """
        self._engine.bulk_extend(self._kept(triples, JUDGED_GRAPH))

    def see(self, document: Document, mark: str) -> None:
        """Add a document that is seen, but not judged."""
        reader = LexicalReader(document, _SEEN, mark)
        self._see(reader)
        self.surrogates += reader.surrogates

    def see_triples(self, triples: Iterable[Any]) -> None:
        """Add triples that are seen, but not judged."""
        self._see(self._kept(triples, SEEN_GRAPH))

    def _see(self, quads: Iterable[ox.Quad]) -> None:
        known = self._engine
        new = [
            quad for quad in quads if ox.Quad(quad.subject, quad.predicate, quad.object, _JUDGED) not in known
        ]
        self._engine.extend(new)
        self.seen += len(new)

    def _kept(self, triples: Iterable[Any], graph: str) -> Iterator[ox.Quad]:
        for triple in triples:
            quad = quad_to_engine((*triple, graph))
            value = quad.object
            if isinstance(value, ox.Literal) and (surrogate := keep_text(value)) is not None:
                self.surrogates += 1
                quad = ox.Quad(quad.subject, quad.predicate, surrogate, quad.graph_name)
            yield quad

    @property
    def store(self) -> EmbeddedStore:
        """The store to ask; its default graph is the union."""
        return EmbeddedStore(self._engine, is_disjoint=True)

    @property
    def judged(self) -> Graph:
        """The triples that are judged."""
        return self.store.view(JUDGED_GRAPH, surrogates=self.surrogates > 0)

    @property
    def everything(self) -> Graph:
        """The triples that are judged, and those that are seen."""
        graph = None if self.seen else JUDGED_GRAPH
        return self.store.view(graph, surrogates=self.surrogates > 0)
