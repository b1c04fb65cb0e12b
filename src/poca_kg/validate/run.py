"""What can be validated: files of a user, the built graph in a store, a graph in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import BNode, Dataset, Graph, Literal
from rdflib.term import Node

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.places import Places
from poca_kg.store.protocol import Document, Store, Term
from poca_kg.validate.engine import mix, run_engine
from poca_kg.validate.explain import Explainer
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import as_term
from poca_kg.validate.phrases import phrase
from poca_kg.validate.places import FileLocator, Locator, NoLocator, RowLocator
from poca_kg.validate.quiet import quiet
from poca_kg.validate.reading import read_files
from poca_kg.validate.report import Report, Result
from poca_kg.validate.shapes import Shapes, as_shapes
from poca_kg.validate.undeclared import find_undeclared

__all__ = ["validate_files", "validate_graph", "validate_store"]


def validate_files(
    paths: Sequence[Path | str | Document],
    ontology: Path | Shapes,
    *,
    context: Sequence[Path | str | Document] = (),
    language: str = "en",
    read_stdin: Callable[[], bytes] | None = None,
) -> Report:
    """Return the report on files, checked together: one may refer to what another describes.

    Parameters
    ----------
    paths
        Files whose suffix tells their syntax; ``-`` is the standard input, as Turtle; or documents in memory.
    ontology
        The folder of the ontology, or the shapes read from it.
    context
        Further files that describe what the first refer to. They are seen, but not judged.
    language
        ``en`` or ``it``.
    read_stdin
        Gives the bytes for ``-``; by default the process's own standard input.

    Raises
    ------
    InputError
        If a file is missing or cannot be parsed (with its line and column).
    UnknownNameError
        If a suffix is that of no RDF syntax.
    """
    with quiet():
        shapes = as_shapes(ontology)
        reading = read_files(paths, read_stdin=read_stdin)
        background = read_files(context, mark="c").graph
    locator = FileLocator(reading.lines, reading.texts)
    notes = tuple(phrase("nothing-to-check", language, name=name) for name in reading.empty)
    run = _Run(shapes, locator, language, background)
    return run.report(
        reading.graph, tuple(path.name if isinstance(path, Document) else str(path) for path in paths), notes
    )


def validate_graph(data: Graph, ontology: Path | Shapes, *, language: str = "en") -> Report:
    """Return the report on a graph in memory (of a data set: on all its graphs together); it is not changed.

    >>> validate_graph("https://example.org/data.ttl", Path("ontology"))
    Traceback (most recent call last):
    poca_kg.errors.InputError: a graph is needed, not a str; parse the data first
    """
    if not isinstance(data, Graph):
        raise InputError(f"a graph is needed, not a {type(data).__name__}", advice="parse the data first")
    merged = data
    if isinstance(data, Dataset):
        merged = Graph(bind_namespaces="none")
        for subject, predicate, value, _ in data.quads():
            merged.add((subject, predicate, value))
    return _Run(as_shapes(ontology), NoLocator(), language).report(merged, ("graph",))


def validate_store(store: Store, ontology: Path | Shapes, places: Places, *, language: str = "en") -> Report:
    """Return the report on everything in a store, all graphs together, with the rows that it came from."""
    data = Graph(bind_namespaces="none")
    with quiet():
        for subject, predicate, value, _ in store.quads():
            data.add((subject, predicate, value))
    run = _Run(as_shapes(ontology), RowLocator(store, places), language)
    return run.report(data, (store.version or "store",), version=store.version)


@dataclass(frozen=True, eq=False)
class _Run:
    """One validation: the shapes, the way to places, the language, what is seen beside the ontology."""

    shapes: Shapes
    locator: Locator
    language: str
    background: Graph | None = None

    def report(
        self, data: Graph, names: tuple[str, ...], notes: tuple[str, ...] = (), *, version: str = ""
    ) -> Report:
        with quiet():
            # Ontology and background are mixed in to be seen; judged is only what the data speaks of.
            mixed = mix(data, self.shapes.ontology, self.background)
            judged = {as_term(node) for triple in data for node in (triple[0], triple[2])}
            outcome = run_engine(mixed, self.shapes, judged)
        findings = {*outcome.findings, *find_undeclared(data, self.shapes, outcome.findings)}
        explainer = Explainer(mixed, self.shapes, self.locator, self.language)
        if len(data) and not outcome.targets:
            notes = (*notes, phrase("no-target", self.language))
        return Report(
            results=tuple(_sorted(findings, explainer)),
            names=names,
            triples=len(data),
            nodes=len(outcome.targets),
            shapes=outcome.shapes,
            notes=notes,
            language=self.language,
            version=version,
        )


def _sorted(findings: set[Finding], explainer: Explainer) -> list[Result]:
    """Return the results in an order that depends on what they say and on nothing else."""
    return sorted(
        (explainer.result(finding) for finding in findings), key=lambda result: _key(result, explainer)
    )


def _key(result: Result, explainer: Explainer) -> tuple[object, ...]:
    return (
        result.severity.rank,
        result.shape,
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
