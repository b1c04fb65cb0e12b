"""The catalogue: every graph with its origin, its licence, its size and its corrections, as VoID and DCAT.

Each triple of the catalogue comes from a field of a description (``source.toml`` of a source, or
``catalogue.toml`` of the ontology for our own graphs), from a cell of ``curation.csv``, or is a count;
:data:`CATALOGUE_FIELDS` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import RDF, SKOS, XSD, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, VOID

from poca_kg.build.counts import DATASET, count_represented, count_sizes, used_vocabularies
from poca_kg.build.description import Description
from poca_kg.build.folder import SourceFolder
from poca_kg.build.literals import plain_text, tagged_text, typed_literal
from poca_kg.build.sources import Licence
from poca_kg.build.toml_file import TomlFile
from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Quad, Term, Triple
from poca_kg.vocabulary.iris import correction_iri, graph_iri, row_iri
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.vocabulary.terms import POCA, SCHEMA

__all__ = ["CATALOGUE_FIELDS", "Catalogue", "make_catalogue"]

CATALOGUE_FIELDS: Mapping[URIRef, str] = {
    RDF.type: "id",
    DCTERMS.title: "title",
    POCA.producerName: "producer",
    DCTERMS.bibliographicCitation: "citation",
    POCA.attributionText: "attribution",
    SCHEMA.version: "version",
    DCAT.landingPage: "landing",
    DCTERMS.issued: "published",
    POCA.accessed: "accessed",
    DCTERMS.language: "language",
    DCTERMS.coverage: "coverage",
    DCTERMS.license: "licence.address",
    POCA.licenceEvidence: "licence.evidence",
    DCTERMS.isPartOf: "tables",
    DCTERMS.description: "tables",
    SCHEMA.contentUrl: "tables",
    VOID.subset: "id",
    POCA.ofRow: "key",
    POCA.columnName: "field",
    POCA.oldText: "old",
    POCA.newText: "new",
    SKOS.changeNote: "reason",
    POCA.curatorName: "by",
    DCTERMS.created: "date",
    POCA.rowCount: "count",
    POCA.representedRowCount: "count",
    VOID.triples: "count",
    VOID.distinctSubjects: "count",
    VOID.properties: "count",
    VOID.classes: "count",
    VOID.vocabulary: "count",
}
"""Where the value of a predicate of the catalogue comes from: a field of the description, a column of
``curation.csv``, or a count.

