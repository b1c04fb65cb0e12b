"""The description of our own graphs: what ``ontology/catalogue.toml`` says of those that no source gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from poca_kg.build.sources import OWN_GRAPHS, Licence, Source, read_licence, read_title
from poca_kg.build.toml_file import TomlFile, read_toml, section_of, unknown_keys
from poca_kg.errors import Problem

__all__ = ["Description", "licence_problems", "read_description"]


@dataclass(frozen=True)
class Description:
    """What ``catalogue.toml`` says of the dataset as a whole and of the graphs that no source gives."""

    title_en: str
    title_it: str
    licence: Licence
    graphs: Mapping[str, tuple[str, str]]
    file: TomlFile


def read_description(directory: Path, shown: str, problems: list[Problem]) -> Description | None:
    """Return the description of our own graphs, or ``None`` after adding what is wrong with it."""
    file = read_toml(directory / "catalogue.toml", f"{shown}/catalogue.toml", problems)
    if file is None:
        return None
    before = len(problems)
    problems += unknown_keys(file, file.data, ("title", "licence", "graphs"), path=())
    english, italian = read_title(file, problems)
    licence = read_licence(file, problems)
    titles = {name: _graph_title(file, name, problems) for name in OWN_GRAPHS}
    if len(problems) > before or licence is None:
        return None
    return Description(english, italian, licence=licence, graphs=titles, file=file)


def licence_problems(description: Description, sources: Iterable[Source]) -> list[Problem]:
    """Return a problem for each source that asks for more than the licence of the dataset passes on."""
    free = "CC0-1.0"
    if description.licence.spdx != free:
        return []
    place = description.file.place("licence", "spdx")
    return [
        Problem(
            place, f"the dataset cannot be {free}: {source.id} is {source.licence.spdx}", "write CC-BY-4.0"
        )
        for source in sources
        if source.licence.spdx != free
    ]


def _graph_title(file: TomlFile, name: str, problems: list[Problem]) -> tuple[str, str]:
    given = section_of(file, "graphs", name)
    titles = given.get("en"), given.get("it")
    if not all(isinstance(title, str) and title for title in titles):
        what = f"the graph {name!r} has no titles in English and Italian"
        problems.append(
            Problem(file.place("graphs", name), what, f'write [graphs.{name}] with en = "…" and it = "…"')
        )
    return str(titles[0]), str(titles[1])
