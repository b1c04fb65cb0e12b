"""One judgement: the engine is chosen, asked about the triples at hand, and its outcome explained."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rdflib import Graph

from poca_kg.errors import UsageError
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.evaluate import judge_with_compiler
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import Source
from poca_kg.validate.compiler.subset import outside_subset
from poca_kg.validate.declared_prefixes import declared_prefixes
from poca_kg.validate.explain import Explainer, Values
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.nested import Judge
from poca_kg.validate.ordering import explain_findings
from poca_kg.validate.paths import as_term
from poca_kg.validate.phrases import phrase
from poca_kg.validate.places import Locator
from poca_kg.validate.quiet import quiet
from poca_kg.validate.remote import fetch_surroundings
from poca_kg.validate.report import Report
from poca_kg.validate.selection import Choice, Engine, choose, known_errors
from poca_kg.validate.shapes import Shapes
from poca_kg.validate.undeclared import OWN_TERMS, find_undeclared
from poca_kg.vocabulary.prefixes import further_prefixes

__all__ = ["Judged", "Judgement", "Matter"]


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
    is_remote
        Whether the data is elsewhere and stays there; both graphs are then empty.
    notes
        What the reader of the report should know.
    """

    graph: Graph
    everything: Graph
    source: Source | None
    judged_in: str | None = None
    doubt: str = ""
    is_remote: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Judged:
    """What was found, and what explains it.

    Attributes
    ----------
    outcome
        What the engine found.
    choice
        The engine, and why it was that one.
    seen, values
        The data, as far as they are at hand.
    judge
        Who answers for shapes within shapes; nobody where a store elsewhere would have to.
    undeclared
        The terms that the ontology does not declare.
    """

    outcome: Outcome
    choice: Choice
    seen: Graph
    judge: Judge | None = None
    values: Values = field(default_factory=dict)
    undeclared: tuple[Finding, ...] = ()


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
            judged = self.judge(matter)
            return self.tell(judged, matter, names, triples, version=version)

    def judge(self, matter: Matter) -> Judged:
        """Return what is found in a matter, not yet explained; it raises what :meth:`report` does."""
        choice = self._choose(matter)
        run = _with_compiler if choice.engine is Engine.COMPILED else _with_pyshacl
        judged = run(matter, self.shapes, choice)
        undeclared = find_undeclared(
            matter.graph, self.shapes, judged.outcome.findings, self._own_terms(matter)
        )
        return replace(judged, undeclared=undeclared)

    def tell(
        self, judged: Judged, matter: Matter, names: tuple[str, ...], triples: int, *, version: str = ""
    ) -> Report:
        """Return the report on what was found."""
        outcome, choice = judged.outcome, judged.choice
        prefixes = declared_prefixes((self.shapes.rules, matter.graph))
        explainer = Explainer(
            judged.seen, self.shapes, self.locator, self.language, judged.judge, judged.values
        )
        with further_prefixes(prefixes):
            results = explain_findings({*outcome.findings, *judged.undeclared}, explainer)
        return Report(
            results=results,
            names=names,
            triples=triples,
            nodes=outcome.nodes,
            shapes=len(self.shapes.shape_graph.targeted),
            notes=self._notes(matter, outcome, choice, triples),
            language=self.language,
            version=version,
            engine=choice.engine.value,
            engine_reason=choice.reason,
            prefixes=prefixes,
        )

    def _own_terms(self, matter: Matter) -> list[Term] | None:
        """Return the terms in our namespaces as the store finds them; ``None`` where there is no store."""
        if matter.source is None or matter.is_remote or not self.shapes.knows_terms:
            return None
        return [term for (term,) in matter.source.select(OWN_TERMS) if term is not None]

    def _choose(self, matter: Matter) -> Choice:
        shapes = self.shapes.shape_graph
        doubts = (matter.doubt, outside_subset(shapes, matter.source))
        choice = choose([doubt for doubt in doubts if doubt], self.engine, self.language)
        if matter.is_remote and choice.engine is Engine.PYSHACL:
            what = f"pyshacl cannot judge a store elsewhere without a copy of it; {choice.reason}"
            raise UsageError(what, advice="validate a dump of it as a file")
        return choice

    def _notes(self, matter: Matter, outcome: Outcome, choice: Choice, triples: int) -> tuple[str, ...]:
        notes = [*matter.notes, *outcome.notes]
        if not self.shapes.shape_graph.targeted:
            notes.append(phrase("no-shapes", self.language))
        elif triples and not outcome.nodes:
            notes.append(phrase("no-target" if self.shapes.knows_terms else "no-target-own", self.language))
        if choice.engine is Engine.PYSHACL:
            notes += known_errors(self.shapes.shape_graph, self.language)
        return tuple(notes)


def _with_compiler(matter: Matter, shapes: Shapes, choice: Choice) -> Judged:
    assert matter.source is not None
    if matter.is_remote:
        outcome = run_compiled(shapes.shape_graph, matter.source, vocabulary=shapes.ontology)
        known = fetch_surroundings(matter.source, outcome.findings)
        return Judged(outcome, choice, known.graph, None, known.values)
    outcome = run_compiled(shapes.shape_graph, matter.source, judged_in=matter.judged_in)
    judge = judge_with_compiler(shapes.shape_graph, matter.source)
    return Judged(outcome, choice, matter.everything, judge)


def _with_pyshacl(matter: Matter, shapes: Shapes, choice: Choice) -> Judged:
    # pyshacl takes long to import
    from poca_kg.validate.engine import judge_with_engine, mix, run_engine  # noqa: PLC0415

    mixed = mix(matter.everything)
    everywhere = matter.source is not None and matter.judged_in is None
    nodes = (node for triple in matter.graph for node in (triple[0], triple[2]))
    outcome = run_engine(mixed, shapes, None if everywhere else {as_term(node) for node in nodes})
    return Judged(outcome, choice, mixed, judge_with_engine(mixed, shapes))
