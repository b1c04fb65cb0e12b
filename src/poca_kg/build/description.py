"""The description of our own graphs: what ``ontology/catalogue.toml`` says of those that no source gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from poca_kg.build.fields import Fields
from poca_kg.build.named_path import NamedPath
from poca_kg.build.sources import Licence, Source, read_licence, read_title
from poca_kg.build.toml_file import TomlFile, read_toml
from poca_kg.errors import Problem
from poca_kg.vocabulary.iris import OWN_GRAPHS

__all__ = ["Description", "licence_problems", "read_description"]


@dataclass(frozen=True)
class Description:
    """What ``catalogue.toml`` says of the dataset as a whole and of the graphs that no source gives.

    Titles are in English and Italian.
    """

    title: tuple[str, str]
    licence: Licence
    graphs: Mapping[str, tuple[str, str]]
    file: TomlFile


def read_description(folder: NamedPath, problems: list[Problem]) -> Description | None:
    """Return the description of our own graphs, or ``None`` after adding what is wrong with it."""
    file = read_toml(folder / "catalogue.toml", problems)
    if file is None:
        return None
    before = len(problems)
    fields = Fields(file, problems)
    fields.only(("title", "licence", "graphs"))
    fields.only(OWN_GRAPHS, below="graphs")
    titles = {name: read_title(fields, f"graphs.{name}") for name in OWN_GRAPHS}
    description = Description(read_title(fields), read_licence(fields), titles, file)
    return description if len(problems) == before else None


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
