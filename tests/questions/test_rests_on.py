"""Take away one thing that a question rests on, and its answer is another."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from poca_kg.analysis import find_question, read_questions
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax

TAKE_AWAY = """
DELETE {{ GRAPH ?g {{ <{0}> ?p ?o }} }} WHERE {{ GRAPH ?g {{ <{0}> ?p ?o }} }} ;
DELETE {{ GRAPH ?g {{ ?s ?p <{0}> }} }} WHERE {{ GRAPH ?g {{ ?s ?p <{0}> }} }}
"""


@pytest.fixture(scope="session")
def lines(dataset) -> list[bytes]:
    return (dataset / "graph.nq").read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="session")
def spare(dataset) -> EmbeddedStore:
    """A second store of the dataset, from which things are taken away for a while."""
    return EmbeddedStore.from_nquads(dataset / "graph.nq")


@contextmanager
def taken_away(store: EmbeddedStore, lines: list[bytes], thing: str) -> Iterator[EmbeddedStore]:
    size = store.size()
    store.update(TAKE_AWAY.format(thing))
    yield store
    store.load(b"".join(line for line in lines if f"<{thing}>".encode() in line), format=RdfSyntax.N_QUADS)
    assert store.size() == size


def is_described(graph, thing: str) -> bool:
    return bool(graph.query(f"ASK {{ <{thing}> a ?type }}"))


def test_without_one_thing_that_it_rests_on_a_question_has_another_answer(graph, spare, lines, question_id):
    question = find_question(graph.store, question_id)
    before = graph.query(question.query).rows
    for thing in filter(lambda one: is_described(graph, one), question.rests_on):
        with taken_away(spare, lines, thing) as without:
            after = without.query(question.query).rows
        assert after != before, f"{question.id} does not rest on {thing}"


def test_a_question_rests_on_a_statement_or_a_unit_of_the_tiny_dataset(tiny, question_id):
    assert any(is_described(tiny, thing) for thing in find_question(tiny.store, question_id).rests_on)


def test_everything_that_a_question_rests_on_is_in_the_real_graph(core, question_id):
    missing = [one for one in find_question(core.store, question_id).rests_on if not is_described(core, one)]
    assert missing == []


def test_a_statement_that_a_question_does_not_rest_on_leaves_the_answer_alone(graph, spare, lines):
    query = find_question(graph.store, "cq-001").query
    with taken_away(spare, lines, "https://w3id.org/poca-kg/id/statement/s24") as without:
        assert without.query(query).rows == graph.query(query).rows


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_question_is_asked_in_both_languages(core, language):
    assert all(question.text(language).endswith("?") for question in read_questions(core.store))
