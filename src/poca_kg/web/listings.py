"""The documents that were checked, line by line, with what was found there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poca_kg.store.protocol import Document

__all__ = ["Line", "Listing", "Mark", "make_listings", "marks_of"]

_SHORT = 80
_AROUND = 3
_MOST_LINES = 1500
_LONGEST_LINE = 400


@dataclass(frozen=True)
class Mark:
    """Something that was found: its number on the page, how bad it is, where it lies, what it says."""

    number: int
    severity: str
    file: str
    line: int
    what: str


@dataclass(frozen=True)
class Line:
    """A line of a document with its marks, the worst first; or, with ``gap``, so many lines left out."""

    number: int
    text: str = ""
    marks: tuple[Mark, ...] = ()
    gap: int = 0

    @property
    def severity(self) -> str:
        """The severity of the worst that was found there; empty where nothing was."""
        return self.marks[0].severity if self.marks else ""


@dataclass(frozen=True)
class Listing:
    """A document with its lines; ``number`` tells it from the others on the page."""

    number: int
    name: str
    lines: tuple[Line, ...]


def marks_of(groups: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """Return the marks of a report: cases are numbered from 1 as they stand on the page."""
    cases = [(group, case) for group in groups for case in group["cases"]]
    return [
        Mark(number, group["severity"], case["file"], case["line"], case["what"] or group["title"])
        for number, (group, case) in enumerate(cases, 1)
        if case["file"] is not None and case["line"] is not None
    ]


def make_listings(documents: Sequence[Document], marks: Sequence[Mark]) -> tuple[Listing, ...]:
    r"""Return the documents that have marks, with all lines if they are short, or those around the marks.

    >>> from poca_kg.store.formats import RdfSyntax
    >>> document = Document(b"<a> <b> 1 .\n<a> <c> 2 .", RdfSyntax.TURTLE, "a.ttl")
    >>> [one] = make_listings([document], [Mark(1, "warning", "a.ttl", 2, "what is this?")])
    >>> one.lines[1].text, one.lines[1].severity
    ('<a> <c> 2 .', 'warning')
    """
    found: dict[str, dict[int, list[Mark]]] = {}
    for mark in marks:
        found.setdefault(mark.file, {}).setdefault(mark.line, []).append(mark)
    left = _MOST_LINES
    listings = []
    for number, document in enumerate(documents, 1):
        if document.name in found and left > 0:
            lines = tuple(_lines(document.data, found[document.name]))[:left]
            left -= len(lines)
            listings.append(Listing(number, document.name, lines))
    return tuple(listings)


def _lines(data: bytes, marked: Mapping[int, list[Mark]]) -> Iterable[Line]:
    texts = data.split(b"\n")
    if not texts[-1]:
        texts.pop()
    shown = set(range(1, len(texts) + 1))
    if len(texts) > _SHORT:
        shown &= {near for line in marked for near in range(line - _AROUND, line + _AROUND + 1)}
    last = 0
    for number in sorted(shown):
        if number > last + 1:
            yield Line(last + 1, gap=number - last - 1)
        yield Line(number, _shown(texts[number - 1]), tuple(marked.get(number, ())))
        last = number
    if last < len(texts):
        yield Line(last + 1, gap=len(texts) - last)


def _shown(line: bytes) -> str:
    """Return a line without what would move the cursor or turn the direction of writing."""
    text = line[: 4 * _LONGEST_LINE].decode("utf-8", "replace").rstrip("\r")
    if len(text) > _LONGEST_LINE:
        text = f"{text[:_LONGEST_LINE]}…"
    return "".join(one if one.isprintable() or one == "\t" else "�" for one in text)
