"""RDF files into rdflib graphs, with file, line and column of what does not parse."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Graph

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.bridge import quad_from_engine
from poca_kg.store.formats import RdfSyntax, syntax_of_path
from poca_kg.store.positions import turtle_lines

__all__ = ["bad_data", "parse_bytes", "parse_file", "read_bytes", "refuse_entities", "turtle_lines"]


def parse_file(path: Path, *, syntax: RdfSyntax | None = None, base: str | None = None) -> Graph:
    """Return the content of a file: a ``Dataset`` for TriG and N-Quads, else a ``Graph``.

    The syntax is told by the suffix unless it is given; ``.gz`` is unpacked. Relative IRIs need a ``base``.

    Raises
    ------
    InputError
        If the file cannot be read or does not parse; its place has line and column where they are known.
    """
    known = syntax or syntax_of_path(path)
    return parse_bytes(read_bytes(path), syntax=known, name=str(path), base=base)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if its name ends in ``.gz``."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix.lower() == ".gz" else data
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", place=FilePlace(str(path))) from None


def parse_bytes(data: bytes, *, syntax: RdfSyntax, name: str, base: str | None = None) -> Graph:
    r"""Return parsed data; ``name`` is what errors call it.

    Lexical forms and blank node labels are kept as written; the prefixes of the data are bound.

    >>> graph = parse_bytes(b'<http://e/a> <http://e/p> "01", "x"@en .', syntax=RdfSyntax.TURTLE, name="a")
    >>> sorted(str(term) for term in graph.objects())
    ['01', 'x']

    Raises
    ------
    InputError
        If the data does not parse, or is RDF/XML that declares entities.
    """
    refuse_entities(data, syntax, name)
    graph = Dataset(default_union=True) if syntax.holds_graphs else Graph()
    with bad_data(name):
        parser = ox.parse(data, format=ox.RdfFormat.from_media_type(syntax.media_type), base_iri=base)
        for quad in parser:
            subject, predicate, object_, graph_name = quad_from_engine(quad)
            _target(graph, graph_name).add((subject, predicate, object_))
        for prefix, namespace in sorted(parser.prefixes.items()):
            graph.bind(prefix, namespace)
    return graph


def refuse_entities(data: bytes, syntax: RdfSyntax, name: str) -> None:
    """Refuse RDF/XML that declares entities, which may grow without end when they are resolved."""
    if syntax is RdfSyntax.RDF_XML and b"<!ENTITY" in data:
        line = data[: data.index(b"<!ENTITY")].count(b"\n") + 1
        advice = "write the IRIs out in full"
        raise InputError("RDF/XML with entities is not read", place=FilePlace(name, line), advice=advice)


def _target(graph: Graph, graph_name: str) -> Graph:
    """Return where a triple goes: the graph itself, or one of the dataset's."""
    if not isinstance(graph, Dataset):
        return graph
    return graph.graph(graph_name) if graph_name else graph.default_graph


@contextmanager
def bad_data(name: str) -> Iterator[None]:
    """Turn the engine's complaint about data into an ``InputError`` with its place."""
    try:
        yield
    except SyntaxError as error:
        what = error.msg.partition(": ")[2] if error.msg.startswith("Parser error at") else error.msg
        place = FilePlace(name, error.lineno, error.offset if error.lineno else None)
        raise InputError(f"does not parse: {what}", place=place) from None
    except ValueError as error:
        raise InputError(f"does not parse: {error}", place=FilePlace(name)) from None
