"""The report: one model of what a validation found, whatever was validated and however it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rdflib import Literal, URIRef
from rdflib.namespace import SH

from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Term
from poca_kg.validate.paths import PropertyPath, write_path

__all__ = ["Report", "Result", "Severity"]


class Severity(StrEnum):
    """How bad a result is. Only a violation keeps a graph from being published."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst, rising.

        >>> sorted(Severity, key=lambda severity: severity.rank)[0].value
        'violation'
        """
        return list(Severity).index(self)

    @property
    def iri(self) -> URIRef:
        """The severity of the SHACL vocabulary."""
        return {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}[self.value]

    @classmethod
    def of_iri(cls, iri: object) -> Severity:
        """Return the severity of an IRI; one that SHACL does not know counts as the worst."""
        return next((severity for severity in cls if severity.iri == iri), cls.VIOLATION)


@dataclass(frozen=True)
class Result:
    """One thing that a rule found, told so that whoever reads it can put it right.

    Attributes
    ----------
    what
        What is wrong: the message of the rule in the language of the report.
    focus_node, focus_label
        The node that was checked, and its name with its label.
    property_path, value
        Where in the surroundings of the node, and the value there; ``None`` where the rule is about neither.
    found, expected, how_to_fix
        What stands there, what should, and what to do.
    severity, shape, component
        How bad it is; the IRIs of the rule (the nearest shape with an IRI) and of the constraint component.
    messages
        The message in every language that the rule has.
    details
        Why a value does not conform to the shape asked of it: one text for each reason.
    nested
        The results that this one rests on (``sh:detail``), each with its own nested ones.
    place, excerpt
        File and line, if they are known, and the text of that line.
    """

    what: str
    focus_node: Term
    focus_label: str
    property_path: PropertyPath | None
    value: Term | None
    found: str
    expected: str
    how_to_fix: str
    severity: Severity
    shape: URIRef
    component: URIRef
    messages: tuple[Literal, ...] = ()
    details: tuple[str, ...] = ()
    nested: tuple[Result, ...] = ()
    place: FilePlace | None = None
    excerpt: str = ""

    @property
    def path(self) -> str:
        """The property path in SPARQL syntax, empty where there is none."""
        return "" if self.property_path is None else write_path(self.property_path)


@dataclass(frozen=True)
class Report:
    """What a validation found, and what it looked at.

    Attributes
    ----------
    results
        Sorted by severity, rule, node, path and value, so that equal data give equal reports.
    names
        The files (or the graph) that were checked.
    triples, nodes, shapes
        How many triples were read, how many nodes a shape was applied to, how many shapes there were.
    notes
        What the reader should know although no rule speaks of it, such as that a file is empty.
    language
        The language of the texts.
    version
        The version of the built dataset, empty for files.
    engine, engine_reason
        Which engine judged (``compiled`` or ``pyshacl``), and why that one, in one sentence; empty where it
        was not recorded.
    """

    results: tuple[Result, ...]
    names: tuple[str, ...] = ()
    triples: int = 0
    nodes: int = 0
    shapes: int = 0
    notes: tuple[str, ...] = ()
    language: str = "en"
    version: str = ""
    engine: str = ""
    engine_reason: str = ""

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and notes do not count.

        SHACL's own ``sh:conforms`` is stricter (no result at all) and is what the Turtle rendering says.
        """
        return not self.worse_or_equal(Severity.VIOLATION)

    def count(self, severity: Severity) -> int:
        """Return the number of results of one severity.

        >>> Report(results=()).count(Severity.WARNING)
        0
        """
        return sum(result.severity is severity for result in self.results)

    def worse_or_equal(self, severity: Severity) -> tuple[Result, ...]:
        """Return the results that are at least as bad as ``severity``."""
        return tuple(result for result in self.results if result.severity.rank <= severity.rank)
