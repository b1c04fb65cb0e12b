"""Keeps the remarks of rdflib and pyshacl off the user's screen: what is wrong stands in the report."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]

_TALKERS = ("rdflib.term", "pyshacl", "rdfutil.load")


@contextmanager
def quiet() -> Iterator[None]:
    """Silence, while it is entered, log records on ill-typed literals and warnings of the engine."""
    talkers = [logging.getLogger(name) for name in _TALKERS]
    silence = _Silence()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pyshacl")
        for talker in talkers:
            talker.addFilter(silence)
        try:
            yield
        finally:
            for talker in talkers:
                talker.removeFilter(silence)


class _Silence(logging.Filter):
    """Lets nothing through."""

    def filter(self, record: logging.LogRecord) -> bool:
        del record
        return False
