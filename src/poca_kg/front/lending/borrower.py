"""The side of the worker: answers on the connections that it was lent, until it is told to give them back.

It is the handler of a job that goes on for long. It looks at a request where it lies, in the socket, and
takes it away only when its response is ready: what it has not answered when it is ended, or gives back
because it is not plain or fails, the front finds there.
"""

from __future__ import annotations

import gc
import resource
import select
import socket
import time
from typing import TYPE_CHECKING, Any, cast

from poca_kg.front.heads import Dates
from poca_kg.front.lending.answering import Answerer
from poca_kg.front.lending.ledger import Ledger, State
from poca_kg.front.lending.packets import (
    LARGEST_PACKET,
    LARGEST_PIECE,
    GivenBack,
    Loan,
    Record,
    pack_given_back,
    pack_record,
    pack_records,
    pack_unsent,
    read_from_front,
)
from poca_kg.front.lending.plain import LARGEST_REQUEST, encoded_query
from poca_kg.front.lending.sending import send_response

if TYPE_CHECKING:
    from poca_kg.sandbox.jobs import AnswerSink, StayingSink
    from poca_kg.store.embedded import EmbeddedStore

__all__ = ["serve_lent"]

_PIECE = LARGEST_REQUEST + 1
_DESCRIPTORS = 2
_TELL_WITHIN_S = 0.05
_SELDOM = (50_000, 20, 20)
_LOOK_EVERY_S = 1.0
_IDLE_S = 5.0


def serve_lent(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Answer on lent connections until the front wants them back; the handler of the job ``lend``.

    The header has the ``version`` of the graph, the ``prefix`` of the names of requests, how many bytes of
    answers to keep (``kept_bytes``), and after how many this process wants to be replaced (``growth_bytes``).
    """
    del body
    channel = cast("StayingSink", out).stay()
    _, descriptors, _, _ = socket.recv_fds(channel, 1, _DESCRIPTORS)
    control, page = descriptors
    gc.set_threshold(*_SELDOM)  # each request makes objects that stay, and no cycles
    with socket.socket(fileno=control) as front:
        answerer = Answerer(store, header["version"], header["kept_bytes"])
        borrower = _Borrower(front, Ledger(page), answerer, header["prefix"])
        borrower.run(_peak_bytes() + header["growth_bytes"])


class _Lent:
    """A connection on loan."""

    __slots__ = ("client", "head", "number", "used_at")

    def __init__(self, loan: Loan, client: socket.socket) -> None:
        self.number, self.head, self.client = loan.number, loan.head, client
        self.used_at = time.monotonic()


class _Borrower:
    def __init__(self, front: socket.socket, ledger: Ledger, answerer: Answerer, prefix: str) -> None:
        self._front, self._ledger, self._answerer = front, ledger, answerer
        self._prefix = prefix.encode()
        self._lent: dict[int, _Lent] = {}
        self._told_at = self._looked_at = time.monotonic()
        self._number = 0
        self._dates = Dates()
        self._epoll = select.epoll()
        self._is_over = False

    def run(self, most_bytes: int) -> None:
        """Answer until the front wants all back, or this process has grown too large."""
        home = self._front.fileno()
        self._epoll.register(home, select.EPOLLIN)
        lent = self._lent
        while not self._is_over:
            ready = self._epoll.poll(_LOOK_EVERY_S if self._ledger.is_told else _TELL_WITHIN_S)
            for descriptor, _ in ready:
                if descriptor == home:
                    self._hear()
                elif descriptor in lent:
                    self._serve(descriptor, lent[descriptor])
            now = time.monotonic()
            if not self._ledger.is_told and (not ready or now - self._told_at > _TELL_WITHIN_S):
                self._tell(now)
            if now - self._looked_at > _LOOK_EVERY_S:
                self._look(now, most_bytes)
        self._tell(time.monotonic())

    def _hear(self) -> None:
        """Take a loan, or give one back that the front wants."""
        packet, descriptors, _, _ = socket.recv_fds(self._front, LARGEST_PACKET, 1)
        said = read_from_front(packet) if packet else 0
        if isinstance(said, Loan):
            client = socket.socket(fileno=descriptors[0])
            self._lent[client.fileno()] = _Lent(said, client)
            self._epoll.register(client.fileno(), select.EPOLLIN)
        elif said:
            for descriptor, lent in [*self._lent.items()]:
                if lent.number == said:
                    self._give_back(descriptor)
        else:
            self._is_over = True
            for descriptor in [*self._lent]:
                self._give_back(descriptor)

    def _serve(self, descriptor: int, lent: _Lent) -> None:
        """Answer a request, or give the connection back."""
        began = time.perf_counter()
        try:
            data = lent.client.recv(_PIECE, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        encoded = encoded_query(data, lent.head)
        if not encoded:
            self._give_back(descriptor, is_unusual=bool(data))
            return
        self._number = number = (self._number + 1) & 0xFFFFFFFF
        self._ledger.begin(number, lent.number)
        answered = self._answerer.answer(encoded, lent.head)
        if answered is None:
            self._give_back(descriptor, is_unusual=True)
            self._ledger.mark(State.IDLE)
            return
        name = self._prefix + b"%08x" % number
        head, body = answered.rendered.head(self._dates.line().encode(), name), answered.rendered.body
        self._ledger.mark(State.WRITING)
        lent.client.recv(len(data))
        unsent = send_response(lent.client, head, body)
        used = time.perf_counter() - began
        record = Record(lent.number, number, used, len(head) + len(body), answered.was_kept, answered.sha256)
        has_room = self._ledger.keep(pack_record(record))
        if unsent:
            self._give_back(descriptor, unsent=unsent)
        self._ledger.mark(State.IDLE)
        if not has_room:
            self._tell(time.monotonic())
        lent.used_at = time.monotonic()

    def _give_back(self, descriptor: int, *, is_unusual: bool = False, unsent: bytes = b"") -> None:
        """Let go of a connection; the front hears first what was answered, and writes the rest of it."""
        lent = self._lent.pop(descriptor)
        self._epoll.unregister(descriptor)
        self._tell(time.monotonic())
        for start in range(0, len(unsent), LARGEST_PIECE):
            self._front.send(pack_unsent(lent.number, unsent[start : start + LARGEST_PIECE]))
        self._front.send(pack_given_back(GivenBack(lent.number, is_unusual or bool(unsent))))
        lent.client.close()

    def _tell(self, now: float) -> None:
        """Tell the front what was answered; what is not told when this process is killed, it reads itself."""
        self._told_at = now
        if not self._ledger.is_told:
            self._front.send(pack_records(self._ledger.records()))
            self._ledger.clear()

    def _look(self, now: float, most_bytes: int) -> None:
        """Give back what is not used, or everything if this process has grown."""
        self._looked_at = now
        has_grown = _peak_bytes() > most_bytes
        for descriptor, lent in [*self._lent.items()]:
            if has_grown or now - lent.used_at > _IDLE_S:
                self._give_back(descriptor)
        self._is_over = self._is_over or has_grown


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
