"""One entry of the rulebook: everything that is told of a shape, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef

from poca_kg.validate.report import Severity

__all__ = ["Entry", "Example", "Line", "Shown"]


@dataclass(frozen=True)
class Example:
    """A small file of the ontology that keeps the rules, or that breaks some of them.

    Attributes
    ----------
    path
        Where it lies, below the folder of the ontology.
    breaks
        Names of the shapes that a report on it names; empty for a good example.
    note
        What its author says of it, in English; may be empty.
    text
        The Turtle, without the lines that hold the note.
    shows
        Names of the shapes that its author wrote it for; mostly empty.
    """

    path: Path
    breaks: tuple[str, ...]
    note: str
    text: str
    shows: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines the Turtle has."""
        return self.text.count("\n")


@dataclass(frozen=True)
class Shown:
    """An example as it is shown for one shape: the whole of a short one, else what the shape looks at.

    Attributes
    ----------
    example
        The whole example.
    text
        The Turtle to show.
    is_whole
        Whether that is all of it.
    """

    example: Example
    text: str
    is_whole: bool


@dataclass(frozen=True)
class Line:
    """What a list of shapes tells of one: name, title, severity, module, and what a report says."""

    name: str
    title: str
    severity: Severity
    module: str
    message: str


@dataclass(frozen=True)
class Entry:
    """What is told of one shape.

    Attributes
    ----------
    name, iri
        The name after the last slash of the IRI, and the IRI, which is also the address of its page.
    module
        The module of the ontology that it belongs to.
    title
        Its name in words.
    is_property_shape
        Whether it looks at the values of a property path, and not at a node as a whole.
    severity
        How bad it is to break it.
    path
        The property path in SPARQL's syntax; empty for a node shape.
    applies_to
        What it looks at, by its own targets or by those of the shapes that hold it: one phrase each, such as
        ``poca:atLevel of each poca:City``; empty for what the validator asks of everything.
    demands
        What it asks for, one phrase each; empty where its parts ask for everything.
    message
        What a report says where it is broken.
    reasons
        Why it is asked: sentences, the most particular first.
    parts, wholes
        Names of the shapes that it holds, and of those that hold it.
    query
        The SPARQL query that finds what breaks it; empty for most.
    good, bad
        An example that it applies to and that conforms, and one that breaks it (or, for a shape that others
        ask for, one of those).
    """

    name: str
    iri: URIRef
    module: str
    title: str
    is_property_shape: bool
    severity: Severity
    path: str
    applies_to: tuple[str, ...]
    demands: tuple[str, ...]
    message: str
    reasons: tuple[str, ...]
    parts: tuple[str, ...]
    wholes: tuple[str, ...]
    query: str
    good: Shown | None
    bad: Shown | None
