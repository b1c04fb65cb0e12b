"""Results as values, and whether two of them are the same but for the names of blank nodes."""

from __future__ import annotations

import csv
import io
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from w3c.manifest import Dataset

__all__ = ["Rows", "Solution", "canonical", "read_dataset", "read_expected", "read_results", "same_rows"]

Solution: TypeAlias = tuple[object, ...]
_RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_FORMATS = {
    ".srx": ox.QueryResultsFormat.XML, ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}  # fmt: skip
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_READERS: dict[str, Callable[[str], object]] = {
    "boolean": lambda text: ("boolean", _TRUTHS[text]),
    "integer": lambda text: ("integer", int(text)),
    "negativeInteger": lambda text: ("integer", int(text)),
    "decimal": lambda text: ("decimal", Decimal(text)),
    "double": lambda text: ("double", repr(float(text))),
    "float": lambda text: ("float", struct.pack("f", float(text))),
    "csv": lambda text: ("csv", repr(float(text))),
}


@dataclass(frozen=True)
class Rows:
    """Solutions with a value per variable, the variables sorted; ``ordered`` where their order counts."""

    variables: tuple[str, ...]
    rows: tuple[Solution, ...]
    ordered: bool = False


def read_results(data: bytes, suffix: str) -> Rows | bool:
    """Return rows, or the truth value of an ASK, from a file of SPARQL results; of CSV only the texts."""
    if suffix == ".csv":
        header, *lines = list(csv.reader(io.StringIO(data.decode("utf-8"))))
        return _rows(header, [dict(zip(header, line, strict=True)) for line in lines])
    parsed = ox.parse_query_results(data, format=_FORMATS[suffix])
    if isinstance(parsed, ox.QueryBoolean):
        return bool(parsed)
    names = [variable.value for variable in parsed.variables]
    return _rows(names, [{name: row[name] for name in names} for row in parsed])


def read_expected(path: Path) -> Rows | bool | list[str]:
    """Return what a file of the suites expects: rows, a truth value, or the canonical form of a graph."""
    if path.suffix not in (".ttl", ".nt", ".rdf"):
        return read_results(path.read_bytes(), path.suffix)
    quads = _read(path)
    described = _read_result_set(quads)
    return canonical(quads) if described is None else described


def _read_result_set(quads: Iterable[ox.Quad]) -> Rows | bool | None:
    """Return the rows or the truth value that a graph describes, or ``None`` if it is a graph of its own."""
    store = ox.Store()
    store.extend(quads)

    def values(subject: object, name: str) -> list[object]:
        pattern = store.quads_for_pattern(subject, ox.NamedNode(_RESULT_SET + name), None)
        return [quad.object for quad in pattern]

    found = next(store.quads_for_pattern(None, None, ox.NamedNode(f"{_RESULT_SET}ResultSet")), None)
    if found is None:
        return None
    for truth in values(found.subject, "boolean"):
        return truth.value == "true"
    solutions, indices = [], []
    for solution in values(found.subject, "solution"):
        bindings = values(solution, "binding")
        solutions.append({values(one, "variable")[0].value: values(one, "value")[0] for one in bindings})
        indices += [int(index.value) for index in values(solution, "index")]
    names = [name.value for name in values(found.subject, "resultVariable")]
    if not indices:
        return _rows(names, solutions)
    placed = [row for _, row in sorted(zip(indices, solutions, strict=True), key=lambda pair: pair[0])]
    return _rows(names, placed, ordered=True)


def _rows(names: Sequence[str], rows: Sequence[dict[str, object]], *, ordered: bool = False) -> Rows:
    variables = tuple(sorted(names))
    return Rows(variables, tuple(tuple(_value(row.get(name)) for name in variables) for row in rows), ordered)


def same_rows(found: Rows, expected: Rows, *, ordered: bool = False) -> bool:
    """Whether two answers hold the same solutions, as often, under one renaming of blank nodes."""
    if found.variables != expected.variables or len(found.rows) != len(expected.rows):
        return False
    if ordered:
        renamed: dict[object, object] = {}
        return all(_fits(a, b, renamed) for a, b in zip(found.rows, expected.rows, strict=True))
    if Counter(map(_shape, found.rows)) != Counter(map(_shape, expected.rows)):
        return False
    return _match([row for row in found.rows if _has_blank(row)], list(expected.rows), {})


def _match(found: list[Solution], expected: list[Solution], renamed: dict[object, object]) -> bool:
    """Whether each row with blank nodes finds one of its own on the other side; by trying them all."""
    if not found:
        return True
    for at, candidate in enumerate(expected):
        tried = dict(renamed)
        if _fits(found[0], candidate, tried) and _match(found[1:], expected[:at] + expected[at + 1 :], tried):
            return True
    return False


def _fits(found: Solution, expected: Solution, renamed: dict[object, object]) -> bool:
    """Whether two rows are the same; blank nodes are taken down in ``renamed`` and must stay one to one."""
    for one, other in zip(found, expected, strict=True):
        if _is_blank(one) and _is_blank(other):
            if renamed.setdefault(one, other) != other:
                return False
        elif one != other:
            return False
    return len(set(renamed.values())) == len(renamed)


def _value(term: object) -> object:
    """Return a term, or the value that a number, a truth value or a number in CSV stands for.

    The engine keeps values, not texts: ``1.0`` and ``1`` are one decimal, ``"0"^^xsd:boolean`` is false, and
    an integer of a derived type is an integer.
    """
    is_literal = isinstance(term, ox.Literal)
    datatype = term.datatype.value.removeprefix(_XSD) if is_literal else "csv"
    if not (is_literal or isinstance(term, str)) or datatype not in _READERS:
        return term
    try:
        return _READERS[datatype](term.value if is_literal else term)
    except (KeyError, ValueError, ArithmeticError):
        return term


def _is_blank(value: object) -> bool:
    return isinstance(value, ox.BlankNode) or (isinstance(value, str) and value.startswith("_:"))


def _has_blank(row: Solution) -> bool:
    return any(_is_blank(value) for value in row)


def _shape(row: Solution) -> Solution:
    return tuple("_:" if _is_blank(value) else value for value in row)


def canonical(quads: Iterable[ox.Quad]) -> list[str]:
    """Return the canonical form of a dataset (RDFC-1.0), sorted: equal for equal datasets."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)


def read_dataset(dataset: Dataset) -> list[ox.Quad]:
    """Return the quads of the files of a dataset."""
    quads = [quad for path in dataset.default for quad in _read(path)]
    for name, path in dataset.named:
        graph = ox.NamedNode(name)
        quads += [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in _read(path)]
    return quads


def _read(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(path), base_iri=path.as_uri(), rename_blank_nodes=True))
