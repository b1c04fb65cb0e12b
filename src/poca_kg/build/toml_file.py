"""TOML files with places: what a file says, and the line that says it.

The standard library's parser forgets positions, so a second, simple scan remembers the line of each key. It
serves messages and ``why`` only; the values come from the real parser.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poca_kg.build.named_path import NamedPath
from poca_kg.errors import FilePlace, Problem

__all__ = ["TomlFile", "read_toml", "section_of"]

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


def read_toml(file: NamedPath, problems: list[Problem]) -> TomlFile | None:
    """Return the file, or ``None`` after adding why it cannot be read: it is missing, no UTF-8 or no TOML."""
    try:
        text = file.path.read_bytes().decode("utf-8")
        return TomlFile(file.name, tomllib.loads(text), _line_numbers(text))
    except FileNotFoundError:
        problem = Problem(file.place(), "the file is missing", "write it")
    except OSError as error:
        problem = Problem(
            file.place(), f"the file cannot be read: {error.strerror}", "look at its permissions"
        )
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(file.place(line), "the file is not UTF-8", "save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problem = _syntax_problem(str(error), file)
    problems.append(problem)
    return None


def section_of(file: TomlFile, *path: str) -> Mapping[str, Any]:
    """Return what stands below a key; nothing where it is absent or no table.

    >>> section_of(TomlFile("mapping.toml", {"tables": {"units": {"key": "id"}}}, {}), "tables", "units")
    {'key': 'id'}
    """
    found: Any = file.data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _syntax_problem(what: str, file: NamedPath) -> Problem:
    match = _POSITION.search(what)
    place = file.place(int(match[1]), int(match[2])) if match and match[1] else file.place(_last_line(file))
    return Problem(
        place, f"the file is not TOML: {_POSITION.sub('', what)}", "correct the text at this place"
    )


def _last_line(file: NamedPath) -> int:
    return max(len(file.path.read_bytes().splitlines()), 1)


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
