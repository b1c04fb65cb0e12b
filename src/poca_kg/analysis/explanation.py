"""What ``why`` returns: five kinds of origin, and nothing else.

::

    FromDocument    a place in a document, and the table row that records it
    FromRow         a table row alone
    FromRule        a rule with its inputs, each explained in turn
    FromFile        file and line of the ontology
    FromCatalogue   a field of source.toml, or a count of the build
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

from poca_kg.errors import FilePlace

__all__ = [
    "DocumentPlace",
    "Explanation",
    "FromCatalogue",
    "FromDocument",
    "FromFile",
    "FromRow",
    "FromRule",
    "Named",
    "RuleInput",
    "TableRow",
    "Voices",
    "explanation_to_json",
]


@dataclass(frozen=True)
class Named:
    """A thing or concept with the label to show for it."""

    iri: str
    label: str


@dataclass(frozen=True)
class TableRow:
    """A row of a curated table, and what its source asks of whoever uses it.

    ``licence`` and ``attribution`` are empty where the graph holds no catalogue; ``place`` is ``None`` where
    the dataset came without its list of places.
    """

    iri: str
    source: str
    table: str
    key: str
    place: FilePlace | None
    title: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class DocumentPlace:
    """A place in a document that a curator read, with how well it could be read."""

    evidence: str
    document: Named
    address: str
    locator: str
    paragraph: int | None
    sentence: int | None
    confidence: Named


@dataclass(frozen=True)
class Voices:
    """Who speaks: holders, reporter, curator, how sure the holder is, and the workshop."""

    held_by: tuple[Named, ...] = ()
    reported_by: tuple[Named, ...] = ()
    curated_by: tuple[Named, ...] = ()
    attribution: tuple[Named, ...] = ()
    workshop: tuple[Named, ...] = ()


@dataclass(frozen=True)
class FromDocument:
    """The triple stands in a document; a row of a table records it."""

    kind: ClassVar[str] = "document"
    graph: str
    subject: Named
    places: tuple[DocumentPlace, ...]
    voices: Voices
    row: TableRow


@dataclass(frozen=True)
class FromRow:
    """The triple is recorded in a row of a table that names no document."""

    kind: ClassVar[str] = "row"
    graph: str
    subject: Named
    row: TableRow


@dataclass(frozen=True)
class RuleInput:
    """One thing that a rule used. ``again`` says that it was explained further up, so that cycles end."""

    thing: Named
    explanations: tuple[Explanation, ...]
    again: bool = False


@dataclass(frozen=True)
class FromRule:
    """The triple was concluded by a rule."""

    kind: ClassVar[str] = "rule"
    graph: str
    subject: Named
    rule: Named
    inputs: tuple[RuleInput, ...]


@dataclass(frozen=True)
class FromFile:
    """The triple is written in a file of the ontology; no ``place`` where the list of places is missing."""

    kind: ClassVar[str] = "file"
    graph: str
    subject: Named
    place: FilePlace | None


@dataclass(frozen=True)
class FromCatalogue:
    """The triple describes a graph: ``field`` of the file at ``place``, or ``count`` for what was counted.

    The file is the ``source.toml`` of the source, or the ontology's ``catalogue.toml`` for our own graphs.
    """

    kind: ClassVar[str] = "catalogue"
    graph: str
    subject: Named
    field: str
    place: FilePlace | None


Explanation = FromDocument | FromRow | FromRule | FromFile | FromCatalogue


def explanation_to_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON values: ``kind`` first, places in files as ``file:line``.

    >>> explanation_to_json(FromFile("graph:ontology", Named("poca:City", "City"), FilePlace("terms.ttl", 7)))
    {'kind': 'file', 'graph': 'graph:ontology', 'subject': {'iri': 'poca:City', 'label': 'City'},
     'place': 'terms.ttl:7'}
    """
    told: dict[str, Any] = _plain(explanation)
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, FilePlace):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not is_dataclass(value):
        return value
    kind = {"kind": value.kind} if hasattr(value, "kind") else {}
    return kind | {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
