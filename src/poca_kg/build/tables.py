"""Curated tables: one strict reading of a CSV file into rows that know their places.

The form is narrow on purpose, so that a file has one meaning in every program: UTF-8 without a byte order
mark, line feeds, commas, one header, one row per line. Whatever departs from it is a problem with its file
and line; nothing is repaired in silence.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from poca_kg.build.cell_text import unsafe_parts
from poca_kg.errors import FilePlace, Problem

__all__ = ["MAX_TABLE_BYTES", "Row", "Table", "read_table", "split_line", "write_rows"]

MAX_TABLE_BYTES = 16 * 1024 * 1024
"""The largest table that is read, in bytes."""

_FIELD = re.compile(r'"([^"]*(?:""[^"]*)*)"(?=,|$)|([^",]*)(?=,|$)')


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, its cells by name, and the column of the line where each begins."""

    file: str
    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    def place(self, column: str | None = None) -> FilePlace:
        """Return where the row, or one of its cells, stands."""
        return FilePlace(self.file, self.line, self.columns[column] if column else None)


@dataclass(frozen=True)
class Table:
    """A table as read: its header, its sound rows in the file's order, and whether all rows were sound."""

    name: str
    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    complete: bool

    def sorted_by(self, key: str) -> tuple[Row, ...]:
        """Return the rows in the order of a column: the order that counts, however the file is shuffled."""
        return tuple(sorted(self.rows, key=lambda row: row.cells[key]))

    def sha256(self, key: str) -> str:
        """Return the SHA-256 of the table written in canonical order."""
        rows = [[row.cells[name] for name in self.header] for row in self.sorted_by(key)]
        return hashlib.sha256(write_rows([self.header, *rows]).encode()).hexdigest()


def write_rows(rows: Sequence[Sequence[str]]) -> str:
    r"""Return rows as CSV text in the form that :func:`read_table` reads.

    >>> write_rows([["id", "label_en"], ["milan", "Milan, Italy"]])
    'id,label_en\nmilan,"Milan, Italy"\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def split_line(line: str) -> list[tuple[str, int]]:
    """Return the cells of one line with the column where each begins, counted from 1.

    >>> split_line('milan,"Milan, Italy",')
    [('milan', 1), ('Milan, Italy', 7), ('', 22)]

    Raises
    ------
    ValueError
        If quotes do not pair within the line; the argument is the column.
    """
    cells: list[tuple[str, int]] = []
    position = 0
    while True:
        match = _FIELD.match(line, position)
        if match is None:
            raise ValueError(position + 1)
        quoted, plain = match.groups()
        cells.append((plain if quoted is None else quoted.replace('""', '"'), position + 1))
        if match.end() == len(line):
            return cells
        position = match.end() + 1


def read_table(path: Path, name: str, file: str, problems: list[Problem]) -> Table | None:
    """Return the table, or ``None`` where not even its header can be read.

    Parameters
    ----------
    path
        Where the file lies.
    name
        The name of the table.
    file
        How messages and provenance call the file.
    problems
        Gets an entry for everything that is wrong: the encoding, the line ends, the header, each row that has
        too many or too few cells, each cell that :func:`poca_kg.build.cell_text.unsafe_parts` refuses.
    """
    text = _read_text(path, file, problems)
    if text is None:
        return None
    lines = text.removesuffix("\n").split("\n")
    header = _read_header(lines[0], file, problems)
    if header is None:
        return None
    before = len(problems)
    rows = [
        row
        for number, line in enumerate(lines[1:], start=2)
        if (row := _read_row(line, header, FilePlace(file, number), problems)) is not None
    ]
    return Table(name, file, header, tuple(rows), complete=len(problems) == before)


def _read_text(path: Path, file: str, problems: list[Problem]) -> str | None:
    try:
        data = _read_bytes(path)
    except OSError as error:
        what = f"the table cannot be read: {error.strerror}"
        problems.append(Problem(FilePlace(file), what, "put the file itself there, readable"))
        return None
    fault = _fault_of_form(data, file)
    if fault is not None:
        problems.append(fault)
        return None
    return data.decode("utf-8")


def _read_bytes(path: Path) -> bytes:
    """Return the bytes of a file that is no symbolic link, up to one more than the limit."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link")
    with path.open("rb") as stream:
        return stream.read(MAX_TABLE_BYTES + 1)


def _fault_of_form(data: bytes, file: str) -> Problem | None:
    """Return what makes bytes no table at all: their size, a byte order mark, line ends, the encoding."""
    if len(data) > MAX_TABLE_BYTES:
        what = f"the table is larger than {MAX_TABLE_BYTES // 1024**2} MiB; the limit is passed on this line"
        return Problem(FilePlace(file, data.count(b"\n") + 1), what, "split the table")
    if data.startswith(b"\xef\xbb\xbf"):
        what = "the file begins with a byte order mark"
        return Problem(FilePlace(file, 1, 1), what, "save it as UTF-8 without one")
    if b"\r" in data:
        line = data.count(b"\n", 0, data.index(b"\r")) + 1
        what = "the line holds a carriage return"
        return Problem(FilePlace(file, line), what, "save the file with line feeds only")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8")) + 1
        place = FilePlace(file, data.count(b"\n", 0, error.start) + 1, column)
        what = f"the byte {data[error.start]:#04x} is not UTF-8"
        return Problem(place, what, "the file may be Latin-1 or Windows-1252: save it as UTF-8")
    return None


def _read_header(line: str, file: str, problems: list[Problem]) -> tuple[str, ...] | None:
    cells = _cells_of(line, FilePlace(file, 1), problems)
    if cells is None:
        return None
    before = len(problems)
    if not line:
        problems.append(Problem(FilePlace(file, 1), "the table has no header", "name the columns here"))
    names = [name for name, _ in cells]
    for index, (name, column) in enumerate(cells):
        place = FilePlace(file, 1, column)
        if not name and line:
            problems.append(Problem(place, "a column has no name", "name it or take it out"))
        elif name in names[:index]:
            problems.append(Problem(place, f"the column {name!r} stands twice", "rename or remove one"))
    return tuple(names) if len(problems) == before else None


def _read_row(line: str, header: tuple[str, ...], place: FilePlace, problems: list[Problem]) -> Row | None:
    if not line.strip():
        problems.append(Problem(place, "the line is empty", "take it out"))
        return None
    cells = _cells_of(line, place, problems)
    if cells is None:
        return None
    if len(cells) != len(header):
        what = f"the row has {len(cells)} cells, the header {len(header)}"
        problems.append(Problem(place, what, "a cell that holds a comma stands in double quotes"))
        return None
    texts = {name: text for name, (text, _) in zip(header, cells, strict=True)}
    columns = {name: column for name, (_, column) in zip(header, cells, strict=True)}
    return Row(place.file, place.line or 1, texts, columns)


def _cells_of(line: str, place: FilePlace, problems: list[Problem]) -> list[tuple[str, int]] | None:
    """Return the cells, or ``None`` when the line does not parse or one of them is refused."""
    try:
        cells = split_line(line)
    except ValueError as error:
        what = "a double quote is not closed within its line, or stands inside an unquoted cell"
        advice = "a cell holds no line break, and a quote in a quoted cell is written twice"
        problems.append(Problem(FilePlace(place.file, place.line, int(str(error))), what, advice))
        return None
    refused = [
        Problem(FilePlace(place.file, place.line, column), what, advice)
        for text, column in cells
        for what, advice in unsafe_parts(text)
    ]
    problems += refused
    return None if refused else cells
