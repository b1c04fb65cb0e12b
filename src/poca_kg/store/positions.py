"""The line of each triple in a Turtle or N-Triples file, by rdflib's parser, asked while it reads."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import MutableSequence
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax, RDFSink, SinkParser

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.bridge import typed_literal
from poca_kg.store.protocol import Triple

__all__ = ["turtle_lines"]


def turtle_lines(data: bytes, name: str, base: str | None = None) -> list[tuple[Triple, int]]:
    r"""Return the triples of a Turtle or N-Triples file as they are read, each with its object's line.

    The cells of an RDF list bear the line of the last thing that was read in it. Lexical forms of literals
    with a datatype are as written.

    >>> turtle_lines(b'@prefix e: <http://e/> .\ne:a e:p 1,\n  2 .\n', "a.ttl")[1][1]
    3

    Raises
    ------
    InputError
        If the data does not parse, with the line.
    """
    sink = _Sink()
    parser = _PositionParser(sink, baseURI=base or "", turtle=True)
    try:
        parser.loadBuf(data)
    except BadSyntax as error:
        reason = str(error._why)
        raise InputError(f"does not parse: {reason}", place=FilePlace(name, error.lines + 1)) from None
    except RecursionError:
        raise InputError("is nested too deep", place=FilePlace(name, sink.line)) from None
    except ValueError as error:
        if not isinstance(error, UnicodeDecodeError):
            what = "holds a number of more digits than can be read"
            raise InputError(what, place=FilePlace(name, sink.line)) from None
        line = data[: error.start].count(b"\n") + 1
        raise InputError("is not UTF-8", place=FilePlace(name, line)) from None
    return sink.found


class _Sink(RDFSink):
    """Takes down each triple with the line that the parser is at."""

    def __init__(self) -> None:
        super().__init__(Graph())
        self.line = 1
        self.found: list[tuple[Triple, int]] = []

    def newLiteral(self, s: str, dt: URIRef | None, lang: str | None) -> Literal:  # noqa: N802
        return typed_literal(s, dt) if dt else Literal(s, lang=lang)

    def makeStatement(self, quadruple: Any, why: Any = None) -> None:  # noqa: ARG002, N802
        formula, predicate, subject, object_ = quadruple
        triple = tuple(self.normalise(formula, term) for term in (subject, predicate, object_))
        self.found.append((triple, self.line))  # type: ignore[arg-type]


class _PositionParser(SinkParser):
    """rdflib's parser, which tells its sink the line on which each object starts."""

    def __init__(self, sink: _Sink, *, baseURI: str, turtle: bool) -> None:  # noqa: N803
        super().__init__(sink, baseURI=baseURI, turtle=turtle)
        self._sink = sink
        self._line_ends: list[int] = []
        self._open_lists: list[list[int]] = []
        self._due: deque[int] = deque()

    def feed(self, octets: str | bytes) -> None:
        text = octets if isinstance(octets, str) else octets.decode("utf-8")
        text = text.removeprefix("\ufeff")
        self._line_ends = [offset for offset, character in enumerate(text) if character == "\n"]
        super().feed(text)

    def objectList(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:  # noqa: N802
        self._open_lists.append([])
        end = super().objectList(argstr, i, res)
        self._due = deque(self._open_lists.pop())
        return end

    def object(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:
        start = self.skipSpace(argstr, i)
        if start < 0:
            return start
        self._sink.line = bisect_right(self._line_ends, start) + 1
        if self._open_lists:
            self._open_lists[-1].append(self._sink.line)
        return super().object(argstr, start, res)

    def makeStatement(self, quadruple: Any) -> None:  # noqa: N802
        if self._due:
            self._sink.line = self._due.popleft()
        super().makeStatement(quadruple)
