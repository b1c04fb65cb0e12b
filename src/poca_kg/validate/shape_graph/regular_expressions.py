"""Whether a text is a regular expression: as SPARQL engines read them, or as Python does."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from rdflib import Literal

from poca_kg.store.bridge import sparql_term
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Truth

__all__ = ["is_pattern_at_all", "is_regular_expression"]

_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE, "x": re.VERBOSE, "q": re.NOFLAG}


@lru_cache(maxsize=1000)
def is_regular_expression(pattern: str, flags: str = "") -> bool:
    """Whether the engine of the embedded store takes a pattern with its flags.

    It knows no look-around and no references back; nor does SPARQL promise either.

    >>> [is_regular_expression(pattern) for pattern in ("^[a-z]+$", "(?=a)", "[a-")]
    [True, False, False]
    """
    texts = ", ".join(sparql_term(Literal(text)) for text in ("", pattern, flags))
    answer = EmbeddedStore.in_memory().query(f"ASK {{ BIND(REGEX({texts}) AS ?is) FILTER(BOUND(?is)) }}")
    return isinstance(answer, Truth) and answer.value


def is_pattern_at_all(pattern: str, flags: str = "") -> bool:
    """Whether any engine takes a pattern: the store's, or Python's with all that it knows beyond SPARQL.

    >>> is_pattern_at_all("(?=a)"), is_pattern_at_all("[a-")
    (True, False)
    """
    if is_regular_expression(pattern, flags):
        return True
    if not set(flags) <= set(_FLAGS):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern, sum((_FLAGS[flag] for flag in flags), start=re.NOFLAG))
    except (re.error, OverflowError, RecursionError):
        return False
    return True
