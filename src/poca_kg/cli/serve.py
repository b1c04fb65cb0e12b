"""``poca-kg serve``: the SPARQL endpoint and the pages, until interrupted."""

from __future__ import annotations

import json
import os
import shutil
import sys
from functools import partial
from pathlib import Path

import click

from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit, message
from poca_kg.errors import UsageError
from poca_kg.sandbox.confinement import can_confine
from poca_kg.service.configuration import Configuration, Writing, check_surroundings, configure, read_token
from poca_kg.service.ears import Ears
from poca_kg.service.folders import clear_left, make_folder
from poca_kg.service.graph_source import GraphSource, find_source, make_scratch
from poca_kg.service.supervisor import supervise
from poca_kg.service.writer_order import WriterOrder
from poca_kg.settings import Settings, read_settings
from poca_kg.store.snapshot import Snapshot

__all__ = ["serve_command"]


@click.command(name="serve")
@click.option("--host", help="Address to listen on; by default POCA_KG_HOST, else 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; by default POCA_KG_PORT, else 8000; 0: any."
)
@click.option(
    "--query-timeout",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="How long a query may take; by default POCA_KG_QUERY_TIMEOUT, else 10.",
)
@click.option("--writes", is_flag=True, help="Take writes at /update and /data from who shows POCA_KG_TOKEN.")
@click.option("--empty", is_flag=True, help="Begin with an empty graph, which is gone when the service ends.")
@click.option("--unvalidated", is_flag=True, help="Check no write against the shapes.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one line on stdout with address, version and triples, once it listens.",
)
@data_option
def serve_command(  # noqa: PLR0913, PLR0917  (click gives every option its parameter)
    host: str | None,
    port: int | None,
    query_timeout: float | None,
    writes: bool,
    empty: bool,
    unvalidated: bool,
    shape: str,
    data: Path | None,
) -> None:
    """Serve the SPARQL endpoint and the pages until interrupted, or told to end by SIGTERM.

    A graph that is published meanwhile takes the place of the one that is served.
    """
    if empty and data is not None:
        raise UsageError("--empty begins with nothing, and --data with something", advice="leave one out")
    if unvalidated and not writes:
        raise UsageError("--unvalidated is about writes", advice="add --writes")
    settings = read_settings()
    writing = _writing(settings, unvalidated=unvalidated) if writes else None
    configuration = configure(settings, host=host, port=port, query_timeout=query_timeout, writing=writing)
    check_surroundings(configuration, os.environ, user=os.getuid() if hasattr(os, "getuid") else None)
    clear_left()
    scratch = make_folder("serve")
    try:
        source = make_scratch(scratch) if empty else find_source(data, settings.data_dir, scratch)
        ears = Ears(message, partial(_announce, shape))
        if can_confine():
            order = _order(settings, configuration, source) if writing else None
            supervise(configuration, source, ears, writer=order)
        else:
            from poca_kg.service.alone import serve_alone  # noqa: PLC0415  (brings Flask)

            serve_alone(configuration, source, ears)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    message("ended")


def _writing(settings: Settings, *, unvalidated: bool) -> Writing:
    return Writing(read_token(settings), unvalidated=unvalidated, timeout_s=settings.write_timeout)


def _order(settings: Settings, configuration: Configuration, source: GraphSource) -> WriterOrder:
    """Return what the writer is told."""
    if source.data_dir is None or not isinstance(source.graph, Snapshot):
        what = "writes make snapshots, and this graph is none"
        raise UsageError(what, advice="name a data folder with a published snapshot, or begin with --empty")
    return WriterOrder(
        source.data_dir,
        settings.ontology_dir,
        unvalidated=configuration.writing is not None and configuration.writing.unvalidated,
        timeout_s=settings.write_timeout,
        memory_bytes=settings.query_memory_bytes,
        max_body_bytes=4 * settings.max_body_bytes,
    )


def _announce(shape: str, address: str, version: str, triples: int) -> None:
    """Tell a person, and a program in one line, where to ask."""
    message(f"poca-kg {version or 'without a version'}: {triples} triples")
    message(f"serving at {address} (Ctrl-C ends it)")
    if shape == "json":
        emit(json.dumps({"address": address, "version": version, "triples": triples}))
        sys.stdout.flush()
