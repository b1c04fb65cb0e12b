"""What every store can do: the one small interface that the rest of poca-kg is written against.

Terms at this interface are rdflib terms. The default graph of a query is the union of all graphs, unless the
query or the caller names a dataset. Every prefix of :data:`poca_kg.vocabulary.prefixes.PREFIXES` is declared
beforehand, so that queries need no ``PREFIX`` lines for them; relative IRIs are resolved against
:data:`poca_kg.vocabulary.iris.BASE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

from rdflib import BNode, Literal, URIRef

from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import QueryForm

__all__ = [
    "Answer",
    "ChooseFormat",
    "Document",
    "GraphSize",
    "Quad",
    "Sink",
    "Solutions",
    "Store",
    "Term",
    "Triple",
    "Triples",
    "Truth",
    "Writer",
]

Term: TypeAlias = URIRef | BNode | Literal
Triple: TypeAlias = tuple[Term, Term, Term]
Quad: TypeAlias = tuple[Term, Term, Term, str]

ChooseFormat: TypeAlias = Callable[[QueryForm], ResultFormat | RdfSyntax]
"""Return the format for the answer to a query of some form."""


class Sink(Protocol):
    """Where bytes go; raising an error in ``write`` ends what is being written."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""

    def flush(self) -> object:
        """Pass on what is held back, if anything is."""


@dataclass(frozen=True)
class Solutions:
    """The answer to SELECT: rows of terms in the order of ``variables``; ``None`` where one is unbound."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True)
class Truth:
    """The answer to ASK."""

    value: bool


@dataclass(frozen=True)
class Triples:
    """The answer to CONSTRUCT and DESCRIBE: distinct triples, sorted."""

    triples: tuple[Triple, ...]


Answer: TypeAlias = Solutions | Truth | Triples


@dataclass(frozen=True, order=True)
class GraphSize:
    """A named graph and the number of its triples."""

    iri: str
    triples: int


@dataclass(frozen=True)
class Document:
    """Triples in a syntax; ``name`` is what errors call it, ``base`` resolves its relative IRIs."""

    data: bytes
    syntax: RdfSyntax
    name: str = "document"
    base: str | None = None


class Store(Protocol):
    """A set of named graphs that answers SPARQL 1.1.

    Errors, the same from each implementation: ``QuerySyntaxError`` for a text that does not parse,
    ``RemoteAccessError`` for SERVICE and LOAD, ``LimitError`` for a query that is too complex to be tried,
    ``UsageError`` for a term or an IRI that is none and for writing to a store that is open for reading,
    ``InputError`` with its place for data that does not parse.
    """

    @property
    def version(self) -> str:
        """Version of the dataset in the store; empty when it has none."""

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, Term] | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Answer a query, with some of its variables bound beforehand.

        ``default_graphs`` and ``named_graphs`` together describe the dataset, as in the SPARQL 1.1 Protocol:
        where one of them is given, the query sees nothing else, whatever its FROM clauses say.
        """

    def serialise(
        self,
        text: str,
        media: ResultFormat | RdfSyntax,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> bytes:
        """Answer a query in bytes: a result format for SELECT and ASK, an RDF syntax for the others.

        :func:`poca_kg.store.gate.query_form` tells beforehand which of the two a query needs.
        """

    def serialise_to(
        self,
        out: Sink,
        text: str,
        choose: ChooseFormat,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        """Answer a query in bytes as the engine makes them, without holding all of the answer.

        ``choose`` names the format once the form of the query is known. A small graph is written as
        :meth:`serialise` writes it; a large one in the order in which the engine finds its triples. When an
        error is raised, what was written before is no answer.
        """

    def update(
        self, text: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()
    ) -> None:
        """Apply a SPARQL 1.1 update, all of it or nothing.

        The default graph of an update is the unnamed one. ``using_graphs`` and ``using_named_graphs``
        together are the dataset of its WHERE clauses, as in the SPARQL 1.1 Protocol.
        """

    def load(self, data: bytes | BinaryIO, *, format: RdfSyntax, graph: str | None = None) -> None:  # noqa: A002
        """Add parsed data, all of it or nothing; ``graph`` takes the triples of a syntax without graphs."""

    def dump(self, out: BinaryIO, *, format: RdfSyntax, graph: str | None = None) -> None:  # noqa: A002
        """Write one graph (the empty text is the unnamed one), or everything.

        Equal content gives equal bytes, apart from blank node labels.
        """

    def quads(self) -> Iterator[Quad]:
        """Iterate over every quad; the graph is its IRI, or empty for the unnamed graph."""

    def graphs(self) -> tuple[GraphSize, ...]:
        """Return the named graphs with their sizes, sorted by IRI."""

    def size(self) -> int:
        """Return the number of quads."""

    def close(self) -> None:
        """Let go of files and locks; closing twice is fine."""


class Writer(Protocol):
    """What takes the writes of a service: a store itself, or a stage that checks and publishes them.

    Every method does all of it or nothing, and raises what the methods of :class:`Store` raise. A graph is
    its IRI; the empty text is the unnamed graph, which is always there.
    """

    def update(
        self, text: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()
    ) -> None:
        """Apply a SPARQL 1.1 update; see :meth:`Store.update`."""

    def holds(self, graph: str) -> bool:
        """Whether there is a graph with this name, if only an empty one."""

    def put(self, graph: str, documents: Sequence[Document]) -> None:
        """Put documents in the place of a graph."""

    def merge(self, graph: str, documents: Sequence[Document]) -> None:
        """Add documents to a graph."""

    def drop(self, graph: str) -> None:
        """Remove a graph."""
