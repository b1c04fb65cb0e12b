"""One connection: requests in, one handled at a time, responses out in order; no wait without an end."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import time
from collections.abc import Sequence
from typing import cast

from poca_kg.errors import UsageError
from poca_kg.front.clients import peer_of
from poca_kg.front.heads import Asked, Framing, Head, render_head
from poca_kg.front.home import Home
from poca_kg.front.lending.lease import Lease
from poca_kg.front.lending.plain import PlainHead
from poca_kg.front.messages import Request, Response
from poca_kg.front.patience import Patience
from poca_kg.front.pending import PendingCall
from poca_kg.front.reading import Incoming, Phase, RequestReader
from poca_kg.front.refusals import RefusalError
from poca_kg.front.sockets import hang_up, reset_when_closed
from poca_kg.front.streaming import Stream, close_pieces

__all__ = ["GONE", "Connection"]

GONE = 499
"""What is told as the status where a client hung up before its response began."""

_LOG = logging.getLogger(__name__)
_AHEAD_BYTES = _JOINED_BYTES = 65_536
_SLICE_BYTES = 16_384
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """The protocol of one connection."""

    def __init__(self, home: Home[Connection]) -> None:
        self._home = home
        self._transport: asyncio.Transport
        self._reader: RequestReader
        self.patience = Patience(home.door.limits)
        self._call: PendingCall | None = None
        self._keeps_alive, self._lease = True, Lease()
        self._stream: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_turning = self._is_paused = self._is_ended = False
        self._written = self._written_before = self._status = 0
        self._ahead, self._since = bytearray(), 0.0

    # Called by the transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request, unless there are too many connections."""
        self._transport = cast("asyncio.Transport", transport)
        self._reader = RequestReader(self._home.door, peer_of(self._transport.get_extra_info("peername")))
        if self._home.enter(self):
            self._rest()
        else:
            self._refuse(RefusalError("busy", "there are too many connections"))

    def data_received(self, data: bytes) -> None:
        """Read, or keep for later what comes while a request is handled."""
        if self._is_ended:
            return
        is_free = self._call is None and not self._is_paused
        if is_free and not self._ahead and len(data) <= _SLICE_BYTES:
            self._lease.arrive(data if self._reader.phase is Phase.IDLE else b"")
            self._reader.feed(data)
        else:
            self._lease.arrive(b"")
            self._ahead += data
        if is_free:
            self._turn()
        if len(self._ahead) > _AHEAD_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> None:
        """Take a client that sends no more for one that has gone: the two look the same."""
        self._is_ended = True
        self._abandon()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget everything."""
        del error
        self._is_ended = True
        self._abandon()
        self._reader.end()
        if self._lease.loan and self._home.loans is not None:
            self._home.loans.forget(self._lease.loan)
        self._home.leave(self)

    def pause_writing(self) -> None:
        """Stop: the client takes less than it is given."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Go on."""
        self._is_paused = False
        if self._drained is not None:
            if not self._drained.done():
                self._drained.set_result(None)
        else:
            self._turn()

    # Called by a stream.

    def write(self, parts: Sequence[bytes]) -> None:
        """Write, in one go if it is little."""
        length = sum(map(len, parts))
        self._written += length
        if length <= _JOINED_BYTES:
            self._transport.write(b"".join(parts))
        else:
            self._transport.writelines(parts)

    async def drained(self) -> None:
        """Wait until the client has taken most of what was written; let others go on in any case."""
        await asyncio.sleep(0)
        if self._is_paused:
            self._drained = asyncio.get_running_loop().create_future()
            try:
                await self._drained
            finally:
                self._drained = None

    # Called by a call.

    def answer(self, call: PendingCall, response: Response) -> None:
        """Write the response to the call that is handled; drop one to any other."""
        if call is not self._call:
            self._drop(response)
            return
        request = call.request
        asked = Asked(request.method, request.http_version, self._keeps_alive and not self._home.is_stopping)
        try:
            head = render_head(response, asked, self._home.dates.line())
        except UsageError as error:
            _LOG.error("the response to request %s cannot be written: %s", request.id, error)
            self._drop(response)
            self._fail(call)
            return
        self._status = response.status
        if response.pieces is None or head.framing is Framing.NONE:
            self._drop(response)
            self.write(head.parts(response.body))
            self._finish(keeps_alive=head.keeps_alive)
        else:
            self._stream = self._home.spawn(self._run(Stream(response.pieces, head, self), call, head))
            self._stream.add_done_callback(lambda _: self._drop(response))

    # Called by a lender.

    @property
    def sock(self) -> socket.socket:
        """The socket."""
        return cast("socket.socket", self._transport.get_extra_info("socket"))

    def returned(self, *, has_failed: bool) -> None:
        """Go on after a loan."""
        self._lease.end(has_failed=has_failed)
        if self._is_ended:
            return
        self._transport.resume_reading()
        self._turn()

    # Called by the listener.

    @property
    def is_waiting(self) -> bool:
        """Whether no request of this connection is handled: it waits for its client, to speak or to go."""
        return self._call is None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked of this connection, and nothing of a request has come."""
        return not (self._call or self._lease.loan or self._is_ended) and self._reader.phase is Phase.IDLE

    def check(self, now: float) -> None:
        """End what has taken too long: a request that does not arrive, a response that is not taken."""
        waiting = self._transport.get_write_buffer_size()
        if self.patience.is_stalled(written=self._written, waiting=waiting, now=now):
            self._transport.abort()
        elif not waiting and now >= self.patience.deadline:
            self._expire()

    def give_way(self) -> None:
        """End at once, for others to have its place; only what was written may still leave."""
        if self.is_idle:
            self._close()
        else:
            self.abort()

    def retire(self) -> None:
        """End if nothing is asked; else take no request after the one that is on its way."""
        if self.is_idle:
            self._close()

    def cut(self) -> None:
        """End at once; who has no response yet is told that the service stops."""
        if self._call is None or self._stream is not None:
            self.abort()
        else:
            self._refuse(RefusalError("stopping", "the service is stopping"))

    def abort(self) -> None:
        """End at once and without a word; a worker that holds the connection notices, too."""
        if self._lease.loan:
            hang_up(self.sock)
        self._transport.abort()

    # The way of a request.

    def _turn(self) -> None:
        """Handle what was read, as long as it is answered at once; then wait."""
        if self._is_turning:
            return
        self._is_turning = True
        while self._call is None and not self._lease.loan and not self._is_paused and not self._is_ended:
            if self._reader.requests:
                self._handle(self._reader.requests.popleft())
            elif self._reader.refusal is not None:
                self._refuse(self._reader.refusal)
            elif self._ahead:
                self._read_ahead()
            elif self._home.is_stopping and self.is_idle:
                self._close()
            else:
                self._rest()
                break
        self._is_turning = False

    def _read_ahead(self) -> None:
        """Read a slice of what has come: so few requests of a flood become objects at one time."""
        data = bytes(self._ahead[:_SLICE_BYTES])
        del self._ahead[:_SLICE_BYTES]
        self._reader.feed(data)
        if not self._ahead:
            self._transport.resume_reading()

    def _handle(self, incoming: Incoming) -> None:
        """Hand a request over."""
        self._call = call = PendingCall(self, incoming.request)
        self._keeps_alive = incoming.keeps_alive
        self._written_before, self._status, self._since = self._written, GONE, time.perf_counter()
        self.patience.rest()
        self._home.in_flight += 1
        try:
            self._home.handler(call)
        except Exception:
            _LOG.exception("request %s failed", incoming.request.id)
            if not call.is_answered:
                call.is_answered = True
                self._fail(call)

    async def _run(self, stream: Stream, call: PendingCall, head: Head) -> None:
        """Write a body in pieces; one that fails stays without an end."""
        try:
            await stream.run()
        except Exception:
            if call is not self._call:
                return
            _LOG.exception("the response to request %s was not finished", call.request.id)
            self._stream = None
            if stream.has_begun:
                self._break_off(head.framing)
            else:
                self._fail(call)
            return
        if call is self._call:
            self._stream = None
            self._finish(keeps_alive=head.keeps_alive)

    def _fail(self, call: PendingCall) -> None:
        """Tell a client that its request failed on our side, while nothing of a response is written."""
        if call is self._call:
            what = f"the cause is in the log of the server, under request {call.request.id}"
            response = self._home.refuse(RefusalError("internal-error", what), call.request)
            asked = Asked(call.request.method, call.request.http_version)
            head = render_head(response, asked, self._home.dates.line())
            self._status = response.status
            self.write(head.parts(response.body))
            self._finish(keeps_alive=False, reason="failed")

    def _finish(self, *, keeps_alive: bool, reason: str = "") -> None:
        """Be done with a call."""
        call = self._release(reason)
        if keeps_alive and call is not None and self._home.loans is not None:
            seconds, sent = time.perf_counter() - self._since, self._written - self._written_before
            head = self._lease.judge(call.request, self._status, seconds, sent)
            if head is not None:  # once what was written has left
                asyncio.get_running_loop().call_soon(self._lend, head, call.request)
        if keeps_alive:
            self._turn()
        else:
            self._close()

    def _lend(self, head: PlainHead, request: Request) -> None:
        """Lend the connection, unless something has come or is to go meanwhile."""
        is_busy = self._ahead or self._transport.get_write_buffer_size() or not self.is_idle
        if self._home.loans is not None and not is_busy and not self._home.is_stopping:
            self._lease.loan = self._home.loans.lend(self, head, request)
            if self._lease.loan:
                self.patience.rest()
                self._transport.pause_reading()

    def _release(self, reason: str) -> PendingCall | None:
        """Give back what a call holds, and tell how it ended."""
        call, self._call = self._call, None
        if call is not None:
            self._home.in_flight -= 1
            self._home.door.room.leave(len(call.request.body))
            sent = self._written - self._written_before
            self._home.tell(call.request, self._status, sent=sent, since=self._since, reason=reason)
        return call

    def _abandon(self, reason: str = "gone") -> None:
        """Tell those who work for a client that has gone."""
        call = self._release(reason)
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()
        if call is not None:
            call.leave()

    # The ways to wait and to end.

    def _rest(self) -> None:
        """Wait for what the reader waits for."""
        if self._reader.awaits_go_on:
            self._reader.awaits_go_on = False
            self.write([_GO_ON])
        self.patience.wait_for(self._reader.phase, now=self._home.now())

    def _expire(self) -> None:
        """End what was awaited for too long."""
        if self._is_ended:
            self._transport.abort()
        elif self._reader.phase is Phase.IDLE:
            self._close()
        else:
            part = "body" if self._reader.phase is Phase.BODY else "head"
            self._refuse(RefusalError("request-timeout", f"the {part} of the request did not arrive in time"))

    def _refuse(self, error: RefusalError) -> None:
        """Say why nothing more is read; what still comes is dropped for a while, so that this arrives."""
        asked = self._reader.asked() if self._call is None else self._call.request
        response = self._home.refuse(error, asked)
        head = render_head(response, Asked(), self._home.dates.line())
        before, began = self._written, time.perf_counter()
        self.write([head.data, response.body])
        self._is_ended = True
        if self._call is not None:
            self._status = response.status
            self._abandon(error.slug)
        else:
            sent = self._written - before
            self._home.tell(asked, response.status, sent=sent, since=began, reason=error.slug)
        self._linger()

    def _break_off(self, framing: Framing) -> None:
        """End within a body, so that the client notices: where its end is the connection's, reset that."""
        self._release("unfinished")
        if framing is Framing.CLOSE:
            reset_when_closed(self.sock)
            self._is_ended = True
            self._transport.abort()
        else:
            self._close()

    def _linger(self) -> None:
        """Write no more, and drop what still comes; unread bytes would reset the connection."""
        self._is_ended = True
        self._reader.end()
        self._ahead.clear()
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self.patience.deadline = self._home.now() + self._home.door.limits.linger_s

    def _close(self) -> None:
        """Close once everything is written."""
        self._is_ended, self.patience.deadline = True, math.inf
        if self._ahead or self._reader.requests:
            self._linger()
        else:
            self._transport.close()

    def _drop(self, response: Response) -> None:
        """Close pieces that will not be read."""
        if response.pieces is not None:
            self._home.spawn(close_pieces(response.pieces))
