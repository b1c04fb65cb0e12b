"""What can be validated: files of a user, the built graph in a store, a graph in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rdflib import Dataset, Graph

from poca_kg.errors import InputError, UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.lexical_store import JUDGED_GRAPH, LexicalStore
from poca_kg.store.places import Places
from poca_kg.store.protocol import Document, Store
from poca_kg.validate.compiler.endpoint import EndpointSource
from poca_kg.validate.compiler.source import StoreSource
from poca_kg.validate.judging import Judgement, Matter
from poca_kg.validate.phrases import phrase
from poca_kg.validate.places import FileLocator, NoLocator, RowLocator
from poca_kg.validate.quiet import quiet
from poca_kg.validate.reading import read_files
from poca_kg.validate.remote import count_triples
from poca_kg.validate.report import Report
from poca_kg.validate.selection import Engine
from poca_kg.validate.shapes import Shapes, as_shapes

__all__ = ["matter_of_store", "validate_endpoint", "validate_files", "validate_graph", "validate_store"]


def validate_files(  # noqa: PLR0913  (what a call of the command can say)
    paths: Sequence[Path | str | Document],
    ontology: Path | Shapes,
    *,
    context: Sequence[Path | str | Document] = (),
    language: str = "en",
    read_stdin: Callable[[], bytes] | None = None,
    engine: Engine = Engine.AUTO,
) -> Report:
    """Return the report on files, checked together: one may refer to what another describes.

    Parameters
    ----------
    paths
        Files whose suffix tells their syntax; ``-`` is the standard input, as Turtle; or documents in memory.
    ontology
        The folder of the ontology, or the shapes read from it, or shapes alone.
    context
        Further files that describe what the first refer to; of them only what the first name is judged.
    language
        ``en`` or ``it``.
    read_stdin
        Gives the bytes for ``-``; by default the process's own standard input.
    engine
        The engine to judge with; by default the compiler where it covers the shapes.

    Raises
    ------
    InputError
        If a file is missing or cannot be parsed (with its line and column).
    ShapesError
        If a shape cannot be used.
    UnknownNameError
        If a suffix is that of no RDF syntax.
    UsageError
        If the compiler was asked for and does not cover the shapes.
    """
    with quiet():
        shapes = as_shapes(ontology)
        reading = read_files(paths, context=context, read_stdin=read_stdin)
        reading.data.see_triples(shapes.ontology)
    graph = reading.graph
    judgement = Judgement(shapes, FileLocator(graph, reading.lines), language, engine)
    notes = tuple(phrase("nothing-to-check", language, name=name) for name in reading.empty)
    names = tuple(path.name if isinstance(path, Document) else str(path) for path in paths)
    matter = replace(_matter(reading.data, notes), graph=graph)
    return judgement.report(matter, names, reading.triples)


def validate_graph(
    data: Graph, ontology: Path | Shapes, *, language: str = "en", engine: Engine = Engine.AUTO
) -> Report:
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
    shapes = as_shapes(ontology)
    with quiet():
        matter = _matter_of_graph(merged, shapes.ontology)
    return Judgement(shapes, NoLocator(), language, engine).report(matter, ("graph",), len(merged))


def validate_store(  # noqa: PLR0913  (what a caller can say)
    store: Store,
    ontology: Path | Shapes,
    places: Places,
    *,
    language: str = "en",
    engine: Engine = Engine.AUTO,
    content: Document | None = None,
) -> Report:
    """Return the report on everything in a store, all graphs together, with the rows that it came from.

    A store that holds the ontology already is asked itself; of any other a copy is made, with the ontology
    beside it. A store may have rewritten literals, and then a note says so, unless ``content`` is given, the
    document that it was loaded from: then the texts of the document are judged.
    """
    shapes = as_shapes(ontology)
    with quiet():
        matter, triples = matter_of_store(store, shapes.ontology, content)
    if content is None:
        matter = replace(matter, notes=(phrase("store-rewrote", language),))
    judgement = Judgement(shapes, RowLocator(store, places), language, engine)
    return judgement.report(matter, (store.version or "store",), triples, version=store.version)


def validate_endpoint(
    source: EndpointSource, ontology: Path | Shapes, *, language: str = "en", engine: Engine = Engine.AUTO
) -> Report:
    """Return the report on a store elsewhere, which is asked by queries and not downloaded.

    The class hierarchy of the ontology counts beside that of the store. Terms that the ontology does not
    declare are not looked for.

    Raises
    ------
    InputError
        If the store cannot be reached or does not answer as it should.
    LimitError
        If it takes too long.
    UsageError
        If the compiler does not cover the shapes.
    """
    shapes = as_shapes(ontology)
    triples = count_triples(source)
    notes = [phrase("store-rewrote", language)]
    if shapes.knows_terms:
        notes.append(phrase("undeclared-not-sought", language))
    if not triples:
        notes.append(phrase("empty-graphs" if source.graphs else "empty-default", language))
    nothing = Graph(bind_namespaces="none")
    matter = Matter(nothing, nothing, source, is_remote=True, notes=tuple(notes))
    return Judgement(shapes, NoLocator(), language, engine).report(matter, (source.url,), triples)


def _matter(data: LexicalStore, notes: tuple[str, ...] = ()) -> Matter:
    source = StoreSource(data.store, surrogates=data.surrogates > 0, lexical=True)
    return Matter(
        data.judged, data.everything, source, judged_in=JUDGED_GRAPH if data.seen else None, notes=notes
    )


def _matter_of_graph(graph: Graph, ontology: Graph) -> Matter:
    """Return a graph as a matter; one that holds what is no RDF is left to the engine that takes it."""
    data = LexicalStore()
    try:
        data.judge_triples(graph)
        data.see_triples(ontology)
    except UsageError as error:
        return Matter(graph, graph + ontology, None, doubt=error.what)
    return _matter(data)


def matter_of_store(store: Store, ontology: Graph, content: Document | None = None) -> tuple[Matter, int]:
    """Return everything in a store as a matter, and how many triples that are; see :func:`validate_store`."""
    data = LexicalStore()
    if content is not None:
        data.judge(content, "d")
    if not data.surrogates:
        if isinstance(store, EmbeddedStore):
            graph = store.view()
            if all(triple in graph for triple in ontology):
                return Matter(graph, graph, StoreSource(store)), len(graph)
        data = LexicalStore()
        data.judge_triples((subject, predicate, value) for subject, predicate, value, _ in store.quads())
    triples = len(data.judged)
    data.see_triples(ontology)
    return _matter(data), triples
