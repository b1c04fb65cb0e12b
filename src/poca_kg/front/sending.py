"""Kept answers on their way out: as they are, packed, or only named where the client has them."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from concurrent.futures import Executor
from dataclasses import dataclass

from poca_kg.front.cache import ByteCache, KeptAnswer
from poca_kg.front.encoding import pack
from poca_kg.front.messages import Response
from poca_kg.front.replies import encoding_for, guard, headers_of_answer, not_modified
from poca_kg.front.visits import Visit
from poca_kg.web.tags import is_known_to

__all__ = ["Sender"]

_LARGE_BYTES = 32_768


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends answers; packing a large one is left to a thread."""

    cache: ByteCache
    threads: Executor

    def send(self, visit: Visit, key: Hashable, kept: KeptAnswer, version: str) -> None:
        """Send an answer from a version of the graph, which the cache keeps under a key if it keeps it."""
        if self.is_known(visit, kept.etag):
            not_modified(visit, list(kept.headers), version)
            return
        is_plain = "accept-encoding" not in visit.request.headers
        encoding = "" if is_plain else encoding_for(visit, kept.media_type, len(kept.body))
        if encoding and encoding not in kept.packed:
            if len(kept.body) > _LARGE_BYTES:
                self._pack_and_send(visit, key, kept, version, encoding)
                return
            self.cache.keep_packed(key, kept, encoding, pack(kept.body, encoding))
        body = kept.packed[encoding] if encoding else kept.body
        headers = headers_of_answer(list(kept.headers), visit, version, encoding)
        visit.respond(Response(200, headers, body))

    @staticmethod
    def is_known(visit: Visit, etag: str) -> bool:
        """Whether a client has the answer with this entity tag."""
        known = visit.request.headers.get("if-none-match")
        return known is not None and visit.request.method != "POST" and is_known_to(known, etag)

    def _pack_and_send(
        self, visit: Visit, key: Hashable, kept: KeptAnswer, version: str, encoding: str
    ) -> None:
        def packed(done: asyncio.Future[bytes]) -> None:
            if encoding not in kept.packed and done.exception() is None:
                self.cache.keep_packed(key, kept, encoding, done.result())
            guard(visit, lambda: self.send(visit, key, kept, version), version)

        loop = asyncio.get_running_loop()
        loop.run_in_executor(self.threads, pack, kept.body, encoding).add_done_callback(packed)
