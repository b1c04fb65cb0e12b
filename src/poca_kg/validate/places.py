"""Where a finding lies: the line of a file, or the row of the table that a triple came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, SH

from poca_kg.errors import FilePlace
from poca_kg.store.lines import DocumentLines
from poca_kg.store.places import Places
from poca_kg.store.protocol import Solutions, Store, Term, Triple
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import last_steps, reach

__all__ = ["FileLocator", "Locator", "NoLocator", "RowLocator", "telling_triples"]

_MISSING = {SH.MinCountConstraintComponent, SH.QualifiedMinCountConstraintComponent}

_ROW_OF_TRIPLE = """
SELECT DISTINCT ?row
WHERE { GRAPH ?graph { ?subject ?predicate ?object . ?subject prov:wasDerivedFrom ?row } }
ORDER BY ?row
"""
_ROW_OF_SUBJECT = "SELECT DISTINCT ?row WHERE { ?subject prov:wasDerivedFrom ?row } ORDER BY ?row"


class Locator(Protocol):
    """Says where a finding lies."""

    def place(self, graph: Graph, finding: Finding) -> FilePlace | None:
        """Return the place of a finding about ``graph``, ``None`` where it is not known."""
        ...

    def excerpt(self, place: FilePlace | None) -> str:
        """Return the whole line that stands there, as it is; empty where it is not at hand."""
        ...


class NoLocator:
    """For graphs that came from no file."""

    def place(self, graph: Graph, finding: Finding) -> FilePlace | None:
        """Return ``None``: a graph in memory has no lines."""
        del graph, finding
        return None

    def excerpt(self, place: FilePlace | None) -> str:
        """Return nothing."""
        del place
        return ""


@dataclass(frozen=True, eq=False)
class FileLocator:
    """For the files of a user.

    Attributes
    ----------
    graph
        The triples of the files, without what is only seen beside them.
    lines
        The lines of each file.
    """

    graph: Graph
    lines: Mapping[str, DocumentLines]

    def place(self, graph: Graph, finding: Finding) -> FilePlace | None:
        """Return the line of the triple that tells most about the finding."""
        for triples in telling_triples(graph, finding):
            if places := sorted(filter(None, map(self._of_triple, triples))):
                return places[-1] if finding.component == SH.MaxCountConstraintComponent else places[0]
        return None

    def excerpt(self, place: FilePlace | None) -> str:
        """Return the line as it stands in its file."""
        if place is None or place.line is None or place.file not in self.lines:
            return ""
        return self.lines[place.file].text(place.line)

    def _of_triple(self, triple: Triple) -> FilePlace | None:
        if triple not in self.graph:
            return None
        for look in (DocumentLines.find_at_once, DocumentLines.find):
            for name, lines in self.lines.items():
                if (line := look(lines, triple)) is not None:
                    return FilePlace(name, line)
        return None


@dataclass(frozen=True, eq=False)
class RowLocator:
    """For the built graph: through ``prov:wasDerivedFrom`` to a row, or to the line of an ontology file."""

    store: Store
    places: Places

    def place(self, graph: Graph, finding: Finding) -> FilePlace | None:
        """Return file and line of the row, or of the ontology's triple, that tells most about the finding."""
        for triples in telling_triples(graph, finding):
            found = [self._of_triple(graph, triple) for triple in sorted(triples)]
            if known := sorted(place for place in found if place is not None):
                return known[0]
        return None

    def excerpt(self, place: FilePlace | None) -> str:
        """Return nothing: the sources of a built graph need not be at hand."""
        del place
        return ""

    def _of_triple(self, graph: Graph, triple: Triple) -> FilePlace | None:
        place = self.places.of_triple(*triple)
        if place is not None:
            return place
        subject, predicate, value = triple
        if not isinstance(subject, URIRef) or (subject, PROV.wasDerivedFrom, None) not in graph:
            return None
        bindings: dict[str, Term] = {"subject": subject, "predicate": predicate, "object": value}
        # no query can name a blank node
        rows = [] if isinstance(value, BNode) else self._rows(_ROW_OF_TRIPLE, bindings)
        rows = rows or self._rows(_ROW_OF_SUBJECT, {"subject": subject})
        known = sorted(place for row in rows if (place := self.places.of_row(row)) is not None)
        return known[0] if known else None

    def _rows(self, query: str, bindings: dict[str, Term]) -> list[URIRef]:
        answer = self.store.query(query, bindings=bindings)
        rows = answer.rows if isinstance(answer, Solutions) else ()
        return [row for (row,) in rows if isinstance(row, URIRef)]


def telling_triples(graph: Graph, finding: Finding) -> Iterator[set[Triple]]:
    """Yield sets of triples at which a finding can be shown, the most telling first.

    The triple that leads to the value; those that lead to any value where too many stand or the wrong ones;
    the type of the focus node; anything said of it; anything that leads to it.
    """
    focus, path = finding.focus, finding.path
    if path is not None and finding.value is not None:
        yield last_steps(graph, focus, path, finding.value)
    if path is None and finding.value not in (None, focus):
        yield _triples(graph, focus, None, finding.value) | _triples(graph, finding.value, None, focus)
    if path is not None and finding.component not in _MISSING:
        yield {step for value in reach(graph, focus, path) for step in last_steps(graph, focus, path, value)}
    yield _triples(graph, focus, RDF.type, None)
    yield _triples(graph, focus, None, None)
    yield _triples(graph, None, None, focus)


def _triples(graph: Graph, subject: Term | None, predicate: URIRef | None, value: Term | None) -> set[Triple]:
    if isinstance(subject, Literal):
        return set()
    return cast("set[Triple]", set(graph.triples((subject, predicate, value))))
