"""TOML files with places: what a file says, and the line that says it.

The standard library's parser forgets positions, so a second, simple scan remembers the line of each key. It
serves messages and ``why`` only; the values come from the real parser.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poca_kg.errors import FilePlace, Problem, nearest_names

__all__ = ["TomlFile", "read_toml", "section_of", "unknown_keys"]

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class TomlFile:
    """A TOML file: the name to show for it, its data, and the line of each key."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def place(self, *path: str) -> FilePlace:
        """Return where a key stands; for one that is absent, where its nearest enclosing table begins.

        >>> TomlFile("source.toml", {}, {("title",): 3, ("title", "en"): 4}).place("title", "it")
        FilePlace(file='source.toml', line=3, column=None)
        """
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return FilePlace(self.name, self.lines[path[:length]])
        return FilePlace(self.name, 1)


def read_toml(path: Path, name: str, problems: list[Problem]) -> TomlFile | None:
    """Return the file, or ``None`` after adding the problem that makes it unreadable.

    Parameters
    ----------
    path
        Where the file lies.
    name
        How messages and provenance call it.
    problems
        Gets one entry when the file is missing, is not UTF-8 or is not TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        problems.append(Problem(FilePlace(name), "the file is missing", "write it"))
        return None
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        problems.append(Problem(FilePlace(name), what, "look at the file and its permissions"))
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem(FilePlace(name, line), "the file is not UTF-8", "save it as UTF-8"))
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(_syntax_problem(str(error), name, text))
        return None
    return TomlFile(name, data, _line_numbers(text))


def section_of(file: TomlFile, *path: str) -> Mapping[str, Any]:
    """Return what stands below a key; nothing where it is absent or no table.

    >>> section_of(TomlFile("mapping.toml", {"tables": {"units": {"key": "id"}}}, {}), "tables", "units")
    {'key': 'id'}
    """
    found: Any = file.data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def unknown_keys(
    file: TomlFile, given: Iterable[str], known: Iterable[str], *, path: tuple[str, ...]
) -> list[Problem]:
    """Return a problem for each key below ``path`` that is not a known one, with the nearest known ones."""
    names = tuple(known)
    return [
        Problem(file.place(*path, key), f"nobody reads the key {key!r}", nearest_names(key, names))
        for key in given
        if key not in names
    ]


def _syntax_problem(what: str, name: str, text: str) -> Problem:
    match = _POSITION.search(what)
    if match and match[1]:
        place = FilePlace(name, int(match[1]), int(match[2]))
    else:
        place = FilePlace(name, max(len(text.splitlines()), 1))
    return Problem(
        place, f"the file is not TOML: {_POSITION.sub('', what)}", "correct the text at this place"
    )


def _line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Return the first line on which each key or header stands; lines within long strings are passed over."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    within_string = False
    for number, line in enumerate(text.split("\n"), start=1):
        opens = (line.count('"""') + line.count("'''")) % 2 == 1
        if within_string:
            within_string = not opens
            continue
        within_string = opens
        header, assignment = _HEADER.match(line), _ASSIGNMENT.match(line)
        if header:
            table = _parts(header[1])
            found.setdefault(table, number)
        elif assignment:
            path = (*table, *_parts(assignment[1]))
            for length in range(len(table) + 1, len(path) + 1):
                found.setdefault(path[:length], number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))
