"""Prefixes: the one table that queries, files and pages share, and the way to an IRI and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from rdflib import URIRef

from poca_kg.errors import UnknownNameError, UsageError
from poca_kg.vocabulary.iris import BASE, KINDS, SCHEMES, kind_namespace

__all__ = ["PREFIXES", "expand_curie", "further_prefixes", "prefix_header", "prefixes_in_use", "shorten_iri"]

PREFIXES: dict[str, str] = {
    "poca": f"{BASE}def/",
    "pocash": f"{BASE}shape/",
    "graph": f"{BASE}graph/",
    "question": f"{BASE}question/",
    "rule": f"{BASE}rule/",
    "scheme": f"{BASE}scheme/",
    **{kind: kind_namespace(kind) for kind in KINDS},
    **{scheme: f"{BASE}scheme/{scheme}/" for scheme in SCHEMES},
    "adms": "http://www.w3.org/ns/adms#",
    "clv": "https://w3id.org/italia/onto/CLV/",
    "cov": "https://w3id.org/italia/onto/COV/",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_END_OF_NAMESPACE = re.compile(r".*[/#]", re.DOTALL)
_FURTHER: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("further prefixes", default=())
_BY_NAMESPACE = {namespace: prefix for prefix, namespace in sorted(PREFIXES.items(), reverse=True)}


def expand_curie(curie: str) -> URIRef:
    """Return the IRI of a prefixed name.

    >>> expand_curie("city:turin")
    rdflib.term.URIRef('https://w3id.org/poca-kg/id/city/turin')

    Raises
    ------
    UsageError
        If the text has no colon, or (as ``UnknownNameError``) the prefix is not one of ours.
    """
    prefix, colon, local = curie.partition(":")
    if not colon:
        raise UsageError(
            f"{curie!r} is not a prefixed name", advice="write it as prefix:name, e.g. city:turin"
        )
    if prefix not in PREFIXES:
        raise UnknownNameError("prefix", prefix, PREFIXES)
    return URIRef(PREFIXES[prefix] + local)


@contextmanager
def further_prefixes(prefixes: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Let :func:`shorten_iri` know more prefixes, for as long as somebody's own data is spoken of.

    It holds for the thread or task that asked for it and for no other.

    >>> with further_prefixes([("ex", "http://example.org/")]):
    ...     shorten_iri("http://example.org/a"), shorten_iri("http://www.w3.org/ns/shacl#path")
    ('ex:a', 'sh:path')
    >>> shorten_iri("http://example.org/a")
    '<http://example.org/a>'
    """
    token = _FURTHER.set(tuple(sorted(prefixes, key=lambda pair: (-len(pair[1]), pair[0]))))
    try:
        yield
    finally:
        _FURTHER.reset(token)


def prefixes_in_use() -> tuple[tuple[str, str], ...]:
    """Return the further prefixes that hold now, the longest namespace first."""
    return _FURTHER.get()


def shorten_iri(iri: str) -> str:
    """Return the prefixed name of an IRI, or ``<iri>`` where no prefix fits without an escape.

    >>> shorten_iri("https://w3id.org/poca-kg/scheme/level/region"), shorten_iri("http://example.org/a/b")
    ('level:region', '<http://example.org/a/b>')
    """
    # Every namespace ends at a slash or a hash, and no local name has one.
    end = _END_OF_NAMESPACE.match(iri)
    prefix = None if end is None else _BY_NAMESPACE.get(end[0])
    if prefix is not None and end is not None and _LOCAL_NAME.fullmatch(iri, end.end()):
        return f"{prefix}:{iri[end.end() :]}"
    for name, namespace in _FURTHER.get():
        if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri, len(namespace)):
            return f"{name}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def prefix_header(*names: str) -> str:
    """Return SPARQL ``PREFIX`` lines for the named prefixes, or for all of them.

    >>> print(prefix_header("poca", "city"), end="")
    PREFIX poca: <https://w3id.org/poca-kg/def/>
    PREFIX city: <https://w3id.org/poca-kg/id/city/>
    """
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in (names or PREFIXES))
