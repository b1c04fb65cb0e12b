"""The option that every asking command shares: which graph to open."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["data_option"]

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Graph to open: a data folder, a snapshot, or a file; by default the current one.",
)
