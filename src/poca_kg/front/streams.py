"""Bodies on their way to a client, packed as they pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor

from poca_kg.front.encoding import make_packer

__all__ = ["Stream"]


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
    ) -> None:
        self._pieces, self._over, self._threads = pieces, over, threads
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
