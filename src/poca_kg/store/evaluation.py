"""What goes wrong in the engine while it evaluates, as errors of ours."""

from __future__ import annotations

from types import TracebackType

from poca_kg.errors import InputError, UsageError
from poca_kg.store.writing import WatchedSink

__all__ = ["EVALUATION", "Evaluation"]


class Evaluation:
    """A context that turns the engine's errors into errors of ours; those of ``out`` stay.

    It is a class because each query enters it twice: a generator in its place took 2 µs of a light one.

    >>> with Evaluation():
    ...     raise ValueError("no such function")
    Traceback (most recent call last):
    poca_kg.errors.UsageError: the query cannot be evaluated: no such function
    """

    __slots__ = ("_out",)

    def __init__(self, out: WatchedSink | None = None) -> None:
        self._out = out

    def __enter__(self) -> None:
        """Begin to look."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise the error that says what went wrong, if something did."""
        if not isinstance(error, RuntimeError | ValueError | OSError):
            return
        if self._out is not None and self._out.failure is not None:
            raise self._out.failure from None
        if not isinstance(error, OSError):
            raise UsageError(f"the query cannot be evaluated: {error}") from None
        raise InputError(f"the store cannot be read: {error}") from None


EVALUATION = Evaluation()
"""The context for what is written nowhere."""
