"""Assembly: from the folders of sources and ontology to one dataset, or to every reason why there is none."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from poca_kg.build.catalogue import make_catalogue
from poca_kg.build.cells import TableQuads, read_cells
from poca_kg.build.checks import Check, Origins, read_checks, run_checks
from poca_kg.build.counts import count_represented
from poca_kg.build.dataset import BuiltDataset, make_manifest
from poca_kg.build.description import Description, licence_problems, read_description
from poca_kg.build.folder import SourceFolder, read_folders
from poca_kg.build.mapping import MappingReader
from poca_kg.build.named_path import NamedPath
from poca_kg.build.ontology import Ontology, read_ontology
from poca_kg.build.register import Register, make_register
from poca_kg.build.rules import Rule, derive, read_rules
from poca_kg.errors import BuildError, FilePlace, Problem
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.places import write_places
from poca_kg.store.protocol import Quad
from poca_kg.vocabulary.iris import graph_iri, row_iri

__all__ = ["build_dataset"]

_SOURCES, _ONTOLOGY = "data/sources", "ontology"


@dataclass(frozen=True)
class _Inputs:
    """Everything that was read, before any row is understood."""

    ontology: Ontology
    description: Description
    rules: Sequence[Rule]
    checks: Sequence[Check]
    folders: Sequence[SourceFolder]
    register: Register


def build_dataset(
    sources_dir: Path, ontology_dir: Path, *, progress: Callable[[str], None] | None = None
) -> BuiltDataset:
    """Return the dataset that the sources and the ontology make.

    The same content gives the same bytes, in whatever order the rows of a table stand and wherever the
    folders lie.

    Parameters
    ----------
    sources_dir
        The folder with one folder per source.
    ontology_dir
        The folder with terms, schemes, shapes, questions, rules and checks.
    progress
        Is told each step.

    Raises
    ------
    BuildError
        With every problem that was found, each with its file and line. The checks run when all else is sound.
    """
    tell = progress or _say_nothing
    roots = {_SOURCES: _from_here(sources_dir), _ONTOLOGY: _from_here(ontology_dir)}
    try:
        tell("reading the ontology and the tables")
        inputs = _read(NamedPath(sources_dir, _SOURCES), NamedPath(ontology_dir, _ONTOLOGY))
        return _assemble(inputs, tell)
    except _Unsound as unsound:
        raise BuildError({_as_given(problem, roots) for problem in unsound.problems}) from None


class _Unsound(Exception):  # noqa: N818 - never leaves this module
    """The problems found so far."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


def _read(sources: NamedPath, directory: NamedPath) -> _Inputs:
    problems: list[Problem] = []
    ontology = read_ontology(directory, problems)
    description = read_description(directory, problems)
    rules = read_rules(ontology, problems)
    checks = read_checks(directory, problems)
    folders, unsure = read_folders(sources, problems)
    if description is not None:
        problems += licence_problems(description, [folder.source for folder in folders])
    if description is None or any(_is_of_ontology(problem) for problem in problems):
        raise _Unsound(problems)
    register = make_register(ontology, folders, unsure=unsure)
    inputs = _Inputs(ontology, description, rules, checks, folders, register)
    if problems:
        problems += _read_rows(inputs)[1]
        raise _Unsound(problems)
    return inputs


def _assemble(inputs: _Inputs, tell: Callable[[str], None]) -> BuiltDataset:
    tell("reading the cells")
    quads, problems = _read_rows(inputs)
    _stop_at(problems)
    tell("drawing conclusions")
    schemes = [quad for quad in inputs.ontology.quads if quad[3] == str(graph_iri("schemes"))]
    store = EmbeddedStore.from_nquads(canonical_nquads([*quads, *schemes]))
    derived = derive(inputs.rules, store, problems=problems)
    _stop_at(problems)
    tell("describing the graphs")
    content = [*quads, *derived, *inputs.ontology.quads]
    catalogue = make_catalogue(inputs.description, inputs.folders, quads=content)
    nquads = canonical_nquads([*content, *catalogue.quads])
    tell("checking the whole")
    rows = dict(_rows_as_they_lie(inputs.folders))
    origins = Origins([*quads, *derived], rows=rows, triples=inputs.ontology.places)
    _stop_at(run_checks(inputs.checks, EmbeddedStore.from_nquads(nquads), origins=origins))
    places = io.BytesIO()
    triples = [*inputs.ontology.places.items(), *catalogue.places.items()]
    write_places(_rows_in_order(inputs.folders), triples, places)
    represented = count_represented(quads)
    manifest = make_manifest(nquads, inputs.folders, description=inputs.description, represented=represented)
    return BuiltDataset(nquads, manifest, places.getvalue())


def _read_rows(inputs: _Inputs) -> tuple[list[Quad], list[Problem]]:
    """Return the quads of all sources and everything that is wrong with mappings and cells."""
    quads: list[Quad] = []
    problems: list[Problem] = []
    for folder in inputs.folders:
        into = TableQuads(folder.source.id, inputs.register)
        reader = MappingReader(folder.mapping, inputs.register, problems=problems)
        for item in folder.tables:
            mapping = reader.read(item.table, item.head)
            if mapping is not None:
                read_cells(item.table, mapping, into=into)
        quads += into.quads
        problems += into.problems
    return quads, problems


def _rows_as_they_lie(folders: Iterable[SourceFolder]) -> Iterable[tuple[str, FilePlace]]:
    for folder in folders:
        for item in folder.tables:
            for row in item.table.rows:
                iri = row_iri(folder.source.id, item.table.name, row.cells[item.head.key])
                yield str(iri), FilePlace(row.file, row.line)


def _rows_in_order(folders: Iterable[SourceFolder]) -> Iterable[tuple[str, FilePlace]]:
    """Yield each row with the line it has in the sorted table, below the header."""
    for folder in folders:
        for item in folder.tables:
            for line, row in enumerate(item.table.sorted_by(item.head.key), start=2):
                iri = row_iri(folder.source.id, item.table.name, row.cells[item.head.key])
                yield str(iri), FilePlace(row.file, line)


def _stop_at(problems: Sequence[Problem]) -> None:
    if problems:
        raise _Unsound(problems)


def _is_of_ontology(problem: Problem) -> bool:
    return problem.place is not None and problem.place.file.startswith(f"{_ONTOLOGY}/")


def _as_given(problem: Problem, roots: Mapping[str, str]) -> Problem:
    """Return the problem with its files below the folders that the caller named."""
    file = problem.place.file if problem.place else ""
    what, advice = problem.what, problem.advice
    for shown, given in roots.items():
        file = given + file.removeprefix(shown) if file.startswith(shown) else file
        what, advice = (text.replace(f"{shown}/", f"{given}/") for text in (what, advice))
    place = dataclasses.replace(problem.place, file=file) if problem.place else None
    return Problem(place, what, advice)


def _from_here(root: Path) -> str:
    """Return a folder as the caller would type it: below the current folder without its way down to there."""
    here = Path.cwd()
    return str(root.relative_to(here) if root.is_relative_to(here) else root)


def _say_nothing(step: str) -> None:
    del step
