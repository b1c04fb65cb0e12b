"""``poca-kg rollback``: makes the snapshot that was current before the current one again."""

from __future__ import annotations

import click

from poca_kg.cli.publish import tell
from poca_kg.settings import read_settings
from poca_kg.store.snapshot import rollback

__all__ = ["rollback_command"]


@click.command(name="rollback")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How version and place of the snapshot are told.",
)
def rollback_command(output_format: str) -> None:
    """Make the previous snapshot current again; doing it twice comes back to where it began.

    Nothing is deleted, and readers see the one version or the other.
    """
    tell(rollback(read_settings().data_dir), output_format)
