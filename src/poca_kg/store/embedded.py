"""The store in this process: pyoxigraph in memory, on disk, or on disk for reading only.

An answer is bound to the thread that asked: it is read to its end, as terms or as bytes, before a method
returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import pyoxigraph as ox
from rdflib import Graph

from poca_kg.errors import NotFoundError, UsageError
from poca_kg.store.binding import bind
from poca_kg.store.bridge import from_engine, node, quad_from_engine, to_engine, triple_from_engine
from poca_kg.store.changes import ContentChange
from poca_kg.store.complaints import complain_about_query, complain_about_update
from poca_kg.store.content import add_empty_graphs, write_content
from poca_kg.store.depth import check_depth
from poca_kg.store.documents import read_documents, replacement
from poca_kg.store.evaluation import EVALUATION, Evaluation
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import check_query, check_update, form_of, plain_form
from poca_kg.store.glance import prefixes_at_a_glance
from poca_kg.store.lexer import Token
from poca_kg.store.merging import Merger, named_dataset
from poca_kg.store.opening import open_engine
from poca_kg.store.parsing import bad_data, read_bytes
from poca_kg.store.plain import PlainReader
from poca_kg.store.protocol import (
    Answer,
    ChooseFormat,
    Document,
    GraphSize,
    Quad,
    Sink,
    Solutions,
    Term,
    Triple,
    Triples,
    Truth,
)
from poca_kg.store.syntax import explain
from poca_kg.store.using import with_dataset
from poca_kg.store.view import view_of
from poca_kg.store.writing import (
    WatchedSink,
    XmlSink,
    ordered,
    stream_triples,
    well_formed_xml,
    write_quads,
    write_triples,
)
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["EmbeddedStore"]

_Dataset: TypeAlias = tuple[Sequence[str], Sequence[str]]
_COULD_LEAVE = re.compile(r"SERVICE|\\u", re.IGNORECASE)


class EmbeddedStore:
    """A store in this process; see ``Store`` and ``Writer`` in ``protocol`` for what its methods do.

    >>> store = EmbeddedStore.from_nquads(b'<http://e/a> <http://e/p> "1" <http://e/g> .')
    >>> store.query("SELECT ?o { ?s ?p ?o }").rows
    ((rdflib.term.Literal('1'),),)
    """

    def __init__(
        self,
        engine: ox.Store,
        *,
        version: str = "",
        writable: bool = True,
        durable: bool = False,
        is_disjoint: bool = False,
    ) -> None:
        self._open_engine: ox.Store | None = engine
        self._version = version
        self._writable = writable
        self._durable = durable
        self._merger = Merger(engine, is_disjoint=is_disjoint)

    @classmethod
    def in_memory(cls, version: str = "") -> EmbeddedStore:
        """Return an empty store in memory."""
        return cls(ox.Store(), version=version)

    @classmethod
    def from_nquads(cls, source: Path | bytes, version: str = "") -> EmbeddedStore:
        """Return a store in memory with the content of N-Quads: a ``.nq`` or ``.nq.gz`` file, or bytes.

        Raises
        ------
        InputError
            If the file cannot be read or does not parse; its place has line and column.
        """
        data, name = (source, "<bytes>") if isinstance(source, bytes) else (read_bytes(source), str(source))
        check_depth(data, RdfSyntax.N_QUADS, name)
        engine = ox.Store()
        with bad_data(name):
            engine.bulk_load(data, format=ox.RdfFormat.N_QUADS)
        add_empty_graphs(engine, data)
        return cls(engine, version=version)

    @classmethod
    def on_disk(cls, directory: Path, version: str = "") -> EmbeddedStore:
        """Return the store that lies in a directory, made if need be; one process at a time may write there.

        Raises
        ------
        LimitError
            If another process holds it.
        """
        directory.mkdir(parents=True, exist_ok=True)
        return cls(open_engine(lambda: ox.Store(str(directory)), directory), version=version, durable=True)

    @classmethod
    def read_only(cls, directory: Path, version: str = "", *, is_disjoint: bool = False) -> EmbeddedStore:
        """Return the store that lies in a directory, for reading; any number of processes may do so.

        ``is_disjoint`` says that no triple stands in two graphs, which takes long to find out.
        """
        if not directory.is_dir():
            raise NotFoundError(f"there is no store in {directory}", advice="publish a snapshot first")
        engine = open_engine(lambda: ox.Store.read_only(str(directory)), directory)
        return cls(engine, version=version, writable=False, is_disjoint=is_disjoint)

    @property
    def version(self) -> str:
        """Version of the dataset in the store; empty when it has none."""
        return self._version

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, Term] | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Answer a query, with some of its variables bound beforehand."""
        return self._answer_of(
            self._ask(text, check_query(text), bindings or {}, (default_graphs, named_graphs))
        )

    def query_own(self, text: str) -> Answer:
        """Answer a query that this package wrote: it may be long; one that could leave passes the gate."""
        tokens = check_query(text) if _COULD_LEAVE.search(text) else None
        return self._answer_of(self._ask(text, tokens, {}, ((), ())))

    @staticmethod
    def _answer_of(result: Any) -> Answer:
        with EVALUATION:
            if isinstance(result, ox.QueryBoolean):
                return Truth(bool(result))
            if isinstance(result, ox.QueryTriples):
                return Triples(tuple(triple_from_engine(triple) for triple in ordered(result)))
            variables = tuple(variable.value for variable in result.variables)
            rows = (tuple(None if term is None else from_engine(term) for term in row) for row in result)
            return Solutions(variables, tuple(rows))

    def serialise(
        self,
        text: str,
        media: ResultFormat | RdfSyntax,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> bytes:
        """Answer a query in bytes: a result format for SELECT and ASK, an RDF syntax for the others."""
        result, chosen = self._answer(text, lambda _: media, (default_graphs, named_graphs))
        with EVALUATION:
            if isinstance(chosen, RdfSyntax):
                return write_triples(ordered(result), chosen)
            data = result.serialize(format=_rows_format(chosen)) or b""
        return well_formed_xml(data) if chosen is ResultFormat.XML else data

    def serialise_to(
        self,
        out: Sink,
        text: str,
        choose: ChooseFormat,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        """Answer a query in bytes as the engine makes them, without holding all of the answer."""
        result, media = self._answer(text, choose, (default_graphs, named_graphs))
        watched = WatchedSink(out)
        with Evaluation(watched):
            if isinstance(media, RdfSyntax):
                stream_triples(result, media, watched)
                return
            sink = XmlSink(watched) if media is ResultFormat.XML else watched
            result.serialize(sink, format=_rows_format(media))

    def plain_reader(self) -> PlainReader:
        """Return what answers plain queries over the union of all graphs, as long as nothing is written."""
        return PlainReader(*self._merger.everything())

    def _answer(self, text: str, choose: ChooseFormat, dataset: _Dataset) -> tuple[Any, Any]:
        """Return the engine's answer and the format to write it in."""
        form, tokens = plain_form(text), None
        if form is None:
            tokens = check_query(text)
            form = form_of(text, tokens)
        media = choose(form)
        if form.gives_triples != isinstance(media, RdfSyntax):
            kind = "RDF syntax" if form.gives_triples else "result format"
            raise UsageError(
                f"the answer to {form.value} is not written as {media.short}", advice=f"choose an {kind}"
            )
        return self._ask(text, tokens, {}, dataset), media

    def _ask(
        self, text: str, tokens: Sequence[Token] | None, bindings: Mapping[str, Term], dataset: _Dataset
    ) -> Any:
        """Ask the engine; without tokens, a plain query."""
        engine, arguments = self._choose(tokens or (), *dataset)
        asked: str = text
        substitutions: dict[ox.Variable, Any] | None = None
        if bindings:
            asked, substituted = bind(text, tokens or (), bindings)
            substitutions = {ox.Variable(name): value for name, value in substituted.items()} or None
        prefixes = prefixes_at_a_glance(asked)
        try:
            with EVALUATION:
                return engine.query(
                    asked, base_iri=BASE, prefixes=prefixes, substitutions=substitutions, **arguments
                )
        except SyntaxError as error:
            seen = check_query(text) if tokens is None else tokens
            raise explain(text, seen, str(error), complain_about_query) from None

    def _choose(
        self, tokens: Sequence[Token], default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> tuple[ox.Store, dict[str, Any]]:
        """Return the engine to ask and its arguments: the caller's dataset, the query's, or everything."""
        engine = self._engine
        if default_graphs or named_graphs:
            return self._merger.chosen(default_graphs, named_graphs)
        if not tokens or all(token.word != "FROM" for token in tokens):
            return self._merger.everything()
        dataset = named_dataset(tokens, PREFIXES)
        return self._merger.chosen(*dataset) if dataset else (engine, {})

    def update(
        self, text: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()
    ) -> None:
        """Apply a SPARQL 1.1 update, all of it or nothing."""
        self._check_writable()
        tokens = check_update(text)
        seen = with_dataset(text, tokens, using_graphs, using_named_graphs)
        try:
            self._engine.update(seen, base_iri=BASE, prefixes=PREFIXES)
        except SyntaxError as error:
            raise explain(text, tokens, str(error), complain_about_update) from None
        except (RuntimeError, ValueError) as error:
            raise UsageError(f"the update cannot be applied: {error}") from None
        self._written()

    def load(self, data: bytes | BinaryIO, *, format: RdfSyntax, graph: str | None = None) -> None:  # noqa: A002
        """Add parsed data, all of it or nothing; ``graph`` takes the triples of a syntax without graphs."""
        self._check_writable()
        if graph is not None and format.holds_graphs:
            raise UsageError(f"{format.short} names its graphs itself", advice="leave the graph out")
        engine_format = ox.RdfFormat.from_media_type(format.media_type)
        content = data if isinstance(data, bytes) else data.read()
        check_depth(content, format, "<data>")
        with bad_data("<data>"):
            self._engine.load(content, format=engine_format, to_graph=node(graph) if graph else None)
        self._written()

    def fill(self, content: bytes) -> None:
        """Put N-Quads that are known to be sound into an empty store, fast."""
        self._check_writable()
        with bad_data("<content>"):
            self._engine.bulk_load(content, format=ox.RdfFormat.N_QUADS)
        add_empty_graphs(self._engine, content)
        self._written()

    def view(self, graph: str | None = None, *, surrogates: bool = False) -> Graph:
        """Return a graph of rdflib that reads one graph from here, or all; see ``view``."""
        return view_of(self._engine, None if graph is None else _graph_node(graph), surrogates=surrogates)

    def follow(self, change: ContentChange) -> None:
        """Bring what was known of the union of graphs up to date with all that was written since."""
        self._merger.follow(change)

    def is_disjoint(self) -> bool:
        """Whether no triple stands in two graphs."""
        return self._merger.is_disjoint()

    def holds(self, graph: str) -> bool:
        """Whether there is a graph with this name; the unnamed one, the empty text, is always there."""
        return not graph or self._engine.contains_named_graph(node(graph))

    def put(self, graph: str, documents: Sequence[Document]) -> None:
        """Put documents in the place of a graph, all of it or nothing."""
        self._check_writable()
        triples = read_documents(documents)
        self._engine.update(replacement(_graph_node(graph), triples))
        self._written()

    def merge(self, graph: str, documents: Sequence[Document]) -> None:
        """Add documents to a graph, all of it or nothing."""
        self._check_writable()
        target, triples = _graph_node(graph), read_documents(documents)
        self._engine.extend(ox.Quad(one.subject, one.predicate, one.object, target) for one in triples)
        if isinstance(target, ox.NamedNode):
            self._engine.add_graph(target)
        self._written()

    def drop(self, graph: str) -> None:
        """Remove a graph; the unnamed one is emptied."""
        self._check_writable()
        self._engine.remove_graph(_graph_node(graph))
        self._written()

    def dump(self, out: BinaryIO, *, format: RdfSyntax, graph: str | None = None) -> None:  # noqa: A002
        """Write one graph (the unnamed one is the empty text), or everything.

        A syntax without graphs gets the union of them all.
        """
        if graph is not None and not self.holds(graph):
            raise NotFoundError(f"there is no graph <{graph}>", advice="`poca-kg info` lists the graphs")
        wanted = None if graph is None else _graph_node(graph)
        quads = self._engine.quads_for_pattern(None, None, None, wanted)
        if format.holds_graphs:
            out.write(write_quads(quads, format))
        else:
            out.write(write_triples(ordered(quad.triple for quad in quads), format))

    def content(self) -> bytes:
        """Return all that the store holds as canonical N-Quads, empty graphs included; see ``content``."""
        return write_content(self._engine)

    def quads(self) -> Iterator[Quad]:
        """Iterate over every quad; the graph is its IRI, or empty for the unnamed graph."""
        return (quad_from_engine(quad) for quad in self._engine)

    def match(
        self, subject: Term | None = None, predicate: Term | None = None, object_: Term | None = None
    ) -> Iterator[Triple]:
        """Iterate over the triples that fit a pattern; one that stands in two graphs comes twice."""
        wanted: list[Any] = [
            None if term is None else to_engine(term) for term in (subject, predicate, object_)
        ]
        return map(triple_from_engine, self._engine.quads_for_pattern(*wanted))

    def graphs(self) -> tuple[GraphSize, ...]:
        """Return the named graphs with their sizes, sorted by IRI."""
        counts = self._engine.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        return tuple(sorted(GraphSize(row["g"].value, int(row["n"].value)) for row in counts))  # type: ignore[union-attr]

    def size(self) -> int:
        """Return the number of quads."""
        return len(self._engine)

    def close(self) -> None:
        """Let go of files and locks; closing twice is fine."""
        self._open_engine = None
        self._merger = Merger(ox.Store())
        self._writable = False

    @property
    def _engine(self) -> ox.Store:
        """The engine; a closed store has none, and an empty answer in its place would pass for a true one."""
        if self._open_engine is None:
            raise UsageError("the store is closed", advice="open it again, or ask before it is closed")
        return self._open_engine

    def _check_writable(self) -> None:
        if self._open_engine is not None and not self._writable:
            advice = "open it with EmbeddedStore.on_disk"
            raise UsageError("this store is open for reading only", advice=advice)

    def _written(self) -> None:
        self._merger.forget()
        if self._durable:
            self._engine.flush()


@cache
def _rows_format(media: ResultFormat) -> ox.QueryResultsFormat | None:
    return ox.QueryResultsFormat.from_media_type(media.media_type)


def _graph_node(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    return node(graph) if graph else ox.DefaultGraph()
