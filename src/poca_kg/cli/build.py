"""``poca-kg build``: from the curated sources to a dataset on disk."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from poca_kg.build import build_dataset, write_dataset
from poca_kg.cli.output import emit, emit_table, message, progress_reporter
from poca_kg.settings import read_settings
from poca_kg.store.manifest import Manifest
from poca_kg.vocabulary.licences import licence_name
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["build_command"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="build")
@click.option("--sources", type=_FOLDER, help="Folder of the sources.  [default: the project's]")
@click.option("--ontology", type=_FOLDER, help="Folder of the ontology.  [default: the project's]")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write.  [default: dataset in the data folder]"
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Show no progress, and no hint at the end.")
def build_command(
    sources: Path | None, ontology: Path | None, out: Path | None, form: str, quiet: bool
) -> None:
    """Build the dataset from the curated sources; write nothing when anything is wrong with them."""
    settings = read_settings()
    target = out or settings.data_dir / "dataset"
    with progress_reporter(quiet=quiet) as progress:
        built = build_dataset(
            sources or settings.sources_dir, ontology or settings.ontology_dir, progress=progress
        )
        write_dataset(built, target)
    if form == "json":
        emit(json.dumps({"directory": str(target), **dataclasses.asdict(built.manifest)}, indent=2))
    else:
        _show(built.manifest, target)
    if not quiet and target == settings.data_dir / "dataset":
        message("`poca-kg publish` checks it against the shapes and makes it the current one")


def _show(manifest: Manifest, target: Path) -> None:
    emit_table(
        ["graph", "triples", "licence", "title"],
        [[shorten_iri(g.iri), str(g.triples), licence_name(g.licence), g.title] for g in manifest.graphs],
        fold="title",
    )
    emit_table(
        ["table", "rows", "in the graph"],
        [[f"{t.source}/{t.table}", str(t.rows), str(t.represented)] for t in manifest.tables],
    )
    emit(f"version {manifest.version}: {manifest.triples} triples in {len(manifest.graphs)} graphs")
    emit(f"written to {target}")
