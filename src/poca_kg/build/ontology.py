"""The ontology: its Turtle files as quads of their graphs, with the file and line of each triple."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poca_kg.build.named_path import NamedPath
from poca_kg.errors import FilePlace, InputError, Problem
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_bytes, turtle_lines
from poca_kg.store.protocol import Quad, Triple
from poca_kg.vocabulary.iris import graph_iri

__all__ = ["Ontology", "read_ontology"]

_FILES_OF_GRAPH: dict[str, tuple[str, ...]] = {
    "ontology": ("poca.ttl", "prefixes.ttl", "modules/*/terms.ttl"),
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


def read_ontology(folder: NamedPath, problems: list[Problem]) -> Ontology:
    """Return what the files of the ontology say.

    Parameters
    ----------
    folder
        The folder of the ontology.
    problems
        Gets an entry with file, line and column for each file that is not Turtle, and one for each that
        nobody reads.
    """
    quads: list[Quad] = []
    places: dict[Triple, FilePlace] = {}
    header = folder / "poca.ttl"
    if not header.path.is_file():
        what = "there is no ontology in this folder"
        problems.append(Problem(header.place(), what, "it begins with poca.ttl"))
    problems += _unread_files(folder)
    for graph, patterns in _FILES_OF_GRAPH.items():
        name = str(graph_iri(graph))
        for file in sorted(file for pattern in patterns for file in folder.glob(pattern)):
            for triple, line in _read_file(file, problems):
                quads.append((*triple, name))
                places.setdefault(triple, file.place(line))
    return Ontology(tuple(quads), places)


def _unread_files(folder: NamedPath) -> list[Problem]:
    """Return a problem for each Turtle file that is in none of the graphs, apart from what is set aside."""
    patterns = [pattern for patterns in _FILES_OF_GRAPH.values() for pattern in patterns]
    read = {file for pattern in patterns for file in folder.glob(pattern)}
    return [
        Problem(file.place(), "nobody reads this file", "move it to where its graph is made")
        for file in folder.glob("**/*.ttl")
        if file not in read and not _SET_ASIDE & set(file.name.split("/"))
    ]


def _read_file(file: NamedPath, problems: list[Problem]) -> list[tuple[Triple, int]]:
    data = file.path.read_bytes()
    try:
        parse_bytes(data, syntax=RdfSyntax.TURTLE, name=file.name)
        return turtle_lines(data, file.name)
    except InputError as error:
        advice = error.advice or "correct the Turtle here"
        problems.append(Problem(error.place or file.place(), error.what, advice))
        return []
