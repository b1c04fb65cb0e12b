"""What an engine finds, in terms of the graphs alone: the same for each engine, and not yet explained."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import BNode, Literal, URIRef

from poca_kg.store.protocol import Term
from poca_kg.validate.paths import PropertyPath
from poca_kg.validate.report import Severity

__all__ = ["Finding", "Outcome"]


@dataclass(frozen=True)
class Finding:
    """One validation result (SHACL, section 3.6.2).

    Attributes
    ----------
    focus, path, value
        The focus node, the property path (``None`` for a constraint of a node shape) and the value node
        (``None`` for a constraint that is about no single value).
    severity, severity_iri
        How bad it is; the IRI only where the shape has a severity of its own that SHACL does not know.
    shape, component, constraint
        The shape that has the constraint, the constraint component, and the node of a SPARQL constraint.
    messages
        The messages of the shape or of the SPARQL constraint, placeholders filled in by the engine or not.
    own_message
        The message that the query of a constraint returned, which goes before all others.
    repetition
        0, 1, ... for results that are otherwise the same, such as one of ``sh:uniqueLang`` for each language.
    details
        The results that this one rests on (``sh:detail``), where the engine gives them.
    """

    focus: Term
    path: PropertyPath | None
    value: Term | None
    severity: Severity
    shape: URIRef | BNode
    component: URIRef
    constraint: Term | None = None
    messages: tuple[Literal, ...] = ()
    details: frozenset[Finding] = frozenset()
    severity_iri: URIRef | None = None
    repetition: int = 0
    own_message: Literal | None = None


@dataclass(frozen=True)
class Outcome:
    """What an engine found (in no particular order), and what it judged.

    Attributes
    ----------
    findings
        The results, without repetition.
    targets
        The focus nodes, where the engine knows them: the compiler asks for the offenders only.
    shapes
        How many shapes were applied to focus nodes of their own.
    focus_nodes
        How many focus nodes there were; ``len(targets)`` where it is left out.
    notes
        What the reader of the report should know, such as that a store had rewritten literals.
    """

    findings: tuple[Finding, ...]
    targets: frozenset[Term]
    shapes: int
    focus_nodes: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def nodes(self) -> int:
        """How many focus nodes were judged."""
        return len(self.targets) if self.focus_nodes is None else self.focus_nodes
