"""Errors of ours as data and back: only the kinds listed here pass, so no data turns into anything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from poca_kg.errors import (
    AnswerFormError,
    BusyError,
    FairShareError,
    FilePlace,
    InputError,
    LimitError,
    LockedError,
    NotConformingError,
    NotFoundError,
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    ResultTooLargeError,
    ShapesError,
    StorageFullError,
    UnknownNameError,
    UsageError,
)

__all__ = ["error_of", "report_of"]

_PLAIN: dict[str, type[PocaError]] = {
    kind.__name__: kind
    for kind in (
        PocaError,
        UsageError,
        AnswerFormError,
        RemoteAccessError,
        NotFoundError,
        StorageFullError,
    )
}
_LIMITS: dict[str, type[LimitError]] = {
    kind.__name__: kind
    for kind in (
        LimitError,
        LockedError,
        QueryTimeoutError,
        QueryMemoryError,
        QueryCrashError,
        QueryCancelledError,
        ResultTooLargeError,
        BusyError,
        FairShareError,
    )
}


def report_of(error: PocaError) -> bytes:
    """Return an error as data; one of a kind that does not pass goes as the nearest kind above it."""
    report: dict[str, Any] = {"what": error.what, "advice": error.advice}
    if isinstance(error, QuerySyntaxError):
        report |= {"kind": "QuerySyntaxError", "line": error.line, "column": error.column}
    elif isinstance(error, UnknownNameError):
        report |= {"kind": "UnknownNameError", "sort": error.sort, "name": error.name, "known": error.known}
    elif isinstance(error, InputError):
        place = error.place and (error.place.file, error.place.line, error.place.column)
        report |= {"kind": "InputError", "place": place}
        if isinstance(error, ShapesError):
            report |= {"kind": "ShapesError", "shape": error.shape}
    elif isinstance(error, NotConformingError):
        report |= {"kind": "NotConformingError", "report": error.report}
    elif isinstance(error, LimitError):
        numbers = [error.limit, error.elapsed, error.retry_after]
        report |= {"kind": _nearest(error, _LIMITS), "numbers": numbers}
    else:
        report["kind"] = _nearest(error, _PLAIN)
    return json.dumps(report).encode()


def _nearest(error: PocaError, kinds: Mapping[str, type[PocaError]]) -> str:
    return next(one.__name__ for one in type(error).__mro__ if one.__name__ in kinds)


def error_of(data: bytes) -> PocaError:
    """Return the error that a report tells of.

    >>> error_of(report_of(QuerySyntaxError("unexpected 'x'", line=2, column=7))).line
    2
    >>> print(error_of(b"{}"))
    the process that ran the query told nothing that can be read
    """
    try:
        report = json.loads(data)
        return _READERS[report["kind"]](report)
    except (ValueError, KeyError, TypeError):
        return QueryCrashError("the process that ran the query told nothing that can be read")


def _plain(report: dict[str, Any]) -> PocaError:
    return _PLAIN[report["kind"]](str(report["what"]), advice=str(report["advice"]))


def _syntax(report: dict[str, Any]) -> PocaError:
    line, column = int(report["line"]), int(report["column"])
    return QuerySyntaxError(str(report["what"]), line=line, column=column, advice=str(report["advice"]))


def _unknown_name(report: dict[str, Any]) -> PocaError:
    known = [str(name) for name in report["known"]]
    return UnknownNameError(str(report["sort"]), str(report["name"]), known)


def _input(report: dict[str, Any]) -> PocaError:
    place = FilePlace(*report["place"]) if report["place"] else None
    return InputError(str(report["what"]), place=place, advice=str(report["advice"]))


def _shapes(report: dict[str, Any]) -> PocaError:
    place = FilePlace(*report["place"]) if report["place"] else None
    what, shape, advice = (str(report[name]) for name in ("what", "shape", "advice"))
    return ShapesError(what, shape=shape, place=place, advice=advice)


def _limit(report: dict[str, Any]) -> PocaError:
    limit, elapsed, retry_after = (None if one is None else float(one) for one in report["numbers"])
    return _LIMITS[report["kind"]](
        str(report["what"]),
        advice=str(report["advice"]),
        limit=limit,
        elapsed=elapsed,
        retry_after=retry_after,
    )


def _not_conforming(report: dict[str, Any]) -> PocaError:
    return NotConformingError(
        str(report["what"]), report=dict(report["report"]), advice=str(report["advice"])
    )


_READERS: dict[str, Callable[[dict[str, Any]], PocaError]] = {
    **dict.fromkeys(_PLAIN, _plain),
    **dict.fromkeys(_LIMITS, _limit),
    "NotConformingError": _not_conforming,
    "QuerySyntaxError": _syntax,
    "ShapesError": _shapes,
    "UnknownNameError": _unknown_name,
    "InputError": _input,
}
