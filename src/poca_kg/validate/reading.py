"""The user's files: read as bytes, loaded with nothing fetched and no text rewritten; lines come later."""

from __future__ import annotations

import glob
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.formats import RdfSyntax, syntax_of_path
from poca_kg.store.lexical_store import LexicalStore
from poca_kg.store.lines import DocumentLines
from poca_kg.store.parsing import parse_bytes, read_bytes
from poca_kg.store.protocol import Document
from poca_kg.validate.declared_prefixes import prefixes_of

__all__ = ["STDIN", "Reading", "find_files", "read_documents", "read_files", "read_rules"]

STDIN = "-"
_TEXT_ADVICE = "RDF files are UTF-8 text"
_WILD = frozenset("*?[")


@dataclass(frozen=True, eq=False)
class Reading:
    """What stood in the files.

    Attributes
    ----------
    data
        The triples of all files, in a store; a blank node of one file is never one of another.
    lines
        The lines of each file, by its name.
    triples
        How many different triples there are.
    empty
        The names of the files without a triple.
    prefixes
        The prefixes that the files declare, as the first that declares one means it.
    """

    data: LexicalStore
    lines: Mapping[str, DocumentLines]
    triples: int
    empty: tuple[str, ...]
    prefixes: Mapping[str, str]

    @property
    def graph(self) -> Graph:
        """The triples of the files as a graph for reading; nothing is copied."""
        graph = self.data.judged
        for name, namespace in self.prefixes.items():
            graph.bind(name, namespace)
        return graph


def read_files(
    paths: Sequence[Path | str | Document],
    *,
    context: Sequence[Path | str | Document] = (),
    mark: str = "f",
    read_stdin: Callable[[], bytes] | None = None,
) -> Reading:
    """Return what stands in files; ``-`` is the standard input, as Turtle; a document is in memory already.

    What stands in the files of the context is seen beside the others. Two readings whose graphs are to meet
    need different marks, or their blank nodes would become one.

    Raises
    ------
    UnknownNameError
        If the suffix of a file is that of no RDF syntax.
    InputError
        If a file is missing, a folder, not text, or not well-formed, with its place.
    """
    data, lines, empty, triples = LexicalStore(), {}, [], 0
    prefixes: dict[str, str] = {}
    for number, document in enumerate(read_documents(paths, read_stdin)):
        own = f"{mark}{number}"
        added = data.judge(document, own)
        triples += added
        # A file may repeat what others say, so look before it is called empty.
        if not added and not parse_bytes(
            document.data, syntax=document.syntax, name=document.name, base=document.base
        ):
            empty.append(document.name)
        lines[document.name] = DocumentLines(document, own)
        prefixes = {**prefixes_of(document), **prefixes}
    for number, document in enumerate(read_documents(context, read_stdin)):
        data.see(document, f"{mark}c{number}")
    return Reading(data, lines, triples, tuple(empty), prefixes)


def read_documents(
    paths: Iterable[Path | str | Document], read_stdin: Callable[[], bytes] | None = None
) -> Iterable[Document]:
    """Iterate over the content of files; those that cannot be text are refused.

    Raises
    ------
    UnknownNameError
        If the suffix of a file is that of no RDF syntax.
    InputError
        If a file is missing, a folder, or not text, with its place.
    """
    for path in paths:
        document = path if isinstance(path, Document) else _document(path, read_stdin or _read_stdin)
        _check_text(document.data, document.name)
        yield document


def read_rules(paths: Sequence[Path | str | Document]) -> Graph:
    """Return the shapes that stand in files of a user as one graph in memory.

    Raises
    ------
    UnknownNameError
        If the suffix of a file is that of no RDF syntax.
    InputError
        If a file is missing, a folder, not text, or not well-formed, with its place.
    """
    rules = Graph(bind_namespaces="none")
    reading = read_files(paths, mark="s")
    for triple in reading.graph:
        rules.add(triple)
    for name, namespace in reading.prefixes.items():
        rules.bind(name, namespace)
    return rules


def find_files(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the files that patterns such as ``data/**/*.ttl`` fit, sorted; a name stands for itself.

    A name that is given twice, by itself or by a pattern, is given back once.

    Raises
    ------
    InputError
        If a pattern fits no file.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        if pattern == STDIN or _WILD.isdisjoint(pattern) or Path(pattern).exists():
            found[pattern] = None
            continue
        files = sorted(filter(os.path.isfile, glob.glob(pattern, recursive=True)))  # noqa: PTH207  (keeps ./)
        if not files:
            raise InputError("fits no file", place=FilePlace(pattern), advice="correct the pattern")
        found |= dict.fromkeys(files)
    return tuple(found)


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


def _check_text(data: bytes, name: str) -> None:
    """Refuse what is no text at its first wrong byte."""
    try:
        data.decode("utf-8")
        wrong = data.find(b"\0")
    except UnicodeDecodeError as error:
        wrong = error.start
    if wrong < 0:
        return
    before = data[:wrong].decode("utf-8", errors="replace")
    place = FilePlace(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    raise InputError("is not UTF-8 text", place=place, advice=_TEXT_ADVICE)
