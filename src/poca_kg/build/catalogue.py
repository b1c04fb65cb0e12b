"""The catalogue: every graph with its origin, its licence and its size, as VoID and DCAT.

Each triple of the catalogue comes from a field of a description (``source.toml`` of a source, or
``catalogue.toml`` of the ontology for our own graphs) or is a count; :data:`CATALOGUE_FIELDS` says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV, VOID

from poca_kg.build.description import Description
from poca_kg.build.folder import SourceFolder
from poca_kg.build.literals import plain_text, tagged_text
from poca_kg.build.sources import Licence
from poca_kg.build.toml_file import TomlFile
from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Quad, Term, Triple
from poca_kg.vocabulary.iris import BASE, graph_iri, parse_row_iri
from poca_kg.vocabulary.prefixes import PREFIXES
from poca_kg.vocabulary.terms import POCA, SCHEMA

__all__ = ["CATALOGUE_FIELDS", "Catalogue", "count_represented", "make_catalogue"]

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
    POCA.rowCount: "count",
    POCA.representedRowCount: "count",
    VOID.triples: "count",
    VOID.distinctSubjects: "count",
    VOID.properties: "count",
    VOID.classes: "count",
    VOID.vocabulary: "count",
}
"""Where the value of a predicate of the catalogue comes from: a field of the description, or a count.

