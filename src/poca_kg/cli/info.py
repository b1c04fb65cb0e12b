"""``poca-kg info``: version, size and named graphs of the current dataset."""

from __future__ import annotations

import json
from pathlib import Path

import click

import poca_kg
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit, emit_table
from poca_kg.vocabulary.licences import licence_name
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["info_command"]


@click.command(name="info")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@data_option
def info_command(shape: str, data: Path | None) -> None:
    """Tell version, size and named graphs of the graph, each with its licence."""
    with poca_kg.open(data) as graph:
        info = graph.info()
    if shape == "json":
        emit(json.dumps(info.to_json(), indent=2, ensure_ascii=False))
        return
    emit(f"version {info.version or 'none'}, {info.triples} triples in {len(info.graphs)} graphs")
    emit_table(
        ["graph", "title", "triples", "licence"],
        [
            [shorten_iri(one.iri), one.title, str(one.triples), licence_name(one.licence)]
            for one in info.graphs
        ],
        fold="title",
    )
