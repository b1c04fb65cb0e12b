"""Names of nodes for people: prefixed, with the label; a blank node is named by what leads to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF

from poca_kg.store.protocol import Term
from poca_kg.validate.phrases import visible, write_term
from poca_kg.vocabulary.labels import LABEL_PROPERTIES, pick_label

__all__ = ["Names"]

_LONGEST_CHAIN = 5
_LONGEST_LABEL = 80
_MOST_OWNERS = 50


@dataclass(frozen=True, eq=False)
class Names:
    """The names of the nodes of one graph in one language.

    Attributes
    ----------
    graph
        The data.
    background
        Where labels are looked for too: the ontology.
    language
        ``en`` or ``it``.
    """

    graph: Graph
    background: Graph
    language: str = "en"
    _labels: dict[Term, str] = field(default_factory=dict, init=False, repr=False)
    _names: dict[BNode, str] = field(default_factory=dict, init=False, repr=False)

    def label(self, node: Term) -> str:
        """Return the name of a node, followed by its label where it has one.

        >>> Names(Graph(), Graph()).label(URIRef("https://w3id.org/poca-kg/id/city/turin"))
        'city:turin'
        """
        if node not in self._labels:
            texts = [] if isinstance(node, Literal) else self._texts(node)
            best, name = pick_label(texts, self.language), self.name(node)
            self._labels[node] = name if best is None else f"{name} “{visible(str(best), _LONGEST_LABEL)}”"
        return self._labels[node]

    def name(self, node: Term) -> str:
        """Return the name of a node; that of a blank node says what it is and what leads to it."""
        if not isinstance(node, BNode):
            return write_term(node)
        if node not in self._names:
            self._names[node] = self._name(node, 0)
        return self._names[node]

    def _name(self, node: Term, depth: int) -> str:
        if not isinstance(node, BNode):
            return write_term(node)
        sorts = [sort for sort in self.graph.objects(node, RDF.type) if isinstance(sort, URIRef)]
        own = f"[ a {', '.join(sorted(map(write_term, sorts)))} ]" if sorts else "[]"
        if depth == _LONGEST_CHAIN:
            return own
        owners = []
        for subject, predicate in self.graph.subject_predicates(node):
            if isinstance(subject, Term) and isinstance(predicate, URIRef):
                owners.append((self._name(subject, depth + 1), write_term(predicate)))
            if len(owners) == _MOST_OWNERS:
                break
        return f"{min(owners)[0]} → {min(owners)[1]} → {own}" if owners else own

    def _texts(self, node: Term) -> list[Literal]:
        return [
            text
            for graph, key in self._labelled
            for text in graph.objects(node, key)
            if isinstance(text, Literal)
        ]

    @cached_property
    def _labelled(self) -> list[tuple[Graph, URIRef]]:
        """Return the properties for labels that are in use, each with the graph that uses it."""
        graphs = (self.graph, self.background)
        return [(graph, key) for graph in graphs for key in LABEL_PROPERTIES if (None, key, None) in graph]
