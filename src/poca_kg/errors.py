"""The error tree: what went wrong, where, and what to do about it.

Errors carry data and render their text from it. Which HTTP status or exit code an error gets is decided at
the doors (``web/problems.py`` and ``cli/__init__.py``), never here.

::

    PocaError
     ├─ UsageError             the caller asked for something that cannot be asked
     │   ├─ AnswerFormError        no format is on offer for the form of an answer
     │   ├─ UnknownNameError       a name that is not in a closed list (with the nearest ones)
     │   └─ SettingError           a setting with an unknown name or a bad value
     ├─ InputError             a file or text that cannot be read, with its place
     │   ├─ QuerySyntaxError       a SPARQL text that does not parse, with line and column
     │   ├─ ShapesError            a shape that is not well-formed, or that is not judged here
     │   └─ BuildError             curated tables that do not make a graph: one or more problems
     ├─ RemoteAccessError      SERVICE or LOAD: the graph never goes to the network for a query
     ├─ NotFoundError          a dataset, snapshot, graph or triple that is not there
     ├─ StorageFullError       the disk takes no more
     ├─ NotConformingError     data that break the shapes, with the report
     └─ LimitError             a limit was reached (time, size, a lock that somebody else holds)
         ├─ QueryTimeoutError      a query ran for as long as it may
         │   └─ ValidationTimeoutError    a validation did
         ├─ QueryMemoryError       a query wanted more memory than it may have
         ├─ QueryCrashError        a query brought down the process that ran it
         ├─ QueryCancelledError    whoever asked has gone, or the service is stopping
         ├─ ResultTooLargeError    an answer with more bytes than one may have
         ├─ LockedError            another process holds what only one may hold
         └─ BusyError              nobody is free to run a query
             └─ FairShareError         one client has used up its share of query time
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "AnswerFormError",
    "BuildError",
    "BusyError",
    "FairShareError",
    "FilePlace",
    "InputError",
    "LimitError",
    "LockedError",
    "NotConformingError",
    "NotFoundError",
    "PocaError",
    "Problem",
    "QueryCancelledError",
    "QueryCrashError",
    "QueryMemoryError",
    "QuerySyntaxError",
    "QueryTimeoutError",
    "RemoteAccessError",
    "ResultTooLargeError",
    "SettingError",
    "ShapesError",
    "StorageFullError",
    "UnknownNameError",
    "UsageError",
    "ValidationTimeoutError",
    "nearest_names",
]


@dataclass(frozen=True, order=True)
class FilePlace:
    """A place in a file: ``file:line:column``, counted from 1; ``None`` where it is not known.

    >>> str(FilePlace("statements.csv", 14, 3))
    'statements.csv:14:3'
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in the input: where, what, and what to do.

    >>> print(Problem(FilePlace("units.csv", 3), "the key is empty", "give the row a key"))
    units.csv:3: the key is empty; give the row a key
    """

    place: FilePlace | None
    what: str
    advice: str = ""

    def __str__(self) -> str:
        text = f"{self.what}; {self.advice}" if self.advice else self.what
        return f"{self.place}: {text}" if self.place else text


class PocaError(Exception):
    """Root of every error that poca-kg raises on purpose."""

    def __init__(self, what: str, *, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what}; {self.advice}" if self.advice else self.what


class UsageError(PocaError):
    """The caller asked for something that cannot be asked."""


class UnknownNameError(UsageError):
    """A name that is not in a closed list; the message offers the nearest ones.

    >>> print(UnknownNameError("view", "teritory", ["territory", "statements"]))
    there is no view 'teritory'; did you mean 'territory'?
    """

    def __init__(self, sort: str, name: str, known: Iterable[str]) -> None:
        self.sort, self.name, self.known = sort, name, tuple(sorted(known))
        super().__init__(f"there is no {sort} {name!r}", advice=nearest_names(name, self.known))


class AnswerFormError(UsageError):
    """No format is on offer for the form of an answer: rows, or a graph."""


class SettingError(UsageError):
    """A setting with an unknown name or a value that it cannot take."""


class InputError(PocaError):
    """A file or text that cannot be read; ``place`` says where."""

    def __init__(self, what: str, *, place: FilePlace | None = None, advice: str = "") -> None:
        super().__init__(what, advice=advice)
        self.place = place

    def __str__(self) -> str:
        return str(Problem(self.place, self.what, self.advice))


class ShapesError(InputError):
    """A shape that is not well-formed, or that is not judged here; ``shape`` names its node, if it has one.

    >>> print(ShapesError("sh:minCount is no integer", shape="ex:CityShape"))
    ex:CityShape: sh:minCount is no integer
    """

    def __init__(
        self, what: str, *, shape: str = "", place: FilePlace | None = None, advice: str = ""
    ) -> None:
        super().__init__(what, place=place, advice=advice)
        self.shape = shape

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.shape}: {text}" if self.shape not in text else text


class QuerySyntaxError(InputError):
    """A SPARQL text that does not parse: ``line`` and ``column`` count from 1 in the caller's own text."""

    def __init__(self, what: str, *, line: int, column: int, advice: str = "") -> None:
        super().__init__(what, place=FilePlace("query", line, column), advice=advice)
        self.line, self.column = line, column


