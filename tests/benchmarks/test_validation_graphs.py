"""The graphs to measure validation with: the same bytes, whole cities, just the mistakes they tell of."""

import re
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.validation.graphs import CONSTRAINTS, VARIANTS, write_case, write_graph
from benchmarks.validation.mistakes import MISTAKES
from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import RDF, SH

TRIPLES = 3_000


def test_a_graph_has_at_least_as_many_triples_as_were_asked_for_and_none_twice(tmp_path: Path) -> None:
    made = write_graph(tmp_path / "data.nt", TRIPLES)
    lines = made.path.read_text().splitlines()
    assert len(lines) == len(set(lines)) == made.triples
    assert TRIPLES <= made.triples < TRIPLES + 300


def test_a_graph_is_the_same_every_time_and_a_longer_one_begins_like_a_shorter_one(tmp_path: Path) -> None:
    short, again, longer = (
        write_graph(tmp_path / f"{name}.nt", triples).path.read_text()
        for name, triples in (("short", TRIPLES), ("again", TRIPLES), ("longer", 2 * TRIPLES))
    )
    assert short == again
    assert longer.startswith(short)


def test_every_kind_of_mistake_is_made_where_everything_is_mistaken(tmp_path: Path) -> None:
    made = write_graph(tmp_path / "data.nt", 60_000, share=1)
    assert set(made.core + made.sparql) == {one.name for kind in MISTAKES.values() for one in kind}


def test_numbers_are_padded_where_that_is_asked_for(tmp_path: Path) -> None:
    padded, short = (
        write_graph(tmp_path / "data.nt", TRIPLES, padded=padded).path.read_text() for padded in (True, False)
    )
    assert '0"^^<http://www.w3.org/2001/XMLSchema#decimal>' in padded
    assert not re.search(r"\.\d*0\"\^\^<http://www.w3.org/2001/XMLSchema#decimal>", short)


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("share", [0.01, 1])
def test_each_mistake_gives_one_result_and_nothing_else_does(
    tmp_path: Path, variant: str, share: float
) -> None:
    made = write_case(tmp_path, TRIPLES, share=share)
    told = validate(Graph().parse(made.path), shacl_graph=Graph().parse(tmp_path / f"shapes-{variant}.ttl"))[
        1
    ]
    assert isinstance(told, Graph)
    results = set(told.subjects(RDF.type, SH.ValidationResult)) - set(told.objects(None, SH.detail))
    assert len(results) == made.expected(variant)


@pytest.mark.parametrize("variant", VARIANTS)
def test_there_are_eight_node_shapes_and_some_thirty_constraints(tmp_path: Path, variant: str) -> None:
    write_case(tmp_path, 10)
    shapes = Graph().parse(tmp_path / f"shapes-{variant}.ttl")
    assert len(set(shapes.subjects(RDF.type, SH.NodeShape))) == 8
    properties = set(shapes.objects(None, SH.property)) - set(shapes.objects(None, SH.node))
    inner = {part for node in shapes.objects(None, SH.node) for part in shapes.objects(node, SH.property)}
    own = Counter(
        predicate
        for node in {*shapes.subjects(RDF.type, SH.NodeShape), *(properties - inner)}
        for predicate in shapes.predicates(node)
    )
    told = {RDF.type, SH.path, SH.property, SH.message, SH.ignoredProperties, SH.qualifiedMinCount}
    told |= {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
    components = sum(times for predicate, times in own.items() if predicate not in told)
    assert (len(properties - inner), components) == CONSTRAINTS[variant]
