"""``poca-kg validate``: files of the user, a store, or the built dataset, against shapes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from poca_kg.cli.built import dataset_directory, find_start, validate_built, validate_current, write_report
from poca_kg.cli.collecting import collect_seldom
from poca_kg.cli.output import emit, message, progress_reporter
from poca_kg.cli.streams import read_stdin
from poca_kg.errors import FilePlace, InputError, NotFoundError
from poca_kg.settings import Settings, read_settings
from poca_kg.store.formats import RdfSyntax, find_syntax
from poca_kg.store.protocol import Document
from poca_kg.validate import (
    RENDERINGS,
    Checked,
    EndpointSource,
    Engine,
    Report,
    Severity,
    Shapes,
    View,
    find_files,
    read_rules,
    validate_endpoint,
    validate_files,
)

__all__ = ["validate_command"]

_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_SHOWN_PER_RULE = 20
_STDIN = "-"
_SYNTAXES = [syntax.suffix.lstrip(".") for syntax in RdfSyntax]


@dataclass(frozen=True)
class _Options:
    """What the command line says; see the help of each option."""

    files: tuple[str, ...]
    shapes: tuple[str, ...]
    store: str | None
    graphs: tuple[str, ...]
    timeout: float
    engine: str
    context: tuple[str, ...]
    stdin_format: str
    output_format: str
    fail_on: str
    most: int | None
    language: str
    every: bool
    quiet: bool
    since: str | None

    @property
    def has_rules(self) -> bool:
        """Whether the user brought shapes."""
        return bool(self.shapes)

    def rules(self, settings: Settings) -> Path | Shapes:
        """Return the shapes of the user alone, or the folder of the project's."""
        if not self.has_rules:
            return settings.ontology_dir
        return Shapes.alone(read_rules(find_files(self.shapes)))

    def documents(self, patterns: tuple[str, ...]) -> list[str | Document]:
        """Return the files that patterns fit, the standard input as a document in its syntax."""
        return [self._stdin() if name == _STDIN else name for name in find_files(patterns)]

    def _stdin(self) -> Document:
        try:
            return Document(read_stdin(), find_syntax(self.stdin_format), _STDIN)
        except InputError as error:
            raise InputError(error.what, place=FilePlace(_STDIN), advice=error.advice) from error


@click.command(name="validate")
@click.argument("files", nargs=-1, metavar="[DATA]...")
@click.option(
    "--shapes",
    multiple=True,
    metavar="FILE",
    help="Shapes of your own, in place of the project's. May be repeated, and may be a quoted pattern.",
)
@click.option("--store", metavar="URL", help="Check a store by its SPARQL endpoint; nothing is downloaded.")
@click.option(
    "--graph", "graphs", multiple=True, metavar="IRI", help="A graph of the store to check. May be repeated."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds that the store may be silent.",
)
@click.option(
    "--engine",
    type=click.Choice([engine.value for engine in Engine]),
    default=Engine.AUTO.value,
    show_default=True,
    help="Judge with the compiler, with pyshacl, or with the compiler where it covers the shapes.",
)
@click.option(
    "--context",
    multiple=True,
    metavar="FILE",
    help="A file that describes what DATA refers to; of it only what DATA names is judged. May be repeated.",
)
@click.option(
    "--stdin-format",
    type=click.Choice(_SYNTAXES),
    default="ttl",
    show_default=True,
    help="The syntax of what comes by the standard input (-).",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(list(RENDERINGS)),
    default="text",
    show_default=True,
    help="Text for people, JSON, JUnit and SARIF for programs, ttl for the W3C validation report.",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.VIOLATION.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--max",
    "most",
    type=click.IntRange(min=1),
    metavar="N",
    help="Show the N worst results; all are counted.",
)
@click.option(
    "--since",
    metavar="VERSION",
    help="Judge only what has changed since this snapshot; in doubt all is judged, and the report says so.",
)
@click.option("--lang", "language", type=click.Choice(["en", "it"]), default="en", show_default=True)
@click.option("--all", "every", is_flag=True, help="Show every case of every rule, not only the first 20.")
@click.option("--quiet", is_flag=True, help="Say nothing where there is nothing to say but that all is well.")
@click.pass_context
def validate_command(ctx: click.Context, /, **given: Any) -> None:
    """Check DATA (Turtle, N-Triples, TriG, N-Quads, RDF/XML, JSON-LD; - for the standard input) together.

    DATA are files, or patterns such as 'data/**/*.ttl'. Without DATA the built dataset is checked, and its
    report kept beside it for `poca-kg publish`; where nothing was built, the current graph, or the one that
    the package carries.

    \b
    Exit codes: 0 it conforms, 1 there are findings, 2 wrong usage,
    3 a file or store cannot be read (a file with file:line:column) or shapes cannot be used,
    4 a limit was reached, 5 output that cannot be written.
    """  # noqa: D301  (click's mark: keep these lines)
    options = _Options(**given)
    _check(options)
    settings = read_settings()
    with progress_reporter(quiet=options.quiet) as progress, collect_seldom():
        progress("checking against the shapes")
        report, is_kept = _report(options, settings)
    failed = report.fails(Severity(options.fail_on))
    is_well = report.nodes and not report.results
    if not (options.quiet and options.output_format == "text" and is_well):
        _show(report, options)
    if failed:
        ctx.exit(1)
    if is_kept and not options.quiet:
        message("the report lies beside the dataset; `poca-kg publish` makes it current")


