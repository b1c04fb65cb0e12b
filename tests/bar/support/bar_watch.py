"""Who watches while the adversary works: a canary that asks what is light, a tripwire nobody may touch."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bar_http import Reply, ask

__all__ = ["Canary", "Tripwire", "wait_for"]


@dataclass
class Canary:
    """Asks ``ASK {}`` again and again from a thread of its own, each time with another comment."""

    address: str
    pause_s: float
    longest_s: float
    replies: list[Reply] = field(default_factory=list)

    def __enter__(self) -> Canary:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sing)
        self._thread.start()
        return self

    def _sing(self) -> None:
        number = 0
        while not self._over.wait(self.pause_s):
            number += 1
            self.replies.append(ask(self.address, f"ASK {{}} # {number}-{time.monotonic_ns()}"))

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def wrong(self) -> list[str]:
        """Return what went wrong for the canary."""
        failed = [
            f"{one.status} {one.slug or one.error}"
            for one in self.replies
            if one.status != 200 or not one.complete
        ]
        slowest = max((one.elapsed_s for one in self.replies), default=0.0)
        slow = [f"waited {slowest:.2f} s, at most {self.longest_s}"] if slowest > self.longest_s else []
        return [*failed, *slow, *([] if self.replies else ["it never sang"])]


class Tripwire:
    """Listens on this machine and counts who comes; no server that obeys the bar ever does."""

    def __enter__(self) -> Tripwire:
        self.visits: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._welcome)
        self._thread.start()
        return self

    def _welcome(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            with visitor:
                visitor.settimeout(1)
                try:
                    self.visits.append(visitor.recv(200))
                    visitor.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    self.visits.append(b"?")

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def wait_for(condition: Callable[[], object], within_s: float) -> bool:
    """Wait until something holds; return whether it came to that."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
