"""Checks: queries that must return nothing, and the way from what they find to the row that has to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.namespace import PROV

from poca_kg.build.named_path import NamedPath
from poca_kg.errors import FilePlace, InputError, PocaError, Problem
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Answer, Quad, Solutions, Term, Triple
from poca_kg.vocabulary.labels import LABEL_PROPERTIES, label_or_name
from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import POCA

__all__ = ["SCOPES", "Check", "Origins", "read_checks", "run_checks"]

SCOPES = ("data", "ontology")
_HEADER = re.compile(r"#\s*(title|advice|scope):\s*(\S.*?)\s*")


@dataclass(frozen=True)
class Check:
    """A query for ``?offender`` (and ``?detail``) that must return nothing, with a title and what to do."""

    file: str
    title: str
    advice: str
    scope: str
    query: str


class Origins:
    """Where things come from: the row, rule or line of the ontology behind a subject; and their labels."""

    def __init__(
        self, quads: Iterable[Quad], *, rows: Mapping[str, FilePlace], triples: Mapping[Triple, FilePlace]
    ) -> None:
        self._places: dict[Term, FilePlace] = {}
        self._rules: dict[Term, Term] = {}
        self._labels: dict[Term, list[Literal]] = {}
        for (subject, _, _), place in triples.items():
            self._places[subject] = min(self._places.get(subject, place), place)
        for subject, predicate, value, _ in quads:
            if predicate == PROV.wasDerivedFrom and str(value) in rows:
                row = rows[str(value)]
                self._places[subject] = min(self._places.get(subject, row), row)
            elif predicate == POCA.byRule:
                self._rules[subject] = value
            elif predicate in LABEL_PROPERTIES and isinstance(value, Literal):
                self._labels.setdefault(subject, []).append(value)

    def place(self, thing: Term) -> FilePlace | None:
        """Return the first row (by file and line) that describes a thing, else its rule's or its own line."""
        return self._places.get(thing) or self._places.get(self._rules.get(thing, thing))

    def name(self, thing: Term) -> str:
        """Return a thing's label with its prefixed name; for a literal its text."""
        if not isinstance(thing, URIRef):
            return repr(str(thing))
        label, curie = label_or_name(thing, self._labels.get(thing, [])), shorten_iri(thing)
        return curie if label == curie else f"{label} ({curie})"


def read_checks(folder: NamedPath, problems: list[Problem]) -> list[Check]:
    """Return the checks of the ontology, sorted by file; add a problem for each without a proper header."""
    found = []
    for file in folder.glob("checks/*.rq"):
        query = file.path.read_bytes().decode("utf-8", errors="replace")
        matches = [_HEADER.fullmatch(line) for line in query.splitlines() if line.startswith("#")]
        header = {match[1]: match[2] for match in matches if match}
        if set(header) != {"title", "advice", "scope"} or header["scope"] not in SCOPES:
            what = "the check does not begin with its title, advice and scope"
            advice = f"write '# title: …', '# advice: …' and '# scope: {'|'.join(SCOPES)}'"
            problems.append(Problem(file.place(1), what, advice))
            continue
        found.append(Check(file=file.name, query=query, **header))
    return found


def run_checks(checks: Iterable[Check], store: EmbeddedStore, *, origins: Origins) -> list[Problem]:
    """Return a problem for each thing that a check finds, at the place that has to change."""
    found = []
    for check in checks:
        try:
            answer = store.query(check.query)
        except InputError as error:
            place = error.place or FilePlace(check.file, 1)
            found.append(_broken(error, FilePlace(check.file, place.line, place.column)))
        except PocaError as error:
            found.append(_broken(error, FilePlace(check.file, 1)))
        else:
            found += _findings(check, answer, origins=origins)
    return found


def _broken(error: PocaError, place: FilePlace) -> Problem:
    return Problem(place, f"the query of the check: {error.what}", error.advice)


def _findings(check: Check, answer: Answer, *, origins: Origins) -> list[Problem]:
    if not isinstance(answer, Solutions) or "offender" not in answer.variables:
        what, advice = "the check does not ask for ?offender", "write SELECT ?offender ?detail"
        return [Problem(FilePlace(check.file, 1), what, advice)]
    rows = [dict(zip(answer.variables, row, strict=True)) for row in answer.rows]
    return [_finding(check, row, origins=origins) for row in rows]


def _finding(check: Check, row: Mapping[str, Term | None], *, origins: Origins) -> Problem:
    offender, detail = row["offender"], row.get("detail")
    what = check.title.rstrip(".")
    if offender is not None:
        what += f": {origins.name(offender)}"
    if detail is not None:
        what += f", {detail}" if isinstance(detail, Literal) else f", {origins.name(detail)}"
    place = origins.place(offender) if offender is not None else None
    return Problem(place or FilePlace(check.file), what, _as_clause(check.advice))


def _as_clause(sentence: str) -> str:
    """Return a sentence as it reads behind a semicolon."""
    return sentence[0].lower() + sentence[1:].rstrip(".")
