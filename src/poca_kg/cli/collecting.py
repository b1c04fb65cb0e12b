"""The cyclic garbage collector, in commands that make much that stays and hardly a cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collect_seldom"]

_SELDOM = (100_000, 50, 100)


@contextmanager
def collect_seldom() -> Iterator[None]:
    """Have the collector run seldom, while it is entered: it would walk all that stays again and again.

    >>> with collect_seldom():
    ...     gc.get_threshold()
    (100000, 50, 100)
    """
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
