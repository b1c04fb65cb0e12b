"""A third engine as a voter, for development: shifty, which shares no code with the other two.

It tells who is right where compiler and pyshacl disagree, and judges with the compiler what pyshacl is
known to judge wrongly. It is no party for queries, where it leaves findings out. Its report comes through
rdflib, which rewrites texts, so values are compared and not texts.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as with_seed
from rdflib import BNode, Graph, Literal
from rdflib.namespace import SH
from shacl_engines import compiled, told
from shacl_random import Profile, cases

from poca_kg.validate.quiet import quiet

__all__ = ["compare_with_third", "third"]

Votes: TypeAlias = frozenset[tuple[str, ...]]


def third(data: Graph, shapes: Graph) -> Votes:
    """Return shape, component, focus node and value of each result of the third engine.

    Raises
    ------
    ImportError
        If it is not installed (``pip install pyshifty``).
    """
    from shifty import validate

    _, report, _ = validate(data, shapes, graph_mode="data", infer=False)
    parts = (SH.sourceShape, SH.sourceConstraintComponent, SH.focusNode, SH.value)
    results = set(report.objects(None, SH.result))
    return frozenset(tuple(_value(report.value(result, part)) for part in parts) for result in results)


def compare_with_third(profile: Profile, *, seed: int, examples: int) -> Counter[str]:
    """Put random cases before compiler and third engine; return how many ended how.

    Raises
    ------
    AssertionError
        With the smallest case that was found, if they do not find the same.
    """
    tally: Counter[str] = Counter()

    @with_seed(seed)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases(profile))
    def judged(case: tuple[Graph, Graph]) -> None:
        findings = compiled(*case)
        found = frozenset(
            tuple(map(_value, (finding.shape, finding.component, finding.focus, finding.value)))
            for finding in findings
        )
        votes = third(*case)
        differences = [f"only the compiler: {vote}" for vote in sorted(found - votes)]
        differences += [f"only the third engine: {vote}" for vote in sorted(votes - found)]
        assert not differences, told(case, differences, seed)
        tally["findings" if found else "no findings"] += 1

    with quiet():
        judged()
    return tally


def _value(term: Any) -> str:
    """Return a term as all engines have it: blank nodes lose their names, literals their texts."""
    if isinstance(term, BNode):
        return "_"
    if isinstance(term, Literal):
        return Literal(str(term), datatype=term.datatype, lang=term.language).n3()
    return "" if term is None else str(term.n3())
