"""The sandbox as a store: whatever is asked of it is done in a worker, under the limits of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, NoReturn

from poca_kg.errors import ResultTooLargeError, UsageError
from poca_kg.sandbox.jobs import Job, QueryJob
from poca_kg.sandbox.reading import DumpJob, SizesJob, TermsJob, read_answer, read_sizes
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import query_form
from poca_kg.store.protocol import Answer, ChooseFormat, GraphSize, Quad, Sink, Term

__all__ = ["SandboxedStore", "query_job"]

_MOST_BYTES_OF_TERMS = 32 * 2**20


class SandboxedStore:
    r"""A store for reading over a sandbox; see ``Store`` in :mod:`poca_kg.store.protocol`.

    Every method may also raise what :meth:`Sandbox.run` raises. The sandbox belongs to whoever started it:
    closing the store does not stop it.

    >>> from poca_kg.sandbox.limits import Limits
    >>> limits = Limits(workers=1, express=0, spares=0)
    >>> with Sandbox.start(b'<http://e/a> <http://e/p> "1" <http://e/g> .', limits) as sandbox:
    ...     SandboxedStore(sandbox).query("SELECT ?o { ?s ?p ?o }").rows
    ((rdflib.term.Literal('1'),),)
    """

    def __init__(self, sandbox: Sandbox, *, client: str = "", timeout_s: float | None = None) -> None:
        self._sandbox, self._client, self._timeout_s = sandbox, client, timeout_s

    def for_caller(self, client: str, timeout_s: float | None = None) -> SandboxedStore:
        """Return the same store for one client, who may ask for less time than the limit."""
        return SandboxedStore(self._sandbox, client=client, timeout_s=timeout_s)

    @property
    def version(self) -> str:
        """The version of the graph that new questions see."""
        return self._sandbox.version

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, Term] | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Answer a query, with some of its variables bound beforehand.

        Raises
        ------
        ResultTooLargeError
            If the answer has more than 32 MiB; as bytes there is more room.
        """
        job = TermsJob(text, bindings or {}, tuple(default_graphs), tuple(named_graphs))
        return read_answer(self._whole(job, most_bytes=_MOST_BYTES_OF_TERMS))

    def serialise(
        self,
        text: str,
        media: ResultFormat | RdfSyntax,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> bytes:
        """Answer a query in bytes: a result format for SELECT and ASK, an RDF syntax for the others."""
        return self._whole(query_job(text, media, default_graphs, named_graphs))

    def serialise_to(
        self,
        out: Sink,
        text: str,
        choose: ChooseFormat,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        """Answer a query in bytes as they arrive from the worker."""
        self._pass_on(query_job(text, choose(query_form(text)), default_graphs, named_graphs), out)

    def update(
        self, text: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()
    ) -> None:
        """Refuse: a sandbox is for reading."""
        del text, using_graphs, using_named_graphs
        _refuse()

    def load(self, data: bytes | BinaryIO, *, format: RdfSyntax, graph: str | None = None) -> None:  # noqa: A002
        """Refuse: a sandbox is for reading."""
        del data, format, graph
        _refuse()

    def dump(self, out: BinaryIO, *, format: RdfSyntax, graph: str | None = None) -> None:  # noqa: A002
        """Write one graph (the empty text is the unnamed one), or everything, as it arrives."""
        self._pass_on(DumpJob(format, graph), out)

    def quads(self) -> Iterator[Quad]:
        """Iterate over every quad; all of them are fetched first."""
        return EmbeddedStore.from_nquads(self._whole(DumpJob(RdfSyntax.N_QUADS))).quads()

    def graphs(self) -> tuple[GraphSize, ...]:
        """Return the named graphs with their sizes, sorted by IRI."""
        return read_sizes(self._whole(SizesJob()))[1]

    def size(self) -> int:
        """Return the number of quads."""
        return read_sizes(self._whole(SizesJob()))[0]

    def close(self) -> None:
        """Let go of nothing: the sandbox stays."""

    def _whole(self, job: Job, *, most_bytes: int | None = None) -> bytes:
        with self._sandbox.run(job, client=self._client, timeout_s=self._timeout_s) as outcome:
            pieces, size = [], 0
            for piece in outcome:
                pieces.append(piece)
                size += len(piece)
                if most_bytes is not None and size > most_bytes:
                    what = f"the answer has more than {most_bytes} bytes"
                    advice = "ask for less, or for a file"
                    raise ResultTooLargeError(what, advice=advice, limit=most_bytes)
            return b"".join(pieces)

    def _pass_on(self, job: Job, out: Sink | BinaryIO) -> None:
        with self._sandbox.run(job, client=self._client, timeout_s=self._timeout_s) as outcome:
            for piece in outcome:
                out.write(piece)


def query_job(
    text: str, media: ResultFormat | RdfSyntax, default_graphs: Sequence[str], named_graphs: Sequence[str]
) -> QueryJob:
    """Return the job whose answer is in one format only; another form of answer is refused.

    >>> query_job("ASK {}", ResultFormat.CSV, (), ()).triples is None
    True
    """
    rows, triples = (None, media) if isinstance(media, RdfSyntax) else (media, None)
    return QueryJob(text, rows, triples, tuple(default_graphs), tuple(named_graphs))


def _refuse() -> NoReturn:
    raise UsageError("this store is open for reading only", advice="write through the service")
