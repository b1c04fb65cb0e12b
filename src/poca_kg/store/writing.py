"""Triples and quads to bytes: in a stable order, with the prefixes that they use and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import pyoxigraph as ox

from poca_kg.errors import UsageError
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Sink
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = [
    "MOST_ORDERED",
    "WatchedSink",
    "XmlSink",
    "ordered",
    "stream_triples",
    "well_formed_xml",
    "write_quads",
    "write_triples",
]

MOST_ORDERED = 10_000

_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_XML_NAME_AT_END = re.compile(r"[^\W\d][\w.\-]*\Z")


def ordered(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return the distinct triples, sorted by subject, predicate and object as in N-Triples."""
    return sorted(
        set(triples), key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object))
    )


def well_formed_xml(data: bytes) -> bytes:
    r"""Return XML that the engine wrote, if it is some: it writes characters that XML has no way to write.

    >>> well_formed_xml(b"<literal>\x07</literal>")
    Traceback (most recent call last):
    poca_kg.errors.UsageError: the answer holds a control character, which XML cannot; ask for another format

    Raises
    ------
    UsageError
        If it holds a control character other than tab and the ends of lines.
    """
    if _NOT_XML.search(data):
        what = "the answer holds a control character, which XML cannot"
        raise UsageError(what, advice="ask for another format")
    return data.replace(b"\r", b"&#13;")  # which a parser would read as a line feed


class WatchedSink:
    """Remembers the error that a place for bytes raised, to tell it from one of the engine."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self.failure: BaseException | None = None

    def write(self, data: bytes) -> object:
        """Pass bytes on."""
        try:
            return self._out.write(data)
        except BaseException as error:
            self.failure = error
            raise

    def flush(self) -> object:
        """Pass on what is held back."""
        return self._out.flush()


class XmlSink:
    """Hands XML on in pieces as :func:`well_formed_xml` hands it on whole; raises what that raises."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._end = b""

    def write(self, data: bytes) -> int:
        """Take the next piece; two bytes of it are looked at again, since a character may be cut in two."""
        piece = bytes(data)
        if _NOT_XML.search(self._end + piece):
            well_formed_xml(self._end + piece)
        self._end = piece[-2:] if len(piece) > 1 else (self._end + piece)[-2:]
        self._out.write(well_formed_xml(piece))
        return len(piece)

    def flush(self) -> object:
        """Pass on what is held back, which is nothing."""
        return self._out.flush()


def write_triples(triples: Sequence[ox.Triple], syntax: RdfSyntax) -> bytes:
    """Return triples in a syntax.

    Raises
    ------
    UsageError
        For RDF/XML, if a predicate's IRI does not end in a name of XML and so cannot be an element, or a text
        holds a control character.
    """
    prefixes = _used_prefixes(triples)
    engine_format = ox.RdfFormat.from_media_type(syntax.media_type)
    data = ox.serialize(_writable(triples, syntax), format=engine_format, prefixes=prefixes) or b""
    return well_formed_xml(data) if syntax is RdfSyntax.RDF_XML else data


def stream_triples(triples: Iterable[ox.Triple], syntax: RdfSyntax, out: Sink) -> None:
    """Write distinct triples: a small graph in a stable order, one of more than 10 000 triples as it comes.

    A large graph gets the prefixes of its first triples. Raises what :func:`write_triples` raises.
    """
    coming = iter(triples)
    first = list(islice(coming, MOST_ORDERED + 1))
    if len(first) <= MOST_ORDERED:
        out.write(write_triples(ordered(first), syntax))
        return
    ox.serialize(
        _writable(chain(first, coming), syntax),
        XmlSink(out) if syntax is RdfSyntax.RDF_XML else out,  # type: ignore[arg-type]
        format=ox.RdfFormat.from_media_type(syntax.media_type),
        prefixes=_used_prefixes(first),
    )


def _writable(triples: Iterable[ox.Triple], syntax: RdfSyntax) -> Iterator[ox.Triple]:
    """Iterate over triples, and stop at one that the syntax has no way to write."""
    for triple in triples:
        if syntax is RdfSyntax.RDF_XML and not _XML_NAME_AT_END.search(triple.predicate.value):
            what = f"RDF/XML cannot name the predicate <{triple.predicate.value}>"
            raise UsageError(what, advice="ask for Turtle, N-Triples or JSON-LD")
        yield triple


def write_quads(quads: Iterable[ox.Quad], syntax: RdfSyntax) -> bytes:
    """Return quads in N-Quads or TriG, sorted by graph, subject, predicate and object; N-Quads by line."""
    if syntax is RdfSyntax.N_QUADS:
        return b"".join(
            sorted((ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
        )
    rows = sorted(quads, key=lambda q: (str(q.graph_name), str(q.subject), str(q.predicate), str(q.object)))
    prefixes = _used_prefixes(rows)
    return ox.serialize(rows, format=ox.RdfFormat.TRIG, prefixes=prefixes) or b""


def _used_prefixes(statements: Iterable[Iterable[object]]) -> dict[str, str]:
    """Return the prefixes whose namespace some IRI starts with, cut behind its last ``/`` or ``#``."""
    namespaces: set[str] = set()
    for term in chain.from_iterable(statements):
        iri = term.datatype if isinstance(term, ox.Literal) else term
        if isinstance(iri, ox.NamedNode):
            namespaces.add(iri.value[: max(iri.value.rfind("/"), iri.value.rfind("#")) + 1])
    return {prefix: namespace for prefix, namespace in sorted(PREFIXES.items()) if namespace in namespaces}
