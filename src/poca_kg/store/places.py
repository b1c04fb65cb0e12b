r"""Where a row of a table and a triple of the ontology stand: the sidecar ``places.tsv`` of a dataset.

Tab-separated with a header: ``subject predicate object file line``; terms as in N-Triples. A row of a table
fills only the first column. Sorted, so that equal places give equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from rdflib import BNode

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.bridge import sparql_term
from poca_kg.store.parsing import read_bytes
from poca_kg.store.protocol import Term, Triple

__all__ = ["Places", "write_places"]

_HEADER = "subject\tpredicate\tobject\tfile\tline"
_LINE = re.compile(r"[0-9]{1,9}")
_Key = tuple[str, str, str]


class Places:
    """The places of a dataset's rows and of its ontology's triples.

    >>> Places.empty().of_row("https://w3id.org/poca-kg/graph/universities/row/universities.a") is None
    True
    """

    def __init__(self, by_term: Mapping[_Key, FilePlace]) -> None:
        self._by_term = dict(by_term)
        self._by_pair: dict[tuple[str, str], FilePlace] = {}
        for (subject, predicate, _), place in sorted(self._by_term.items()):
            if predicate:
                self._by_pair.setdefault((subject, predicate), place)

    @classmethod
    def empty(cls) -> Places:
        """Return the places of a dataset that came without any."""
        return cls({})

    @classmethod
    def read(cls, path: Path) -> Places:
        """Return the places in a ``places.tsv`` or ``places.tsv.gz``.

        Raises
        ------
        InputError
            If the file cannot be read, or a line is not one that :func:`write_places` wrote.
        """
        try:
            lines = read_bytes(path).decode("utf-8").split("\n")
        except UnicodeDecodeError:
            what, advice = "is not UTF-8 text", "build the dataset again"
            raise InputError(what, place=FilePlace(str(path)), advice=advice) from None
        if lines[0] != _HEADER:
            raise InputError("the header is not that of places.tsv", place=FilePlace(str(path), 1))
        found: dict[_Key, FilePlace] = {}
        for number, line in enumerate(lines[1:], start=2):
            cells = line.split("\t")
            if len(cells) == 5 and _LINE.fullmatch(cells[4]):
                found[(cells[0], cells[1], cells[2])] = FilePlace(cells[3], int(cells[4]))
            elif line:
                raise InputError(
                    "is not a place: five cells, the last a number", place=FilePlace(str(path), number)
                )
        return cls(found)

    def of_row(self, row_iri: str) -> FilePlace | None:
        """Return the place of a table's row."""
        return self._by_term.get((f"<{row_iri}>", "", ""))

    def of_triple(self, subject: Term, predicate: Term, object_: Term) -> FilePlace | None:
        """Return the place of a triple.

        Where the object is not found as written, the first triple with that subject and predicate counts:
        blank nodes have no label to go by, and engines rewrite some literals.
        """
        if not self._by_pair:
            return None
        key = (sparql_term(subject), sparql_term(predicate), sparql_term(object_))
        return self._by_term.get(key) or self._by_pair.get(key[:2])


def write_places(
    rows: Iterable[tuple[str, FilePlace]], triples: Iterable[tuple[Triple, FilePlace]], out: BinaryIO
) -> None:
    """Write the places of rows (by IRI) and of triples.

    A triple whose subject is a blank node is left out: nobody could ask for it. Of two places of one triple
    the first stays.
    """
    entries = {(f"<{iri}>", "", ""): place for iri, place in rows}
    for (subject, predicate, object_), place in triples:
        if isinstance(subject, BNode):
            continue
        shown = "_:" if isinstance(object_, BNode) else sparql_term(object_)
        key = (sparql_term(subject), sparql_term(predicate), shown)
        entries[key] = min(entries.get(key, place), place)
    lines = [
        _HEADER,
        *("\t".join((*key, place.file, str(place.line or 0))) for key, place in sorted(entries.items())),
    ]
    out.write(("\n".join(lines) + "\n").encode("utf-8"))
