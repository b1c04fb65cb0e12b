"""Sandboxes over a small graph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from sandbox_support import KINDS, LIMITS, graph

from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that all tests of a module share; each leaves it whole."""
    with Sandbox.start(graph("one"), LIMITS, kinds=KINDS) as started:
        yield started


@pytest.fixture
def start() -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes with limits of their own; they are stopped at the end."""
    started: list[Sandbox] = []

    def begin(source: Any = None, *, confined: bool | None = None, **limits: Any) -> Sandbox:
        chosen = Limits(**{**vars(LIMITS), **limits})
        one = Sandbox.start(
            graph("one") if source is None else source, chosen, kinds=KINDS, confined=confined
        )
        started.append(one)
        return one

    yield begin
    for one in started:
        one.stop()
