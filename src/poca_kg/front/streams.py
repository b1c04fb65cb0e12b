"""Bodies on their way to a client: packed, counted, and copied for the cache as they pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor

from poca_kg.front.encoding import make_packer

__all__ = ["Copy", "Stream"]


class Copy:
    """A copy of what passes, as long as it is no larger than may be kept.

    >>> copy = Copy(3)
    >>> copy.add(b"ab")
    >>> copy.whole
    b'ab'
    >>> copy.add(b"cd")
    >>> copy.whole is None
    True
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Copy a piece."""
        self._size += len(piece)
        if self._size <= self._most_bytes:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    @property
    def whole(self) -> bytes | None:
        """All that passed, or ``None`` if it was too much."""
        return b"".join(self._pieces) if self._size <= self._most_bytes else None


class Stream:
    """Pieces of a body; ``over`` is called once, with what went wrong, if anything.

    If the pieces fail, this fails, too, and a packed body stays without its end. Closed early, even before
    its first piece was wanted, it tells ``over`` of a :class:`GeneratorExit`.
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        over: Callable[[BaseException | None], None],
        *,
        threads: Executor,
        encoding: str = "",
        copy: Copy | None = None,
    ) -> None:
        self._pieces, self._over, self._copy, self._threads = pieces, over, copy, threads
        self._packer = make_packer(encoding) if encoding else None
        self._is_over = self._is_at_end = False

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> bytes:
        if self._is_at_end:
            self._end(None)
            raise StopAsyncIteration
        try:
            piece = await anext(self._pieces)
        except StopAsyncIteration:
            self._is_at_end = True
            if self._packer is None:
                self._end(None)
                raise
            piece = self._packer.end()
        except BaseException as error:
            self._end(error)
            raise
        else:
            if self._copy is not None:
                self._copy.add(piece)
            if self._packer is not None:
                piece = await self._in_thread(self._packer.add, piece)
        return piece

    async def aclose(self) -> None:
        """Want no more of it."""
        self._end(GeneratorExit())
        close = getattr(self._pieces, "aclose", None)
        if close is not None:
            await close()

    async def _in_thread(self, pack: Callable[[bytes], bytes], piece: bytes) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._threads, pack, piece)

    def _end(self, error: BaseException | None) -> None:
        if not self._is_over:
            self._is_over = True
            self._over(error)
