"""The answer to a job, as bytes: small ones whole, large ones while they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType

from poca_kg.sandbox.spool import Spool

__all__ = ["Outcome"]


class Outcome:
    """An answer, its media type and the version of the graph that it comes from; a context manager.

    ``size`` is ``None`` while bytes still arrive; ``elapsed_s`` is the time until the answer was whole, or
    until now. Iterating gives the answer in pieces. An error raised while iterating means that there is no
    answer: what came before it must not be taken for one.
    """

    def __init__(
        self,
        media: str,
        version: str,
        elapsed: Callable[[], float],
        source: bytes | Spool,
        drop: Callable[[], None],
    ) -> None:
        self.media, self.version = media, version
        self._elapsed, self._source, self._drop = elapsed, source, drop

    @property
    def elapsed_s(self) -> float:
        """Seconds from the call to the whole answer."""
        return self._elapsed()

    @property
    def size(self) -> int | None:
        """The number of bytes, once it is known."""
        if isinstance(self._source, bytes):
            return len(self._source)
        return self._source.size if self._source.is_finished and self._source.error is None else None

    @property
    def is_whole(self) -> bool:
        """Whether all of the answer is there."""
        return self.size is not None

    @property
    def body(self) -> bytes:
        """All of the answer; waits for the end of it."""
        return self._source if isinstance(self._source, bytes) else b"".join(self._source)

    @property
    def spool(self) -> Spool | None:
        """Where the answer arrives, if it was not whole from the start."""
        return None if isinstance(self._source, bytes) else self._source

    def __iter__(self) -> Iterator[bytes]:
        return iter((self._source,) if isinstance(self._source, bytes) else self._source)

    def close(self) -> None:
        """Drop the answer; if it is not whole, the job ends."""
        self._drop()

    def __enter__(self) -> Outcome:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
