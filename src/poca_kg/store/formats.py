"""Names, media types and file suffixes of the RDF syntaxes and of the SPARQL result formats."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from poca_kg.errors import UnknownNameError

__all__ = ["RdfSyntax", "ResultFormat", "find_syntax", "syntax_of_path"]


class _Format(Enum):
    """A format: its short name, the media type it is sent as, its suffix and the other names it goes by."""

    def __init__(self, short: str, media_type: str, suffix: str, *aliases: str) -> None:
        self.short, self.media_type, self.suffix = short, media_type, suffix
        self.names = frozenset({short, media_type, suffix, suffix.lstrip("."), *aliases})


class RdfSyntax(_Format):
    """A syntax for triples or, for TriG and N-Quads, for quads.

    >>> RdfSyntax.TURTLE.media_type, RdfSyntax.TRIG.holds_graphs
    ('text/turtle', True)
    """

    TURTLE = ("turtle", "text/turtle", ".ttl", "application/x-turtle")
    N_TRIPLES = ("ntriples", "application/n-triples", ".nt", "n-triples")
    RDF_XML = ("rdfxml", "application/rdf+xml", ".rdf", "rdf/xml", "xml", "application/xml", "text/xml")
    JSON_LD = ("jsonld", "application/ld+json", ".jsonld", "json-ld", "json", "application/json")
    TRIG = ("trig", "application/trig", ".trig", "application/x-trig")
    N_QUADS = ("nquads", "application/n-quads", ".nq", "n-quads")

    @property
    def holds_graphs(self) -> bool:
        """Whether the syntax says which graph a triple belongs to."""
        return self in (RdfSyntax.TRIG, RdfSyntax.N_QUADS)


class ResultFormat(_Format):
    """A format for the answers to SELECT and ASK.

    >>> ResultFormat.JSON.media_type, ResultFormat.TSV.suffix
    ('application/sparql-results+json', '.tsv')
    """

    JSON = ("json", "application/sparql-results+json", ".srj", "application/json")
    XML = ("xml", "application/sparql-results+xml", ".srx", "application/xml", "text/xml")
    CSV = ("csv", "text/csv", ".csv")
    TSV = ("tsv", "text/tab-separated-values", ".tsv")


def find_syntax(name: str) -> RdfSyntax:
    """Return the RDF syntax with this name, media type or suffix.

    >>> find_syntax("ttl"), find_syntax("application/ld+json").suffix
    (<RdfSyntax.TURTLE: ('turtle', 'text/turtle', '.ttl', 'application/x-turtle')>, '.jsonld')
    """
    for syntax in RdfSyntax:
        if name.lower() in syntax.names:
            return syntax
    raise UnknownNameError("RDF syntax", name, [syntax.short for syntax in RdfSyntax])


def syntax_of_path(path: Path) -> RdfSyntax:
    """Return the syntax of a file by its suffix; ``.gz`` behind it is looked through.

    >>> syntax_of_path(Path("graph.nq.gz")).short
    'nquads'
    """
    inner = Path(path.stem) if path.suffix.lower() == ".gz" else path
    suffix = {".xml": ".rdf", ".owl": ".rdf", ".json": ".jsonld"}.get(
        inner.suffix.lower(), inner.suffix.lower()
    )
    for syntax in RdfSyntax:
        if syntax.suffix == suffix:
            return syntax
    raise UnknownNameError("RDF syntax for the suffix", inner.suffix, [syntax.suffix for syntax in RdfSyntax])