def _check(options: _Options) -> None:
    """Refuse options that do not go together."""
    if options.store is not None and (options.files or options.context):
        raise click.UsageError("--store is checked by itself: leave out the files")
    if options.store is None and options.graphs:
        raise click.UsageError("--graph goes with --store")
    if options.context and not options.files:
        raise click.UsageError("--context goes with files; the built dataset has its own")
    if options.has_rules and not options.files and options.store is None:
        raise click.UsageError("--shapes goes with files or with --store; name what to check")
    if options.since is not None and (options.files or options.store is not None):
        raise click.UsageError("--since goes with the built dataset: leave out the files and the store")
    if options.since is not None and options.engine != Engine.AUTO:
        raise click.UsageError("--since chooses the engine itself: leave out --engine")
    if (options.files + options.context + options.shapes).count(_STDIN) > 1:
        raise click.UsageError("the standard input can be read only once")


def _report(options: _Options, settings: Settings) -> tuple[Report, bool]:
    """Return the report on what the command names, and whether it is kept for `publish`."""
    language, engine = options.language, Engine(options.engine)
    if options.store is not None:
        source = EndpointSource(options.store, graphs=options.graphs, timeout_s=options.timeout)
        try:
            return validate_endpoint(source, options.rules(settings), language=language, engine=engine), False
        finally:
            source.close()
    if not options.files:
        return _own_report(settings, options)
    report = validate_files(
        options.documents(options.files),
        options.rules(settings),
        context=options.documents(options.context),
        language=language,
        engine=engine,
    )
    return report, False


def _own_report(settings: Settings, options: _Options) -> tuple[Report, bool]:
    """Return the report on what is at hand without files, and whether it is kept for `publish`."""
    language, engine = options.language, Engine(options.engine)
    since = None if options.since is None else find_start(settings, options.since)
    try:
        directory = dataset_directory(settings)
    except NotFoundError:
        version, report = validate_current(settings, language=language, engine=engine, since=since)
        message(f"no dataset was built here; what is checked is the current graph, {version}")
        return report, False
    ontology = settings.ontology_dir
    checked = validate_built(directory, ontology, language=language, engine=engine, since=since)
    return checked.report, _keep(checked, directory)


def _keep(checked: Checked, directory: Path) -> bool:
    """Keep the report for `publish`; what cannot be kept is still shown."""
    try:
        write_report(checked, directory)
    except InputError as error:
        message(str(error))
        return False
    return True


def _show(report: Report, options: _Options) -> None:
    shown = report if options.most is None else report.limited(options.most)
    view = View(None if options.every else _SHOWN_PER_RULE, _paint if _coloured() else None)
    emit(RENDERINGS[options.output_format].render(shown, view))


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _paint(word: str, severity: Severity) -> str:
    return click.style(word, fg=_COLOURS[severity], bold=True)
