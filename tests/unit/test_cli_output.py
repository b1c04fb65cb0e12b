"""Tables: columns where they fit, records where the terminal is too narrow, nothing cut in a file."""

import io
import re
import sys

import pytest

from poca_kg.cli.output import emit_table
from poca_kg.cli.paragraphs import emit_paragraph

HEADERS = ["statement", "label"]
ROWS = [["statement:s07", "[bold]x[/bold] " * 12], ["statement:s08", ""]]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(monkeypatch):
    def show(stream: io.StringIO, columns: int) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr(sys, "stdout", stream)
        emit_table(HEADERS, ROWS, caption="two")
        return stream.getvalue()

    return show


def test_a_file_gets_whole_rows_without_colour(shown):
    lines = shown(io.StringIO(), 40).splitlines()
    assert lines[0] == "two"
    assert ROWS[0][1].strip() in lines[2]
    assert "\x1b" not in "".join(lines)


def test_a_wide_terminal_gets_columns(shown):
    assert len(shown(Terminal(), 400).splitlines()) == 4


def test_a_narrow_terminal_gets_records_without_empty_cells(shown):
    lines = re.sub(r"\x1b\[\d+m", "", shown(Terminal(), 60)).splitlines()
    assert sum(line.startswith(("1 of 2", "2 of 2")) for line in lines) == 2
    assert sum("label" in line for line in lines) == 1
    assert max(map(len, lines)) <= 60


def test_markup_in_data_is_shown_as_it_is(shown):
    assert "[bold]x[/bold]" in shown(Terminal(), 60)


@pytest.fixture
def written(monkeypatch):
    """Give a function that returns what is written to a terminal of a hundred columns."""

    def write(emit, *arguments, **options) -> str:
        stream = Terminal()
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "stdout", stream)
        emit(*arguments, **options)
        return re.sub(r"\x1b\[\d+m", "", stream.getvalue())

    return write


GRAPHS = [["graph:cities-do-not-act-alone", "words of a title " * 8, "1166"], ["graph:rules", "short", "40"]]


def test_a_column_that_may_be_folded_is_folded_at_words_before_it_comes_to_records(written):
    lines = written(emit_table, ["graph", "title", "triples"], GRAPHS, fold="title").splitlines()
    assert lines[0].split() == ["graph", "title", "triples"]
    assert lines[1].startswith("graph:cities-do-not-act-alone  words")
    assert max(map(len, lines)) <= 100
    assert {word for line in lines[1:] for word in line.split()} >= {"title", "1166"}
    assert " ".join(lines).count("title") == 9


def test_a_table_whose_other_columns_leave_no_room_is_shown_as_records(written):
    rows = [["g" * 80, "title " * 9, "1"]]
    assert "1 of 1" in written(emit_table, ["graph", "title", "triples"], rows, fold="title")


PARAGRAPH = "a reason that goes on " * 9 + "<https://example.org/a-very-long-address-that-is-not-broken>"


def test_a_paragraph_is_wrapped_at_words_on_a_terminal(written):
    lines = written(emit_paragraph, PARAGRAPH, depth=1).splitlines()
    assert max(map(len, lines)) <= 100
    assert " ".join(line.strip() for line in lines) == PARAGRAPH
    assert (lines[0][:3], lines[1][:7]) == ("  a", " " * 6 + lines[1][6])


def test_a_paragraph_is_one_line_in_a_file(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    emit_paragraph(PARAGRAPH, depth=1)
    assert stream.getvalue() == f"  {PARAGRAPH}\n"
