"""Errors tell where, in the order of the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.errors import BuildError, FilePlace, InputError, Problem, nearest_names


def test_problems_stand_in_the_order_of_their_lines():
    problems = [Problem(FilePlace("a.csv", line), "wrong") for line in (10, 9, 2)]
    assert [problem.place.line for problem in BuildError(problems).problems] == [2, 9, 10]


def test_a_problem_without_a_place_comes_first():
    problems = [Problem(FilePlace("a.csv", 1), "x"), Problem(None, "y")]
    assert str(BuildError(problems)).splitlines()[1:] == ["y", "a.csv:1: x"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (FilePlace("a.ttl", 3, 7), "a.ttl:3:7: broken; mend it"),
        (FilePlace("a.ttl"), "a.ttl: broken; mend it"),
        (None, "broken; mend it"),
    ],
)
def test_an_error_says_where_what_and_what_to_do(place, text):
    assert str(InputError("broken", place=place, advice="mend it")) == text


@given(st.lists(st.text(min_size=1)), st.text())
def test_advice_only_offers_known_names(known, name):
    advice = nearest_names(name, known)
    assert advice == "" or any(repr(word) in advice or word in advice for word in known) or not known


def test_many_names_without_a_near_one_are_not_listed():
    assert nearest_names("zzz", [f"name-{n}" for n in range(31)]) == ""
