"""The parts of an explanation, read from the graph: names, rows, places in documents, voices."""

from __future__ import annotations

from rdflib import Literal, URIRef

from poca_kg.analysis.explanation_parts import Correction, DocumentPlace, Named, TableRow, Voices
from poca_kg.analysis.selecting import Solution, in_graph, iri_of, select, text_of
from poca_kg.store.places import Places
from poca_kg.store.protocol import Store
from poca_kg.vocabulary.iris import RowIri, parse_row_iri
from poca_kg.vocabulary.labels import LABEL_PATH, label_or_name
from poca_kg.vocabulary.terms import POCA

__all__ = ["Origins"]

_LABELS = f"""
SELECT DISTINCT ?s ?label ?notation WHERE {{
  ?s {LABEL_PATH} ?label .
  OPTIONAL {{ ?s poca:heldBy ?holder ; skos:notation ?notation }}
}}
"""
_ROWS = """
SELECT DISTINCT ?s ?row WHERE { GRAPH ?graph { ?s prov:wasDerivedFrom ?row } } ORDER BY ?row
"""
_SOURCE = """
SELECT ?graph ?title ?licence ?attribution WHERE {
  GRAPH graph:catalogue {
    ?graph dcterms:title ?title .
    OPTIONAL { ?graph dcterms:license ?licence }
    OPTIONAL { ?graph poca:attributionText ?attribution }
  }
  FILTER(LANG(?title) = "en")
} ORDER BY ?title ?licence ?attribution
"""
_CORRECTIONS = """
SELECT ?correction ?column ?old ?new ?reason ?by ?date WHERE {
  GRAPH graph:catalogue {
    ?correction poca:ofRow ?row ; poca:columnName ?column ; poca:oldText ?old ; poca:newText ?new ;
      skos:changeNote ?reason ; poca:curatorName ?by ; dcterms:created ?date .
  }
} ORDER BY ?column
"""
_PLACES = """
SELECT DISTINCT ?s ?evidence ?document ?address ?place ?locator ?paragraph ?sentence ?confidence WHERE {
  { GRAPH ?graph { ?s poca:evidence ?evidence } }
  UNION { GRAPH ?graph { ?s oa:hasSelector ?place } BIND(?s AS ?evidence) }
  ?evidence oa:hasSource ?document ; oa:hasSelector ?place .
  ?place poca:locator ?locator .
  OPTIONAL { ?evidence poca:confidence ?confidence }
  OPTIONAL { ?place poca:paragraph ?paragraph }
  OPTIONAL { ?place poca:sentence ?sentence }
  OPTIONAL { ?document schema:url ?address }
} ORDER BY ?document ?paragraph ?sentence ?locator ?evidence ?address
"""
_VOICES = """
SELECT DISTINCT ?s ?role ?who WHERE {
  VALUES ?role { poca:heldBy poca:reportedBy poca:curatedBy poca:attribution poca:expressedAt }
  GRAPH ?graph { ?s ?role ?who }
} ORDER BY ?role ?who
"""


class Origins:
    """Reads the parts of explanations from one store, and reads each name only once.

    It is made for one question and thrown away: what it remembers is never older than that.
    """

    def __init__(self, store: Store, places: Places) -> None:
        self.store = store
        self.places = places
        self._names: dict[URIRef, Named] = {}

    def name_of(self, thing: URIRef) -> Named:
        """Return a thing with its English label; a statement has its notation before it: ``S24 “…”``."""
        if thing not in self._names:
            self._names[thing] = self._read_name(thing)
        return self._names[thing]

    def find_rows(self, subject: URIRef, graph: URIRef) -> tuple[TableRow, ...]:
        """Return the table rows that ``graph`` derives ``subject`` from; a built graph has exactly one."""
        found = select(self.store, in_graph(_ROWS, graph), s=subject)
        rows = {iri: parts for row in found if (parts := parse_row_iri(iri := str(row["row"])))}
        if not rows:
            return ()
        source = next(iter(select(self.store, _SOURCE, graph=graph)), {})
        return tuple(self._table_row(iri, parts, source) for iri, parts in rows.items())

    def find_document_places(self, subject: URIRef, graph: URIRef) -> tuple[DocumentPlace, ...]:
        """Return the places in documents that ``subject`` names as evidence in ``graph``, as one reads."""
        by_evidence: dict[str, Solution] = {}
        for row in select(self.store, in_graph(_PLACES, graph), s=subject):
            by_evidence.setdefault(text_of(row, "evidence"), row)
        return tuple(self._document_place(row) for row in by_evidence.values())

    def find_voices(self, subject: URIRef, graph: URIRef) -> Voices:
        """Return who holds, reports and curated a statement; all empty for a thing that nobody states."""
        said: dict[str, list[Named]] = {}
        for row in select(self.store, in_graph(_VOICES, graph), s=subject):
            role = str(row["role"]).rpartition("/")[2]
            said.setdefault(role, []).append(self.name_of(iri_of(row["who"])))
        return Voices(
            held_by=tuple(said.get("heldBy", ())),
            reported_by=tuple(said.get("reportedBy", ())),
            curated_by=tuple(said.get("curatedBy", ())),
            attribution=tuple(said.get("attribution", ())),
            workshop=tuple(said.get("expressedAt", ())),
        )

    def _read_name(self, thing: URIRef) -> Named:
        rows = select(self.store, _LABELS, s=thing)
        name = label_or_name(thing, [text for row in rows if isinstance(text := row["label"], Literal)])
        notation = min((text_of(row, "notation") for row in rows), default="")
        return Named(str(thing), f"{notation} “{name}”" if notation else name)

    def _table_row(self, iri: str, parts: RowIri, source: Solution) -> TableRow:
        return TableRow(
            iri=iri,
            source=parts.source,
            table=parts.table,
            key=parts.key,
            place=self.places.of_row(iri),
            title=text_of(source, "title") or parts.source,
            licence=text_of(source, "licence"),
            attribution=text_of(source, "attribution"),
            corrections=self._corrections(URIRef(iri)),
        )

    def _corrections(self, row: URIRef) -> tuple[Correction, ...]:
        return tuple(
            Correction(
                column=text_of(found, "column"),
                old=text_of(found, "old"),
                new=text_of(found, "new"),
                reason=text_of(found, "reason"),
                by=text_of(found, "by"),
                date=text_of(found, "date"),
                place=self.places.of_triple(found["correction"], POCA.ofRow, row),
            )
            for found in select(self.store, _CORRECTIONS, row=row)
        )

    def _document_place(self, row: Solution) -> DocumentPlace:
        confidence = row.get("confidence")
        return DocumentPlace(
            evidence=text_of(row, "evidence"),
            document=self.name_of(iri_of(row["document"])),
            address=text_of(row, "address"),
            locator=text_of(row, "locator"),
            paragraph=_number(row, "paragraph"),
            sentence=_number(row, "sentence"),
            confidence=self.name_of(confidence) if isinstance(confidence, URIRef) else Named("", ""),
        )


def _number(row: Solution, name: str) -> int | None:
    return int(text) if (text := text_of(row, name)) else None
