"""Cases as parameters of tests; those that are excused are expected to fail, strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from poca_kg.errors import InputError, UsageError
from poca_kg.settings import read_settings
from shacl.cases import CORE, HOW_TO_GET_THEM, SPARQL, Case, read_cases, suites

__all__ = ["EXCUSES", "SUITES", "TOLD_ONCE", "all_cases", "parameters"]

SUITES = suites(read_settings().w3c)
_FILE: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "excuses.toml").read_text(encoding="utf-8")
)
EXCUSES = _FILE.get("fails", {})
"""By way and by name of the case: why it fails."""
TOLD_ONCE = _FILE.get("told-once", {})
"""By way and by name of the case: why what stands twice in the official report stands once in ours."""


def all_cases() -> Iterator[Case]:
    """Iterate over the cases of both suites; over nothing where they are not here."""
    for suite in (CORE, SPARQL) if SUITES is not None else ():
        yield from read_cases(SUITES, suite)


def parameters(ways: Iterable[str]) -> list[Any]:
    """Return a way and a case each; without the suites a single one that is skipped and says why."""
    if SUITES is None:
        return [pytest.param("", None, id="without-suites", marks=pytest.mark.skip(reason=HOW_TO_GET_THEM))]
    cases = list(all_cases())
    return [
        pytest.param(way, case, id=f"{way}-{case.name}", marks=_marks(way, case.name))
        for way in ways
        for case in cases
    ]


def _marks(way: str, name: str) -> list[Any]:
    reason = EXCUSES.get(way, {}).get(name)
    raises = (AssertionError, InputError, UsageError)
    return [] if reason is None else [pytest.mark.xfail(reason=reason, raises=raises, strict=True)]
