"""What the writer process is told when it starts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["WriterOrder"]

_MIB = 1 << 20


@dataclass(frozen=True)
class WriterOrder:
    """Where the graph lies, and what one write may use.

    >>> order = WriterOrder(Path("data"), Path("ontology"))
    >>> WriterOrder.from_json(order.to_json()) == order
    True
    """

    data_dir: Path
    """The folder of the snapshots; its lock is held for as long as the writer lives."""

    ontology_dir: Path
    """The shapes that each write is checked against."""

    unvalidated: bool = False
    """Leave the shapes out."""

    timeout_s: float = 60.0
    """How long one write may be staged and checked."""

    memory_bytes: int = 2048 * _MIB
    """How much memory one write may add."""

    stack_bytes: int = 512 * _MIB
    """The stack that it runs on."""

    max_body_bytes: int = 64 * _MIB
    """The longest request."""

    keep: int = 8
    """How many snapshots that came from writes are kept."""

    stored_from: int = 200_000
    """From how many triples on a snapshot gets a store on disk: memory holds fewer within half a second."""

    switch_s: float = 10.0
    """How long an acknowledgement waits at most until the fronts serve the new snapshot."""

    def to_json(self) -> str:
        """Return the order as JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> WriterOrder:
        """Return what :meth:`to_json` wrote."""
        told = json.loads(text)
        data_dir, ontology_dir = Path(told.pop("data_dir")), Path(told.pop("ontology_dir"))
        return cls(data_dir, ontology_dir, **told)