class BuildError(InputError):
    """Curated tables that do not make a graph. ``problems`` is never empty and is sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_by_place))
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the sources; nothing was built")

    def __str__(self) -> str:
        return "\n".join([self.what, *(str(problem) for problem in self.problems)])


class RemoteAccessError(PocaError):
    """SERVICE or LOAD in a query: poca-kg never goes to the network for one."""


class NotFoundError(PocaError):
    """A dataset, snapshot, graph or triple that is not there."""


class LimitError(PocaError):
    """A limit was reached: time, size, or a lock that somebody else holds.

    ``limit`` is what may be used (seconds or bytes), ``elapsed`` the seconds that were, ``retry_after`` the
    seconds after which asking again makes sense; each ``None`` where it says nothing.
    """

    def __init__(
        self,
        what: str,
        *,
        advice: str = "",
        limit: float | None = None,
        elapsed: float | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, advice=advice)
        self.limit, self.elapsed, self.retry_after = limit, elapsed, retry_after


class QueryTimeoutError(LimitError):
    """A query ran for as long as it may; it was ended."""


class ValidationTimeoutError(QueryTimeoutError):
    """A validation ran for as long as it may; it was ended."""


class QueryMemoryError(LimitError):
    """A query wanted more memory than it may have; it was ended."""


class QueryCrashError(LimitError):
    """A query brought down the process that ran it; nothing else was harmed."""


class QueryCancelledError(LimitError):
    """Whoever asked has gone, or the service is stopping; the query was ended."""


class ResultTooLargeError(LimitError):
    """An answer with more bytes than one may have; no part of it counts as the answer."""


class BusyError(LimitError):
    """Nobody is free to run a query; it was not started."""


class FairShareError(BusyError):
    """One client has used up its share of query time; the query was not started."""


class LockedError(LimitError):
    """Another process holds what only one may hold; the message names it."""


class StorageFullError(PocaError):
    """The disk takes no more; nothing was changed, and the same may go well once there is room again."""


class NotConformingError(PocaError):
    """Data that break the shapes, of which nothing was kept; ``report`` is the validation report as JSON."""

    def __init__(self, what: str, *, report: dict[str, Any], advice: str = "") -> None:
        super().__init__(what, advice=advice)
        self.report = report


def _by_place(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place or FilePlace("")
    return place.file, place.line or 0, place.column or 0, problem.what


def nearest_names(name: str, known: Iterable[str]) -> str:
    """Return advice in words: the nearest known names, or all of them when there are few and none is near.

    >>> nearest_names("favourible", ["favourable", "unfavourable"])
    "did you mean 'favourable' or 'unfavourable'?"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(repr(word) for word in near) + "?"
    return "known: " + ", ".join(names) if len(names) <= 30 else ""
