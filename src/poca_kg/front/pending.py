"""A call that waits for its response: the side of a connection that a handler sees."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from poca_kg.errors import UsageError
from poca_kg.front.messages import Request, Response

__all__ = ["Answering", "PendingCall"]

_LOG = logging.getLogger(__name__)


class Answering(Protocol):
    """Who writes the response to a call, or drops it if the client has gone."""

    def answer(self, call: PendingCall, response: Response) -> None:
        """Write the response."""


class PendingCall:
    """A :class:`~poca_kg.front.messages.Call` of one connection."""

    __slots__ = ("_callbacks", "_connection", "is_answered", "is_gone", "request")

    def __init__(self, connection: Answering, request: Request) -> None:
        self.request = request
        self.is_answered = self.is_gone = False
        self._connection = connection
        self._callbacks: list[Callable[[], None]] = []

    def respond(self, response: Response) -> None:
        """Send the response; if the client has gone it is dropped.

        Raises
        ------
        UsageError
            If the call has its response already.
        """
        if self.is_answered:
            raise UsageError(f"request {self.request.id} has its response already")
        self.is_answered = True
        self._connection.answer(self, response)

    def when_gone(self, callback: Callable[[], None]) -> None:
        """Have a function called if the client hangs up before the response is sent, or has done so."""
        if self.is_gone:
            self._run(callback)
        else:
            self._callbacks.append(callback)

    def leave(self) -> None:
        """Tell those who want to know that the client has gone."""
        self.is_gone = True
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._run(callback)

    def _run(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception:
            _LOG.exception("what follows the end of request %s failed", self.request.id)
