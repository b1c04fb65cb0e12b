"""``poca-kg publish``: makes the built dataset the current snapshot, if it conforms."""

from __future__ import annotations

import io
import json
from pathlib import Path

import click

from poca_kg.cli.built import REPORT_FILES, dataset_directory, known_to_conform, validate_built, write_report
from poca_kg.cli.output import emit, message, progress_reporter
from poca_kg.settings import read_settings
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.snapshot import Snapshot, publish
from poca_kg.validate import RECORD_FILE, render_text
from poca_kg.vocabulary.iris import graph_iri

__all__ = ["publish_command", "tell"]


@click.command(name="publish")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How version and place of the snapshot are told.",
)
@click.option("--quiet", is_flag=True, help="No messages on the way.")
@click.pass_context
def publish_command(ctx: click.Context, output_format: str, quiet: bool) -> None:
    """Make the built dataset the current snapshot.

    It is validated first, unless the report beside it says that this version conforms. With a violation
    nothing is published, the report goes to stderr and the exit code is 1.
    """
    settings = read_settings()
    directory = dataset_directory(settings)
    with progress_reporter(quiet=quiet) as progress:
        report = None
        if not known_to_conform(directory):
            progress("checking against the shapes")
            checked = validate_built(directory, settings.ontology_dir)
            report = checked.report
            write_report(checked, directory)
        if report is None or report.conforms:
            progress("making the snapshot")
            snapshot = publish(directory, settings.data_dir, extra=_further_files(directory))
    if report and not report.conforms:
        message(render_text(report))
        message("nothing was published: the dataset breaks the shapes")
        ctx.exit(1)
    tell(snapshot, output_format)


def tell(snapshot: Snapshot, output_format: str) -> None:
    """Write version and place of the current snapshot."""
    if output_format == "json":
        emit(json.dumps({"version": snapshot.version, "directory": str(snapshot.directory)}, indent=2))
    else:
        emit(f"{snapshot.version} is current, in {snapshot.directory}")


def _further_files(directory: Path) -> dict[str, bytes]:
    """Return what a snapshot holds beside the dataset: the reports, what they rest on, and the catalogue."""
    kept = [name for name in (*REPORT_FILES, RECORD_FILE) if (directory / name).is_file()]
    files = {name: (directory / name).read_bytes() for name in kept}
    store = EmbeddedStore.from_nquads(directory / "graph.nq")
    catalogue = io.BytesIO()
    store.dump(catalogue, format=RdfSyntax.TURTLE, graph=str(graph_iri("catalogue")))
    store.close()
    return files | {"catalogue.ttl": catalogue.getvalue()}
