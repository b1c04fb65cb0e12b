"""Fields of a description: typed access to a TOML file that takes down what is missing or wrong."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from rdflib import XSD, Literal

from poca_kg.build.literals import is_web_address, typed_literal
from poca_kg.build.toml_file import TomlFile, section_of
from poca_kg.errors import Problem, nearest_names

__all__ = ["Fields"]

_DATES = (XSD.date, XSD.gYearMonth, XSD.gYear)


class Fields:
    """The fields of one file, by dotted path; a bad one gives an empty value and a problem."""

    def __init__(self, file: TomlFile, problems: list[Problem]) -> None:
        self.file, self._problems = file, problems

    def refuse(self, dotted: str, what: str, *, advice: str) -> None:
        """Add a problem at the place of a field; an empty path stands for the whole file."""
        self._problems.append(Problem(self.file.place(*dotted.split(".")), what, advice))

    def text(self, dotted: str) -> str:
        """Return a text that is not empty and has no outer blanks."""
        value = self._value(dotted)
        if isinstance(value, str) and value == value.strip() != "":
            return value
        return self._missing(dotted, value, expected="a text")

    def address(self, dotted: str) -> str:
        """Return a web address."""
        text = self.text(dotted)
        if text and not is_web_address(text):
            self.refuse(
                dotted, f"{text!r} is not a web address", advice="write http:// or https:// and so on"
            )
        return text

    def date(self, dotted: str) -> Literal:
        """Return a day, a month or a year, written as a date of TOML or as a text."""
        value = self._value(dotted)
        if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date | str):
            return Literal(
                self._missing(dotted, value, expected="a date such as 2015-09-24, a month or a year")
            )
        text = value if isinstance(value, str) else value.isoformat()
        try:
            return typed_literal(text, _DATES)
        except ValueError as error:
            self.refuse(dotted, f"{dotted}: {text!r} is not a date", advice=f"write {error}")
            return Literal("")

    def section(self, dotted: str) -> Mapping[str, Any]:
        """Return a table of the file that is not empty."""
        found = section_of(self.file, *dotted.split("."))
        if not found:
            self._missing(dotted, self._value(dotted), expected="a table")
        return found

    def only(self, known: Iterable[str], *, below: str = "") -> None:
        """Add a problem for each key of the file, or of one of its tables, that is not a known one."""
        names, path = tuple(known), below.split(".") if below else []
        for key in section_of(self.file, *path):
            if key not in names:
                self.refuse(
                    ".".join([*path, key]), f"nobody reads the key {key!r}", advice=nearest_names(key, names)
                )

    def _value(self, dotted: str) -> Any:
        *path, key = dotted.split(".")
        return section_of(self.file, *path).get(key)

    def _missing(self, dotted: str, value: Any, *, expected: str) -> str:
        state = "is missing" if value is None else f"is not {expected}"
        self.refuse(dotted, f"the field {dotted!r} {state}", advice=f"write {dotted} = {expected}")
        return ""
