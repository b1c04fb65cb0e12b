"""Opening a store on disk: what stands in the way is told as an error of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from poca_kg.errors import InputError, LimitError

__all__ = ["open_engine"]


def open_engine(make: Callable[[], ox.Store], directory: Path) -> ox.Store:
    """Return what ``make`` opens in a directory.

    Raises
    ------
    LimitError
        If another process holds it.
    InputError
        If there is no store that can be opened.
    """
    try:
        engine: ox.Store = make()
    except OSError as error:
        if "lock" in str(error).lower():
            advice = "stop that process, or open the store for reading"
            raise LimitError(f"another process writes to the store in {directory}", advice=advice) from None
        raise InputError(f"the store in {directory} cannot be opened: {error}") from None
    return engine
