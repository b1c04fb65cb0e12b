"""The form of a query found at its start is the one that the lexer finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.errors import PocaError
from poca_kg.store.gate import query_form
from poca_kg.store.prologue import form_at_the_start

PIECES = (
    "PREFIX ", "prefix", "BASE", " ", "\n", "# ask\n", "#", "<http://e/select#>", "<", ":", "ask:", "e-1.x:",
    "select", "SELECT", "ASK", "construct ", "Describe", "{", "}", "?x", "*", "é:", "'ask'", "\\u0041",
    "SELECTED", "1",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_two_ways_agree(text: str) -> None:
    try:
        form = query_form(text).value
    except PocaError:
        return
    assert form_at_the_start(text) in (form, "")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT*{}", "SELECT"),
        ("ask{}", "ASK"),
        ("PREFIX:<http://e/>DESCRIBE<http://e/a>", "DESCRIBE"),
        ("BASE <http://e/> # select\r\nPREFIX a: <b#> CONSTRUCT WHERE {}", "CONSTRUCT"),
        ("SELECT?x{}", "SELECT"),
        ("SELECTED", ""),
        ("INSERT DATA {}", ""),
        ("", ""),
        ("PREFIX " * 50_000, ""),
        ("#" * 200_000, ""),
        (":" * 200_000 + "ASK", "ASK"),
        ("<" * 200_000, ""),
    ],
)
def test_the_start_says_the_form(text: str, form: str) -> None:
    assert form_at_the_start(text) == form
