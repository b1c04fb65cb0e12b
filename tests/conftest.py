"""Fixtures that more than one folder of tests needs, and the network guard."""

import os
import socket
from pathlib import Path

import pytest

import poca_kg
from poca_kg.settings import read_settings

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = ("127.", "localhost", "::1")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def published_graph() -> Path:
    """Give the data folder whose current snapshot ``make test`` published."""
    folder = read_settings(os.environ).data_dir
    if not (folder / "current").is_file():
        pytest.fail("no current snapshot; run `make graph` first (make test does)")
    return folder


def build(sources: Path, directory: Path) -> Path:
    from poca_kg.build import build_dataset, write_dataset

    write_dataset(build_dataset(sources, ROOT / "ontology"), directory)
    return directory


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory) -> Path:
    """Give the folder of the tiny dataset, built once."""
    return build(ROOT / "tests" / "fixtures" / "tiny", tmp_path_factory.mktemp("tiny") / "dataset")


@pytest.fixture(scope="session")
def core_dataset(tmp_path_factory) -> Path:
    """Give the folder of the real dataset, built once."""
    return build(ROOT / "data" / "sources", tmp_path_factory.mktemp("core") / "dataset")


@pytest.fixture(scope="session")
def tiny(tiny_dataset) -> poca_kg.KnowledgeGraph:
    return poca_kg.open(tiny_dataset)


@pytest.fixture(scope="session")
def core(core_dataset) -> poca_kg.KnowledgeGraph:
    return poca_kg.open(core_dataset)
