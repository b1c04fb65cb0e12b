"""RDF/XML before and after the engine: entities and DTDs refused, well-formed, mistakes with their place.

The engine says of an RDF/XML file only that something is wrong with it, and is content with one that was cut
off. So the document goes through the standard library's expat first, which fetches nothing; what is wrong in
the RDF is found by handing the engine the document piece by piece, and seeing how far it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from xml.parsers import expat

import pyoxigraph as ox

from poca_kg.errors import FilePlace, InputError

__all__ = ["MOST_NESTED", "check_rdf_xml", "place_of_refusal"]

MOST_NESTED = 256

_DECLARATIONS = re.compile(
    rb"""(?:\xef\xbb\xbf)?+ (?:\s|<\?.*?\?>|<!--.*?-->)*+
    (?P<start><!DOCTYPE) (?:[^\[>"']|"[^"]*"|'[^']*')*+ \[""",
    re.DOTALL | re.VERBOSE,
)
_CUT_OFF = "the document ends too early"


def check_rdf_xml(data: bytes, name: str) -> None:
    """Refuse a document that declares entities, names a DTD, is nested too deep or is not well-formed.

    ``name`` is what errors call it.
    Declarations are refused before any parser sees them: entities made of entities grow without bound. A DTD
    elsewhere would not be fetched, but what it declares could change what the document says.

    >>> check_rdf_xml(b"<a>" + bytes([10]) + b"<b></a>", "own.rdf")
    Traceback (most recent call last):
    poca_kg.errors.InputError: own.rdf:2:6: does not parse: mismatched tag

    Raises
    ------
    InputError
        With line and column.
    """
    if declarations := _DECLARATIONS.match(data):
        raise _entities(_place(data, name, declarations.start("start")))
    parser = expat.ParserCreate(namespace_separator=" ")

    def here() -> FilePlace:
        return FilePlace(name, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def refuse(kind: str, system: str | None, public: str | None, has_declarations: bool) -> None:
        del kind
        if has_declarations:
            raise _entities(here())
        if system is not None or public is not None:
            raise _elsewhere(here())

    parser.StartDoctypeDeclHandler = refuse
    _watch_depth(parser, here)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        cut_off = error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]
        what = _CUT_OFF if cut_off else expat.ErrorString(error.code)
        raise InputError(
            f"does not parse: {what}", place=FilePlace(name, error.lineno, error.offset + 1)
        ) from None


def _watch_depth(parser: expat.XMLParserType, here: Callable[[], FilePlace]) -> None:
    """Have a parser refuse elements that are nested too deep."""
    depth = 0

    def enter(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_NESTED:
            what = f"is nested more than {MOST_NESTED} elements deep"
            raise InputError(what, place=here(), advice="describe inner things on their own")

    def leave(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = enter, leave


def place_of_refusal(data: bytes, name: str, base: str | None = None) -> FilePlace:
    """Return where the engine stops in a well-formed document: the tag that it read last."""
    line = data.rfind(b"\n", 0, max(_refused_at(data, base, len(data)) - 1, 0)) + 1
    end = _refused_at(data, base, line)
    return _place(data, name, max(data.rfind(b"<", 0, max(end - 1, 0)), 0))


def _refused_at(data: bytes, base: str | None, fine_from: int) -> int:
    """Return how many bytes the engine took before it refused: whole lines, from ``fine_from`` on exactly."""
    steps = _Steps(data, fine_from)
    with suppress(SyntaxError, ValueError):
        for _ in ox.parse(steps, format=ox.RdfFormat.RDF_XML, base_iri=base):  # type: ignore[arg-type]
            continue
    return steps.end


class _Steps:
    """A stream that gives line after line, and from a point on byte after byte; ``end`` is where it is."""

    def __init__(self, data: bytes, fine_from: int) -> None:
        self.end = 0
        self._data, self._fine_from = data, fine_from

    def read(self, size: int) -> bytes:
        start = self.end
        line = self._data.find(b"\n", start) + 1 or len(self._data)
        self.end = min(line, start + (size if start < self._fine_from else 1), len(self._data))
        return self._data[start : self.end]


def _entities(place: FilePlace) -> InputError:
    what = "RDF/XML with declarations of its own (entities) is not read"
    return InputError(what, place=place, advice="write the IRIs out in full")


def _elsewhere(place: FilePlace) -> InputError:
    what = "RDF/XML with a DTD that lies elsewhere is not read: nothing is fetched"
    return InputError(what, place=place, advice="leave out SYSTEM or PUBLIC and what follows it")


def _place(data: bytes, name: str, offset: int) -> FilePlace:
    before = data[:offset].decode("utf-8", errors="replace").removeprefix("\ufeff")
    return FilePlace(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
