"""Stores of each kind with the same small content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax

CONTENT = """\
<http://e/a> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g> .
<http://e/a> <http://e/q> <http://e/b> <http://e/g> .
<http://e/a> <http://e/q> <http://e/b> <http://e/h> .
<http://e/b> <http://e/p> "due"@it <http://e/h> .
"""

Maker = Callable[[str], EmbeddedStore]


def _maker(kind: str, directory: Path) -> Maker:
    def on_disk(content: str) -> EmbeddedStore:
        store = EmbeddedStore.on_disk(directory / "store", "v1")
        store.load(content.encode(), format=RdfSyntax.N_QUADS)
        return store

    def read_only(content: str) -> EmbeddedStore:
        on_disk(content).close()
        return EmbeddedStore.read_only(directory / "store", "v1")

    def in_memory(content: str) -> EmbeddedStore:
        store = EmbeddedStore.in_memory("v1")
        store.load(content.encode(), format=RdfSyntax.N_QUADS)
        return store

    def from_nquads(content: str) -> EmbeddedStore:
        return EmbeddedStore.from_nquads(content.encode(), "v1")

    makers = (in_memory, from_nquads, on_disk, read_only)
    return {maker.__name__: maker for maker in makers}[kind]


@pytest.fixture(params=["in_memory", "from_nquads", "on_disk", "read_only"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    """Each kind of store, with the content above."""
    made = _maker(request.param, tmp_path)(CONTENT)
    yield made
    made.close()


@pytest.fixture(params=["in_memory", "from_nquads", "on_disk"])
def writable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    """Each kind of store that can be written, with the content above."""
    made = _maker(request.param, tmp_path)(CONTENT)
    yield made
    made.close()
