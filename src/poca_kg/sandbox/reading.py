"""The jobs beside queries that a store is read with: answers as terms, dumps, and sizes.

Terms travel as JSON: ``["uri", value]``, ``["bnode", value]``, ``["literal", value, language, datatype]``,
and ``null`` where a row has none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar, cast

from rdflib import BNode, Literal, URIRef

from poca_kg.sandbox.jobs import AnswerSink, Job
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Answer, GraphSize, Solutions, Term, Triples, Truth

__all__ = [
    "DumpJob",
    "SizesJob",
    "TermsJob",
    "answer_in_terms",
    "dump",
    "read_answer",
    "read_sizes",
    "tell_sizes",
]

_JSON = "application/json"


@dataclass(frozen=True, eq=False)
class TermsJob(Job):
    """A query whose answer is read as terms, with some of its variables bound beforehand."""

    kind: ClassVar[str] = "terms"
    text: str
    bindings: Mapping[str, Term] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def header(self) -> dict[str, Any]:
        """Return dataset and bindings."""
        return {
            "bindings": {name: _written(term) for name, term in self.bindings.items()},
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
        }

    def body(self) -> bytes:
        """Return the text of the query."""
        return self.text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, eq=False)
class DumpJob(Job):
    """A graph by its name (the empty text: the unnamed one), or everything (``None``), in a syntax."""

    kind: ClassVar[str] = "dump"
    syntax: RdfSyntax
    graph: str | None = None

    def header(self) -> dict[str, Any]:
        """Return syntax and graph."""
        return {"syntax": self.syntax.name, "graph": self.graph}


@dataclass(frozen=True, eq=False)
class SizesJob(Job):
    """How many quads there are, and how many triples in each named graph."""

    kind: ClassVar[str] = "sizes"


def answer_in_terms(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Answer a query in terms; the handler of :class:`TermsJob`."""
    bindings = {name: _read(one) for name, one in header["bindings"].items()}
    answer = store.query(
        body.decode("utf-8", "surrogatepass"),
        bindings={name: term for name, term in bindings.items() if term is not None},
        default_graphs=header["default_graphs"],
        named_graphs=header["named_graphs"],
    )
    out.begin(_JSON)
    if isinstance(answer, Truth):
        out.write(json.dumps({"truth": answer.value}).encode())
        return
    rows = answer.rows if isinstance(answer, Solutions) else answer.triples
    variables = answer.variables if isinstance(answer, Solutions) else None
    out.write(json.dumps({"variables": variables}).encode())
    for row in rows:
        out.write(b"\n" + json.dumps([_written(term) for term in row]).encode())


def read_answer(data: bytes) -> Answer:
    """Return the answer that a worker gave to a :class:`TermsJob`."""
    head, *lines = data.split(b"\n")
    told = json.loads(head)
    if "truth" in told:
        return Truth(bool(told["truth"]))
    rows = tuple(tuple(_read(one) for one in json.loads(line)) for line in lines)
    if told["variables"] is None:
        return Triples(cast(tuple[tuple[Term, Term, Term], ...], rows))
    return Solutions(tuple(told["variables"]), rows)


def dump(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Write a graph or everything; the handler of :class:`DumpJob`."""
    del body
    syntax = RdfSyntax[header["syntax"]]
    out.begin(syntax.media_type)
    store.dump(cast(BinaryIO, out), format=syntax, graph=header["graph"])


def tell_sizes(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Tell how much there is; the handler of :class:`SizesJob`."""
    del header, body
    out.begin(_JSON)
    graphs = [[one.iri, one.triples] for one in store.graphs()]
    out.write(json.dumps({"size": store.size(), "graphs": graphs}).encode())


def read_sizes(data: bytes) -> tuple[int, tuple[GraphSize, ...]]:
    """Return quads and named graphs as a worker told them."""
    told = json.loads(data)
    return int(told["size"]), tuple(GraphSize(iri, triples) for iri, triples in told["graphs"])


def _written(term: Term | None) -> list[str | None] | None:
    if term is None:
        return None
    if isinstance(term, Literal):
        return ["literal", str(term), term.language, term.datatype and str(term.datatype)]
    return ["uri" if isinstance(term, URIRef) else "bnode", str(term)]


def _read(written: list[Any] | None) -> Term | None:
    if written is None:
        return None
    kind, value, *more = written
    if kind == "literal":
        language, datatype = more
        return Literal(value, lang=language, datatype=datatype and URIRef(datatype), normalize=False)
    return URIRef(value) if kind == "uri" else BNode(value)
