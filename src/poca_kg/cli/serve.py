"""``poca-kg serve``: SPARQL endpoint and pages over HTTP."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import click
from werkzeug.serving import make_server

import poca_kg
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import message
from poca_kg.errors import LimitError
from poca_kg.settings import read_settings
from poca_kg.web import create_app

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
    host = settings.host if host is None else host
    port = settings.port if port is None else port
    with poca_kg.open(data) as graph:
        app = create_app(graph)
        try:
            server = make_server(host, port, app, threaded=True)
        except OSError as error:
            raise LimitError(
                f"{host}:{port} cannot be listened on: {error.strerror}", advice="choose another --port"
            ) from error
        if not _is_loopback(host):
            message(
                "poca-kg: queries run in this process without a time limit: serve to people you trust only"
            )
        message(
            f"poca-kg {graph.version} at http://{_bracketed(host)}:{server.server_port}/ (Ctrl-C ends it)"
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            message("poca-kg: ended")
        finally:
            server.server_close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
