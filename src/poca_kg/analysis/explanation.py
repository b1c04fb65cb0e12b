"""What ``why`` returns: five kinds of origin, and nothing else; ``str()`` gives each in words.

::

    FromDocument    a place in a document, and the table row that records it
    FromRow         a table row alone
    FromRule        a rule with its inputs, each explained in turn
    FromFile        file and line of the ontology
    FromCatalogue   a field of source.toml or curation.csv, or a count of the build
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

from poca_kg.analysis.explanation_parts import DocumentPlace, Named, TableRow, Voices
from poca_kg.errors import FilePlace
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = [
    "Explanation",
    "FromCatalogue",
    "FromDocument",
    "FromFile",
    "FromRow",
    "FromRule",
    "RuleInput",
    "explanation_lines",
    "explanation_to_json",
]


@dataclass(frozen=True)
class FromDocument:
    """The triple stands in a document; a row of a table records it."""

    kind: ClassVar[str] = "document"
    graph: str
    subject: Named
    places: tuple[DocumentPlace, ...]
    voices: Voices
    row: TableRow

    @property
    def lead(self) -> str:
        """Where it stands."""
        by_confidence: dict[str, list[str]] = {}
        for place in self.places:
            by_confidence.setdefault(str(place.confidence), []).append(str(place))
        stands = "; and in ".join(
            f"{' and in '.join(places)} ({confidence})"
            for confidence, places in sorted(by_confidence.items())
        )
        return f"{self.subject} stands in {stands}"

    def __str__(self) -> str:
        return "; ".join(part for part in (self.lead, str(self.voices), str(self.row)) if part)


@dataclass(frozen=True)
class FromRow:
    """The triple is recorded in a row of a table that names no document."""

    kind: ClassVar[str] = "row"
    graph: str
    subject: Named
    row: TableRow

    def __str__(self) -> str:
        return f"{self.subject} is recorded in {self.row}"


@dataclass(frozen=True)
class RuleInput:
    """One thing that a rule used. ``again`` says that it was explained further up, so that cycles end."""

    thing: Named
    explanations: tuple[Explanation, ...]
    again: bool = False

    def __str__(self) -> str:
        if self.again:
            return f"{self.thing} (explained above)"
        return "\n".join(map(str, self.explanations)) or str(self.thing)


@dataclass(frozen=True)
class FromRule:
    """The triple was concluded by a rule; in words, one indented line or more per input."""

    kind: ClassVar[str] = "rule"
    graph: str
    subject: Named
    rule: Named
    inputs: tuple[RuleInput, ...]

    @property
    def lead(self) -> str:
        """What was concluded by which rule."""
        return f"{self.subject} is concluded by the rule {self.rule} from:"

    def __str__(self) -> str:
        return "\n".join([self.lead, *(textwrap.indent(str(used), "  ") for used in self.inputs)])


@dataclass(frozen=True)
class FromFile:
    """The triple is written in a file of the ontology; no ``place`` where the list of places is missing.

    >>> graph = "https://w3id.org/poca-kg/graph/ontology"
    >>> print(FromFile(graph, Named("https://w3id.org/poca-kg/def/City", "City"), FilePlace("terms.ttl", 7)))
    City is written in terms.ttl:7 (graph:ontology)
    """

    kind: ClassVar[str] = "file"
    graph: str
    subject: Named
    place: FilePlace | None

    def __str__(self) -> str:
        place = self.place or "a file of the ontology (this dataset has no list of places)"
        return f"{self.subject} is written in {place} ({shorten_iri(self.graph)})"


@dataclass(frozen=True)
class FromCatalogue:
    """The triple describes a graph: ``field`` of the file at ``place``, or ``count`` for what was counted.

    The file is the ``source.toml`` of the source, the ontology's ``catalogue.toml`` for our own graphs, or
    the ``curation.csv`` that holds a correction.
    """

    kind: ClassVar[str] = "catalogue"
    graph: str
    subject: Named
    field: str
    place: FilePlace | None

    def __str__(self) -> str:
        if self.field == "count":
            return f"{self.subject}: a count, made when the graph was built"
        return f"{self.subject}: the field {self.field} of {self.place or 'its description'}"


Explanation = FromDocument | FromRow | FromRule | FromFile | FromCatalogue


def explanation_lines(explanation: Explanation) -> Iterator[tuple[int, str]]:
    """Yield an explanation item by item, each with its depth: who speaks below where it stands, and so on.

    >>> told = FromRule("g", Named("d", "D1"), Named("r", "closure"), (RuleInput(Named("s", "S1"), ()),))
    >>> list(explanation_lines(told))
    [(0, 'D1 is concluded by the rule closure from:'), (1, 'S1')]
    """
    match explanation:
        case FromDocument(voices=voices, row=row):
            yield 0, explanation.lead
            below = (*voices.clauses, row.name, row.terms, *map(str, row.corrections))
        case FromRow(subject=subject, row=row):
            yield 0, f"{subject} is recorded in {row.name}"
            below = (row.terms, *map(str, row.corrections))
        case FromRule(inputs=inputs):
            yield 0, explanation.lead
            for used in inputs:
                yield from ((depth + 1, text) for depth, text in _input_lines(used))
            return
        case _:
            yield 0, str(explanation)
            return
    yield from ((1, text) for text in below if text)


def _input_lines(used: RuleInput) -> Iterator[tuple[int, str]]:
    if used.again or not used.explanations:
        yield 0, str(used)
        return
    for explanation in used.explanations:
        yield from explanation_lines(explanation)


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
