"""The lines of a document's triples, looked up once somebody wants to know them and not before."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property

from poca_kg.errors import InputError, UsageError
from poca_kg.store.bridge import sparql_term, to_engine
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexical import iter_triples
from poca_kg.store.protocol import Document, Triple
from poca_kg.store.scanner import SYNTAXES_WITH_LINES, object_offsets

__all__ = ["DocumentLines"]

_HASH_BITS = 64
_OFFSET_BITS = 40
_PIECE = 1 << 13


class DocumentLines:
    r"""The lines of one document, which was loaded with a mark.

    Nothing is kept of a document but its bytes until a line is asked for. Then its triples are hashed once
    more; that takes about as long as loading them did. Canonical N-Triples need not even be parsed for it.

    >>> from rdflib import Literal, URIRef
    >>> lines = DocumentLines(Document(b'<http://e/a> <http://e/p> 1 ,\n  2 .', RdfSyntax.TURTLE), "f0")
    >>> lines.find((URIRef("http://e/a"), URIRef("http://e/p"), Literal(2))), lines.text(2)
    (2, '  2 .')
    """

    def __init__(self, document: Document, mark: str) -> None:
        self._document, self._mark = document, mark

    @property
    def has_lines(self) -> bool:
        """Whether the syntax is one whose triples stand on lines."""
        return self._document.syntax in SYNTAXES_WITH_LINES

    def find_at_once(self, triple: Triple) -> int | None:
        """Return the first line that is a triple in canonical N-Triples, ``None`` if there is none."""
        if self._document.syntax is not RdfSyntax.N_TRIPLES:
            return None
        try:
            written = " ".join(sparql_term(term) for term in triple) + " ."
        except UsageError:
            return None
        return self._written.get(hash(written.encode()))

    def find(self, triple: Triple) -> int | None:
        """Return the line of a triple's object where it was first written, ``None`` if it is not known."""
        if not self.has_lines:
            return None
        if (line := self.find_at_once(triple)) is not None:
            return line
        try:
            key = _key(hash(tuple(to_engine(term) for term in triple)))
        except UsageError:
            return None
        at = bisect_left(self._parsed, key)
        if at == len(self._parsed) or self._parsed[at] >> _OFFSET_BITS != key >> _OFFSET_BITS:
            return None
        offset = self._offsets[self._parsed[at] & ((1 << _OFFSET_BITS) - 1)]
        starts, numbers = self._pieces
        at = bisect_right(starts, offset) - 1
        return numbers[at] + self._document.data.count(b"\n", starts[at], offset)

    def text(self, line: int) -> str:
        """Return a line as it stands in the document, without its end; empty for a line that is not there."""
        data, (starts, numbers) = self._document.data, self._pieces
        if line < 1:
            return ""
        at = bisect_right(numbers, line) - 1
        start = starts[at]
        for _ in range(line - numbers[at]):
            start = data.find(b"\n", start) + 1
            if not start:
                return ""
        end = data.find(b"\n", start)
        found = data[start:] if end < 0 else data[start:end]
        return found.decode("utf-8", errors="replace").removeprefix("\ufeff").rstrip("\r")

    @cached_property
    def _pieces(self) -> tuple[array[int], array[int]]:
        """Return where pieces of the document begin, each with a line, and the numbers of these lines."""
        data, starts, numbers = self._document.data, array("Q", [0]), array("Q", [1])
        while end := data.find(b"\n", starts[-1] + _PIECE) + 1:
            numbers.append(numbers[-1] + data.count(b"\n", starts[-1], end))
            starts.append(end)
        return starts, numbers

    @cached_property
    def _offsets(self) -> array[int]:
        return object_offsets(self._document.data, self._document.syntax) or array("Q")

    @cached_property
    def _parsed(self) -> list[int]:
        """Return hash and number of every triple, sorted; nothing where scanner and parser disagree."""
        try:
            keys = [
                _key(hash(triple)) | number
                for number, triple in enumerate(iter_triples(self._document, self._mark))
            ]
        except InputError:
            return []
        if len(keys) != len(self._offsets):
            return []
        keys.sort()
        return keys

    @cached_property
    def _written(self) -> dict[int, int]:
        """Return the number of each line by its hash; of equal lines, the first."""
        data, (starts, firsts), end = self._document.data, self._pieces, len(self._document.data)
        numbers: dict[int, int] = {}
        for start, first in zip(reversed(starts), reversed(firsts), strict=True):
            lines = data[start:end].split(b"\n")
            # From the end, so that the first of equal lines is what stays.
            numbers.update(
                zip(map(hash, reversed(lines)), range(first + len(lines) - 1, 0, -1), strict=False)
            )
            end = start
        return numbers


def _key(hashed: int) -> int:
    return (hashed & ((1 << _HASH_BITS) - 1)) << _OFFSET_BITS
