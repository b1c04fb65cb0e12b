"""The face of the library: open a graph, ask it, and ask where its answers come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias

from rdflib import BNode, Dataset, Literal, URIRef
from rdflib.term import Identifier

from poca_kg.analysis.explanation import Explanation
from poca_kg.analysis.information import Info, read_info
from poca_kg.analysis.questions import Question, find_question, read_questions
from poca_kg.analysis.rows import Rows
from poca_kg.analysis.term_text import parse_iri, parse_term
from poca_kg.analysis.why import why
from poca_kg.errors import FilePlace, InputError, NotFoundError, UsageError
from poca_kg.settings import bundle_dir, read_settings
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat, syntax_of_path
from poca_kg.store.manifest import Manifest
from poca_kg.store.parsing import parse_bytes, read_bytes
from poca_kg.store.places import Places
from poca_kg.store.protocol import Store, Term
from poca_kg.store.snapshot import current_snapshot, open_graph_file, open_snapshot
from poca_kg.vocabulary.iris import graph_iri
from poca_kg.vocabulary.prefixes import PREFIXES

if TYPE_CHECKING:
    import networkx as nx

    from poca_kg.validate import Report

__all__ = ["Binding", "KnowledgeGraph", "open_graph"]

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:/")

Binding: TypeAlias = Term | str | int | float | bool | Decimal | date | datetime


class KnowledgeGraph:
    """A graph that answers with evidence.

    Made by :func:`poca_kg.open`, and a context manager.

    Attributes
    ----------
    store : Store
        What answers the queries; also the way to everything that this class does not offer.
    places : Places
        File and line of rows and ontology triples; empty for a graph that ``poca-kg build`` did not make.
    """

    def __init__(self, store: Store, places: Places | None = None) -> None:
        self.store = store
        self.places = Places.empty() if places is None else places

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            size = f"{self.store.size()} triples"
        except UsageError:
            size = "closed"
        return f"<KnowledgeGraph {self.version or 'without a version'}, {size}>"

    @property
    def version(self) -> str:
        """Version of the dataset; empty for a graph that was not published."""
        return self.store.version

    def query(self, text: str, /, **bindings: Binding) -> Rows:
        """Return the answer to a SPARQL 1.1 query; see :class:`~poca_kg.analysis.rows.Rows` for its shape.

        The prefixes of the project need no ``PREFIX`` line. ``bindings`` fixes variables beforehand: rdflib
        terms as they are; texts, numbers, truth values and dates as literals.

        >>> import poca_kg
        >>> text = "SELECT ?name { city:turin rdfs:label ?name FILTER(LANG(?name) = ?language) }"
        >>> with poca_kg.open() as kg:
        ...     kg.query(text, language="it").to_dicts()
        [{'name': 'Torino'}]

        Raises
        ------
        QuerySyntaxError
            If the text does not parse; with line and column.
        RemoteAccessError
            For SERVICE.
        UsageError
            If a bound text looks like an IRI or a prefixed name: say what it is, ``URIRef`` or ``Literal``.
        """
        fixed = {name: _as_term(name, value) for name, value in bindings.items()}
        return Rows.from_answer(self.store.query(text, bindings=fixed))

    def why(self, s: Term | str, p: URIRef | str, o: Term | str) -> tuple[Explanation, ...]:
        """Return where a triple comes from, one explanation per named graph that holds it.

        Texts are read as on the command line: ``"city:turin"``, ``"<https://…>"``, ``'"Turin"@en'``.

        >>> import poca_kg
        >>> poca_kg.open().why("city:turin", "poca:partOf", "unit:it-uts-201")[0].row.table
        'cities'

        Raises
        ------
        NotFoundError
            If the graph does not hold the triple; the message says what it holds instead.
        """
        predicate = p if isinstance(p, URIRef) else parse_iri(p)
        return why(self.store, self.places, _read_term(s), predicate, _read_term(o))

    def view(
        self, name: str, *, include_unfavourable: bool = False, language: str = "en"
    ) -> nx.MultiDiGraph[str]:
        """Return a view (``territory``, ``statements``, ``cooperation``) as a networkx graph.

        Views of cooperation leave out what was turned down or left open, unless ``include_unfavourable`` asks
        for it; the edges then carry ``polarity`` -1 or 0.

        >>> import poca_kg
        >>> net = poca_kg.open().view("territory")
        >>> net.nodes["https://w3id.org/poca-kg/id/city/turin"]["label"]
        'Turin'
        """
        from poca_kg.graph import view  # noqa: PLC0415  (networkx is imported by who needs it)

        return view(self.store, name, include_unfavourable=include_unfavourable, language=language)

    def questions(self) -> tuple[Question, ...]:
        """Return the competency questions that the graph carries, sorted by id."""
        return read_questions(self.store)

    def ask(self, question_id: str) -> Rows:
        """Return the answer to a competency question, ``cq-005`` or short ``5``.

        >>> import poca_kg
        >>> sorted({row["fieldLabel"] for row in poca_kg.open().ask("cq-005").to_dicts()})
        ['research and development', 'tertiary education']
        """
        return self.query(find_question(self.store, question_id).query)

    def info(self) -> Info:
        """Return version, size and named graphs with their licences."""
        return read_info(self.store)

    def serialise(self, text: str, media: ResultFormat | RdfSyntax) -> bytes:
        """Return the answer to a query in a format of SPARQL results or of RDF."""
        return self.store.serialise(text, media)

    def dump(self, out: BinaryIO, media: RdfSyntax, *, graph: str | None = None) -> None:
        """Write one named graph, or everything, to ``out``."""
        self.store.dump(out, format=media, graph=graph)

    def to_rdflib(self) -> Dataset:
        """Return a copy as an rdflib dataset whose default graph is the union of all."""
        dataset = Dataset(default_union=True)
        dataset.addN((s, p, o, dataset.graph(URIRef(graph))) for s, p, o, graph in self._quads())
        return dataset

    def validate(self) -> Report:
        """Return the report of the project's shapes on this graph."""
        from poca_kg.validate import validate_store  # noqa: PLC0415  (pyshacl takes long to import)

        return validate_store(self.store, read_settings().ontology_dir, self.places)

    def close(self) -> None:
        """Let go of files and locks; closing twice is fine."""
        self.store.close()

    def _quads(self) -> Iterator[tuple[Term, Term, Term, str]]:
        return self.store.quads()


