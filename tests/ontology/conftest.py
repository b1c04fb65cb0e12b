"""The ontology as the build stores it: one named graph per sort of file."""

from pathlib import Path

import pytest

from poca_kg.build.named_path import NamedPath
from poca_kg.build.ontology import Ontology, read_ontology
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.embedded import EmbeddedStore

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    problems = []
    read = read_ontology(NamedPath(ROOT / "ontology", "ontology"), problems)
    assert problems == []
    return read


@pytest.fixture(scope="session")
def ontology_store(ontology) -> EmbeddedStore:
    return EmbeddedStore.from_nquads(canonical_nquads(ontology.quads))
