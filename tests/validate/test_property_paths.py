"""Property paths are read, written and walked as the standards say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef, paths
from rdflib.namespace import SH

from poca_kg.errors import InputError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.validate.paths import (
    Alternative,
    Inverse,
    Predicate,
    PropertyPath,
    Repeated,
    Sequence,
    as_term,
    last_steps,
    reach,
    read_path,
    write_path,
)

PREFIXES = "@prefix e: <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> . "
P, Q = URIRef("http://e/p"), URIRef("http://e/q")
NODES = [URIRef(f"http://e/{name}") for name in "abcd"]

PATHS = st.recursive(
    st.sampled_from([Predicate(P), Predicate(Q)]),
    lambda inner: st.one_of(
        inner.map(Inverse),
        st.lists(inner, min_size=2, max_size=3).map(lambda found: Sequence(tuple(found))),
        st.lists(inner, min_size=2, max_size=3).map(lambda found: Alternative(tuple(found))),
        st.builds(Repeated, inner, st.sampled_from("*+?")),
    ),
    max_leaves=4,
)
GRAPHS = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from([P, Q]), st.sampled_from(NODES)), max_size=8
)


def graph_of(triples: set[tuple[URIRef, URIRef, URIRef]]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def node_of(path: PropertyPath, graph: Graph) -> Any:
    """Write a path into a shapes graph and return its node."""
    if isinstance(path, Predicate):
        return path.iri
    if isinstance(path, Sequence):
        return list_of(path.paths, graph)
    node = BNode()
    match path:
        case Inverse(inner):
            graph.add((node, SH.inversePath, node_of(inner, graph)))
        case Alternative(branches):
            graph.add((node, SH.alternativePath, list_of(branches, graph)))
        case Repeated(inner, sign):
            key = {"*": SH.zeroOrMorePath, "+": SH.oneOrMorePath, "?": SH.zeroOrOnePath}[sign]
            graph.add((node, key, node_of(inner, graph)))
    return node


def list_of(members: tuple[PropertyPath, ...], graph: Graph) -> BNode:
    from rdflib.collection import Collection

    head = BNode()
    Collection(graph, head, [node_of(member, graph) for member in members])
    return head


@pytest.mark.parametrize(
    ("turtle", "text"),
    [
        ("sh:path", "sh:path"),
        ("[ sh:inversePath e:p ]", "^<http://e/p>"),
        ("( sh:path sh:node )", "sh:path/sh:node"),
        ("[ sh:inversePath ( sh:path sh:node ) ]", "^(sh:path/sh:node)"),
        ("( [ sh:inversePath sh:path ] [ sh:zeroOrMorePath sh:node ] )", "^sh:path/sh:node*"),
        ("[ sh:inversePath [ sh:oneOrMorePath sh:node ] ]", "^sh:node+"),
        ("[ sh:oneOrMorePath [ sh:inversePath sh:node ] ]", "(^sh:node)+"),
        ("[ sh:alternativePath ( sh:path ( sh:node sh:or ) ) ]", "sh:path|sh:node/sh:or"),
        ("( [ sh:alternativePath ( sh:path sh:node ) ] sh:or )", "(sh:path|sh:node)/sh:or"),
        ("[ sh:zeroOrOnePath [ sh:zeroOrMorePath sh:or ] ]", "(sh:or*)?"),
    ],
)
def test_a_path_is_written_in_the_syntax_of_sparql(turtle, text):
    graph = Graph().parse(data=f"{PREFIXES} e:s sh:path {turtle} .")
    assert write_path(read_path(graph, graph.value(URIRef("http://e/s"), SH.path))) == text


@given(PATHS)
def test_what_is_written_into_a_shapes_graph_is_read_back(path):
    graph = Graph()
    assert read_path(graph, node_of(path, graph)) == path


@given(PATHS)
def test_the_written_path_is_one_that_a_sparql_parser_reads(path):
    Graph().query(f"SELECT * WHERE {{ ?a {write_path(path)} ?b }}", initNs={"sh": SH})


def as_sparql(graph: Graph, start: URIRef, path: PropertyPath) -> set[Any]:
    """Ask the store, since rdflib goes wrong on the inverse of a sequence of repeated paths.

    SPARQL leaves open whether a path of length 0 ends on a node that is not in the graph.
    """
    store = EmbeddedStore.in_memory()
    store.load(graph.serialize(format="nt", encoding="utf-8"), format=RdfSyntax.N_TRIPLES, graph="http://e/g")
    answer = store.query(f"SELECT DISTINCT ?end WHERE {{ <{start}> {write_path(path)} ?end }}")
    return {row[0] for row in answer.rows}


@given(GRAPHS, PATHS, st.sampled_from(NODES))
def test_a_path_leads_where_sparql_says(triples, path, start):
    everybody = {(node, URIRef("http://e/is"), node) for node in NODES}
    graph = graph_of(triples | everybody)
    assert reach(graph, start, path) == as_sparql(graph, start, path)


@given(GRAPHS, PATHS, st.sampled_from(NODES))
def test_every_end_but_the_start_has_a_last_step_that_is_in_the_graph_and_touches_it(triples, path, start):
    graph = graph_of(triples)
    for end in reach(graph, start, path):
        steps = last_steps(graph, start, path, end)
        assert steps or end == start
        assert all(step in graph and end in step for step in steps)


def test_a_literal_leads_nowhere_and_back():
    graph = Graph().parse(data=f"{PREFIXES} e:a e:p 5 .")
    five = next(graph.objects())
    assert reach(graph, five, Predicate(P)) == set()
    assert reach(graph, five, Inverse(Predicate(P))) == {NODES[0]}


@pytest.mark.parametrize("turtle", ["5", "[]", "[ sh:minCount 1 ]", "_:loop . _:loop sh:inversePath _:loop"])
def test_a_path_that_is_none_is_refused(turtle):
    graph = Graph().parse(data=f"{PREFIXES} e:s sh:path {turtle} .")
    with pytest.raises(InputError, match="not well-formed"):
        read_path(graph, graph.value(URIRef("http://e/s"), SH.path))


def test_what_is_no_term_is_refused():
    assert as_term(Literal(1)) == Literal(1)
    with pytest.raises(InputError, match="no RDF term"):
        as_term("text")


def test_rdflib_writes_the_same_paths():
    """Our syntax is that of rdflib's own paths, for those that it can build."""
    assert write_path(Sequence((Predicate(SH.path), Repeated(Inverse(Predicate(SH.node)), "*")))) == (
        "sh:path/(^sh:node)*"
    )
    assert (SH.path / (~SH.node * paths.ZeroOrMore)).n3().count("^") == 1
