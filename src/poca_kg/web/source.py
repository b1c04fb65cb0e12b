"""What the application answers from: a graph, the version it shows, and its store for one caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.store.protocol import Store

__all__ = ["Source"]

_Told = TypeVar("_Told")


@dataclass(frozen=True)
class Source:
    """A graph; ``is_changing`` where writes go into its own store, so that no version says what it holds."""

    graph: KnowledgeGraph
    is_changing: bool = False

    @property
    def version(self) -> str:
        """The version that new requests see; empty if the graph has none, or changes under it."""
        return "" if self.is_changing else self.graph.version

    def store_for(self, client: str | None, timeout_s: float | None = None) -> Store:
        """Return the store for one request: in a sandbox, under the client's share and time limit."""
        store = self.graph.store
        return store.for_caller(client or "", timeout_s) if isinstance(store, SandboxedStore) else store

    def tell(self, ask: Callable[[], _Told]) -> tuple[_Told, str]:
        """Return what is asked with the version that it comes from; if that changes meanwhile, ask again."""
        while True:
            version = self.version
            told = ask()
            if self.version == version:
                return told, version
