"""Serving from one process, where a system has no means to confine a query: to this machine only."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from poca_kg.errors import UsageError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.service.configuration import Configuration
from poca_kg.service.ears import Ears
from poca_kg.service.graph_source import GraphSource
from poca_kg.settings import is_loopback
from poca_kg.web import create_app, serve

__all__ = ["serve_alone"]


def serve_alone(configuration: Configuration, source: GraphSource, ears: Ears) -> None:
    """Serve until interrupted; each query still runs in a process that is killed when its time is over.

    The graph stays the one that it begins with.

    Raises
    ------
    UsageError
        For an address that others reach, and for writes: both need Linux.
    """
    if not is_loopback(configuration.host) or configuration.writing is not None:
        what = "this system cannot confine what others send: it serves this machine, and takes no writes"
        raise UsageError(what, advice="serve on Linux")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    with Sandbox.start(source.graph, configuration.limits) as sandbox:
        store = SandboxedStore(sandbox)
        app = create_app(
            KnowledgeGraph(store),
            max_query_bytes=configuration.max_query_bytes,
            max_body_bytes=configuration.max_body_bytes,
        )

        def listening(address: str) -> None:
            ears.listening(address, store.version, store.size())

        serve(app, configuration.host, configuration.port, tell=_nothing, listening=listening)


def _nothing(text: str) -> None:
    del text


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End as by Ctrl-C."""
    del number, frame
    raise KeyboardInterrupt
