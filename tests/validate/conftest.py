"""What the tests of validation share: a small ontology of towns, and ways to write data against it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph

from poca_kg.validate import Shapes, read_shapes

FIXTURES = Path(__file__).parent / "fixtures"
PREFIXES = """@prefix city: <https://w3id.org/poca-kg/id/city/> .
@prefix level: <https://w3id.org/poca-kg/scheme/level/> .
@prefix poca: <https://w3id.org/poca-kg/def/> .
@prefix pocash: <https://w3id.org/poca-kg/shape/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix scheme: <https://w3id.org/poca-kg/scheme/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
GOOD = 'city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:city .\n'


@pytest.fixture(scope="session")
def ontology_dir() -> Path:
    return FIXTURES / "ontology"


@pytest.fixture(scope="session")
def shapes(ontology_dir: Path) -> Shapes:
    return read_shapes(ontology_dir)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of Turtle, with the prefixes before it unless told otherwise."""

    def written(body: str | bytes, name: str = "data.ttl", *, prefixes: bool = True) -> Path:
        path = tmp_path / name
        data = body if isinstance(body, bytes) else ((PREFIXES if prefixes else "") + body).encode()
        path.write_bytes(data)
        return path

    return written


@pytest.fixture(scope="session")
def turtle() -> Callable[[str], Graph]:
    return lambda body: Graph().parse(data=PREFIXES + body, format="turtle")
