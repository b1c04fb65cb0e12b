"""The parents of workers: one over the snapshot that is served, others while theirs are being left."""

from __future__ import annotations

from pathlib import Path

from poca_kg.sandbox.limits import Limits
from poca_kg.service.control import Message
from poca_kg.store.snapshot import Snapshot

__all__ = ["Parents"]


class Parents:
    """Raises a parent for each snapshot; used on one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.address: Message = {}

    async def raise_over(self, graph: Snapshot | Path) -> str:
        """Load a graph beside the one that is served, and return its version."""
        if isinstance(graph, Snapshot):
            self.address = {"path": str(graph.directory), "version": graph.version}
            return graph.version
        self.address = {"path": str(graph), "version": ""}
        return ""

    async def leave(self) -> None:
        """End the parent of the snapshot before, once the last of its workers is given back."""

    async def close(self) -> None:
        """End every parent; their workers end with them."""
