"""The tiny dataset and the real one, each built once."""

from pathlib import Path

import pytest

import poca_kg
from poca_kg.build import build_dataset, write_dataset

ROOT = Path(__file__).resolve().parents[2]


def built(sources: Path, directory: Path) -> Path:
    write_dataset(build_dataset(sources, ROOT / "ontology"), directory)
    return directory


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory) -> Path:
    return built(ROOT / "tests" / "fixtures" / "tiny", tmp_path_factory.mktemp("tiny") / "dataset")


@pytest.fixture(scope="session")
def core_dataset(tmp_path_factory) -> Path:
    return built(ROOT / "data" / "sources", tmp_path_factory.mktemp("core") / "dataset")


@pytest.fixture(scope="session")
def tiny(tiny_dataset) -> poca_kg.KnowledgeGraph:
    return poca_kg.open(tiny_dataset)


@pytest.fixture(scope="session")
def core(core_dataset) -> poca_kg.KnowledgeGraph:
    return poca_kg.open(core_dataset)
