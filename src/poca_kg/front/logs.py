"""The log: one JSON object a line, written from a thread of its own, so that a full pipe holds up no answer.

A value from a client stays in its string: JSON escapes line ends. Neither queries nor credentials are
logged; of a query the log holds the SHA-256, by which two equal ones can be told.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

__all__ = ["JsonFormatter", "JsonLog", "digest_of", "log_as_json"]

_MOST_LETTERS = 200
_PAUSE_S = 0.2
_BATCH = 500
_PIECE_BYTES = 4096
"""As much as a pipe takes at once: the fronts share one, and their lines stay whole."""
_MOST_WAITING = 20_000
_SILENCED = ("rdflib.term", "rdflib.plugins", "pyshacl")


def digest_of(query: str | bytes) -> str:
    """Return the SHA-256 of a query in hexadecimal digits.

    >>> digest_of("ASK {}")[:8]
    '819ea91e'
    """
    data = query.encode("utf-8", "surrogatepass") if isinstance(query, str) else query
    return hashlib.sha256(data).hexdigest()


class JsonLog:
    r"""Writes records to a stream in batches; when they come too fast for it, it drops and counts them.

    >>> import io
    >>> stream = io.BytesIO()
    >>> log = JsonLog(stream, clock=lambda: 0.0)
    >>> log.write("request", route="/sparql", agent="a\\r\\nb", killed_by="")
    >>> log.close()
    >>> print(stream.getvalue().decode().strip())
    {"time": "1970-01-01T00:00:00.000Z", "event": "request", "route": "/sparql", "agent": "a\\r\\nb"}
    """

    def __init__(self, stream: BinaryIO, *, clock: Callable[[], float] = time.time) -> None:
        self._stream, self._clock = stream, clock
        self._waiting: deque[tuple[float, str, dict[str, Any] | Sequence[str]]] = deque()
        self._something, self._closing = threading.Event(), threading.Event()
        self.dropped = 0
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def write(self, event: str, **members: object) -> None:
        """Log something that happened; members that are empty are left out."""
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append((self._clock(), event, members))
        if not self._something.is_set():
            self._something.set()

    def write_rendered(self, lines: Sequence[str]) -> None:
        """Log things that happened just now, each given as what stands behind its time in the line."""
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += len(lines)
            return
        self._waiting.append((self._clock(), "", lines))
        if not self._something.is_set():
            self._something.set()

    def close(self, within_s: float = 2.0) -> None:
        """Write what waits, and no more."""
        self._closing.set()
        self._something.set()
        self._thread.join(within_s)

    def _work(self) -> None:
        """Write a batch whenever there is something, with pauses in which the next one gathers."""
        while not self._closing.is_set():
            self._something.wait()
            self._closing.wait(_PAUSE_S)
            self._something.clear()
            self._write_waiting()
        self._write_waiting()

    def _write_waiting(self) -> None:
        while self._waiting:
            self._write_batch()

    def _write_batch(self) -> None:
        count = min(len(self._waiting), _BATCH)
        lines = [line for _ in range(count) for line in _lines(*self._waiting.popleft())]
        try:
            for piece in _pieces(line.encode("utf-8", "backslashreplace") for line in lines):
                self._stream.write(piece)
                self._stream.flush()
        except (OSError, ValueError):
            self.dropped += len(lines)


class JsonFormatter(logging.Formatter):
    """Formats the records of :mod:`logging` as the same lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line without its end."""
        members: dict[str, object] = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            members["traceback"] = self.formatException(record.exc_info)
        return _line(record.created, "message", members).rstrip("\n")


def log_as_json(stream: Any = None) -> logging.Handler:
    """Make every logger of this process write JSON, and silence those that repeat what a client sent."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in _SILENCED:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return handler


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join whole lines to pieces that are written at once."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > _PIECE_BYTES:
            yield piece
            piece = b""
        piece += line
    yield piece


def _lines(at: float, event: str, what: dict[str, Any] | Sequence[str]) -> Iterable[str]:
    if isinstance(what, dict):
        return (_line(at, event, what),)
    start = f'{{"time": "{_moment(at)}", '
    return [f"{start}{rest}\n" for rest in what]


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(at: float, event: str, members: dict[str, Any]) -> str:
    kept = {name: _short(name, value) for name, value in members.items() if value not in ("", None)}
    return json.dumps({"time": _moment(at), "event": event, **kept}) + "\n"


def _short(name: str, value: object) -> object:
    is_long = isinstance(value, str) and len(value) > _MOST_LETTERS and name != "traceback"
    return f"{value[:_MOST_LETTERS]}…" if is_long and isinstance(value, str) else value
