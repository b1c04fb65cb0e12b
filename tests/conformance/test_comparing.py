"""The comparison of results tells what is the same from what is not; these need no suites."""

from __future__ import annotations

import pytest

from w3c.results import Rows, read_results, same_rows

SAME = [
    ("?x\t?y\n_:a\t_:b\n_:b\t_:a\n", "?x\t?y\n_:c\t_:d\n_:d\t_:c\n"),
    ("?x\n1\n2\n", "?x\n2\n1\n"),
    ("?x\n1.0\n", "?x\n1.00\n"),
    ("?x\n_:a\n1\n", "?x\n1\n_:z\n"),
    ("?x\t?y\n\t1\n", "?x\t?y\n\t1\n"),
]
DIFFERENT = [
    ("?x\t?y\n_:a\t_:b\n", "?x\t?y\n_:a\t_:a\n"),
    ("?x\t?y\n_:a\t_:a\n", "?x\t?y\n_:a\t_:b\n"),
    ("?x\n1\n", "?x\n1\n1\n"),
    ("?x\n1\n1\n2\n", "?x\n1\n2\n2\n"),
    ("?x\n1\n", "?y\n1\n"),
    ("?x\n1\n", "?x\n1.0\n"),
    ('?x\n"a"\n', '?x\n"a"@en\n'),
    ('?x\n"1"\n', "?x\n1\n"),
    ("?x\t?y\n1\t\n", "?x\t?y\n\t1\n"),
]


def rows(text: str) -> Rows:
    found = read_results(text.encode(), ".tsv")
    assert isinstance(found, Rows)
    return found


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_solutions_are_the_same(one: str, other: str) -> None:
    assert same_rows(rows(one), rows(other))
    assert same_rows(rows(other), rows(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_solutions_are_different(one: str, other: str) -> None:
    assert not same_rows(rows(one), rows(other))
    assert not same_rows(rows(other), rows(one))


def test_where_the_order_counts_another_order_is_another_answer() -> None:
    assert same_rows(rows("?x\n1\n_:a\n"), rows("?x\n1\n_:b\n"), ordered=True)
    assert not same_rows(rows("?x\n1\n2\n"), rows("?x\n2\n1\n"), ordered=True)
