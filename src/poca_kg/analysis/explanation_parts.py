"""What explanations are made of: named things, rows of tables, places in documents, and who speaks.

Each says itself in words: ``str()`` gives the clause that an explanation puts together.
"""

from __future__ import annotations

from dataclasses import dataclass

from poca_kg.errors import FilePlace

__all__ = ["Correction", "DocumentPlace", "Named", "TableRow", "Voices"]

_SPEAKER = {
    "explicit": "the speaker is named",
    "inferred": "the speaker is inferred",
    "ambiguous": "who speaks is ambiguous",
}


@dataclass(frozen=True)
class Named:
    """A thing or concept with the label to show for it."""

    iri: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Correction:
    """A cell of a row that a curator corrected; ``place`` is the line of ``curation.csv`` that says so.

    >>> told = Correction("label_it", "Turin", "Torino", "the Italian name", "A. Curator", "2026-11-22", None)
    >>> print(told)
    label_it corrected from “Turin” to “Torino” by A. Curator on 2026-11-22: the Italian name
    """

    column: str
    old: str
    new: str
    reason: str
    by: str
    date: str
    place: FilePlace | None

    def __str__(self) -> str:
        change = f"{self.column} corrected from “{self.old}” to “{self.new}” by {self.by} on {self.date}"
        return f"{change}: {self.reason}" + (f" ({self.place})" if self.place else "")


@dataclass(frozen=True)
class TableRow:
    """A row of a curated table, and what its source asks of whoever uses it.

    ``licence`` and ``attribution`` are empty where the graph holds no catalogue; ``place`` is ``None`` where
    the dataset came without its list of places. ``corrections`` are those of any of its cells, by column.
    """

    iri: str
    source: str
    table: str
    key: str
    place: FilePlace | None
    title: str
    licence: str
    attribution: str
    corrections: tuple[Correction, ...] = ()

    @property
    def name(self) -> str:
        """Key, source and line of the row."""
        where = f" ({self.place})" if self.place else ""
        return f"row {self.table}.{self.key} of {self.title}{where}"

    @property
    def terms(self) -> str:
        """What its source asks of whoever uses it, in brackets; empty where it asks nothing."""
        asked = ", ".join(part for part in (self.attribution, self.licence) if part)
        return asked and f"[{asked}]"

    def __str__(self) -> str:
        row = f"{self.name} {self.terms}".rstrip()
        return "; ".join([row, *map(str, self.corrections)])


@dataclass(frozen=True)
class DocumentPlace:
    """A place in a document that a curator read, with how well it could be read."""

    evidence: str
    document: Named
    address: str
    locator: str
    paragraph: int | None
    sentence: int | None
    confidence: Named

    def __str__(self) -> str:
        if self.paragraph is not None and self.sentence is not None:
            where = f"paragraph {self.paragraph}, sentence {self.sentence}"
        else:
            where = f"place {self.locator}"
        address = f" <{self.address}>" if self.address else ""
        return f"{where} of {self.document}{address}"


@dataclass(frozen=True)
class Voices:
    """Who speaks: holders, reporter, curator, how sure the holder is, and the workshop."""

    held_by: tuple[Named, ...] = ()
    reported_by: tuple[Named, ...] = ()
    curated_by: tuple[Named, ...] = ()
    attribution: tuple[Named, ...] = ()
    workshop: tuple[Named, ...] = ()

    @property
    def clauses(self) -> tuple[str, ...]:
        """A clause for each who is known."""
        told = (
            ("held by", self.held_by),
            ("expressed at", self.workshop),
            ("as reported by", self.reported_by),
            ("curated by", self.curated_by),
        )
        clauses = [f"{lead} {' and '.join(map(str, named))}" for lead, named in told if named]
        clauses += [_SPEAKER.get(how.iri.rpartition("/")[2], how.label) for how in self.attribution]
        return tuple(clauses)

    def __str__(self) -> str:
        return "; ".join(self.clauses)
