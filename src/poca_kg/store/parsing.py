"""RDF files into rdflib graphs, with file, line and column of what does not parse."""

from __future__ import annotations

import gzip
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Graph

from poca_kg.errors import FilePlace, InputError, LimitError, UsageError
from poca_kg.store.bridge import quad_from_engine
from poca_kg.store.depth import check_depth
from poca_kg.store.formats import RdfSyntax, syntax_of_path
from poca_kg.store.positions import turtle_lines
from poca_kg.store.protocol import Document
from poca_kg.store.rdf_xml import check_rdf_xml, place_of_refusal

__all__ = [
    "MOST_UNPACKED",
    "NEWER",
    "NEWER_ADVICE",
    "bad_data",
    "iter_engine_quads",
    "parse_bytes",
    "parse_file",
    "read_bytes",
    "turtle_lines",
]

MOST_UNPACKED = 1 << 30
NEWER = "holds a triple term or a directed text of RDF 1.2, which is not read"
NEWER_ADVICE = "say the same with a node of its own"


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
    """Return the bytes of a file, unpacked if its name ends in ``.gz``.

    Raises
    ------
    InputError
        If the file cannot be read or unpacked.
    LimitError
        If it unpacks to more than a gibibyte.
    """
    try:
        if path.suffix.lower() != ".gz":
            return path.read_bytes()
        with gzip.open(path) as packed:
            data = packed.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", place=FilePlace(str(path))) from None
    if len(data) > MOST_UNPACKED:
        what = f"{path} holds more than {MOST_UNPACKED} bytes when it is unpacked"
        raise LimitError(what, advice="unpack it yourself, if you trust it")
    return data


def parse_bytes(data: bytes, *, syntax: RdfSyntax, name: str, base: str | None = None) -> Graph:
    r"""Return parsed data; ``name`` is what errors call it.

    Lexical forms and blank node labels are kept as written; the prefixes of the data are bound.

    >>> graph = parse_bytes(b'<http://e/a> <http://e/p> "01", "x"@en .', syntax=RdfSyntax.TURTLE, name="a")
    >>> sorted(str(term) for term in graph.objects())
    ['01', 'x']

    Raises
    ------
    InputError
        If the data does not parse, is nested too deep, holds terms of RDF 1.2 or of more than 16 MB, or is
        RDF/XML that declares entities.
    """
    data = data.removeprefix(BOM_UTF8)
    check_depth(data, syntax, name)
    is_xml = syntax is RdfSyntax.RDF_XML
    if is_xml:
        check_rdf_xml(data, name)
    graph = Dataset(default_union=True) if syntax.holds_graphs else Graph()
    with bad_data(name, locate=(lambda: place_of_refusal(data, name, base)) if is_xml else None):
        parser = ox.parse(data, format=ox.RdfFormat.from_media_type(syntax.media_type), base_iri=base)
        for quad in parser:
            try:
                subject, predicate, object_, graph_name = quad_from_engine(quad)
            except UsageError:
                raise InputError(NEWER, place=FilePlace(name), advice=NEWER_ADVICE) from None
            _target(graph, graph_name).add((subject, predicate, object_))
        for prefix, namespace in sorted(parser.prefixes.items()):
            graph.bind(prefix, namespace)
    return graph


def iter_engine_quads(document: Document) -> Iterator[ox.Quad]:
    """Iterate over the quads of a document as the engine's parser finds them, texts as written.

    Raises
    ------
    InputError
        If the document does not parse, is nested too deep, or is RDF/XML that declares entities.
    """
    data, name, base = document.data.removeprefix(BOM_UTF8), document.name, document.base
    check_depth(data, document.syntax, name)
    is_xml = document.syntax is RdfSyntax.RDF_XML
    if is_xml:
        check_rdf_xml(data, name)
    with bad_data(name, locate=(lambda: place_of_refusal(data, name, base)) if is_xml else None):
        media = ox.RdfFormat.from_media_type(document.syntax.media_type)
        yield from ox.parse(data, format=media, base_iri=base)


def _target(graph: Graph, graph_name: str) -> Graph:
    """Return where a triple goes: the graph itself, or one of the dataset's."""
    if not isinstance(graph, Dataset):
        return graph
    return graph.graph(graph_name) if graph_name else graph.default_graph


@contextmanager
def bad_data(name: str, *, locate: Callable[[], FilePlace] | None = None) -> Iterator[None]:
    """Turn the engine's complaint about data into an ``InputError`` with its place.

    ``locate`` finds the place if the engine names no line.
    """
    try:
        yield
    except SyntaxError as error:
        tells_place = error.msg.startswith(("Parser error at", "Parser error between"))
        what = error.msg.partition(": ")[2] if tells_place else error.msg
        place = FilePlace(name, error.lineno, error.offset if error.lineno else None)
        if locate and not error.lineno:
            place = locate()
        raise InputError(f"does not parse: {what}", place=place) from None
    except MemoryError as error:
        if not error.args:
            raise  # this process may have no more memory, which is no fault of the data
        what, advice = "holds a term of more than 16 MB", "cut it into smaller ones"
        raise InputError(what, place=FilePlace(name), advice=advice) from None
    except ValueError as error:
        raise InputError(f"does not parse: {error}", place=FilePlace(name)) from None
