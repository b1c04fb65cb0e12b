"""What can be asked of a worker, and how a worker does it.

A job is a kind, a header that JSON can hold, and a body of bytes. The handler of a kind is a function that a
worker calls with the graph, header, body and the place for its answer. Further kinds are given to a sandbox
by name, as ``module:function``; the parent imports them before it forks. A handler that needs something
ready is given as ``module:maker:argument``: the maker, called with the text before the fork, returns it.
"""

from __future__ import annotations

import importlib
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, ClassVar, Protocol, TypeAlias

from poca_kg.errors import AnswerFormError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import QueryForm
from poca_kg.store.protocol import Sink

__all__ = [
    "KINDS",
    "AnswerSink",
    "Cancellation",
    "Handler",
    "Job",
    "QueryJob",
    "StayingSink",
    "answer_query",
    "find_handlers",
    "head_of",
]


class AnswerSink(Sink, Protocol):
    """Where a handler puts its answer: the media type first, then the bytes."""

    def begin(self, media_type: str) -> None:
        """Say what the answer is written in."""


class StayingSink(AnswerSink, Protocol):
    """What a handler has that speaks with the front itself, for as long as both like."""

    def stay(self) -> socket.socket:
        """Tell the front that the handler is at work; return the socket by which it sends descriptors."""


Handler: TypeAlias = Callable[[EmbeddedStore, dict[str, Any], bytes, AnswerSink], None]

KINDS: dict[str, str] = {
    "query": "poca_kg.sandbox.jobs:answer_query",
    "terms": "poca_kg.sandbox.reading:answer_in_terms",
    "dump": "poca_kg.sandbox.reading:dump",
    "sizes": "poca_kg.sandbox.reading:tell_sizes",
}


class Cancellation:
    """Whether a job is still wanted, and what ends it when it is not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._end: Callable[[], None] | None = None
        self.is_cancelled = False

    def cancel(self) -> None:
        """End the job, now or as soon as it would start."""
        with self._lock:
            self.is_cancelled = True
            if self._end is not None:
                self._end()

    def attach(self, end: Callable[[], None] | None) -> None:
        """Say what ends the job from now on; ``None`` once there is nothing to end."""
        with self._lock:
            self._end = end
            if self.is_cancelled and end is not None:
                end()


def head_of(kind: str, header: Mapping[str, Any]) -> bytes:
    """Return kind and header of a job as JSON.

    >>> head_of("dump", {"graph": None})
    b'{"kind": "dump", "graph": null}'
    """
    return json.dumps({"kind": kind, **header}).encode()


@dataclass(frozen=True, eq=False)
class Job:
    """Something to be done in the sandbox; each kind of job is a subclass. A job is run once."""

    kind: ClassVar[str]
    cancellation: Cancellation = field(default_factory=Cancellation, init=False, repr=False)

    def header(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {}

    def head(self) -> bytes:
        """Return kind and header as JSON."""
        return head_of(self.kind, self.header())

    def body(self) -> bytes:
        """Return the text or document that the job is about."""
        return b""

    def cancel(self) -> None:
        """Give the job up: its worker is killed. May be called from any thread, at any time."""
        self.cancellation.cancel()


@dataclass(frozen=True, eq=False)
class QueryJob(Job):
    """A query, the formats its answer may have (``None``: no such answer is wanted), and its dataset.

    >>> QueryJob("ASK {}").header()["rows"]
    'JSON'
    """

    kind: ClassVar[str] = "query"
    text: str
    rows: ResultFormat | None = ResultFormat.JSON
    triples: RdfSyntax | None = RdfSyntax.TURTLE
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def header(self) -> dict[str, Any]:
        """Return formats and dataset."""
        return {
            "rows": self.rows and self.rows.name,
            "triples": self.triples and self.triples.name,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
        }

    def head(self) -> bytes:
        """Return kind and header as JSON, which is the same for most queries."""
        if self.default_graphs or self.named_graphs:
            return super().head()
        known = (self.kind, self.rows, self.triples)
        if known not in _KNOWN_HEADS:
            _KNOWN_HEADS[known] = super().head()
        return _KNOWN_HEADS[known]

    def body(self) -> bytes:
        """Return the text of the query."""
        return self.text.encode("utf-8", "surrogatepass")


_KNOWN_HEADS: dict[tuple[str, ResultFormat | None, RdfSyntax | None], bytes] = {}


def answer_query(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Answer a query; the handler of :class:`QueryJob`."""

    def choose(form: QueryForm) -> ResultFormat | RdfSyntax:
        name = header["triples" if form.gives_triples else "rows"]
        if name is None:
            what = f"no format that is accepted fits the answer to {form.value}"
            raise AnswerFormError(what, advice=f"accept {'a graph' if form.gives_triples else 'rows'}")
        media = RdfSyntax[name] if form.gives_triples else ResultFormat[name]
        out.begin(media.media_type)
        return media

    store.serialise_to(
        out,
        body.decode("utf-8", "surrogatepass"),
        choose,
        default_graphs=header["default_graphs"],
        named_graphs=header["named_graphs"],
    )


def find_handlers(kinds: Mapping[str, str]) -> dict[str, Handler]:
    """Return the handler of each kind, imported from where its name says.

    >>> find_handlers(KINDS)["query"].__name__
    'answer_query'
    """
    found: dict[str, Handler] = {}
    for kind, address in kinds.items():
        module, _, rest = address.partition(":")
        name, _, argument = rest.partition(":")
        named = getattr(importlib.import_module(module), name)
        found[kind] = named(argument) if argument else named
    return found
