"""The curated tables as the tests of this folder read them, and the dataset that they build to."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from poca_kg.build import BuiltDataset, build_dataset

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "data" / "sources"


@dataclass(frozen=True)
class CuratedTable:
    """A table of a source, with what the mapping says about it."""

    source: str
    name: str
    spec: Mapping[str, Any]
    rows: tuple[Mapping[str, str], ...]

    @property
    def kind(self) -> str:
        return self.spec["kind"]


def read_tables() -> list[CuratedTable]:
    found = []
    for mapping in sorted(SOURCES.glob("*/mapping.toml")):
        for name, spec in tomllib.loads(mapping.read_text(encoding="utf-8"))["tables"].items():
            with (mapping.parent / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                found.append(CuratedTable(mapping.parent.name, name, spec, tuple(csv.DictReader(file))))
    return found


@pytest.fixture(scope="session")
def tables() -> list[CuratedTable]:
    return read_tables()


@pytest.fixture(scope="session")
def page(tables) -> dict[str, dict[str, Mapping[str, str]]]:
    """Give the tables of the source page: rows by table and key."""
    return {
        table.name: {row["id"]: row for row in table.rows}
        for table in tables
        if table.source == "cities-do-not-act-alone"
    }


@pytest.fixture(scope="session")
def built() -> BuiltDataset:
    return build_dataset(SOURCES, ROOT / "ontology")
