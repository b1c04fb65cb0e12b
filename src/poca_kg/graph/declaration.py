"""The declaration of a view: what it is called, what it shows, and the two queries that make it.

The queries speak in fixed variables. Nodes: ``?node`` and any of ``?label ?kind ?level ?source``. Edges:
``?start ?end ?kind`` and any of ``?statement ?polarity ?stance ?about ?source``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from poca_kg.errors import FilePlace, InputError, UnknownNameError, nearest_names
from poca_kg.vocabulary.labels import LANGUAGES

__all__ = [
    "EDGE_VARIABLES",
    "NODE_VARIABLES",
    "VIEW_NAMES",
    "ViewDeclaration",
    "parse_declaration",
    "read_declaration",
]

VIEW_NAMES = ("cooperation", "statements", "territory")
NODE_VARIABLES = frozenset({"node", "label", "kind", "level", "source"})
EDGE_VARIABLES = frozenset({"start", "end", "kind", "statement", "polarity", "stance", "about", "source"})
_FIELDS = frozenset({"label", "shows", "directed", "favourable_only", "nodes", "edges"})
_SELECTED = re.compile(r"SELECT\s+(?:DISTINCT\s+)?((?:\?\w+\s+)+)WHERE", re.IGNORECASE)


@dataclass(frozen=True)
class ViewDeclaration:
    """A declared view.

    ``directed`` is false where an edge means the same from both ends; such an edge is drawn once, from the
    alphabetically lower IRI. ``favourable_only`` hides edges of polarity 0 and -1 unless they are asked for.
    """

    name: str
    file: str
    label: dict[str, str]
    shows: dict[str, str]
    directed: bool
    favourable_only: bool
    nodes: str
    edges: str


def read_declaration(name: str) -> ViewDeclaration:
    """Return the declaration of a view of the package.

    >>> read_declaration("cooperation").directed
    False

    Raises
    ------
    UnknownNameError
        If there is no such view.
    """
    if name not in VIEW_NAMES:
        raise UnknownNameError("view", name, VIEW_NAMES)
    file = files("poca_kg.graph") / "views" / f"{name}.toml"
    return parse_declaration(name, file.read_text(encoding="utf-8"), file=f"views/{name}.toml")


def parse_declaration(name: str, text: str, *, file: str) -> ViewDeclaration:
    """Return the declaration that a TOML text makes.

    Raises
    ------
    InputError
        If the text is not TOML, a field is missing or unknown, or a query selects a variable outside the
        fixed ones or leaves out a necessary one. The error names the file.
    """
    place = FilePlace(file)
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is not TOML: {error}", place=place) from error
    _check_fields(fields, place)
    _check_variables(fields["nodes"], "nodes", NODE_VARIABLES, {"node"}, place=place)
    _check_variables(fields["edges"], "edges", EDGE_VARIABLES, {"start", "end", "kind"}, place=place)
    return ViewDeclaration(name=name, file=file, **fields)


def _check_fields(fields: dict[str, Any], place: FilePlace) -> None:
    for field in sorted(fields.keys() - _FIELDS):
        raise InputError(f"there is no field {field!r}", place=place, advice=nearest_names(field, _FIELDS))
    for field in sorted(_FIELDS - fields.keys()):
        raise InputError(
            f"the field {field!r} is missing", place=place, advice="add it; views have no defaults"
        )
    for field in ("directed", "favourable_only"):
        if not isinstance(fields[field], bool):
            raise InputError(
                f"{field!r} is neither true nor false", place=place, advice="write true or false"
            )
    for field in ("label", "shows"):
        if not isinstance(fields[field], dict) or set(fields[field]) != set(LANGUAGES):
            raise InputError(
                f"{field!r} is not given in en and it", place=place, advice=f"write [{field}] en, it"
            )


def _check_variables(
    query: str, part: str, known: frozenset[str], needed: set[str], *, place: FilePlace
) -> None:
    match = _SELECTED.search(str(query))
    if match is None:
        raise InputError(f"{part!r} does not name its variables", place=place, advice="SELECT ?… WHERE { … }")
    selected = {word.lstrip("?") for word in match.group(1).split()}
    for name in sorted(selected - known):
        raise InputError(f"{part!r} selects ?{name}", place=place, advice=nearest_names(name, known))
    for name in sorted(needed - selected):
        raise InputError(f"{part!r} does not select ?{name}", place=place, advice="a view needs it")
