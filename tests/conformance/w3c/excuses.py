"""Cases as parameters of tests; those that are excused are expected to fail, strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import pytest

from poca_kg.errors import RemoteAccessError
from poca_kg.settings import read_settings
from w3c.manifest import HOW_TO_GET_THEM, sparql11

__all__ = ["ENGINE", "EXCUSES", "GATE", "SUITES", "parameters"]

SUITES = sparql11(read_settings().w3c)
_FILE: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[1] / "excuses.toml").read_text(encoding="utf-8")
)


ENGINE, GATE = _FILE["engine"], _FILE["gate"]
EXCUSES = ENGINE | GATE


class Named(Protocol):
    """Anything with the name of an official test."""

    @property
    def name(self) -> str:
        """The name, which becomes the id of the test."""


def parameters(read: Callable[[Path], Iterable[Named]]) -> list[Any]:
    """Return one parameter per case; without the suites a single one that is skipped and says why."""
    if SUITES is None:
        return [pytest.param(None, id="without-suites", marks=pytest.mark.skip(reason=HOW_TO_GET_THEM))]
    return [pytest.param(case, id=case.name, marks=_marks(case.name)) for case in read(SUITES)]


def _marks(name: str) -> list[Any]:
    if name not in EXCUSES:
        return []
    raises = (AssertionError, RemoteAccessError)
    return [pytest.mark.xfail(reason=EXCUSES[name], raises=raises, strict=True)]
