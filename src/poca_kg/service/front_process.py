"""The supervisor's hold on one front: start it, tell it things, hear it, start it again, stop it.

The sockets that it listens on outlive it: connections that come while it is started again wait in them. The
first message to a front holds its name and the configuration; what follows is said in
:mod:`poca_kg.service.front_program`.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from socket import socket

from poca_kg.sandbox.confinement import clean_environment
from poca_kg.service.control import Channel, Message, make_pair

__all__ = ["FrontProcess"]

_PROGRAM = "from poca_kg.service.front_program import main; main()"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_LONG_LIFE_S = 10.0
_TO_CLOSE_S = 3.5
"""What a front may need to close its connections when its time for requests is over."""


class FrontProcess:
    """A front; used on one event loop.

    Parameters
    ----------
    name
        What it is called in the log and in the numbers.
    sockets
        What it listens on.
    greeting
        Gives the first message for it, each time that it is started.
    receive
        Is called with this front and each message that it sends.
    ended
        Is called with this front each time that the process has ended unasked.

    Attributes
    ----------
    restarts
        How many times it was started again.
    """

    def __init__(
        self,
        name: str,
        sockets: Sequence[socket],
        *,
        greeting: Callable[[], Message],
        receive: Callable[[FrontProcess, Message], None],
        ended: Callable[[FrontProcess], None],
    ) -> None:
        self.name, self.restarts = name, 0
        self._sockets, self._greeting = tuple(sockets), greeting
        self._receive, self._tell_end = receive, ended
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._is_wanted = False
        self._pause_s = _FIRST_PAUSE_S
        self._started_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id, while there is a process."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process; it is started again whenever it ends, until it is told to stop."""
        self._is_wanted = True
        ours, theirs = make_pair()
        handed = [theirs.fileno(), *(one.fileno() for one in self._sockets)]
        with theirs, contextlib.ExitStack() as undo:
            undo.callback(ours.close)
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-P", "-c", _PROGRAM, *map(str, handed)],
                pass_fds=handed,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            undo.pop_all()
        self._started_at = asyncio.get_running_loop().time()
        self._channel = Channel(ours, lambda message: self._receive(self, message), self._ended)
        self._channel.send(self._greeting() | {"name": self.name})

    def tell(self, message: Message) -> None:
        """Send a message; a front that is being started again learns all it needs from its greeting."""
        if self._channel is not None:
            self._channel.send(message)

    async def stop(self, within_s: float) -> None:
        """Take no more connections, have the front finish its work, and end it if that takes longer."""
        self._is_wanted = False
        for one in self._sockets:
            one.close()
        self.tell({"stop": max(within_s - _TO_CLOSE_S, 0.0)})
        process = self._process
        if process is None:
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while process.poll() is None and loop.time() < until:
            await asyncio.sleep(0.01)
        self._reap()

    def end(self) -> None:
        """End the process by force; it is started again."""
        if self._process is not None:
            self._process.kill()

    def _reap(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _ended(self) -> None:
        """Start the front again after a pause, which grows while its lives are short."""
        self._channel = None
        self._reap()
        if not self._is_wanted:
            return
        self._tell_end(self)
        loop = asyncio.get_running_loop()
        lived_s = loop.time() - self._started_at
        self._pause_s = _FIRST_PAUSE_S if lived_s > _LONG_LIFE_S else min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self.restarts += 1
        loop.call_later(self._pause_s, self._start_again)

    def _start_again(self) -> None:
        if not self._is_wanted:
            return
        try:
            self.start()
        except OSError:  # the system has no process to spare at the moment
            asyncio.get_running_loop().call_later(_LONGEST_PAUSE_S, self._start_again)
