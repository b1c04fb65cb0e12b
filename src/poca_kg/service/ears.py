"""Whom a service tells what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Ears"]


@dataclass(frozen=True)
class Ears:
    """``message`` is told what a person wants to know; ``listening`` once address, version and triples."""

    message: Callable[[str], None]
    listening: Callable[[str, str, int], None]
