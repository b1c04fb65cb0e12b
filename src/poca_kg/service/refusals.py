"""Why a write was refused, as data and back: the errors that only a writer raises, beside those of a job."""

from __future__ import annotations

from typing import Any

from poca_kg.errors import (
    BusyError,
    LimitError,
    LockedError,
    NotConformingError,
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    StorageFullError,
)
from poca_kg.sandbox.reports import error_of, report_of

__all__ = ["refusal_data", "refusal_error"]

_LIMITS: dict[str, type[LimitError]] = {
    kind.__name__: kind
    for kind in (
        LimitError,
        BusyError,
        LockedError,
        QueryCancelledError,
        QueryCrashError,
        QueryMemoryError,
        QueryTimeoutError,
    )
}


def refusal_data(error: PocaError) -> dict[str, Any]:
    """Return an error as what JSON can hold.

    >>> refusal_data(StorageFullError("the disk is full"))
    {'kind': 'StorageFullError', 'what': 'the disk is full', 'advice': ''}
    """
    kind = type(error).__name__
    told: dict[str, Any] = {"kind": kind, "what": error.what, "advice": error.advice}
    if isinstance(error, NotConformingError):
        return told | {"report": error.report}
    if isinstance(error, StorageFullError):
        return told
    if isinstance(error, LimitError) and kind in _LIMITS:
        return told | {
            "limit": error.limit,
            "elapsed": error.elapsed,
            "retry_after": error.retry_after,
        }
    return {"kind": "", "report": report_of(error).decode()}


def refusal_error(told: dict[str, Any]) -> PocaError:
    """Return the error that :func:`refusal_data` told of.

    >>> refusal_error(refusal_data(LockedError("process 7 writes here", retry_after=1.0))).retry_after
    1.0
    """
    kind, said = told["kind"], {"advice": told.get("advice", "")}
    if kind == "NotConformingError":
        return NotConformingError(told["what"], report=told["report"], **said)
    if kind == "StorageFullError":
        return StorageFullError(told["what"], **said)
    if kind in _LIMITS:
        numbers = {name: told[name] for name in ("limit", "elapsed", "retry_after")}
        return _LIMITS[kind](told["what"], **said, **numbers)
    return error_of(told["report"].encode())
