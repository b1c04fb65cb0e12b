"""``poca-kg serve``: SPARQL endpoint and pages over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

import poca_kg
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import message
from poca_kg.settings import read_settings
from poca_kg.web import create_app, serve

__all__ = ["serve_command"]


@click.command(name="serve")
@click.option("--host", help="Address to listen on; by default POCA_KG_HOST, else 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; by default POCA_KG_PORT, else 8000; 0: any."
)
@data_option
def serve_command(host: str | None, port: int | None, data: Path | None) -> None:
    """Serve the SPARQL endpoint and the pages until interrupted."""
    settings = read_settings()
    with poca_kg.open(data) as graph:
        message(f"poca-kg {graph.version or 'without a version'}: {graph.store.size()} triples")
        serve(
            create_app(graph),
            settings.host if host is None else host,
            settings.port if port is None else port,
            tell=message,
        )
