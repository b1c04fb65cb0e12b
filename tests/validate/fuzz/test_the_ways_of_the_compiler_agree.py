"""However the compiler is asked (of some nodes, one node, one graph, another engine), it finds the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from rdflib import Graph
from shacl_random import PROFILES, WILD, Profile, cases

from poca_kg.store.lexical_store import JUDGED_GRAPH, LexicalStore
from poca_kg.store.protocol import Term, Triple
from poca_kg.validate.compiler.evaluate import judge_with_compiler
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import Source, StoreSource
from poca_kg.validate.compiler.subset import outside_subset
from poca_kg.validate.findings import Finding
from poca_kg.validate.shape_graph import ShapeGraph, read_shape_graph

EXAMPLES = 40


class OtherSource:
    """Another engine of SPARQL 1.1, rdflib's."""

    surrogates = lexical = False
    requests = 0

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        return iter([tuple(row) for row in self.graph.query(query)])


def test_nodes_that_are_named_are_judged_as_all_are() -> None:
    def named(data: Graph, shapes: ShapeGraph, nodes: set[Term]) -> tuple[Counter[Finding], Counter[Finding]]:
        source = store(data)
        focus = {shape.node: nodes for shape in shapes.targeted}
        return counted(run_compiled(shapes, source).findings), counted(
            run_compiled(shapes, source, focus=focus).findings
        )

    agree(WILD, named)


def test_a_node_alone_is_judged_as_among_others() -> None:
    def alone(data: Graph, shapes: ShapeGraph, nodes: set[Term]) -> tuple[Counter[Finding], Counter[Finding]]:
        source = store(data)
        judge = judge_with_compiler(shapes, source)
        among, by_itself = Counter[Finding](), Counter[Finding]()
        for shape in shapes.targeted:
            for node in nodes:
                found = run_compiled(shapes, source, focus={shape.node: [node]}).findings
                among += counted(found)
                by_itself += counted(judge(shape.node, node) or ()) if found else Counter()
        return among, by_itself

    agree(WILD, alone, EXAMPLES // 4)


def test_one_graph_of_two_is_judged_by_the_nodes_that_occur_there() -> None:
    def apart(data: Graph, shapes: ShapeGraph, nodes: set[Term]) -> tuple[Counter[Finding], Counter[Finding]]:
        triples = sorted(data, key=str)
        source = store(triples[::2], triples[1::2])
        nodes = {term for triple in triples[::2] for term in (triple[0], triple[2])}
        focus = {shape.node: nodes for shape in shapes.targeted}
        return counted(run_compiled(shapes, source, focus=focus).findings), counted(
            run_compiled(shapes, source, judged_in=JUDGED_GRAPH).findings
        )

    agree(WILD, apart)


def test_another_engine_of_sparql_finds_the_same() -> None:
    def elsewhere(
        data: Graph, shapes: ShapeGraph, nodes: set[Term]
    ) -> tuple[Counter[Finding], Counter[Finding]]:
        here, there = run_compiled(shapes, store(data)), run_compiled(shapes, OtherSource(data))
        return counted(here.findings), counted(there.findings)

    # rdflib compares numbers with texts, so only numbers meet here.
    numbers = PROFILES["numbers"]
    agree(Profile(numbers.literals, numbers.bounds), elsewhere, EXAMPLES // 2)


def test_a_disagreement_is_told_with_its_seed() -> None:
    def wrong(data: Graph, shapes: ShapeGraph, nodes: set[Term]) -> tuple[Counter[Finding], Counter[Finding]]:
        return counted(run_compiled(shapes, store(data)).findings), Counter()

    with pytest.raises(AssertionError, match="seed 7"):
        agree(WILD, wrong, seed=7, phases=[Phase.generate])


def agree(
    profile: Profile,
    ways: Callable[[Graph, ShapeGraph, set[Term]], tuple[Counter[Finding], Counter[Finding]]],
    examples: int = EXAMPLES,
    *,
    seed: int | None = None,
    phases: Sequence[Phase] = tuple(Phase),
) -> None:
    """Put random cases to two ways; fail with the smallest in which they do not find the same."""
    seed = random.SystemRandom().randrange(1 << 31) if seed is None else seed
    checks = list(HealthCheck)

    @with_seed(seed)
    @settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=checks, phases=phases
    )
    @given(cases(profile))
    def judged(case: tuple[Graph, Graph]) -> None:
        data, rules = case
        shapes = read_shape_graph(rules)
        if outside_subset(shapes) is not None:
            return
        nodes = {term for graph in case for triple in graph for term in triple}
        one, other = ways(data, shapes, nodes)
        assert one == other, told(case, (one - other, other - one), seed)

    judged()


def told(case: tuple[Graph, Graph], differences: tuple[Counter[Finding], Counter[Finding]], seed: int) -> str:
    texts = [graph.serialize(format="nt") for graph in case]
    return "\n".join([f"seed {seed}", *texts, *(repr(finding) for one in differences for finding in one)])


def store(judged: Iterable[Triple], seen: Iterable[Triple] = ()) -> Source:
    lexical = LexicalStore()
    lexical.judge_triples(judged)
    lexical.see_triples(seen)
    return StoreSource(lexical.store, surrogates=lexical.surrogates > 0, lexical=True)


def counted(findings: Iterable[Finding]) -> Counter[Finding]:
    return Counter(replace(finding, messages=(), repetition=0) for finding in findings)
