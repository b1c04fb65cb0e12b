"""Validation of a store by what has changed since a version that was validated before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from rdflib import Graph

from poca_kg.settings import package_version
from poca_kg.store.changes import Change, ContentChange
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.lexical_store import LexicalStore
from poca_kg.store.places import Places
from poca_kg.store.protocol import Document, Term
from poca_kg.validate.compiler.evaluate import judge_with_compiler
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import Source, StoreSource
from poca_kg.validate.compiler.subset import outside_subset
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.incremental import Data, Plan, Record, basis_of, revalidate
from poca_kg.validate.judging import Judged, Judgement, Matter
from poca_kg.validate.phrases import phrase
from poca_kg.validate.places import RowLocator
from poca_kg.validate.quiet import quiet
from poca_kg.validate.report import Report
from poca_kg.validate.run import matter_of_store
from poca_kg.validate.selection import Choice, Engine
from poca_kg.validate.shape_graph import ShapeGraph, ShapeNode
from poca_kg.validate.shapes import Shapes
from poca_kg.validate.undeclared import find_undeclared, uses_of_undeclared

__all__ = ["Checked", "Since", "StoreChecker", "StoredGraph", "read_record"]


@dataclass(frozen=True, eq=False)
class StoredGraph:
    """What is judged.

    Attributes
    ----------
    store, places
        The graph, and where its rows stand.
    version
        What its content is called.
    document
        What the store was loaded from, if the texts there are to be judged and not what the store has made
        of them; a note of the report says which.
    """

    store: EmbeddedStore
    places: Places
    version: str
    document: Document | None = None


@dataclass(frozen=True)
class Since:
    """A version to begin with.

    Attributes
    ----------
    version
        Its name.
    record
        What was found in it, if that is known.
    change
        What leads from its content to the one that is to be judged.
    """

    version: str
    record: Record | None
    change: ContentChange


@dataclass(frozen=True)
class Checked:
    """A report, and what a later validation can begin with; ``None`` where that would be no use."""

    report: Report
    record: Record | None

    @property
    def record_file(self) -> bytes | None:
        """The record as a file; ``None`` also where it names blank nodes, which have no name elsewhere."""
        return self.record.to_json() if self.record is not None and self.record.can_be_kept else None


@dataclass(frozen=True, eq=False)
class StoreChecker:
    """Validates stores against the same shapes again and again.

    Where the store holds the ontology and the compiler covers the shapes, only focus nodes are judged that
    the changes since a known version can matter to; in doubt everything is. The report says which.
    """

    shapes: Shapes

    @cached_property
    def plan(self) -> Plan:
        """What is known of the shapes beforehand."""
        return Plan(self.shapes.shape_graph)

    @cached_property
    def basis(self) -> str:
        """What this validates by; see ``basis_of``."""
        return basis_of((self.shapes.rules, self.shapes.ontology), package_version())

    def prepare(self) -> None:
        """Make what the first check would have to make."""
        _ = self.plan, self.basis
        if outside_subset(self.shapes.shape_graph) is not None:
            from poca_kg.validate import engine  # noqa: F401, PLC0415  (pyshacl takes long to import)

            _ = self.shapes.for_engine

    def check(self, graph: StoredGraph, *, since: Since | None = None, language: str = "en") -> Checked:
        """Return the report on a graph, in ``en`` or ``it``; it holds the content after the change."""
        judgement = Judgement(self.shapes, RowLocator(graph.store, graph.places), language)
        version = graph.version
        with quiet():
            matter, triples, judged = self._judge(graph, since, judgement)
            if graph.document is None:
                matter = replace(matter, notes=(phrase("store-rewrote", language),))
            report = judgement.tell(judged, matter, (version,), triples, version=version)
        record = Record(version, self.basis, judged.outcome, judged.undeclared, triples)
        is_compiled = judged.choice.engine is Engine.COMPILED
        is_whole = matter.judged_in is None and not _is_lexical(matter)
        return Checked(report, record if is_compiled and is_whole else None)

    def _judge(
        self, graph: StoredGraph, since: Since | None, judgement: Judgement
    ) -> tuple[Matter, int, Judged]:
        if since is None:
            matter, triples = matter_of_store(graph.store, self.shapes.ontology, graph.document)
            return matter, triples, judgement.judge(matter)
        change = since.change.triples_in(graph.store)
        doubt = self._doubt(since.record, change, graph)
        if since.record is not None and not doubt:
            return self._judge_change(graph.store, since, change, judgement.language)
        matter, triples = matter_of_store(graph.store, self.shapes.ontology, graph.document)
        judged = judgement.judge(matter)
        reason = f"{judged.choice.reason}; {_doubted(since, doubt, judgement.language)}"
        return matter, triples, replace(judged, choice=Choice(judged.choice.engine, reason))

    def _doubt(self, record: Record | None, change: Change, graph: StoredGraph) -> str:
        """Return why everything has to be judged, as a key of ``phrases``; empty if nothing is known."""
        ontology = self.shapes.ontology
        if record is None:
            return "since-unknown"
        if record.basis != self.basis:
            return "since-other"
        if outside_subset(self.shapes.shape_graph, StoreSource(graph.store)) is not None:
            return "since-engine"
        if any((subject, predicate, None) in ontology for subject, predicate, _ in change.removed):
            return "since-ontology"
        return "since-lexical" if graph.document is not None and _is_rewritten(graph.document) else ""

    def _judge_change(
        self, store: EmbeddedStore, since: Since, change: Change, language: str
    ) -> tuple[Matter, int, Judged]:
        record = since.record
        assert record is not None
        graph, source = store.view(), StoreSource(store)
        again = revalidate(self.plan, Data(store), change, record.outcome, partial(_judge, source))
        findings = again.outcome.findings
        if again.doubt:
            reason = _doubted(since, again.doubt, language)
            undeclared = find_undeclared(graph, self.shapes, findings)
        else:
            counts = {"nodes": again.focus_nodes, "shapes": again.whole_shapes}
            reason = phrase("since", language, version=since.version, **counts)
            undeclared = self._undeclared(graph, change, record, findings)
        judge = judge_with_compiler(self.shapes.shape_graph, source)
        judged = Judged(again.outcome, Choice(Engine.COMPILED, reason), graph, judge, undeclared=undeclared)
        triples = record.triples + len(change.added) - len(change.removed)
        return Matter(graph, graph, source), triples, judged

    def _undeclared(
        self, graph: Graph, change: Change, record: Record, findings: tuple[Finding, ...]
    ) -> tuple[Finding, ...]:
        """Return the undeclared terms: those of before, but for terms that the change can matter to.

        These are such as are used or described in what changed, or named by a finding that came or went.
        """
        differing = {*record.outcome.findings} ^ {*findings}
        terms: set[Term] = {finding.value for finding in differing if finding.value is not None}
        terms |= {term for triple in change.triples for term in triple}
        kept = (finding for finding in record.undeclared if finding.value not in terms)
        return (*kept, *uses_of_undeclared(terms, graph, self.shapes, findings))


def read_record(path: Path) -> Record | None:
    """Return the record in a file, or ``None`` if there is none that can be read."""
    try:
        return Record.from_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def _judge(
    source: Source, shapes: ShapeGraph, focus: Mapping[ShapeNode, Collection[Term]] | None = None
) -> Outcome:
    return run_compiled(shapes, source, focus=focus)


def _is_lexical(matter: Matter) -> bool:
    return matter.source is not None and matter.source.surrogates


def _is_rewritten(document: Document) -> bool:
    """Whether a store rewrites any literal of a document."""
    data = LexicalStore()
    data.judge(document, "d")
    return data.surrogates > 0


def _doubted(since: Since, doubt: str, language: str) -> str:
    return phrase("since-doubt", language, version=since.version, doubt=phrase(doubt, language))
