"""The report: one model of what a validation found, whatever was validated and however it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rdflib import BNode, Literal, URIRef
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
        return _WORST_FIRST.index(self.value)

    @property
    def iri(self) -> URIRef:
        """The severity of the SHACL vocabulary."""
        return {"violation": SH.Violation, "warning": SH.Warning, "info": SH.Info}[self.value]

    @classmethod
    def of_iri(cls, iri: object) -> Severity:
        """Return the severity of an IRI; one that SHACL does not know counts as the worst."""
        return next((severity for severity in cls if severity.iri == iri), cls.VIOLATION)


_WORST_FIRST = ("violation", "warning", "info")


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
        How bad it is; the rule (the nearest shape with an IRI, else the shape itself) and the IRI of the
        constraint component.
    messages
        The message in every language that the rule has.
    details
        Why a value does not conform to the shape asked of it: one text for each reason.
    nested
        The results that this one rests on (``sh:detail``), each with its own nested ones.
    place, excerpt, span
        File and line, if they are known; the whole text of that line, as it stands there; and the part of it
        that the result is about: its first character, counted from 0, and the one after its last.
    source_shape, constraint, severity_iri
        What the standard's report names: the very shape, be it anonymous; the node of a SPARQL constraint;
        a severity that SHACL does not know.
    page
        Where the rule is explained, empty where nobody says.
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
    shape: URIRef | BNode
    component: URIRef
    messages: tuple[Literal, ...] = ()
    details: tuple[str, ...] = ()
    nested: tuple[Result, ...] = ()
    place: FilePlace | None = None
    excerpt: str = ""
    span: tuple[int, int] | None = None
    source_shape: URIRef | BNode | None = None
    constraint: Term | None = None
    severity_iri: URIRef | None = None
    page: str = ""

    @property
    def is_about_focus(self) -> bool:
        """Whether the value is the focus node itself, which every rendering names anyway."""
        return self.property_path is None and self.value in {None, self.focus_node}

    @property
    def position(self) -> FilePlace | None:
        """The place, with its column where the part of the line is known."""
        if self.place is None or self.span is None or self.place.column is not None:
            return self.place
        return replace(self.place, column=self.span[0] + 1)

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
    prefixes
        Those of the user's files that the texts use beside the project's: pairs of prefix and namespace.
    left_out
        How many results of each severity a limit took away; they are counted, but not among ``results``.
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
    prefixes: tuple[tuple[str, str], ...] = ()
    left_out: Mapping[Severity, int] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and notes do not count.

        SHACL's own ``sh:conforms`` is stricter (no result at all) and is what the Turtle rendering says.
        """
        return self.count(Severity.VIOLATION) == 0

    def count(self, severity: Severity) -> int:
        """Return the number of results of one severity, those that a limit took away among them.

        >>> Report(results=()).count(Severity.WARNING)
        0
        """
        shown = sum(result.severity is severity for result in self.results)
        return shown + self.left_out.get(severity, 0)

    def limited(self, most: int) -> Report:
        """Return the report with at most so many results, the worst of them; all stay counted.

        >>> Report(results=()).limited(3).left_out
        {}
        """
        cut = self.results[most:]
        away = {
            severity: count + self.left_out.get(severity, 0)
            for severity in Severity
            if (count := sum(result.severity is severity for result in cut)) or severity in self.left_out
        }
        return replace(self, results=self.results[:most], left_out=away) if cut else self

    def fails(self, severity: Severity) -> bool:
        """Whether there is anything at least as bad as ``severity``, shown or not.

        >>> Report(results=()).fails(Severity.INFO)
        False
        """
        return any(self.count(kind) for kind in Severity if kind.rank <= severity.rank)

    def worse_or_equal(self, severity: Severity) -> tuple[Result, ...]:
        """Return the results at hand that are at least as bad as ``severity``."""
        return tuple(result for result in self.results if result.severity.rank <= severity.rank)
