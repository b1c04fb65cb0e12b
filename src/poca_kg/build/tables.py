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
from poca_kg.build.named_path import NamedPath
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


def read_table(file: NamedPath, problems: list[Problem]) -> Table | None:
    """Return the table, or ``None`` where not even its header can be read.

    Parameters
    ----------
    file
        The table; its name is that of the file without its suffix.
    problems
        Gets an entry for everything that is wrong: the encoding, the line ends, the header, each row that has
        too many or too few cells, each cell that :func:`poca_kg.build.cell_text.unsafe_parts` refuses.
    """
    return _TableReader(file, problems).read()


class _TableReader:
    """Reads one table and takes down what is wrong with it."""

    def __init__(self, file: NamedPath, problems: list[Problem]) -> None:
        self._file, self._problems = file, problems

    def read(self) -> Table | None:
        text = self._text()
        if text is None:
            return None
        lines = text.removesuffix("\n").split("\n")
        header = self._header(lines[0])
        if header is None:
            return None
        before = len(self._problems)
        found = (self._row(number, line, header=header) for number, line in enumerate(lines[1:], start=2))
        rows = tuple(row for row in found if row is not None)
        complete = len(self._problems) == before
        return Table(self._file.path.stem, self._file.name, header, rows, complete)

    def _refuse(self, place: FilePlace, what: str, *, advice: str) -> None:
        self._problems.append(Problem(place, what, advice))

    def _text(self) -> str | None:
        try:
            data = _read_bytes(self._file.path)
        except OSError as error:
            what = f"the table cannot be read: {error.strerror}"
            self._refuse(self._file.place(), what, advice="put the file itself there, readable")
            return None
        fault = _fault_of_form(data, self._file)
        if fault is not None:
            self._problems.append(fault)
            return None
        return data.decode("utf-8")

    def _header(self, line: str) -> tuple[str, ...] | None:
        cells = self._cells(1, line)
        if cells is None:
            return None
        before = len(self._problems)
        if not line:
            self._refuse(self._file.place(1), "the table has no header", advice="name the columns here")
        names = [name for name, _ in cells]
        for index, (name, column) in enumerate(cells):
            place = self._file.place(1, column)
            if not name and line:
                self._refuse(place, "a column has no name", advice="name it or take it out")
            elif name in names[:index]:
                self._refuse(place, f"the column {name!r} stands twice", advice="rename or remove one")
        return tuple(names) if len(self._problems) == before else None

    def _row(self, number: int, line: str, *, header: tuple[str, ...]) -> Row | None:
        if not line.strip():
            self._refuse(self._file.place(number), "the line is empty", advice="take it out")
            return None
        cells = self._cells(number, line)
        if cells is None:
            return None
        if len(cells) != len(header):
            what = f"the row has {len(cells)} cells, the header {len(header)}"
            advice = "a cell that holds a comma stands in double quotes"
            self._refuse(self._file.place(number), what, advice=advice)
            return None
        texts = {name: text for name, (text, _) in zip(header, cells, strict=True)}
        columns = {name: column for name, (_, column) in zip(header, cells, strict=True)}
        return Row(self._file.name, number, texts, columns)

    def _cells(self, number: int, line: str) -> list[tuple[str, int]] | None:
        """Return the cells, or ``None`` when the line does not parse or one of them is refused."""
        try:
            cells = split_line(line)
        except ValueError as error:
            what = "a double quote is not closed within its line, or stands inside an unquoted cell"
            advice = "a cell holds no line break, and a quote in a quoted cell is written twice"
            self._refuse(self._file.place(number, int(str(error))), what, advice=advice)
            return None
        refused = [
            Problem(self._file.place(number, column), what, advice)
            for text, column in cells
            for what, advice in unsafe_parts(text)
        ]
        self._problems += refused
        return None if refused else cells


def _read_bytes(path: Path) -> bytes:
    """Return the bytes of a file that is no symbolic link, up to one more than the limit."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link")
    with path.open("rb") as stream:
        return stream.read(MAX_TABLE_BYTES + 1)


def _fault_of_form(data: bytes, file: NamedPath) -> Problem | None:
    """Return what makes bytes no table at all: their size, a byte order mark, line ends, the encoding."""
    if len(data) > MAX_TABLE_BYTES:
        what = f"the table is larger than {MAX_TABLE_BYTES // 1024**2} MiB; the limit is passed on this line"
        return Problem(file.place(data.count(b"\n") + 1), what, "split the table")
    if data.startswith(b"\xef\xbb\xbf"):
        return Problem(
            file.place(1, 1), "the file begins with a byte order mark", "save it as UTF-8 without one"
        )
    if b"\r" in data:
        line = data.count(b"\n", 0, data.index(b"\r")) + 1
        return Problem(
            file.place(line), "the line holds a carriage return", "save the file with line feeds only"
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8")) + 1
        place = file.place(data.count(b"\n", 0, error.start) + 1, column)
        what = f"the byte {data[error.start]:#04x} is not UTF-8"
        return Problem(place, what, "the file may be Latin-1 or Windows-1252: save it as UTF-8")
    return None
