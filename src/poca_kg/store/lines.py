"""The lines of a document's triples, looked up once somebody wants to know them and not before."""

from __future__ import annotations

import re
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

_LINE_END = re.compile(rb"\n")
_HASH_BITS = 64
_OFFSET_BITS = 40


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
        key = _key(hash(written.encode()))
        at = bisect_left(self._written, key)
        if at == len(self._written) or self._written[at] >> _OFFSET_BITS != key >> _OFFSET_BITS:
            return None
        return self._written[at] & ((1 << _OFFSET_BITS) - 1)

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
        return bisect_right(self._line_ends, offset - 1) + 1

    def text(self, line: int) -> str:
        """Return a line as it stands in the document, without its end; empty for a line that is not there."""
        data, ends = self._document.data, self._line_ends
        if not 1 <= line <= len(ends) + 1:
            return ""
        start = ends[line - 2] + 1 if line > 1 else 0
        end = ends[line - 1] if line <= len(ends) else len(data)
        return data[start:end].decode("utf-8", errors="replace").removeprefix("\ufeff").rstrip("\r")

    @cached_property
    def _line_ends(self) -> array[int]:
        return array("Q", (match.start() for match in _LINE_END.finditer(self._document.data)))

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
    def _written(self) -> list[int]:
        """Return hash and number of every line, sorted."""
        lines = enumerate(self._document.data.split(b"\n"), start=1)
        return sorted(_key(hash(line)) | number for number, line in lines)


def _key(hashed: int) -> int:
    return (hashed & ((1 << _HASH_BITS) - 1)) << _OFFSET_BITS
