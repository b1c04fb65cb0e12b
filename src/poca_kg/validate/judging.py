"""One judgement: the engine is chosen, asked about the triples at hand, and its outcome explained."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import BNode, Graph, Literal
from rdflib.term import Node

from poca_kg.errors import FilePlace
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import Source
from poca_kg.validate.compiler.subset import outside_subset
from poca_kg.validate.explain import Explainer
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.paths import as_term
from poca_kg.validate.phrases import phrase
from poca_kg.validate.places import Locator
from poca_kg.validate.quiet import quiet
from poca_kg.validate.report import Report, Result
from poca_kg.validate.selection import Choice, Engine, choose, known_errors
from poca_kg.validate.shapes import Shapes
from poca_kg.validate.undeclared import find_undeclared

__all__ = ["Judgement", "Matter"]


@dataclass(frozen=True, eq=False)
class Matter:
    """What is judged.

    Attributes
    ----------
    graph
        The triples that are judged.
    everything
        They, and what is seen beside them: the ontology, the context.
    source
        Where compiled queries about everything are asked; ``None`` where they cannot be.
    judged_in
        The graph of the source that holds what is judged; ``None`` if that is everything.
    doubt
        What about the data speaks against the compiler; empty for nothing.
    notes
        What the reader of the report should know.
    """

    graph: Graph
    everything: Graph
    source: Source | None
    judged_in: str | None = None
    doubt: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Judgement:
    """Shapes, the way to places, the language of the report, and the engine that was asked for."""

    shapes: Shapes
    locator: Locator
    language: str = "en"
    engine: Engine = Engine.AUTO

    def report(self, matter: Matter, names: tuple[str, ...], triples: int, *, version: str = "") -> Report:
        """Return the report on a matter; ``names`` and ``triples`` are what it says of it.

        Raises
        ------
        ShapesError
            If a shape cannot be used.
        UsageError
            If the compiler was asked for and does not cover the shapes.
        """
        with quiet():
            choice = self._choose(matter)
            run = _with_compiler if choice.engine is Engine.COMPILED else _with_pyshacl
            outcome, seen = run(matter, self.shapes)
        findings = {*outcome.findings, *find_undeclared(matter.graph, self.shapes, outcome.findings)}
        explainer = Explainer(seen, self.shapes, self.locator, self.language)
        return Report(
            results=tuple(_sorted(findings, explainer)),
            names=names,
            triples=triples,
            nodes=outcome.nodes,
            shapes=outcome.shapes,
            notes=self._notes(matter, outcome, choice, triples),
            language=self.language,
            version=version,
            engine=choice.engine.value,
            engine_reason=choice.reason,
        )

    def _choose(self, matter: Matter) -> Choice:
        shapes = self.shapes.shape_graph
        doubts = (matter.doubt, outside_subset(shapes))
        return choose([doubt for doubt in doubts if doubt], self.engine, self.language)

    def _notes(self, matter: Matter, outcome: Outcome, choice: Choice, triples: int) -> tuple[str, ...]:
        notes = [*matter.notes, *outcome.notes]
        if triples and not outcome.nodes:
            notes.append(phrase("no-target" if self.shapes.knows_terms else "no-target-own", self.language))
        if choice.engine is Engine.PYSHACL:
            notes += known_errors(self.shapes.shape_graph, self.language)
        return tuple(notes)


def _with_compiler(matter: Matter, shapes: Shapes) -> tuple[Outcome, Graph]:
    assert matter.source is not None
    outcome = run_compiled(shapes.shape_graph, matter.source, judged_in=matter.judged_in)
    return outcome, matter.everything


def _with_pyshacl(matter: Matter, shapes: Shapes) -> tuple[Outcome, Graph]:
    from poca_kg.validate.engine import mix, run_engine  # noqa: PLC0415  (pyshacl takes long to import)

    mixed = mix(matter.everything)
    judged = {as_term(node) for triple in matter.graph for node in (triple[0], triple[2])}
    return run_engine(mixed, shapes, judged), mixed


def _sorted(findings: set[Finding], explainer: Explainer) -> list[Result]:
    """Return the results in an order that depends on what they say and on nothing else."""
    return sorted(
        (explainer.result(finding) for finding in findings), key=lambda result: _key(result, explainer)
    )


def _key(result: Result, explainer: Explainer) -> tuple[object, ...]:
    return (
        result.severity.rank,
        str(result.shape),
        result.component,
        result.path,
        result.focus_label,
        _surroundings(result.focus_node, explainer.mixed),
        result.found,
        _exact(result.value),
        result.what,
        result.place or FilePlace(""),
    )


def _surroundings(node: Term, graph: Graph) -> tuple[str, ...]:
    """Return what tells a blank node from another: its own triples; nothing for what has a name."""
    if not isinstance(node, BNode):
        return ()
    return tuple(sorted(f"{predicate} {_exact(value)}" for predicate, value in graph.predicate_objects(node)))


def _exact(term: Node | None) -> str:
    if term is None or isinstance(term, BNode):
        return ""
    kind = f"{term.language or ''}^^{term.datatype or ''}" if isinstance(term, Literal) else "<>"
    return f"{term}{kind}"
