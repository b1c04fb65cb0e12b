"""poca-kg: a knowledge graph of post-carbon cities, policies and institutions that answers with evidence.

>>> import poca_kg
>>> poca_kg.PocaError.__name__
'PocaError'

``poca_kg.open()`` gives the graph; everything else follows from it: the other names are what its methods
return, for annotations, and what they raise. Importing this package does nothing but
declare names: what a call needs is imported by that call.
"""

from __future__ import annotations

from importlib import import_module
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
from poca_kg.settings import package_version

if TYPE_CHECKING:
    from poca_kg.analysis.explanation import Explanation
    from poca_kg.analysis.information import Info
    from poca_kg.analysis.questions import Question
    from poca_kg.analysis.rows import Rows
    from poca_kg.knowledge_graph import KnowledgeGraph
    from poca_kg.knowledge_graph import open_graph as open  # noqa: A004
    from poca_kg.validate.report import Report
    from poca_kg.vocabulary.prefixes import expand_curie

    __version__: str

__all__ = [
    "BuildError",
    "Explanation",
    "FilePlace",
    "Info",
    "InputError",
    "KnowledgeGraph",
    "LimitError",
    "NotFoundError",
    "PocaError",
    "Problem",
    "QuerySyntaxError",
    "Question",
    "RemoteAccessError",
    "Report",
    "Rows",
    "SettingError",
    "UnknownNameError",
    "UsageError",
    "__version__",
    "expand_curie",
    "open",
]

_HOMES = {
    "Explanation": ("poca_kg.analysis.explanation", "Explanation"),
    "Info": ("poca_kg.analysis.information", "Info"),
    "KnowledgeGraph": ("poca_kg.knowledge_graph", "KnowledgeGraph"),
    "Question": ("poca_kg.analysis.questions", "Question"),
    "Report": ("poca_kg.validate.report", "Report"),
    "Rows": ("poca_kg.analysis.rows", "Rows"),
    "expand_curie": ("poca_kg.vocabulary.prefixes", "expand_curie"),
    "open": ("poca_kg.knowledge_graph", "open_graph"),
}
"""Where each name lives that is imported only when it is asked for."""


def __getattr__(name: str) -> Any:
    """Import what is asked for only when it is asked for."""
    if name == "__version__":
        return package_version()
    if name in _HOMES:
        module, own_name = _HOMES[name]
        return getattr(import_module(module), own_name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
