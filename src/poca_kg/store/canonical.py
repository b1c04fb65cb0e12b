"""One form per dataset: canonical N-Quads by RDFC-1.0, whatever the order and blank node labels were."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from poca_kg.store.bridge import quad_to_engine
from poca_kg.store.protocol import Quad

__all__ = ["canonical_lines", "canonical_nquads"]


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    r"""Return the canonical N-Quads of a dataset: one line per distinct quad, sorted by code point.

    Blank nodes get the labels of RDFC-1.0 (https://www.w3.org/TR/rdf-canon/), so that two datasets give equal
    bytes if and only if they are isomorphic. Lexical forms stay as they are.

    >>> from rdflib import BNode, Literal, URIRef
    >>> canonical_nquads([(BNode("x"), URIRef("http://e/p"), Literal("1"), "http://e/g")])
    b'_:c14n0 <http://e/p> "1" <http://e/g> .\n'
    """
    return b"".join(sorted(_canonical(quad_to_engine(quad) for quad in quads)))


def canonical_lines(nquads: bytes) -> list[bytes]:
    r"""Return the lines of N-Quads as RDFC-1.0 writes them, in no order.

    >>> canonical_lines(b'_:x <http://e/p> "1" .\n')
    [b'_:c14n0 <http://e/p> "1" .\n']
    """
    return _canonical(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))


def _canonical(quads: Iterable[ox.Quad]) -> list[bytes]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return (ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
