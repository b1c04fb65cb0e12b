"""What was found, as a small file beside a snapshot: what a validation of later changes begins with.

The report of a snapshot is written for people, in one language; this is what the engine said. It is bound to
the content, the shapes and the release that it was found with, and of no use with any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef

from poca_kg.store.bridge import typed_literal
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.protocol import Term
from poca_kg.validate.findings import Finding, Outcome
from poca_kg.validate.paths import (
    Alternative,
    Inverse,
    Predicate,
    PropertyPath,
    Repeated,
    Sequence,
    as_term,
)
from poca_kg.validate.report import Severity

__all__ = ["RECORD_FILE", "Record", "basis_of"]

RECORD_FILE = "findings.json"
"""What the record of a snapshot is called."""

_FORMAT = 1


@dataclass(frozen=True)
class Record:
    """An outcome, and what it is the outcome of.

    Attributes
    ----------
    version
        The version of the content that was judged.
    basis
        What it was judged by; see :func:`basis_of`.
    outcome
        What the engine found; the focus nodes are only counted.
    undeclared
        The terms that the ontology does not declare.
    triples
        How many triples there were.
    """

    version: str
    basis: str
    outcome: Outcome
    undeclared: tuple[Finding, ...] = ()
    triples: int = 0

    @property
    def can_be_kept(self) -> bool:
        """Whether everything in it has a name that is good elsewhere: blank nodes have none."""
        return not any(map(_has_blank, (*self.outcome.findings, *self.undeclared)))

    def to_json(self) -> bytes:
        """Return the record as JSON; equal ones give equal bytes.

        >>> record = Record("1-a", "x", Outcome((), frozenset(), 3, focus_nodes=2))
        >>> Record.from_json(record.to_json()) == record
        True
        """
        told = {
            "format": _FORMAT,
            "version": self.version,
            "basis": self.basis,
            "triples": self.triples,
            "nodes": self.outcome.nodes,
            "shapes": self.outcome.shapes,
            "notes": list(self.outcome.notes),
            "findings": sorted(map(_write, self.outcome.findings), key=json.dumps),
            "undeclared": sorted(map(_write, self.undeclared), key=json.dumps),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Record:
        """Return what :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            If it is something else, or of another format.
        """
        told = json.loads(data)
        if not isinstance(told, dict) or told.get("format") != _FORMAT:
            raise ValueError("this is not a record of findings that this release can read")
        try:
            findings = tuple(map(_read, told["findings"]))
            outcome = Outcome(findings, frozenset(), told["shapes"], told["nodes"], tuple(told["notes"]))
            undeclared = tuple(map(_read, told["undeclared"]))
            return cls(told["version"], told["basis"], outcome, undeclared, told["triples"])
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"the record of findings is damaged: {error}") from error


def basis_of(graphs: Iterable[Graph], *told: str) -> str:
    """Return a short text that is the same for the same shapes, ontology and whatever else is told.

    >>> basis_of([Graph()], "0.1.0") == basis_of([Graph()], "0.2.0")
    False
    """
    digest = hashlib.sha256("\n".join(told).encode())
    for graph in graphs:
        digest.update(b"\0")
        triples = (tuple(map(as_term, triple)) for triple in graph)
        digest.update(canonical_nquads((one, other, third, "") for one, other, third in triples))
    return digest.hexdigest()


def _has_blank(finding: Finding) -> bool:
    named = (finding.focus, finding.value, finding.shape, finding.constraint)
    return any(isinstance(term, BNode) for term in named) or any(map(_has_blank, finding.details))


def _write(finding: Finding) -> dict[str, Any]:
    return {
        "focus": _write_term(finding.focus),
        "path": None if finding.path is None else _write_path(finding.path),
        "value": _write_term(finding.value),
        "severity": finding.severity.value,
        "severity_iri": _write_term(finding.severity_iri),
        "shape": _write_term(finding.shape),
        "component": str(finding.component),
        "constraint": _write_term(finding.constraint),
        "messages": [_write_term(message) for message in finding.messages],
        "details": sorted(map(_write, finding.details), key=json.dumps),
        "repetition": finding.repetition,
    }


def _read(told: dict[str, Any]) -> Finding:
    severity_iri = told["severity_iri"]
    return Finding(
        focus=_read_term(told["focus"]),
        path=None if told["path"] is None else _read_path(told["path"]),
        value=None if told["value"] is None else _read_term(told["value"]),
        severity=Severity(told["severity"]),
        shape=_read_node(told["shape"]),
        component=URIRef(told["component"]),
        constraint=None if told["constraint"] is None else _read_term(told["constraint"]),
        messages=tuple(_read_literals(told["messages"])),
        details=frozenset(map(_read, told["details"])),
        severity_iri=None if severity_iri is None else URIRef(severity_iri[1]),
        repetition=told["repetition"],
    )


def _write_term(term: Term | None) -> list[str] | None:
    match term:
        case None:
            return None
        case Literal() if term.language:
            return ["text", str(term), term.language]
        case Literal():
            return ["literal", str(term), *([str(term.datatype)] if term.datatype else [])]
        case BNode():
            return ["blank", str(term)]
        case _:
            return ["iri", str(term)]


def _read_term(told: list[str]) -> Term:
    match told:
        case ["text", text, language]:
            return Literal(text, lang=language)
        case ["literal", text, datatype]:
            return typed_literal(text, URIRef(datatype))
        case ["literal", text]:
            return Literal(text)
    return _read_node(told)


def _read_node(told: list[str]) -> URIRef | BNode:
    match told:
        case ["iri", iri]:
            return URIRef(iri)
        case ["blank", label]:
            return BNode(label)
    raise ValueError(f"{told} is not a term")


def _read_literals(told: Iterable[list[str]]) -> Iterable[Literal]:
    return (term for term in map(_read_term, told) if isinstance(term, Literal))


def _write_path(path: PropertyPath) -> list[Any]:
    match path:
        case Predicate(iri):
            return ["step", str(iri)]
        case Inverse(inner):
            return ["inverse", _write_path(inner)]
        case Sequence(paths):
            return ["sequence", *map(_write_path, paths)]
        case Alternative(paths):
            return ["alternative", *map(_write_path, paths)]
        case Repeated(inner, sign):
            return [sign, _write_path(inner)]


def _read_path(told: list[Any]) -> PropertyPath:
    match told:
        case ["step", iri]:
            return Predicate(URIRef(iri))
        case ["inverse", inner]:
            return Inverse(_read_path(inner))
        case ["sequence", *paths]:
            return Sequence(tuple(map(_read_path, paths)))
        case ["alternative", *paths]:
            return Alternative(tuple(map(_read_path, paths)))
        case ["*" | "+" | "?" as sign, inner]:
            return Repeated(_read_path(inner), sign)
    raise ValueError(f"{told} is not a path")
