"""Tables are read strictly, and the order of their rows does not count."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.build.cell_text import split_values, unsafe_parts
from poca_kg.build.named_path import NamedPath
from poca_kg.build.tables import read_table, split_line, write_rows
from poca_kg.errors import FilePlace, Problem
from poca_kg.vocabulary.iris import check_slug, slugify

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SOUND_TEXT = ANY_TEXT.filter(lambda text: not list(unsafe_parts(text)))
HEADER = ("id", "label_en", "note")


def read(path, problems):
    return read_table(NamedPath(path, "things.csv"), problems)


def write(path, text):
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@given(rows=st.lists(st.tuples(SOUND_TEXT, SOUND_TEXT, SOUND_TEXT), max_size=8))
def test_what_is_written_is_read_again(folder, rows):
    problems: list[Problem] = []
    rows = [row for row in rows if any(row)]
    table = read(write(folder / "a.csv", write_rows([HEADER, *rows])), problems)
    assert problems == []
    assert [tuple(row.cells.values()) for row in table.rows] == rows
    assert [row.line for row in table.rows] == list(range(2, len(rows) + 2))


@given(rows=st.lists(st.tuples(SOUND_TEXT, SOUND_TEXT, SOUND_TEXT), min_size=1, max_size=8), data=st.data())
def test_shuffled_rows_have_the_same_order_and_hash(folder, rows, data):
    rows = [row for row in rows if any(row)]
    first = read(write(folder / "a.csv", write_rows([HEADER, *rows])), [])
    second = read(write(folder / "b.csv", write_rows([HEADER, *data.draw(st.permutations(rows))])), [])
    keys = [[row.cells["id"] for row in table.sorted_by("id")] for table in (first, second)]
    assert keys[0] == keys[1] == sorted(keys[0])
    if len(set(keys[0])) == len(keys[0]):
        assert first.sha256("id") == second.sha256("id")


@given(line=st.text(st.sampled_from('a,"|= \t'), max_size=30))
def test_a_line_is_split_as_the_standard_library_does_or_refused(line):
    try:
        cells = split_line(line)
    except ValueError as error:
        cells, column = [], int(str(error))
    if not cells:
        assert 1 <= column <= len(line) + 1
        return
    assert [text for text, _ in cells] == (next(csv.reader([line], strict=True)) or [""])
    for text, column in cells:
        assert line[column - 1 :].startswith((text, '"'))


@given(data=st.binary(max_size=200))
def test_no_bytes_do_anything_but_give_a_table_or_problems(folder, data):
    problems: list[Problem] = []
    path = folder / "c.csv"
    path.write_bytes(data)
    table = read(path, problems)
    assert table is not None or problems
    assert all(problem.place.line for problem in problems)
    assert all(problem.what and problem.advice for problem in problems)


@given(text=ANY_TEXT)
def test_a_text_is_sound_or_there_is_a_reason(text):
    reasons = list(unsafe_parts(text))
    assert all(what and advice for what, advice in reasons)
    if not reasons:
        assert text == text.strip()
        assert text[:1] not in {"=", "+", "@", "\t"}
        assert not set(text) & set("\x00\t\n\r\u2028\ufeff\u200b")


@given(text=ANY_TEXT)
def test_a_slug_is_a_slug_of_itself_or_there_is_none(text):
    if any(character.isascii() and character.isalnum() for character in text.lower()):
        slug = slugify(text)
        assert check_slug(slug) == slug == slugify(slug)


@given(values=st.lists(SOUND_TEXT.filter(lambda text: text and "|" not in text), max_size=5))
def test_values_are_split_where_they_were_joined(values):
    assert split_values("|".join(values)) == values


@pytest.mark.parametrize(
    "text", ["-3", "-3.5", "-1,000", "-2e5", "é", "a-b", "1+1", "a=b", "it's", '"quoted"']
)
def test_sound_texts_stay(text):
    assert not list(unsafe_parts(text))


@pytest.mark.parametrize(
    "text", ["=1", "+39", "@x", "\tx", "-x", "-", "-1-1", "-3 m", " a", "a ", "a\tb", "a\u00a0"]
)
def test_unsound_texts_do_not(text):
    assert list(unsafe_parts(text))


def test_several_problems_of_one_table_are_told(tmp_path):
    problems: list[Problem] = []
    table = read(write(tmp_path / "a.csv", "id,a\nx,1\ny\n\nz,=1\nw,2"), problems)
    assert [problem.place for problem in problems] == [
        FilePlace("things.csv", 3),
        FilePlace("things.csv", 4),
        FilePlace("things.csv", 5, 3),
    ]
    assert [row.cells["id"] for row in table.rows] == ["x", "w"]
    assert not table.complete
