"""The ontology: its Turtle files as quads of their graphs, with the file and line of each triple."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from poca_kg.errors import FilePlace, InputError, Problem
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_bytes, turtle_lines
from poca_kg.store.protocol import Quad, Triple
from poca_kg.vocabulary.iris import graph_iri

__all__ = ["Ontology", "read_ontology"]

_FILES_OF_GRAPH: dict[str, tuple[str, ...]] = {
    "ontology": ("poca.ttl", "modules/*/terms.ttl"),
    "schemes": ("schemes/*.ttl",),
    "shapes": ("modules/*/shapes.ttl",),
    "alignments": ("alignments/*.ttl",),
    "questions": ("questions/*.ttl",),
    "rules": ("rules/*.ttl",),
}
"""Which files make which graph."""

_SET_ASIDE = {"examples", "external"}
"""Folders whose files are in no graph: examples for tests, and pinned vocabularies of others."""


@dataclass(frozen=True)
class Ontology:
    """The triples of the ontology in their graphs, and where each of them is written."""

    quads: tuple[Quad, ...]
    places: Mapping[Triple, FilePlace]

    def triples(self, graph: str) -> list[Triple]:
        """Return the triples of one of the graphs, in the order of the files."""
        name = str(graph_iri(graph))
        return [
            (subject, predicate, value) for subject, predicate, value, where in self.quads if where == name
        ]


def read_ontology(directory: Path, shown: str, problems: list[Problem]) -> Ontology:
    """Return what the files of the ontology say.

    Parameters
    ----------
    directory
        The folder of the ontology.
    shown
        How messages and provenance call the folder.
    problems
        Gets an entry with file, line and column for each file that is not Turtle.
    """
    quads: list[Quad] = []
    places: dict[Triple, FilePlace] = {}
    if not (directory / "poca.ttl").is_file():
        what, advice = "there is no ontology in this folder", "it begins with poca.ttl"
        problems.append(Problem(FilePlace(f"{shown}/poca.ttl"), what, advice))
    problems += _unread_files(directory, shown)
    for graph, patterns in _FILES_OF_GRAPH.items():
        name = str(graph_iri(graph))
        for path in sorted(path for pattern in patterns for path in directory.glob(pattern)):
            file = f"{shown}/{path.relative_to(directory).as_posix()}"
            for triple, line in _read_file(path, file, problems):
                quads.append((*triple, name))
                places.setdefault(triple, FilePlace(file, line))
    return Ontology(tuple(quads), places)


def _unread_files(directory: Path, shown: str) -> list[Problem]:
    """Return a problem for each Turtle file that is in none of the graphs, apart from examples and copies."""
    read = {
        path
        for patterns in _FILES_OF_GRAPH.values()
        for pattern in patterns
        for path in directory.glob(pattern)
    }
    names = sorted(path.relative_to(directory) for path in set(directory.rglob("*.ttl")) - read)
    return [
        Problem(
            FilePlace(f"{shown}/{name.as_posix()}"),
            "nobody reads this file",
            "move it to where its graph is made",
        )
        for name in names
        if not _SET_ASIDE & set(name.parts)
    ]


def _read_file(path: Path, file: str, problems: list[Problem]) -> list[tuple[Triple, int]]:
    data = path.read_bytes()
    try:
        parse_bytes(data, syntax=RdfSyntax.TURTLE, name=file)
        return turtle_lines(data, file)
    except InputError as error:
        problems.append(
            Problem(error.place or FilePlace(file), error.what, error.advice or "correct the Turtle here")
        )
        return []
