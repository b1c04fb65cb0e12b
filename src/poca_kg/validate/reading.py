"""The user's files: read as bytes, parsed with nothing fetched, merged into one graph, lines remembered."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import BNode, Graph

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.formats import RdfSyntax, syntax_of_path
from poca_kg.store.parsing import parse_bytes, read_bytes, turtle_lines
from poca_kg.store.protocol import Document, Term, Triple
from poca_kg.validate.paths import as_term

__all__ = ["STDIN", "Reading", "read_files"]

STDIN = "-"
_WITH_LINES = (RdfSyntax.TURTLE, RdfSyntax.N_TRIPLES)
_TEXT_ADVICE = "RDF files are UTF-8 text"


@dataclass(frozen=True, eq=False)
class Reading:
    """What stood in the files.

    Attributes
    ----------
    graph
        The triples of all files; a blank node of one file is never one of another.
    lines
        For each triple of a Turtle or N-Triples file, where it was first written.
    texts
        The lines of each file.
    empty
        The names of the files without a triple.
    """

    graph: Graph
    lines: dict[Triple, FilePlace]
    texts: dict[str, tuple[str, ...]]
    empty: tuple[str, ...]


def read_files(
    paths: Sequence[Path | str | Document],
    *,
    mark: str = "f",
    read_stdin: Callable[[], bytes] | None = None,
) -> Reading:
    """Return what stands in files; ``-`` is the standard input, as Turtle; a document is in memory already.

    Two readings whose graphs are to meet need different marks, or their blank nodes would become one.

    Raises
    ------
    UnknownNameError
        If the suffix of a file is that of no RDF syntax.
    InputError
        If a file is missing, a folder, not text, or not well-formed, with its place.
    """
    reading = Reading(Graph(bind_namespaces="none"), {}, {}, ())
    empty = []
    for number, path in enumerate(paths):
        document = path if isinstance(path, Document) else _document(path, read_stdin or _read_stdin)
        name = document.name
        reading.texts[name] = tuple(_decode(document.data, name).splitlines())
        triples = _triples(document)
        if not triples:
            empty.append(name)
        _merge(reading, name, _told_apart(triples, f"{mark}{number}"))
    return Reading(reading.graph, reading.lines, reading.texts, tuple(empty))


def _document(path: Path | str, read_stdin: Callable[[], bytes]) -> Document:
    if str(path) == STDIN:
        return Document(read_stdin(), RdfSyntax.TURTLE, STDIN)
    syntax = syntax_of_path(Path(path))
    return Document(_read_bytes(Path(path)), syntax, str(path), Path(path).absolute().as_uri())


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise InputError("the standard input is closed", place=FilePlace(STDIN), advice="name a file")
    return sys.stdin.buffer.read()


def _read_bytes(path: Path) -> bytes:
    place = FilePlace(str(path))
    if path.is_dir():
        raise InputError("is a folder", place=place, advice=f"name its files, for instance {path}/*.ttl")
    try:
        return read_bytes(path)
    except zlib.error as error:
        raise InputError(f"cannot be unpacked: {error}", place=place) from error


def _decode(data: bytes, name: str) -> str:
    """Return the text of a file, refusing what is none at its first wrong byte."""
    try:
        text, wrong = data.decode("utf-8"), data.find(b"\0")
    except UnicodeDecodeError as error:
        text, wrong = "", error.start
    if wrong < 0:
        return text
    before = data[:wrong].decode("utf-8", errors="replace")
    place = FilePlace(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    raise InputError("is not UTF-8 text", place=place, advice=_TEXT_ADVICE)


def _triples(document: Document) -> list[tuple[Triple, int | None]]:
    """Return the triples of a file in the order in which they stand there, with their lines where known."""
    data, name, base = document.data, document.name, document.base
    parsed = parse_bytes(data, syntax=document.syntax, name=name, base=base)
    if document.syntax in _WITH_LINES:
        return list(turtle_lines(data, name, base))
    return [((as_term(quad[0]), as_term(quad[1]), as_term(quad[2])), None) for quad in parsed]


def _told_apart(
    triples: Iterable[tuple[Triple, int | None]], prefix: str
) -> Iterable[tuple[Triple, int | None]]:
    """Yield the triples with blank nodes numbered in the order of the file."""
    numbers: dict[BNode, BNode] = {}

    def own(term: Term) -> Term:
        return (
            numbers.setdefault(term, BNode(f"{prefix}b{len(numbers)}")) if isinstance(term, BNode) else term
        )

    for (subject, predicate, value), line in triples:
        yield (own(subject), predicate, own(value)), line


def _merge(reading: Reading, name: str, triples: Iterable[tuple[Triple, int | None]]) -> None:
    for triple, line in triples:
        reading.graph.add(triple)
        if line is not None:
            reading.lines.setdefault(triple, FilePlace(name, line))
