"""A front's way to the writer: each call is one exchange over a local socket."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poca_kg.errors import BusyError, QueryCancelledError, QueryTimeoutError
from poca_kg.sandbox.reports import error_of
from poca_kg.service.writes import Write, receive_packet, send_write
from poca_kg.store.protocol import Document

__all__ = ["WriterClient"]

_RETRY_AFTER_S = 2.0
_ADVICE = "read the graph to see whether the write was made"


class WriterClient:
    """Hands writes to the writer process, one connection each; any number of threads may share a client.

    It is a :class:`~poca_kg.store.protocol.Writer`. A call returns once the write is on the disk, is the
    current snapshot, and (unless the fronts take too long) is what they serve.

    Parameters
    ----------
    address
        The socket that the writer listens on.
    patience_s
        How long a write may wait for those before it. One that is refused for that was not made.
    timeout_s
        How long it may take from then on; longer than the writer's own limit.

    Notes
    -----
    Beside what the methods of a store raise, there are: ``NotConformingError`` with the report;
    ``StorageFullError``; ``LockedError``; ``BusyError`` if nobody takes the write in time;
    ``QueryTimeoutError``, ``QueryMemoryError`` and ``QueryCrashError`` if it was ended; and
    ``QueryCancelledError`` if the writer stops. After each of them nothing was written. Only a
    ``QueryCancelledError`` that says so leaves open whether the write was made: the writer was killed.
    """

    def __init__(self, address: Path | str, *, patience_s: float = 30.0, timeout_s: float = 120.0) -> None:
        self._address = str(address)
        self._patience_s, self._timeout_s = patience_s, timeout_s

    def update(
        self, text: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()
    ) -> None:
        """Apply a SPARQL 1.1 update."""
        named = tuple(using_named_graphs)
        self._call(Write("update", text=text, using_graphs=tuple(using_graphs), using_named_graphs=named))

    def holds(self, graph: str) -> bool:
        """Whether there is a graph with this name, if only an empty one."""
        return bool(self._call(Write("holds", graph=graph)))

    def put(self, graph: str, documents: Sequence[Document]) -> None:
        """Put documents in the place of a graph."""
        self._call(Write("put", graph=graph, documents=tuple(documents)))

    def merge(self, graph: str, documents: Sequence[Document]) -> None:
        """Add documents to a graph."""
        self._call(Write("merge", graph=graph, documents=tuple(documents)))

    def drop(self, graph: str) -> None:
        """Remove a graph."""
        self._call(Write("drop", graph=graph))

    def _call(self, write: Write) -> Any:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            self._ask(channel, write)
            return self._answer(channel)

    def _ask(self, channel: socket.socket, write: Write) -> None:
        """Send the write and wait until the writer begins with it; else see to it that it never will.

        Once this side takes nothing more, the writer's word that it begins cannot be sent, and without having
        sent it the writer does nothing. What was sent before can still be read here.
        """
        channel.settimeout(self._patience_s)
        try:
            channel.connect(self._address)
            send_write(channel, write)
            told = receive_packet(channel)
        except BlockingIOError:
            raise _busy("too many writes are waiting") from None
        except TimeoutError:
            told = _last_word(channel)
        except (OSError, EOFError):
            told = _last_word(channel)  # it may have refused the write before it was read
            if not told:
                raise _busy("the writer is not there at the moment") from None
        if "refused" in told:
            raise error_of(told["refused"].encode())
        if "begun" not in told:
            raise _busy(f"the write has waited for {self._patience_s:g} s")

    def _answer(self, channel: socket.socket) -> Any:
        since = time.monotonic()
        channel.settimeout(self._timeout_s)
        try:
            told = receive_packet(channel)
        except TimeoutError:
            what = f"the writer has not answered for {self._timeout_s:g} s"
            elapsed = time.monotonic() - since
            raise QueryTimeoutError(what, advice=_ADVICE, limit=self._timeout_s, elapsed=elapsed) from None
        except (OSError, EOFError):
            what = "the writer ended before it had answered"
            raise QueryCancelledError(what, advice=_ADVICE, retry_after=_RETRY_AFTER_S) from None
        if "refused" in told:
            raise error_of(told["refused"].encode())
        return told["done"]


def _last_word(channel: socket.socket) -> dict[str, Any]:
    """Take nothing more, and return what the writer had said before that; empty if it had said nothing."""
    try:
        channel.shutdown(socket.SHUT_RD)
        return receive_packet(channel)
    except (OSError, EOFError):
        return {}


def _busy(what: str) -> BusyError:
    return BusyError(what, advice="try again; nothing was written", retry_after=_RETRY_AFTER_S)
