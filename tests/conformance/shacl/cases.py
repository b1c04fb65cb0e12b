"""The official SHACL cases: what is checked against which shapes, and the report that must come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from rdflib import RDF, SH, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_file
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import read_path
from poca_kg.validate.report import Severity

__all__ = ["CORE", "HOW_TO_GET_THEM", "SPARQL", "Case", "read_cases", "suites"]

HOW_TO_GET_THEM = (
    "the official SHACL suites are not here: clone https://github.com/w3c/data-shapes, copy its folder "
    "data-shapes-test-suite/tests to shacl/tests in some folder and set POCA_KG_W3C to that folder"
)
CORE, SPARQL = "core", "sparql"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
_READERS: dict[URIRef, str] = {
    SH.focusNode: "focus", SH.resultPath: "path", SH.value: "value", SH.resultSeverity: "severity",
    SH.sourceShape: "shape", SH.sourceConstraintComponent: "component", SH.sourceConstraint: "constraint",
}  # fmt: skip
_TRUE = Literal("true", datatype=URIRef("http://www.w3.org/2001/XMLSchema#boolean"))


@dataclass(frozen=True, eq=False)
class Case:
    """A case of the suites; ``expected`` is ``None`` where the validation is to fail, not to report.

    ``data``, ``shapes`` and the nodes in ``expected`` share their blank nodes if ``in_one_file``.
    """

    name: str
    data_file: Path
    shapes_file: Path
    in_one_file: bool
    expected: tuple[Finding, ...] | None

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> Graph:
        """The data graph; not to be changed."""
        return _graph(self.data_file)

    @property
    def shapes(self) -> Graph:
        """The shapes graph; not to be changed."""
        return _graph(self.shapes_file)


def suites(w3c: Path | None) -> Path | None:
    """Return the folder of the suites: below the folder of the setting, or in it where it holds no others."""
    folders = () if w3c is None else (w3c / "shacl" / "tests", w3c / "tests")
    return next((folder for folder in folders if (folder / CORE).is_dir()), None)


def read_cases(folder: Path, suite: str) -> Iterator[Case]:
    """Iterate over the cases of one suite, in the order of its manifests."""
    yield from _read(folder / suite / "manifest.ttl", folder)


def _read(manifest: Path, root: Path) -> Iterator[Case]:
    graph = _graph(manifest)
    for included in sorted(graph.objects(None, MF.include)):
        yield from _read(_path(included), root)
    for entries in graph.objects(None, MF.entries):
        for test in Collection(graph, entries):
            yield _case(graph, test, manifest, root)


def _case(graph: Graph, test: Any, file: Path, root: Path) -> Case:
    action, result = graph.value(test, MF.action), graph.value(test, MF.result)
    shapes_file = _path(graph.value(action, SHT.shapesGraph))
    return Case(
        name=f"{file.parent.relative_to(root).as_posix()}/{file.stem}",
        data_file=_path(graph.value(action, SHT.dataGraph)),
        shapes_file=shapes_file,
        in_one_file=file == shapes_file,
        expected=None if result == SHT.Failure else _expected(graph, result),
    )


def _expected(graph: Graph, report: Any) -> tuple[Finding, ...]:
    """Return the results of a report, each as often as it stands there."""
    assert (report, RDF.type, SH.ValidationReport) in graph
    results = tuple(_finding(graph, node) for node in graph.objects(report, SH.result))
    assert (graph.value(report, SH.conforms) == _TRUE) == (not results)
    return results


def _finding(graph: Graph, node: Any) -> Finding:
    """Return one result; a property that this harness does not compare would be a mistake of its own."""
    parts: dict[str, Any] = {"path": None, "value": None, "constraint": None}
    messages = []
    for predicate, term in graph.predicate_objects(node):
        if predicate == SH.resultMessage:
            messages.append(term)
        elif predicate != RDF.type:
            parts[_READERS[predicate]] = term
    iri, path = parts.pop("severity"), parts.pop("path")
    known = iri in {severity.iri for severity in Severity}
    finding = Finding(severity=Severity.of_iri(iri), path=path and read_path(graph, path), **parts)
    return replace(finding, messages=tuple(messages), severity_iri=None if known else iri)


@cache
def _graph(file: Path) -> Graph:
    """Return a file parsed once, so that its blank nodes are the same wherever it is named."""
    return parse_file(file, syntax=RdfSyntax.TURTLE, base=file.as_uri())


def _path(file: Any) -> Path:
    return Path(unquote(urlparse(str(file)).path))
