"""Cells: from the rows of a mapped table to the quads of the source's graph.

Each row gives one subject. Evidence and official codes become nodes of their own; each node that a row mints
names that row by ``prov:wasDerivedFrom``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from rdflib import RDF, SKOS, Literal, URIRef
from rdflib.namespace import PROV

from poca_kg.build.cell_text import split_values
from poca_kg.build.columns import (
    Column,
    EvidenceColumn,
    IdentifierColumn,
    IgnoredColumn,
    IriColumn,
    ReferenceColumn,
    TextColumn,
    ValueColumn,
)
from poca_kg.build.literals import plain_text, tagged_text, typed_literal
from poca_kg.build.mapping import TableMapping
from poca_kg.build.register import Register
from poca_kg.build.tables import Row, Table
from poca_kg.errors import FilePlace, Problem, UsageError
from poca_kg.store.protocol import Quad
from poca_kg.vocabulary.iris import graph_iri, mint_iri, row_iri, slugify
from poca_kg.vocabulary.terms import ADMS, OA, POCA

__all__ = ["TableQuads", "read_cells"]

_NOT_IN_SLUGS = re.compile(r"[^A-Za-z0-9.]+")


@dataclass
class TableQuads:
    """The quads of one source as they grow, and the identifiers given so far with the cells that did."""

    source: str
    register: Register
    quads: list[Quad] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    identifiers: dict[URIRef, FilePlace] = field(default_factory=dict)


def read_cells(table: Table, mapping: TableMapping, *, into: TableQuads) -> None:
    """Add the quads of a table's rows, and a problem for each cell that does not say what it should."""
    for row in table.rows:
        _RowReader(row, mapping, into=into).read()


