"""What a job, an answer and all clients together may use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from poca_kg.errors import SettingError

__all__ = ["Limits"]

_MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The limits of a sandbox; times in seconds, sizes in bytes.

    >>> Limits(timeout_s=2).patience_s
    5.0
    """

    timeout_s: float = 10.0
    """How long a job may take, its waiting included; a caller may ask for less, never for more."""

    memory_bytes: int = 2048 * _MIB
    """How much memory a job may add to the graph that its worker shares."""

    stack_bytes: int = 512 * _MIB
    """The stack that a job runs on: nesting needs it."""

    answer_bytes: int = 1024 * _MIB
    """The largest answer."""

    buffer_bytes: int = 4 * _MIB
    """How much of an answer is held in memory; the rest goes to a file."""

    spool_dir: Path | None = None
    """Where those files lie; the system's folder for temporary files unless said otherwise."""

    workers: int = 4
    """How many jobs run at a time."""

    express: int = 2
    """How many more may run for a moment while those before them take long."""

    express_s: float = 0.1
    """How long that moment is."""

    stuck_s: float = 0.25
    """How long no job must have finished before there is an express lane."""

    spares: int = 2
    """How many workers stand ready beyond those, to take the place of killed ones."""

    borrowers: int = 0
    """How many more hold connections of clients and answer on them."""

    queue: int = 64
    """How many jobs may wait."""

    patience_s: float = 5.0
    """How long a job waits at most before it is refused; never more than three quarters of its time."""

    share_s: float | None = None
    """Seconds of work that one client may use per minute; ``None`` sets no share."""

    def __post_init__(self) -> None:
        """Refuse limits under which nothing could run."""
        may_be_zero = {"borrowers", "express", "spares", "queue", "patience_s"}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int | float) and (value < 0 or (value == 0 and one.name not in may_be_zero)):
                raise SettingError(f"the limit {one.name} cannot be {value}", advice="give a positive number")

    @property
    def processes(self) -> int:
        """How many workers are kept alive."""
        return self.workers + self.express + self.spares + self.borrowers
