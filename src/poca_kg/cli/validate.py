"""``poca-kg validate``: files of the user, or the built dataset, against the project's shapes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from poca_kg.cli.built import dataset_directory, validate_built, validate_current, write_report
from poca_kg.cli.output import emit, message, progress_reporter
from poca_kg.errors import InputError, NotFoundError
from poca_kg.settings import Settings, read_settings
from poca_kg.validate import (
    Report,
    Severity,
    View,
    render_json,
    render_text,
    render_turtle,
    validate_files,
)

__all__ = ["validate_command"]

_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


@click.command(name="validate")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "ttl"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs, or the W3C validation report in Turtle.",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.VIOLATION.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--context",
    multiple=True,
    metavar="FILE",
    help="A file that describes what FILEs refer to; it is seen, but not judged. May be repeated.",
)
@click.option("--lang", "language", type=click.Choice(["en", "it"]), default="en", show_default=True)
@click.option("--all", "every", is_flag=True, help="Show every case of every rule, not only the first 20.")
@click.option("--quiet", is_flag=True, help="Say nothing where there is nothing to say but that all is well.")
@click.pass_context
def validate_command(  # noqa: PLR0913, PLR0917  (click gives every option its parameter)
    ctx: click.Context,
    files: tuple[str, ...],
    output_format: str,
    fail_on: str,
    context: tuple[str, ...],
    language: str,
    every: bool,
    quiet: bool,
) -> None:
    """Check FILEs (Turtle, N-Triples, TriG, N-Quads, RDF/XML, JSON-LD; - for Turtle on stdin) together.

    Without files the built dataset is checked, and its report kept beside it for `poca-kg publish`; where
    nothing was built, the current graph, or the one that the package carries.

    \b
    Exit codes: 0 it conforms, 1 there are findings, 2 wrong usage,
    3 a file cannot be read (with file:line:column).
    """  # noqa: D301  (click's mark: keep these lines)
    settings = read_settings()
    with progress_reporter(quiet=quiet) as progress:
        progress("checking against the shapes")
        if files:
            report = validate_files(files, settings.ontology_dir, context=context, language=language)
        elif context:
            raise click.UsageError("--context goes with files; the built dataset has its own")
        else:
            report, kept = _own_report(settings, language)
    failed = bool(report.worse_or_equal(Severity(fail_on)))
    if not (quiet and output_format == "text" and not report.results):
        _show(report, output_format, None if every else 20)
    if failed:
        ctx.exit(1)
    if not files and kept and not quiet:
        message("the report lies beside the dataset; `poca-kg publish` makes it current")


def _own_report(settings: Settings, language: str) -> tuple[Report, bool]:
    """Return the report on what is at hand without files, and whether it is kept for `publish`."""
    try:
        directory = dataset_directory(settings)
    except NotFoundError:
        version, report = validate_current(settings, language=language)
        message(f"no dataset was built here; what is checked is the current graph, {version}")
        return report, False
    report = validate_built(directory, settings.ontology_dir, language=language)
    return report, _keep(report, directory)


def _keep(report: Report, directory: Path) -> bool:
    """Keep the report for `publish`; what cannot be kept is still shown."""
    try:
        write_report(report, directory)
    except InputError as error:
        message(str(error))
        return False
    return True


def _show(report: Report, output_format: str, most_per_rule: int | None) -> None:
    if output_format == "json":
        emit(render_json(report))
    elif output_format == "ttl":
        emit(render_turtle(report))
    else:
        emit(render_text(report, View(most_per_rule, _paint if _coloured() else None)))


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _paint(word: str, severity: Severity) -> str:
    return click.style(word, fg=_COLOURS[severity], bold=True)
