"""The questions as the graph carries them."""

import pytest

from poca_kg.analysis import find_question, read_questions
from poca_kg.errors import UnknownNameError
from poca_kg.store.embedded import EmbeddedStore

ASKED = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 20, 21, 25]


def test_the_questions_of_the_issue_are_there(core):
    assert [question.id for question in read_questions(core.store)] == [f"cq-{one:03d}" for one in ASKED]


def test_a_question_is_found_by_its_number(core):
    assert find_question(core.store, "5") == find_question(core.store, "cq-005")


def test_an_unknown_question_gets_the_nearest_ones(core):
    with pytest.raises(UnknownNameError, match="cq-005"):
        find_question(core.store, "cq-05")


def test_an_empty_graph_carries_no_question():
    assert read_questions(EmbeddedStore.in_memory()) == ()


def test_a_query_ends_in_a_total_order_and_uses_no_not_exists(core):
    for question in read_questions(core.store):
        assert "ORDER BY" in question.query
        assert "NOT EXISTS" not in question.query
