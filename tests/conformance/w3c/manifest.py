"""The official manifests as frozen cases: what is read, what is asked, what must come out.

A case is named ``suite/test``, as the suite itself names it. Files stay where they lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_file

__all__ = ["HOW_TO_GET_THEM", "MF", "Case", "Dataset", "read_cases", "read_data", "read_manifest", "sparql11"]

HOW_TO_GET_THEM = (
    "the official suites are not here: clone https://github.com/w3c/rdf-tests into some folder "
    "and set POCA_KG_W3C to that folder"
)
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")


@dataclass(frozen=True)
class Dataset:
    """Files for the default graph, and files with the names of the graphs that they are for."""

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Case:
    """A test of the query or update suites; ``result`` is a file, ``after`` what an update leaves."""

    name: str
    kind: str
    text: Path
    before: Dataset
    result: Path | None = None
    after: Dataset = Dataset()

    def __str__(self) -> str:
        return self.name

    @property
    def base(self) -> str:
        """The IRI against which the text resolves what is relative: that of its file."""
        return self.text.as_uri()

    def request(self) -> str:
        """Return the query or update as its file has it."""
        return self.text.read_bytes().decode("utf-8")


def sparql11(w3c: Path | None) -> Path | None:
    """Return the folder of the SPARQL 1.1 suites below the folder of the setting, if it is there."""
    folder = None if w3c is None else w3c / "rdf-tests" / "sparql" / "sparql11"
    return folder if folder is not None and folder.is_dir() else None


def read_manifest(path: Path) -> tuple[Graph, list[Node]]:
    """Return a manifest and its tests, those of the manifests that it includes among them, in their order."""
    manifest = parse_file(path, syntax=RdfSyntax.TURTLE, base=path.as_uri())
    tests: list[Node] = []
    for entries in manifest.objects(None, MF.entries):
        tests += Collection(manifest, entries)
    for included in list(manifest.objects(None, MF.include)):
        for one in Collection(manifest, included):
            inner, more = read_manifest(_path(one))
            manifest += inner
            tests += more
    return manifest, tests


def read_cases(suite: Path) -> Iterator[Case]:
    """Iterate over the cases of a query or update suite."""
    manifest, tests = read_manifest(suite / "manifest.ttl")
    for test in tests:
        action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
        is_file = isinstance(action, URIRef)
        text = action if is_file else manifest.value(action, QT.query) or manifest.value(action, UT.request)
        is_result_file = isinstance(result, URIRef)
        yield Case(
            name=f"{suite.name}/{str(test).rpartition('#')[2]}",
            kind=str(manifest.value(test, RDF.type)).rpartition("#")[2],
            text=_path(text),
            before=Dataset() if is_file else read_data(manifest, action),
            result=_path(result) if is_result_file else None,
            after=read_data(manifest, result) if result and not is_result_file else Dataset(),
        )


def read_data(manifest: Graph, node: Node | None) -> Dataset:
    """Return the files that a test puts into the store, or finds there at its end."""
    default = [_path(file) for name in (QT.data, UT.data) for file in manifest.objects(node, name)]
    named = [(str(file), _path(file)) for file in manifest.objects(node, QT.graphData)]
    named += [
        (str(manifest.value(graph, RDFS.label)), _path(manifest.value(graph, UT.graph)))
        for graph in manifest.objects(node, UT.graphData)
    ]
    return Dataset(tuple(sorted(default)), tuple(sorted(named)))


def _path(file: Node | None) -> Path:
    return Path(unquote(urlparse(str(file)).path))
