"""Tables: columns where they fit, records where the terminal is too narrow, nothing cut in a file."""

import io
import re
import sys

import pytest

from poca_kg.cli.output import emit_table

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
