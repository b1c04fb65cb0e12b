"""Triples and quads to bytes: in a stable order, with the prefixes that they use and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

import pyoxigraph as ox

from poca_kg.errors import UsageError
from poca_kg.store.formats import RdfSyntax
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["ordered", "well_formed_xml", "write_quads", "write_triples"]

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


def write_triples(triples: Sequence[ox.Triple], syntax: RdfSyntax) -> bytes:
    """Return triples in a syntax.

    Raises
    ------
    UsageError
        For RDF/XML, if a predicate's IRI does not end in a name of XML and so cannot be an element, or a text
        holds a control character.
    """
    if syntax is RdfSyntax.RDF_XML:
        for triple in triples:
            if not _XML_NAME_AT_END.search(triple.predicate.value):
                what = f"RDF/XML cannot name the predicate <{triple.predicate.value}>"
                raise UsageError(what, advice="ask for Turtle, N-Triples or JSON-LD")
    prefixes = _used_prefixes(chain.from_iterable((t.subject, t.predicate, t.object) for t in triples))
    engine_format = ox.RdfFormat.from_media_type(syntax.media_type)
    data = ox.serialize(triples, format=engine_format, prefixes=prefixes) or b""
    return well_formed_xml(data) if syntax is RdfSyntax.RDF_XML else data


def write_quads(quads: Iterable[ox.Quad], syntax: RdfSyntax) -> bytes:
    """Return quads in N-Quads or TriG, sorted by graph, subject, predicate and object; N-Quads by line."""
    if syntax is RdfSyntax.N_QUADS:
        return b"".join(
            sorted((ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
        )
    rows = sorted(quads, key=lambda q: (str(q.graph_name), str(q.subject), str(q.predicate), str(q.object)))
    prefixes = _used_prefixes(
        chain.from_iterable((q.subject, q.predicate, q.object, q.graph_name) for q in rows)
    )
    return ox.serialize(rows, format=ox.RdfFormat.TRIG, prefixes=prefixes) or b""


def _used_prefixes(terms: Iterable[object]) -> dict[str, str]:
    """Return the prefixes whose namespace some IRI starts with, cut behind its last ``/`` or ``#``."""
    namespaces: set[str] = set()
    for term in terms:
        iri = term.datatype if isinstance(term, ox.Literal) else term
        if isinstance(iri, ox.NamedNode):
            namespaces.add(iri.value[: max(iri.value.rfind("/"), iri.value.rfind("#")) + 1])
    return {prefix: namespace for prefix, namespace in sorted(PREFIXES.items()) if namespace in namespaces}
