"""poca-kg: a knowledge graph of post-carbon cities, policies and institutions that answers with evidence.

>>> import poca_kg
>>> poca_kg.PocaError.__name__
'PocaError'

``poca_kg.open()`` gives the graph; everything else follows from it. Importing this package does nothing but
declare names: what a call needs is imported by that call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poca_kg.errors import (
    BuildError,
    FilePlace,
    InputError,
    LimitError,
    NotFoundError,
    PocaError,
    Problem,
    QuerySyntaxError,
    RemoteAccessError,
    SettingError,
    UnknownNameError,
    UsageError,
)

if TYPE_CHECKING:
    from poca_kg.knowledge_graph import KnowledgeGraph
    from poca_kg.knowledge_graph import open_graph as open  # noqa: A004
    from poca_kg.vocabulary.prefixes import expand_curie

    __version__: str

__all__ = [
    "BuildError",
    "FilePlace",
    "InputError",
    "KnowledgeGraph",
    "LimitError",
    "NotFoundError",
    "PocaError",
    "Problem",
    "QuerySyntaxError",
    "RemoteAccessError",
    "SettingError",
    "UnknownNameError",
    "UsageError",
    "__version__",
    "expand_curie",
    "open",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for only when it is asked for."""
    if name == "__version__":
        from poca_kg.build.dataset import package_version  # noqa: PLC0415

        return package_version()
    if name in ("KnowledgeGraph", "open"):
        from poca_kg import knowledge_graph  # noqa: PLC0415

        return knowledge_graph.open_graph if name == "open" else knowledge_graph.KnowledgeGraph
    if name == "expand_curie":
        from poca_kg.vocabulary.prefixes import expand_curie  # noqa: PLC0415

        return expand_curie
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