``id`` is the name of the source's folder, or of one of our own graphs: the triple says that it exists.
"""

_DATASET = URIRef(BASE)
_DATASET_COUNTS = (VOID.triples, VOID.distinctSubjects, VOID.properties, VOID.classes)


@dataclass(frozen=True)
class Catalogue:
    """The quads of the catalogue, and the line of the description for those that come from a field."""

    quads: tuple[Quad, ...]
    places: Mapping[Triple, FilePlace]


def count_represented(quads: Iterable[Quad]) -> Counter[tuple[str, str]]:
    """Return, by source and table, how many rows something in the graph is derived from."""
    named = {str(value) for _, predicate, value, _ in quads if predicate == PROV.wasDerivedFrom}
    rows = (parse_row_iri(name) for name in named)
    return Counter((row.source, row.table) for row in rows if row is not None)


def make_catalogue(
    description: Description, folders: Sequence[SourceFolder], quads: Iterable[Quad]
) -> Catalogue:
    """Return the catalogue of a dataset that holds ``quads`` and the catalogue itself.

    The counts include the catalogue's own triples: their number does not depend on their values.
    """
    content = set(quads)
    writer = _Writer()
    graphs = sorted({quad[3] for quad in content} | {writer.graph})
    _describe_dataset(writer, description, graphs)
    for folder in folders:
        if str(graph_iri(folder.source.id)) in graphs:
            _describe_source(writer, folder)
    for name, titles in description.graphs.items():
        if str(graph_iri(name)) in graphs:
            _describe_own(writer, graph_iri(name), titles, description)
    described = content | set(writer.quads)
    vocabularies = _vocabularies(described, writer.graph)
    sizes = _sizes({*described, *vocabularies, *_counts(graphs, folders, {})})
    for (source, table), number in count_represented(content).items():
        sizes[_table_iri(source, table), POCA.representedRowCount] = number
    return Catalogue((*writer.quads, *vocabularies, *_counts(graphs, folders, sizes)), writer.places)


class _Writer:
    """Collects the described quads, each with the place of the field that it comes from."""

    def __init__(self) -> None:
        self.graph = str(graph_iri("catalogue"))
        self.quads: list[Quad] = []
        self.places: dict[Triple, FilePlace] = {}

    def say(self, subject: URIRef, predicate: URIRef, value: Term, place: FilePlace) -> None:
        self.quads.append((subject, predicate, value, self.graph))
        self.places.setdefault((subject, predicate, value), place)

    def titles(self, subject: URIRef, titles: tuple[str, str], file: TomlFile, *path: str) -> None:
        for language, title in zip(("en", "it"), titles, strict=True):
            self.say(subject, DCTERMS.title, tagged_text(title, language), file.place(*path, language))


def _describe_dataset(writer: _Writer, description: Description, graphs: Iterable[str]) -> None:
    file = description.file
    for class_iri in (DCAT.Dataset, VOID.Dataset):
        writer.say(_DATASET, RDF.type, class_iri, file.place())
    writer.titles(_DATASET, (description.title_en, description.title_it), file, "title")
    _describe_licence(writer, _DATASET, description.licence, file)
    for graph in graphs:
        writer.say(_DATASET, VOID.subset, URIRef(graph), file.place())


def _describe_own(writer: _Writer, graph: URIRef, titles: tuple[str, str], description: Description) -> None:
    file, name = description.file, graph.rpartition("/")[2]
    for class_iri in (DCAT.Dataset, VOID.Dataset):
        writer.say(graph, RDF.type, class_iri, file.place("graphs", name))
    writer.titles(graph, titles, file, "graphs", name)
    _describe_licence(writer, graph, description.licence, file)


def _describe_licence(writer: _Writer, subject: URIRef, licence: Licence, file: TomlFile) -> None:
    writer.say(subject, DCTERMS.license, URIRef(licence.address), file.place("licence", "address"))
    writer.say(
        subject, POCA.licenceEvidence, tagged_text(licence.evidence, "en"), file.place("licence", "evidence")
    )


def _describe_source(writer: _Writer, folder: SourceFolder) -> None:
    source, file = folder.source, folder.source.file
    graph = graph_iri(source.id)
    for class_iri in (POCA.Source, DCAT.Dataset, VOID.Dataset):
        writer.say(graph, RDF.type, class_iri, file.place())
    writer.titles(graph, (source.title_en, source.title_it), file, "title")
    _describe_licence(writer, graph, source.licence, file)
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
        writer.say(graph, predicate, value, file.place(CATALOGUE_FIELDS[predicate]))
    for item in folder.tables:
        name = item.table.name
        table, place = _table_iri(source.id, name), file.place("tables", name)
        writer.say(table, RDF.type, POCA.SourceTable, place)
        writer.say(table, DCTERMS.isPartOf, graph, place)
        writer.say(table, DCTERMS.description, tagged_text(source.tables[name], "en"), place)
        writer.say(table, SCHEMA.contentUrl, plain_text(item.table.file), place)


def _table_iri(source: str, table: str) -> URIRef:
    return URIRef(f"{graph_iri(source)}/table/{table}")


def _counts(
    graphs: Iterable[str],
    folders: Iterable[SourceFolder],
    sizes: Mapping[tuple[URIRef, URIRef], int],
) -> list[Quad]:
    """Return the counts of the catalogue, with 0 for a size that is not given."""
    catalogue = str(graph_iri("catalogue"))
    counted = [(URIRef(graph), VOID.triples) for graph in graphs]
    counted += [(_DATASET, predicate) for predicate in _DATASET_COUNTS]
    numbers = [(subject, predicate, sizes.get((subject, predicate), 0)) for subject, predicate in counted]
    for folder in folders:
        for item in folder.tables:
            table = _table_iri(folder.source.id, item.table.name)
            numbers.append((table, POCA.rowCount, len(item.table.rows)))
            numbers.append((table, POCA.representedRowCount, sizes.get((table, POCA.representedRowCount), 0)))
    return [
        (subject, predicate, Literal(str(number), datatype=XSD.integer), catalogue)
        for subject, predicate, number in numbers
    ]


def _sizes(quads: Iterable[Quad]) -> dict[tuple[URIRef, URIRef], int]:
    """Return every count that the catalogue gives of a dataset, by subject and predicate."""
    triples: dict[str, set[Triple]] = {}
    for subject, predicate, value, graph in quads:
        triples.setdefault(graph, set()).add((subject, predicate, value))
    union = set().union(*triples.values())
    counts = {(URIRef(graph), VOID.triples): len(members) for graph, members in triples.items()}
    counts[_DATASET, VOID.triples] = sum(len(members) for members in triples.values())
    counts[_DATASET, VOID.distinctSubjects] = len({subject for subject, _, _ in union})
    counts[_DATASET, VOID.properties] = len({predicate for _, predicate, _ in union})
    counts[_DATASET, VOID.classes] = len({value for _, predicate, value in union if predicate == RDF.type})
    return counts


def _vocabularies(quads: Iterable[Quad], graph: str) -> list[Quad]:
    """Return which namespaces of the prefix table predicates and classes come from."""
    terms = {str(predicate) for _, predicate, _, _ in quads}
    terms |= {str(value) for _, predicate, value, _ in quads if predicate == RDF.type}
    used = {_namespace(term) for term in terms} & set(PREFIXES.values())
    return [(_DATASET, VOID.vocabulary, URIRef(name), graph) for name in sorted(used)]


def _namespace(term: str) -> str:
    return term[: max(term.rfind("#"), term.rfind("/")) + 1]
