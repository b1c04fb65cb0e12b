"""A small tree of sources and ontology that a test may change before it builds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from poca_kg.build import BuiltDataset, build_dataset
from poca_kg.errors import BuildError, FilePlace, Problem

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Tree:
    """A copy of the fixtures in a folder of its own, which is the current one."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def write(self, name: str, content: str | bytes) -> None:
        data = content.encode("utf-8") if isinstance(content, str) else content
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(data)

    def replace(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def append(self, name: str, text: str) -> None:
        self.write(name, self.path(name).read_text("utf-8") + text)

    def build(self) -> BuiltDataset:
        return build_dataset(self.path("sources"), self.path("ontology"))

    def problems(self) -> tuple[Problem, ...]:
        with pytest.raises(BuildError) as caught:
            self.build()
        return caught.value.problems

    def only_problem(self) -> Problem:
        problems = self.problems()
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in ("sources", "ontology"):
        shutil.copytree(FIXTURES / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return Tree(tmp_path)


@pytest.fixture(scope="session")
def mini():
    """The dataset of the unchanged fixtures."""
    return build_dataset(FIXTURES / "sources", FIXTURES / "ontology")


@pytest.fixture
def place():
    """Short way to write a place: ``place("sources/page/source.toml:3")``."""

    def read(text: str) -> FilePlace:
        file, *numbers = text.split(":")
        return FilePlace(file, *(int(number) for number in numbers))

    return read
