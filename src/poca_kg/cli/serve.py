"""``poca-kg serve``: SPARQL endpoint and pages over HTTP."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click

import poca_kg
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit, message
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.settings import read_settings
from poca_kg.web import create_app, serve

__all__ = ["serve_command"]


@click.command(name="serve")
@click.option("--host", help="Address to listen on; by default POCA_KG_HOST, else 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; by default POCA_KG_PORT, else 8000; 0: any."
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one line on stdout with address, version and triples, once it listens.",
)
@data_option
def serve_command(host: str | None, port: int | None, shape: str, data: Path | None) -> None:
    """Serve the SPARQL endpoint and the pages until interrupted, or told to end by SIGTERM."""
    settings = read_settings()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    with poca_kg.open(data) as graph:
        message(f"poca-kg {graph.version or 'without a version'}: {graph.store.size()} triples")
        serve(
            create_app(graph),
            settings.host if host is None else host,
            settings.port if port is None else port,
            tell=message,
            listening=lambda address: _announce(graph, address) if shape == "json" else None,
        )


def _announce(graph: KnowledgeGraph, address: str) -> None:
    """Tell a program in one line where to ask."""
    emit(json.dumps({"address": address, "version": graph.version, "triples": graph.store.size()}))
    sys.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End as by Ctrl-C."""
    del number, frame
    raise KeyboardInterrupt