``id`` is the name of the source's folder, or of one of our own graphs: the triple says that it exists.
"""

_DATASET_COUNTS = (VOID.triples, VOID.distinctSubjects, VOID.properties, VOID.classes)


@dataclass(frozen=True)
class Catalogue:
    """The quads of the catalogue, and the line of the file for those that come from a field or a cell."""

    quads: tuple[Quad, ...]
    places: Mapping[Triple, FilePlace]


def make_catalogue(
    description: Description, folders: Sequence[SourceFolder], *, quads: Iterable[Quad]
) -> Catalogue:
    """Return the catalogue of a dataset that holds ``quads`` and the catalogue itself.

    The counts include the catalogue's own triples: their number does not depend on their values.
    """
    content = set(quads)
    graph = str(graph_iri("catalogue"))
    sources = {str(graph_iri(folder.source.id)) for folder in folders}
    graphs = sorted({graph, *sources, *(quad[3] for quad in content)})
    places = _describe_own(description, graphs).places
    for folder in folders:
        places |= {**_describe_source(folder).places, **_describe_corrections(folder)}
    described: set[Quad] = {(*triple, graph) for triple in places}
    described |= {
        (DATASET, VOID.vocabulary, URIRef(name), graph) for name in used_vocabularies(content | described)
    }
    sizes = count_sizes({*content, *described, *_counts(graphs, folders, sizes={})})
    for (source, table), number in count_represented(content).items():
        sizes[_table_iri(source, table), POCA.representedRowCount] = number
    return Catalogue((*described, *_counts(graphs, folders, sizes=sizes)), places)


class _FieldWriter:
    """Collects what the fields of one description say, each triple with the line of its field."""

    def __init__(self, file: TomlFile) -> None:
        self._file = file
        self.places: dict[Triple, FilePlace] = {}

    def say(self, subject: URIRef, predicate: URIRef, value: Term, *, path: Sequence[str]) -> None:
        self.places.setdefault((subject, predicate, value), self._file.place(*path))

    def classes(self, subject: URIRef, *classes: URIRef, path: Sequence[str]) -> None:
        for class_iri in classes:
            self.say(subject, RDF.type, class_iri, path=path)

    def titles(self, subject: URIRef, titles: tuple[str, str], *, path: Sequence[str]) -> None:
        for language, title in zip(LANGUAGES, titles, strict=True):
            self.say(subject, DCTERMS.title, tagged_text(title, language), path=[*path, language])

    def licence(self, subject: URIRef, licence: Licence) -> None:
        evidence = tagged_text(licence.evidence, "en")
        self.say(subject, DCTERMS.license, URIRef(licence.address), path=["licence", "address"])
        self.say(subject, POCA.licenceEvidence, evidence, path=["licence", "evidence"])


def _describe_own(description: Description, graphs: Sequence[str]) -> _FieldWriter:
    """Describe the dataset as a whole, and those of our own graphs that are in it."""
    writer = _FieldWriter(description.file)
    writer.classes(DATASET, DCAT.Dataset, VOID.Dataset, path=[])
    writer.titles(DATASET, description.title, path=["title"])
    writer.licence(DATASET, description.licence)
    for graph in graphs:
        writer.say(DATASET, VOID.subset, URIRef(graph), path=[])
    for name, titles in description.graphs.items():
        graph_node = graph_iri(name)
        if str(graph_node) in graphs:
            writer.classes(graph_node, DCAT.Dataset, VOID.Dataset, path=["graphs", name])
            writer.titles(graph_node, titles, path=["graphs", name])
            writer.licence(graph_node, description.licence)
    return writer


def _describe_source(folder: SourceFolder) -> _FieldWriter:
    """Describe a source and its tables."""
    source = folder.source
    writer, graph = _FieldWriter(source.file), graph_iri(source.id)
    writer.classes(graph, POCA.Source, DCAT.Dataset, VOID.Dataset, path=[])
    writer.titles(graph, source.title, path=["title"])
    writer.licence(graph, source.licence)
    values: dict[URIRef, Term] = {
        POCA.producerName: plain_text(source.producer),
        DCTERMS.bibliographicCitation: plain_text(source.citation),
        POCA.attributionText: plain_text(source.attribution),
        SCHEMA.version: plain_text(source.version),
        DCAT.landingPage: URIRef(source.landing),
        DCTERMS.issued: source.published,
        POCA.accessed: source.accessed,
        DCTERMS.language: plain_text(source.language),
        DCTERMS.coverage: tagged_text(source.coverage, "en"),
    }
    for predicate, value in values.items():
        writer.say(graph, predicate, value, path=[CATALOGUE_FIELDS[predicate]])
    for item in folder.tables:
        name = item.table.name
        table, path = _table_iri(source.id, name), ["tables", name]
        writer.classes(table, POCA.SourceTable, path=path)
        writer.say(table, DCTERMS.isPartOf, graph, path=path)
        writer.say(table, DCTERMS.description, tagged_text(source.tables[name], "en"), path=path)
        writer.say(table, SCHEMA.contentUrl, plain_text(item.table.file), path=path)
    return writer


def _describe_corrections(folder: SourceFolder) -> dict[Triple, FilePlace]:
    """Return what is said of each corrected cell, with the line of ``curation.csv`` that says it."""
    places: dict[Triple, FilePlace] = {}
    for one in folder.corrections:
        subject = correction_iri(folder.source.id, one.table, one.key, one.column)
        values: dict[URIRef, Term] = {
            RDF.type: POCA.Correction,
            POCA.ofRow: row_iri(folder.source.id, one.table, one.key),
            POCA.columnName: plain_text(one.column),
            POCA.oldText: plain_text(one.old),
            POCA.newText: plain_text(one.new),
            SKOS.changeNote: tagged_text(one.reason, "en"),
            POCA.curatorName: plain_text(one.by),
            DCTERMS.created: typed_literal(one.date, (XSD.date,)),
        }
        places |= {(subject, predicate, value): one.place for predicate, value in values.items()}
    return places


def _table_iri(source: str, table: str) -> URIRef:
    return URIRef(f"{graph_iri(source)}/table/{table}")


def _counts(
    graphs: Iterable[str], folders: Iterable[SourceFolder], *, sizes: Mapping[tuple[URIRef, URIRef], int]
) -> list[Quad]:
    """Return the counts of the catalogue, with 0 for a size that is not given."""
    catalogue = str(graph_iri("catalogue"))
    counted = [(URIRef(graph), VOID.triples) for graph in graphs]
    counted += [(DATASET, predicate) for predicate in _DATASET_COUNTS]
    rows: dict[tuple[URIRef, URIRef], int] = {}
    for folder in folders:
        for item in folder.tables:
            table = _table_iri(folder.source.id, item.table.name)
            counted += [(table, POCA.rowCount), (table, POCA.representedRowCount)]
            rows[table, POCA.rowCount] = len(item.table.rows)
    numbers = {key: rows.get(key, sizes.get(key, 0)) for key in counted}
    return [
        (subject, predicate, Literal(str(number), datatype=XSD.integer), catalogue)
        for (subject, predicate), number in numbers.items()
    ]
