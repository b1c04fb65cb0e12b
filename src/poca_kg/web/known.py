"""What the graph knows of the things in an answer: their labels, and where documents can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import Literal, URIRef

from poca_kg.analysis.selecting import select
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.vocabulary.labels import LABEL_PATH, pick_label

__all__ = ["Known", "look_up", "safe_address"]

_MOST_THINGS = 10_000
_LABELS = f"SELECT ?thing ?value {{{{ VALUES ?thing {{{{ {{}} }}}} ?thing {LABEL_PATH} ?value }}}}"
_ADDRESSES = (
    "SELECT ?thing ?value {{ VALUES ?thing {{ {} }} ?thing dcterms:title ?title ; schema:url ?value }}"
)


@dataclass(frozen=True)
class Known:
    """Labels of things in every language, and addresses of those that are documents."""

    labels: Mapping[URIRef, frozenset[Literal]]
    addresses: Mapping[URIRef, frozenset[Literal]]

    def label(self, thing: URIRef, language: str) -> Literal | None:
        """Return the best label of a thing, or ``None`` if it has none."""
        return pick_label(self.labels.get(thing, ()), language)

    def address(self, thing: URIRef) -> str:
        """Return where a document can be read; of anything else, nothing."""
        return safe_address(min(map(str, self.addresses.get(thing, ())), default=""))

    def says(self, thing: Term | None, value: Term | None) -> bool:
        """Whether a value is nothing but a label or an address of a thing."""
        if not isinstance(thing, URIRef):
            return False
        known = self.labels.get(thing, frozenset()) | self.addresses.get(thing, frozenset())
        return str(value) in map(str, known)


def look_up(graph: KnowledgeGraph, terms: Iterable[Term | None]) -> Known:
    """Return what is known of the IRIs among ``terms``."""
    things = sorted({term for term in terms if isinstance(term, URIRef)})[:_MOST_THINGS]
    written = " ".join(sparql_term(thing) for thing in things)
    return Known(_values(graph, _LABELS.format(written)), _values(graph, _ADDRESSES.format(written)))


def safe_address(text: str) -> str:
    """Return an address that may be linked, with ``http`` or ``https``; of any other nothing.

    >>> safe_address("https://example.org/"), safe_address("javascript:alert(1)")
    ('https://example.org/', '')
    """
    return text if text.lower().startswith(("http://", "https://")) else ""


def _values(graph: KnowledgeGraph, query: str) -> dict[URIRef, frozenset[Literal]]:
    found: dict[URIRef, set[Literal]] = {}
    for row in select(graph.store, query):
        thing, value = row["thing"], row["value"]
        if isinstance(thing, URIRef) and isinstance(value, Literal):
            found.setdefault(thing, set()).add(value)
    return {thing: frozenset(values) for thing, values in found.items()}
