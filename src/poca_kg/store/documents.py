"""Documents on their way into a graph: read to their end before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from poca_kg.errors import UsageError
from poca_kg.store.depth import check_depth
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import bad_data
from poca_kg.store.protocol import Document
from poca_kg.store.rdf_xml import check_rdf_xml

__all__ = ["read_documents", "replacement"]


def read_documents(documents: Sequence[Document]) -> list[ox.Triple]:
    """Return the triples of documents; blank nodes of two documents are never the same.

    Raises
    ------
    InputError
        If one does not parse, with line and column.
    UsageError
        If one is in a syntax that names graphs itself.
    """
    triples: list[ox.Triple] = []
    for document in documents:
        if document.syntax.holds_graphs:
            raise UsageError(f"{document.syntax.short} names its graphs itself", advice="send triples")
        if document.syntax is RdfSyntax.RDF_XML:
            check_rdf_xml(document.data, document.name)
        check_depth(document.data, document.syntax, document.name)
        with bad_data(document.name):
            media = ox.RdfFormat.from_media_type(document.syntax.media_type)
            parser = ox.parse(document.data, format=media, base_iri=document.base, rename_blank_nodes=True)
            triples += [quad.triple for quad in parser]
    return triples


def replacement(graph: ox.NamedNode | ox.DefaultGraph, triples: Sequence[ox.Triple]) -> str:
    """Return the update that puts triples in the place of a graph, in one transaction."""
    data = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")
    if isinstance(graph, ox.DefaultGraph):
        return f"DROP DEFAULT ; INSERT DATA {{ {data} }}"
    return f"DROP SILENT GRAPH {graph} ; CREATE GRAPH {graph} ; INSERT DATA {{ GRAPH {graph} {{ {data} }} }}"
