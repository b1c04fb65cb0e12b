"""The parts of an explanation, read from the graph: names, rows, places in documents, voices."""

from __future__ import annotations

from rdflib import Literal, URIRef

from poca_kg.analysis.explanation import DocumentPlace, Named, TableRow, Voices
from poca_kg.analysis.selecting import Row, iri_of, select, text_of
from poca_kg.store.places import Places
from poca_kg.store.protocol import Store
from poca_kg.vocabulary.iris import RowIri, parse_row_iri
from poca_kg.vocabulary.labels import LABEL_PATH, label_or_name

__all__ = ["find_document_places", "find_rows", "find_voices", "name_of"]

_LABELS = f"""
SELECT ?s ?label (SAMPLE(?code) AS ?notation) WHERE {{
  ?s {LABEL_PATH} ?label .
  OPTIONAL {{ ?s a/rdfs:subClassOf* poca:Statement ; skos:notation ?code }}
}} GROUP BY ?s ?label
"""
_ROWS = """
SELECT DISTINCT ?s ?row WHERE { GRAPH ?graph { ?s prov:wasDerivedFrom ?row } } ORDER BY ?row
"""
_SOURCE = """
SELECT ?graph ?title ?licence ?attribution WHERE {
  GRAPH graph:catalogue {
    ?graph dcterms:title ?title .
    OPTIONAL { ?graph dcterms:license ?licence }
    OPTIONAL { ?graph schema:creditText ?attribution }
  }
  FILTER(LANG(?title) = "en")
} ORDER BY ?title ?licence ?attribution
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


def name_of(store: Store, thing: URIRef) -> Named:
    """Return a thing with its English label; a statement's notation (``S24``) stands before its label."""
    rows = select(store, _LABELS, s=thing)
    name = label_or_name(thing, [text for row in rows if isinstance(text := row["label"], Literal)])
    notation = min((text_of(row, "notation") for row in rows), default="")
    return Named(str(thing), f"{notation}: {name}" if notation else name)


def find_rows(store: Store, places: Places, subject: URIRef, graph: URIRef) -> tuple[TableRow, ...]:
    """Return the table rows that ``graph`` derives ``subject`` from; a built graph has exactly one."""
    found = select(store, _in(_ROWS, graph), s=subject)
    iris = [iri for row in found if parse_row_iri(iri := str(row["row"]))]
    if not iris:
        return ()
    source = next(iter(select(store, _SOURCE, graph=graph)), {})
    return tuple(_table_row(iri, parts, places, source) for iri in iris if (parts := parse_row_iri(iri)))


def find_document_places(store: Store, subject: URIRef, graph: URIRef) -> tuple[DocumentPlace, ...]:
    """Return the places in documents that ``subject`` names as evidence in ``graph``, in reading order."""
    by_evidence: dict[str, Row] = {}
    for row in select(store, _in(_PLACES, graph), s=subject):
        by_evidence.setdefault(text_of(row, "evidence"), row)
    return tuple(_document_place(store, row) for row in by_evidence.values())


def find_voices(store: Store, subject: URIRef, graph: URIRef) -> Voices:
    """Return who holds, reports and curated a statement; all empty for a thing that nobody states."""
    said: dict[str, list[Named]] = {}
    for row in select(store, _in(_VOICES, graph), s=subject):
        said.setdefault(str(row["role"]).rpartition("/")[2], []).append(name_of(store, iri_of(row["who"])))
    return Voices(
        held_by=tuple(said.get("heldBy", ())),
        reported_by=tuple(said.get("reportedBy", ())),
        curated_by=tuple(said.get("curatedBy", ())),
        attribution=tuple(said.get("attribution", ())),
        workshop=tuple(said.get("expressedAt", ())),
    )


def _in(query: str, graph: URIRef) -> str:
    return query.replace("GRAPH ?graph", f"GRAPH {graph.n3()}")


def _table_row(iri: str, parts: RowIri, places: Places, source: Row) -> TableRow:
    return TableRow(
        iri=iri,
        source=parts.source,
        table=parts.table,
        key=parts.key,
        place=places.of_row(iri),
        title=text_of(source, "title") or parts.source,
        licence=text_of(source, "licence"),
        attribution=text_of(source, "attribution"),
    )


def _document_place(store: Store, row: Row) -> DocumentPlace:
    confidence = row.get("confidence")
    return DocumentPlace(
        evidence=text_of(row, "evidence"),
        document=name_of(store, iri_of(row["document"])),
        address=text_of(row, "address"),
        locator=text_of(row, "locator"),
        paragraph=_number(row, "paragraph"),
        sentence=_number(row, "sentence"),
        confidence=name_of(store, confidence) if isinstance(confidence, URIRef) else Named("", ""),
    )


def _number(row: Row, name: str) -> int | None:
    return int(text) if (text := text_of(row, name)) else None
