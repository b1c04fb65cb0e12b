"""Sources: what ``source.toml`` says about where a source's facts come from, checked field by field."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import XSD, Literal

from poca_kg.build.literals import is_web_address, typed_literal
from poca_kg.build.toml_file import TomlFile, read_toml, unknown_keys
from poca_kg.errors import Problem, nearest_names

__all__ = ["LICENCES", "OWN_GRAPHS", "Licence", "Source", "read_licence", "read_source", "read_title"]

OWN_GRAPHS = (
    "ontology", "schemes", "shapes", "alignments", "questions", "rules", "derived", "catalogue",
)  # fmt: skip
"""The graphs that no source gives; a source cannot have one of these names."""

LICENCES: dict[str, str] = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "LicenseRef-EC-reuse": "https://eur-lex.europa.eu/eli/dec/2011/833/oj",
}
"""The licences that may enter the graph, with their addresses; the least demanding comes first."""

_TEXT_FIELDS = ("producer", "citation", "attribution", "version", "landing", "language", "coverage")
_DATE_FIELDS = ("published", "accessed")
_FIELDS = ("title", *_TEXT_FIELDS, *_DATE_FIELDS, "licence", "tables")
_DATES = (XSD.date, XSD.gYearMonth, XSD.gYear)
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True)
class Licence:
    """A licence: its SPDX identifier, its address, and where it was read that it applies."""

    spdx: str
    address: str
    evidence: str


@dataclass(frozen=True)
class Source:
    """A source as ``source.toml`` describes it; ``tables`` holds what each table is about, by name."""

    id: str
    title_en: str
    title_it: str
    producer: str
    citation: str
    attribution: str
    version: str
    landing: str
    published: Literal
    accessed: Literal
    language: str
    coverage: str
    licence: Licence
    tables: dict[str, str]
    file: TomlFile


def read_source(directory: Path, shown: str, problems: list[Problem]) -> Source | None:
    """Return the source that a folder holds, or ``None`` after adding what is wrong with its description.

    Parameters
    ----------
    directory
        The folder of the source; its name is the source's identifier.
    shown
        How messages and provenance call the folder.
    problems
        Gets an entry for each field that is missing, unknown or not what it should be.
    """
    file = read_toml(directory / "source.toml", f"{shown}/source.toml", problems)
    if file is None:
        return None
    before = len(problems)
    if not _IDENTIFIER.fullmatch(directory.name) or directory.name in OWN_GRAPHS:
        what = f"a source cannot be called {directory.name!r}"
        problems.append(
            Problem(file.place(), what, "use lower-case words joined by -, no name of our own graphs")
        )
    problems += unknown_keys(file, file.data, _FIELDS, path=())
    title_en, title_it = read_title(file, problems)
    texts = {name: _field(file, name, _is_text, "a text", problems) for name in _TEXT_FIELDS}
    dates = {name: _date_field(file, name, problems) for name in _DATE_FIELDS}
    _check_forms(file, texts, problems)
    licence = read_licence(file, problems)
    tables = _tables(file, problems)
    if len(problems) > before or licence is None:
        return None
    return Source(
        id=directory.name,
        title_en=title_en,
        title_it=title_it,
        **texts,
        **dates,
        licence=licence,
        tables=tables,
        file=file,
    )


def read_title(file: TomlFile, problems: list[Problem]) -> tuple[str, str]:
    """Return the title of a description in English and in Italian."""
    english, italian = (
        str(_field(file, f"title.{language}", _is_text, "a text", problems)) for language in ("en", "it")
    )
    return english, italian


def read_licence(file: TomlFile, problems: list[Problem]) -> Licence | None:
    """Return the licence of a description, or ``None`` after adding why it cannot enter the graph."""
    names = ("spdx", "address", "evidence")
    parts = [_field(file, f"licence.{name}", _is_text, "a text", problems) for name in names]
    given = file.data.get("licence")
    if isinstance(given, dict):
        problems += unknown_keys(file, given, names, path=("licence",))
    spdx, address, evidence = parts
    if not all(parts):
        return None
    if spdx not in LICENCES:
        what = f"the licence {spdx!r} is not on the list of those that may enter the graph"
        advice = nearest_names(spdx, LICENCES) + " Others need a decision record first"
        problems.append(Problem(file.place("licence", "spdx"), what, advice))
        return None
    if spdx.startswith("CC") and address != LICENCES[spdx]:
        what = f"{address!r} is not the address of {spdx}"
        problems.append(Problem(file.place("licence", "address"), what, f"write {LICENCES[spdx]!r}"))
    elif not is_web_address(address):
        what = f"{address!r} is not a web address"
        problems.append(
            Problem(file.place("licence", "address"), what, "write http:// or https:// and so on")
        )
    return Licence(spdx, address, evidence)


def _field(
    file: TomlFile, dotted: str, accepts: Callable[[Any], bool], expected: str, problems: list[Problem]
) -> Any:
    """Return a field's value, or an empty text after adding that it is missing or of the wrong sort."""
    path = dotted.split(".")
    value: Any = file.data
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    if value is not None and accepts(value):
        return value
    what = f"the field {dotted!r} is missing" if value is None else f"the field {dotted!r} is not {expected}"
    problems.append(Problem(file.place(*path), what, f"write {dotted} = {expected}"))
    return ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() != ""


def _date_field(file: TomlFile, name: str, problems: list[Problem]) -> Any:
    value = _field(file, name, _is_date_like, "a date such as 2015-09-24, a month or a year", problems)
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    try:
        return typed_literal(text, _DATES)
    except ValueError as error:
        if text:
            problems.append(Problem(file.place(name), f"{name}: {text!r} is not a date", f"write {error}"))
        return Literal("")


def _is_date_like(value: Any) -> bool:
    if isinstance(value, datetime.datetime):
        return False
    return isinstance(value, datetime.date) or _is_text(value)


def _check_forms(file: TomlFile, texts: dict[str, str], problems: list[Problem]) -> None:
    if texts["landing"] and not is_web_address(texts["landing"]):
        what = f"the landing page {texts['landing']!r} is not a web address"
        problems.append(Problem(file.place("landing"), what, "write http:// or https:// and so on"))
    if texts["language"] and not _LANGUAGE.fullmatch(texts["language"]):
        what = f"the language {texts['language']!r} is not a code of two letters"
        problems.append(Problem(file.place("language"), what, "write for instance en or it"))


def _tables(file: TomlFile, problems: list[Problem]) -> dict[str, str]:
    given = _field(file, "tables", lambda value: isinstance(value, dict) and value != {}, "a table", problems)
    names = sorted(given) if isinstance(given, dict) else []
    return {
        name: _field(file, f"tables.{name}", _is_text, "a text that says what the table holds", problems)
        for name in names
        if _check_table_name(file, name, problems)
    }


def _check_table_name(file: TomlFile, name: str, problems: list[Problem]) -> bool:
    if _IDENTIFIER.fullmatch(name):
        return True
    what = f"a table cannot be called {name!r}"
    problems.append(Problem(file.place("tables", name), what, "use lower-case words joined by -"))
    return False
