"""The byte cache: answers as they go over the wire, kept under the version of the graph that they come from.

It lives on the event loop: no locks. A request is looked up by what was sent, before anything of it is
decoded; its answer is packed only once somebody asks for it in a coding, and then kept packed, too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

__all__ = ["ByteCache", "KeptAnswer"]

_SHARE_OF_ONE = 4
_SHARE_OF_PROVEN = 0.8
_OVERHEAD_BYTES = 1024


@dataclass(eq=False, slots=True)
class KeptAnswer:
    """A successful answer: its headers, its body, and the body in the codings that were asked for so far.

    ``key_bytes`` is what the request took by which it is found; ``query_sha256`` names its query in the log.
    """

    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str = ""
    key_bytes: int = 0
    query_sha256: str = ""
    packed: dict[str, bytes] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """The type of the body."""
        return next((value for name, value in self.headers if name == "Content-Type"), "")

    @property
    def size(self) -> int:
        """The bytes that it takes, roughly."""
        return _OVERHEAD_BYTES + self.key_bytes + len(self.body) + sum(map(len, self.packed.values()))


class ByteCache:
    """Keeps answers within a number of bytes.

    What was asked for once is on trial and makes way first; what was asked for again is proven and stays
    longer, so that a crowd of questions that nobody repeats does not drive out the ones that are.

    >>> cache = ByteCache(1_000_000)
    >>> cache.find("v1", "ASK {}") is None
    True
    >>> cache.keep("v1", "ASK {}", KeptAnswer((), b"yes"))
    >>> cache.find("v1", "ASK {}").body
    b'yes'
    >>> cache.find("v2", "ASK {}") is None, cache.bytes
    (True, 0)
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.version = ""
        self.hits = self.misses = 0
        self._on_trial: OrderedDict[Hashable, KeptAnswer] = OrderedDict()
        self._proven: OrderedDict[Hashable, KeptAnswer] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self.bytes = self._proven_bytes = 0

    @property
    def most_entry_bytes(self) -> int:
        """The size of the largest answer that is kept."""
        return self.most_bytes // _SHARE_OF_ONE

    def __len__(self) -> int:
        return len(self._sizes)

    def find(self, version: str, key: Hashable) -> KeptAnswer | None:
        """Return the answer to a request, if it is kept; another version empties the cache."""
        if version != self.version:
            self.turn_to(version)
        answer = self._proven.get(key)
        if answer is not None:
            self._proven.move_to_end(key)
        elif (answer := self._on_trial.pop(key, None)) is not None:
            self._prove(key, answer)
        else:
            self.misses += 1
            return None
        self.hits += 1
        return answer

    def keep(self, version: str, key: Hashable, answer: KeptAnswer) -> None:
        """Keep an answer, unless it is too large or from a version that is not the one of the cache."""
        size = answer.size
        if version != self.version or size > self.most_entry_bytes:
            return
        self._drop(key)
        self._on_trial[key] = answer
        self._sizes[key] = size
        self.bytes += size
        self._make_room()

    def keep_packed(self, key: Hashable, answer: KeptAnswer, encoding: str, body: bytes) -> None:
        """Add the body in a coding to an answer, once; of one that is no longer kept, nothing is counted."""
        if encoding in answer.packed:
            return
        answer.packed[encoding] = body
        if self._proven.get(key) is answer:
            self._proven_bytes += len(body)
        elif self._on_trial.get(key) is not answer:
            return
        self._sizes[key] += len(body)
        self.bytes += len(body)
        self._make_room()

    def turn_to(self, version: str) -> None:
        """Keep answers of another version from now on."""
        self.version = version
        self._on_trial.clear()
        self._proven.clear()
        self._sizes.clear()
        self.bytes = self._proven_bytes = 0

    def _prove(self, key: Hashable, answer: KeptAnswer) -> None:
        self._proven[key] = answer
        self._proven_bytes += self._sizes[key]
        while self._proven_bytes > self.most_bytes * _SHARE_OF_PROVEN and len(self._proven) > 1:
            oldest, back_on_trial = self._proven.popitem(last=False)
            self._proven_bytes -= self._sizes[oldest]
            self._on_trial[oldest] = back_on_trial

    def _make_room(self) -> None:
        while self.bytes > self.most_bytes:
            self._drop(next(iter(self._on_trial or self._proven)))

    def _drop(self, key: Hashable) -> None:
        size = self._sizes.pop(key, 0)
        self.bytes -= size
        if self._on_trial.pop(key, None) is None and self._proven.pop(key, None) is not None:
            self._proven_bytes -= size
