"""The same shapes and data before both engines, and what they find in terms that can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as with_seed
from rdflib import Graph
from rdflib.namespace import SH
from shacl_random import Profile, cases

from poca_kg.store.lexical_store import LexicalStore
from poca_kg.validate.compiler import StoreSource
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.subset import outside_subset
from poca_kg.validate.engine import mix, run_engine
from poca_kg.validate.findings import Finding
from poca_kg.validate.quiet import quiet
from poca_kg.validate.shape_graph.reading import read_shape_graph
from poca_kg.validate.shapes import Shapes

__all__ = ["Found", "compare", "compiled", "difference", "reference", "told"]

Found: TypeAlias = frozenset[Finding]


def compiled(data: Graph, shapes: Graph) -> Found:
    """Return what the compiler finds."""
    lexical = LexicalStore()
    lexical.judge_triples(data)
    source = StoreSource(lexical.store, surrogates=lexical.surrogates > 0, lexical=True)
    return _comparable(run_compiled(read_shape_graph(shapes), source).findings)


def reference(data: Graph, shapes: Graph) -> Found:
    """Return what pyshacl finds."""
    nodes = {term for graph in (data, shapes) for triple in graph for term in triple}
    with quiet():
        return _comparable(run_engine(mix(data), Shapes.alone(shapes), nodes).findings)


def compare(profile: Profile, *, seed: int, examples: int) -> Counter[str]:
    """Put random cases before both engines; return how many ended how.

    A case in which pyshacl breaks off, or which the compiler leaves to it, is counted and left out.

    Raises
    ------
    AssertionError
        With the smallest case that was found, if the engines do not find the same.
    """
    tally: Counter[str] = Counter()
    checks = list(HealthCheck)

    @with_seed(seed)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=checks)
    @given(cases(profile))
    def judged(case: tuple[Graph, Graph]) -> None:
        data, shapes = case
        if outside_subset(read_shape_graph(shapes)) is not None:
            tally["left to pyshacl"] += 1
            return
        expected = reference(data, shapes)
        if any(finding.component == SH.ConstraintComponent for finding in expected):
            tally["pyshacl broke off"] += 1
            return
        found = compiled(data, shapes)
        assert found == expected, told(case, difference(found, expected), seed)
        tally["findings" if found else "no findings"] += 1

    with quiet():
        judged()
    return tally


def told(case: tuple[Graph, Graph], differences: list[str], seed: int) -> str:
    """Return a case as Turtle with what the engines disagree about."""
    texts = [graph.serialize(format="turtle") for graph in case]
    return "\n".join([f"seed {seed}", *texts, *differences])


def difference(one: Found, other: Found) -> list[str]:
    """Return what only one of two engines found, in words."""
    only = [("only the compiler", finding) for finding in one - other]
    only += [("only pyshacl", finding) for finding in other - one]
    return sorted(
        f"{who}: {finding.shape} {finding.component.rpartition('#')[2]} at {finding.focus.n3()}"
        f" value {finding.value.n3() if finding.value is not None else None}"
        for who, finding in only
    )


def _comparable(findings: Iterable[Finding]) -> Found:
    """Return findings without their texts, and told once: what engines say differs there on purpose."""
    return frozenset(replace(finding, messages=(), details=frozenset(), repetition=0) for finding in findings)