class _RowReader:
    """Reads one row."""

    def __init__(self, row: Row, mapping: TableMapping, *, into: TableQuads) -> None:
        self._row, self._mapping, self._into = row, mapping, into
        self._register = into.register
        self._key = row.cells[mapping.head.key]
        self._graph = str(graph_iri(into.source))
        self._origin = row_iri(into.source, mapping.table, self._key)
        self._subject = mint_iri(mapping.head.kind, self._key)

    def read(self) -> None:
        """Add the row's quads: its types, its constants, its cells and its origin."""
        for class_iri in self._mapping.types:
            self._say(RDF.type, class_iri)
        if self._mapping.type_column:
            self._types_of_cell(self._mapping.type_column)
        for property_iri, value in self._mapping.constants:
            self._say(property_iri, value)
        for column in self._mapping.columns.values():
            self._cell(column)
        self._say(PROV.wasDerivedFrom, self._origin)

    def _say(self, predicate: URIRef, value: URIRef | Literal, *, of: URIRef | None = None) -> None:
        self._into.quads.append((of or self._subject, predicate, value, self._graph))

    def _refuse(self, column: str, what: str, advice: str = "") -> None:
        self._into.problems.append(Problem(self._row.place(column), f"{column}: {what}", advice))

    def _types_of_cell(self, column: str) -> None:
        names = self._values(column, many=True)
        if not names:
            self._refuse(column, "the row does not say what kind of thing it describes", "name a class")
        for name in names:
            try:
                self._say(RDF.type, self._register.resolve_class(name))
            except UsageError as error:
                self._refuse(column, error.what, error.advice)

    def _values(self, column: str, *, many: bool) -> list[str]:
        """Return the values of a cell, without those that cannot be one."""
        text = self._row.cells[column]
        if not many:
            return [text] if text else []
        values = split_values(text)
        for index, value in enumerate(values):
            if not value or value != value.strip():
                self._refuse(
                    column, f"a value beside | is empty or has a blank at its end: {value!r}", "take it out"
                )
            elif value in values[:index]:
                self._refuse(column, f"the value {value!r} stands twice", "take one out")
        return [value for index, value in enumerate(values) if value.strip() and value not in values[:index]]

    def _cell(self, column: Column) -> None:
        if isinstance(column, IgnoredColumn):
            return
        values = self._values(column.name, many=column.many)
        if not values and column.required:
            self._refuse(column.name, "the cell is empty", column.required)
        for value in values:
            if "|" in value and not isinstance(column, TextColumn):
                self._refuse(column.name, f"{value!r} holds several values, one is allowed", "keep one")
                continue
            try:
                self._value(column, value)
            except UsageError as error:
                self._refuse(column.name, error.what, error.advice)

    def _value(self, column: Column, value: str) -> None:
        match column:
            case ReferenceColumn():
                self._say(column.property, self._register.resolve(value, column.refs))
            case TextColumn():
                text = tagged_text(value, column.language) if column.language else plain_text(value)
                self._say(column.property, text)
            case ValueColumn():
                self._typed(column, value)
            case IriColumn():
                self._say(column.property, self._register.resolve_iri(value))
            case IdentifierColumn():
                self._identifier(column, value)
            case EvidenceColumn():
                self._evidence(column.name, value)

    def _typed(self, column: ValueColumn, value: str) -> None:
        try:
            self._say(column.property, typed_literal(value, column.datatypes))
        except ValueError as error:
            raise UsageError(f"{value!r} is not {error}", advice="correct the cell") from error
        if column.as_published:
            self._say(column.as_published, plain_text(value))

    def _identifier(self, column: IdentifierColumn, code: str) -> None:
        slug = _NOT_IN_SLUGS.sub("-", code).strip("-.")
        node = mint_iri("identifier", f"{column.scheme_slug}-{slug}")
        place = self._row.place(column.name)
        if node in self._into.identifiers:
            what = f"the code {code!r} is already given at {self._into.identifiers[node]}"
            raise UsageError(what, advice="a code stands for one thing: correct one of the two rows")
        self._into.identifiers[node] = place
        self._say(ADMS.identifier, node)
        self._say(RDF.type, ADMS.Identifier, of=node)
        self._say(SKOS.notation, plain_text(code), of=node)
        self._say(POCA.identifierScheme, column.scheme, of=node)
        self._say(POCA.schemeVersion, plain_text(column.version), of=node)
        self._say(PROV.wasDerivedFrom, self._origin, of=node)
        if column.link is not None:
            self._say(column.link, URIRef(column.address.replace("{}", quote(code, safe=""))))

    def _evidence(self, column: str, text: str) -> None:
        document, hash_sign, locator = text.partition("#")
        if not (document and hash_sign and locator):
            advice = "write document#locator, e.g. cities-do-not-act-alone#3.2"
            raise UsageError(f"{text!r} is not a place in a document", advice=advice)
        if not any(character.isascii() and character.isalnum() for character in locator):
            raise UsageError(
                f"the locator {locator!r} has no letter and no digit", advice="write for instance 3.2"
            )
        document_iri = self._register.resolve(document, ("document",))
        name = f"{document}--{slugify(locator)}"
        place_iri = self._register.resolve(name, ("place",))
        node = mint_iri("evidence", f"{self._mapping.head.kind}-{self._key}--{name}")
        self._say(POCA.evidence, node)
        self._say(RDF.type, POCA.Evidence, of=node)
        self._say(OA.hasSource, document_iri, of=node)
        self._say(OA.hasSelector, place_iri, of=node)
        self._say(PROV.wasDerivedFrom, self._origin, of=node)
        self._confidence(column, node)

    def _confidence(self, column: str, node: URIRef) -> None:
        name = self._mapping.confidence or column
        text = self._row.cells[name]
        if not text:
            self._refuse(
                name, "the row has evidence, but not how surely it was read", "name a concept of confidence"
            )
            return
        try:
            self._say(POCA.confidence, self._register.resolve(text, ("confidence",)), of=node)
        except UsageError as error:
            self._refuse(name, error.what, error.advice)
