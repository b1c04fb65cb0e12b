"""The ways to validate one case: each engine alone, and the one that is chosen where nothing is wished."""

from __future__ import annotations

from rdflib import Graph

from poca_kg.store.lexical_store import LexicalStore
from poca_kg.validate.compiler import StoreSource
from poca_kg.validate.judging import Judged, Judgement, Matter
from poca_kg.validate.places import NoLocator
from poca_kg.validate.quiet import quiet
from poca_kg.validate.selection import Engine
from poca_kg.validate.shapes import Shapes
from shacl.cases import Case

__all__ = ["WAYS", "judge"]

WAYS = {"default": Engine.AUTO, "compiled": Engine.COMPILED, "pyshacl": Engine.PYSHACL}


def judge(case: Case, way: str) -> Judged:
    """Return what is found in a case, not yet explained.

    Raises
    ------
    InputError
        If a shape cannot be used.
    UsageError
        If the compiler alone is asked for and does not cover the shapes.
    """
    with quiet():
        return Judgement(Shapes.alone(case.shapes), NoLocator(), engine=WAYS[way]).judge(matter(case.data))


def matter(data: Graph) -> Matter:
    """Return data with their blank nodes and the texts of their literals, as files are read."""
    lexical = LexicalStore()
    lexical.judge_triples(data)
    source = StoreSource(lexical.store, surrogates=lexical.surrogates > 0, lexical=True)
    return Matter(lexical.judged, lexical.everything, source)
