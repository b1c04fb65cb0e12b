"""The generated graph: the same bytes, of the size that was asked for, and of the model's shape."""

from itertools import islice
from pathlib import Path

import pytest
from benchmarks.service.graphs import Generated, quads, write_graph
from benchmarks.service.mix import GROUPS, Query, parse, read_mix

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Solutions, Triples, Truth
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.terms import POCA

TRIPLES = 10_000
MIX = read_mix()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return write_graph(tmp_path_factory.mktemp("graph") / "graph.nq", TRIPLES)


@pytest.fixture(scope="module")
def store(graph: Generated) -> EmbeddedStore:
    return EmbeddedStore.from_nquads(graph.path.read_bytes())


@pytest.mark.parametrize("triples", [1, 45, 100, TRIPLES])
def test_a_graph_has_as_many_triples_as_were_asked_for(tmp_path: Path, triples: int) -> None:
    written = write_graph(tmp_path / "g.nq", triples)
    lines = written.path.read_text().splitlines()
    assert len(lines) == len(set(lines)) == written.triples == triples


def test_a_longer_graph_begins_like_a_shorter_one(graph: Generated) -> None:
    assert graph.path.read_text() == "".join(islice(quads(), TRIPLES))


def test_every_triple_is_in_one_graph_so_that_the_union_counts_alike_everywhere(graph: Generated) -> None:
    triples = [line.rsplit(" ", 2)[0] for line in graph.path.read_text().splitlines()]
    assert len(triples) == len(set(triples))


def test_the_cities_that_are_counted_are_whole(store: EmbeddedStore, graph: Generated) -> None:
    last = f"{BASE}id/arrangement/b{graph.cities - 1}"
    assert store.query(f"ASK {{ <{last}> poca:inField ?field }}") == Truth(value=True)
    after = f"{BASE}id/arrangement/b{graph.cities}"
    assert store.query(f"ASK {{ <{after}> poca:inField ?field }}") == Truth(value=False)


def test_the_generator_uses_only_terms_of_the_ontology(graph: Generated) -> None:
    used = {
        term[1:-1]
        for line in graph.path.read_text().splitlines()
        for term in line.split(" ")
        if term.startswith(f"<{BASE}def/")
    }
    assert used
    assert {iri for iri in used if iri not in POCA} == set()


def test_the_mix_has_what_it_is_to_have() -> None:
    assert len(MIX) >= 14
    assert {query.group for query in MIX} == set(GROUPS)
    assert {query.form for query in MIX} == {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
    for wanted in (
        "OPTIONAL",
        "FILTER",
        "MINUS",
        "GROUP BY",
        "ORDER BY",
        "partOf+",
        "CONTAINS",
        "LIMIT 10000",
    ):
        assert any(wanted in query.template.template for query in MIX), wanted


@pytest.mark.parametrize("query", MIX, ids=lambda query: query.name)
def test_a_query_answers_something_and_is_asked_about_many_things(
    query: Query, store: EmbeddedStore, graph: Generated
) -> None:
    texts = list(query.texts(40, graph.cities))
    assert texts == list(query.texts(40, graph.cities))
    assert len(set(query.texts(40, 5000))) > 1 or "$" not in query.template.template
    assert any(map(said_something, map(store.query, dict.fromkeys(texts))))


def said_something(answer: Solutions | Truth | Triples) -> bool:
    match answer:
        case Solutions():
            return bool(answer.rows)
        case Triples():
            return bool(answer.triples)
    return answer.value


def test_ten_thousand_rows_are_ten_thousand_also_in_the_smallest_graph(store: EmbeddedStore) -> None:
    rows = next(query for query in MIX if query.name == "rows")
    answer = store.query(next(rows.texts(1, 1)))
    assert isinstance(answer, Solutions)
    assert len(answer.rows) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "# title: no group\nASK { ?s ?p ?o }",
        "# title: x\n# group: heavy\nASK { ?s ?p ?o }",
        "# title: x\n# group: light\n# speed: high\nASK { ?s ?p ?o }",
        "# title: x\n# group: light\n# compare: perhaps\nASK { ?s ?p ?o }",
    ],
)
def test_a_header_that_says_what_nobody_reads_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"header|compare"):
        parse("example", text)