def open_graph(path: str | Path | None = None) -> KnowledgeGraph:
    """Return the graph at ``path``, or the current one.

    Parameters
    ----------
    path : str or Path, optional
        A data folder (its current snapshot is opened), a snapshot or dataset folder, or a file: ``.nq``,
        ``.nq.gz``, ``.trig``, ``.ttl``, ``.nt``, ``.rdf``, ``.jsonld``. Without it: the current snapshot of
        the data folder (``POCA_KG_DATA_DIR``) if there is one, else the graph that the package carries.

    Raises
    ------
    NotFoundError
        If there is nothing to open; the message says how to make it.
    InputError
        If a file does not parse, with line and column.

    Examples
    --------
    >>> import poca_kg
    >>> with poca_kg.open() as kg:
    ...     bool(kg.query("ASK { city:turin a poca:City }"))
    True
    """
    if path is None:
        return _open_current(read_settings().data_dir) or _open_bundle()
    place = Path(path)
    if _ADDRESS.match(str(path)) and not _is(place.exists):
        raise UsageError(f"{path} is an address", advice="download the graph, and open the file")
    if _is(place.is_file):
        return _open_file(place)
    if not _is(place.is_dir):
        raise NotFoundError(
            f"there is no graph at {place}", advice="name a data folder, a snapshot or a file"
        )
    return _open_current(place) or _open_folder(place)


def _open_current(data_dir: Path) -> KnowledgeGraph | None:
    """Return the current snapshot of a data folder, or ``None`` before its first publication."""
    snapshot = current_snapshot(data_dir)
    return None if snapshot is None else KnowledgeGraph(open_snapshot(snapshot), snapshot.places)


def _open_bundle() -> KnowledgeGraph:
    if not bundle_dir().is_dir():
        raise NotFoundError(
            "no graph was published yet, and this clone carries none",
            advice="run `poca-kg build` and `poca-kg publish`, or `make serve`",
        )
    return _open_folder(bundle_dir())


def _open_folder(folder: Path) -> KnowledgeGraph:
    """Return the graph of a snapshot, a dataset or the package, or the dataset in a data folder."""
    inner = folder / "dataset" if (folder / "dataset").is_dir() else folder
    graph, places, manifest = (_find(inner, name) for name in ("graph.nq", "places.tsv", "manifest.json"))
    if graph is None:
        raise NotFoundError(
            f"there is no graph in {folder}", advice="run `poca-kg build` and `poca-kg publish`"
        )
    store = (
        EmbeddedStore.from_nquads(graph)
        if manifest is None
        else open_graph_file(graph, Manifest.read(manifest).version)
    )
    return KnowledgeGraph(store, None if places is None else Places.read(places))


def _is(question: Callable[[], bool]) -> bool:
    """Return the answer of the file system, and no for what cannot be the name of a file."""
    try:
        return question()
    except (OSError, ValueError):
        return False


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _open_file(path: Path) -> KnowledgeGraph:
    """Return the graph in a file; triples without a graph go to one named after the file."""
    syntax = syntax_of_path(path)
    if syntax is RdfSyntax.N_QUADS:
        return KnowledgeGraph(EmbeddedStore.from_nquads(path))
    store = EmbeddedStore.in_memory()
    graph = None if syntax.holds_graphs else str(graph_iri(_graph_name(path)))
    try:
        data = read_bytes(path)
        if syntax is RdfSyntax.RDF_XML:
            parse_bytes(data, syntax=syntax, name=str(path))  # which says where, and reads no entities
        store.load(data, format=syntax, graph=graph)
    except InputError as error:
        line, column = (error.place.line, error.place.column) if error.place else (None, None)
        raise InputError(error.what, place=FilePlace(str(path), line, column), advice=error.advice) from error
    return KnowledgeGraph(store)


def _graph_name(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.name.partition(".")[0].lower()).strip("-") or "file"


def _read_term(term: Term | str) -> Term:
    return term if isinstance(term, URIRef | BNode | Literal) else parse_term(term)


def _as_term(name: str, value: Binding) -> Term:
    if isinstance(value, URIRef | BNode | Literal):
        return value
    if isinstance(value, str) and _looks_like_iri(value):
        raise UsageError(
            f"{name}={value!r} may be an IRI or a text",
            advice="say which: rdflib's URIRef or Literal; expand_curie makes an IRI of a prefixed name",
        )
    if isinstance(value, str | int | float | Decimal | date | datetime) and not isinstance(value, Identifier):
        try:
            return Literal(value)
        except ValueError as error:
            raise UsageError(f"{name} cannot be written as a literal: {error}") from None
    raise UsageError(
        f"{name}={value!r} is no value that a query can use", advice="give a text, number, date or term"
    )


def _looks_like_iri(text: str) -> bool:
    head, colon, rest = text.partition(":")
    named = bool(colon) and (rest.startswith("//") or (head in PREFIXES and " " not in rest))
    return named or text.startswith("<")
