"""Sources: what ``source.toml`` says about where a source's facts come from, checked field by field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rdflib import Literal

from poca_kg.build.fields import Fields
from poca_kg.build.named_path import NamedPath
from poca_kg.build.toml_file import TomlFile, read_toml
from poca_kg.errors import Problem, nearest_names
from poca_kg.vocabulary.iris import OWN_GRAPHS
from poca_kg.vocabulary.licences import LICENCES

__all__ = ["Licence", "Source", "read_licence", "read_source", "read_title"]

_FIELDS = (
    "title", "producer", "citation", "attribution", "version", "landing", "published", "accessed", "language",
    "coverage", "licence", "tables",
)  # fmt: skip
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
    """A source as ``source.toml`` describes it.

    ``title`` is in English and Italian; ``tables`` holds what each table is about, by name.
    """

    id: str
    title: tuple[str, str]
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


def read_source(folder: NamedPath, problems: list[Problem]) -> Source | None:
    """Return the source that a folder holds, or ``None`` after adding what is wrong with its description.

    Parameters
    ----------
    folder
        The folder of the source; its name is the source's identifier.
    problems
        Gets an entry for each field that is missing, unknown or not what it should be.
    """
    file = read_toml(folder / "source.toml", problems)
    if file is None:
        return None
    before = len(problems)
    fields = Fields(file, problems)
    identifier = folder.path.name
    if not _IDENTIFIER.fullmatch(identifier) or identifier in OWN_GRAPHS:
        advice = "use lower-case words joined by -, no name of our own graphs"
        fields.refuse("", f"a source cannot be called {identifier!r}", advice=advice)
    fields.only(_FIELDS)
    source = Source(
        id=identifier,
        title=read_title(fields),
        producer=fields.text("producer"),
        citation=fields.text("citation"),
        attribution=fields.text("attribution"),
        version=fields.text("version"),
        landing=fields.address("landing"),
        published=fields.date("published"),
        accessed=fields.date("accessed"),
        language=_language(fields),
        coverage=fields.text("coverage"),
        licence=read_licence(fields),
        tables=_tables(fields),
        file=file,
    )
    return source if len(problems) == before else None


def read_title(fields: Fields, dotted: str = "title") -> tuple[str, str]:
    """Return a title in English and in Italian."""
    return fields.text(f"{dotted}.en"), fields.text(f"{dotted}.it")


def read_licence(fields: Fields) -> Licence:
    """Return the licence of a description; one that cannot enter the graph is a problem."""
    fields.only(("spdx", "address", "evidence"), below="licence")
    spdx, address = fields.text("licence.spdx"), fields.address("licence.address")
    if spdx and spdx not in LICENCES:
        what = f"the licence {spdx!r} is not on the list of those that may enter the graph"
        advice = f"{nearest_names(spdx, LICENCES)} Others need a decision record first"
        fields.refuse("licence.spdx", what, advice=advice)
    elif spdx.startswith("CC") and address not in {"", LICENCES[spdx]}:
        what = f"{address!r} is not the address of {spdx}"
        fields.refuse("licence.address", what, advice=f"write {LICENCES[spdx]!r}")
    return Licence(spdx, address, fields.text("licence.evidence"))


def _language(fields: Fields) -> str:
    language = fields.text("language")
    if language and not _LANGUAGE.fullmatch(language):
        what = f"the language {language!r} is not a code of two letters"
        fields.refuse("language", what, advice="write for instance en or it")
    return language


def _tables(fields: Fields) -> dict[str, str]:
    names = sorted(fields.section("tables"))
    for name in names:
        if not _IDENTIFIER.fullmatch(name):
            what = f"a table cannot be called {name!r}"
            fields.refuse(f"tables.{name}", what, advice="use lower-case words joined by -")
    return {name: fields.text(f"tables.{name}") for name in names if _IDENTIFIER.fullmatch(name)}
