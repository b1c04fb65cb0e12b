"""Writers over small graphs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from writer_support import Running, small_data

if os.name != "posix":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose current snapshot holds one triple."""
    return small_data(tmp_path)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Running]]:
    """Start writers over that folder; they are stopped at the end."""
    started: list[Running] = []

    def begin(data_dir: Path | None = None, **order: object) -> Running:
        one = Running(data_dir or data, **order)  # type: ignore[arg-type]
        started.append(one)
        return one

    yield begin
    for one in started:
        one.process.stop()
