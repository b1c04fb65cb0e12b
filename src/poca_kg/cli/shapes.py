"""``poca-kg shapes``: what each rule checks, why, and a good and a bad example of it."""

from __future__ import annotations

import click

from poca_kg.cli.output import emit, emit_table
from poca_kg.errors import UnknownNameError
from poca_kg.settings import read_settings
from poca_kg.validate.phrases import phrase
from poca_kg.validate.rulebook import (
    Entry,
    Rulebook,
    as_json,
    as_markdown,
    as_text,
    as_turtle,
    read_rulebook,
)
from poca_kg.vocabulary.labels import LANGUAGES

__all__ = ["shapes_command"]

_HEADERS = {"en": ("rule", "name", "severity", "module"), "it": ("regola", "nome", "gravità", "modulo")}


@click.command(name="shapes")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "md", "ttl"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs, Markdown for pages, or the shapes themselves in Turtle.",
)
@click.option("--module", metavar="MODULE", help="Only those of one module, such as territory.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=LANGUAGES[0],
    show_default=True,
    help="Language of titles, reasons and messages.",
)
def shapes_command(names: tuple[str, ...], shape: str, module: str | None, language: str) -> None:
    """List the rules of this project, or explain those with the given NAMEs.

    A NAME is what a report gives as `rule`: City-atLevel, pocash:City-atLevel, or the whole IRI.
    """
    book = read_rulebook(read_settings().ontology_dir)
    chosen = [book.resolve(name) for name in names] or list(book.names)
    if module is not None:
        known = set(book.modules.values())
        if module not in known:
            raise UnknownNameError("module", module, known)
        chosen = [name for name in chosen if book.modules.get(name) == module]
    if shape == "text" and not names:
        _emit_list(book, chosen, language)
        return
    emit(_written(book, [book.entry(name, language) for name in chosen], shape, language))


def _emit_list(book: Rulebook, names: list[str], language: str) -> None:
    rows = [
        (f"pocash:{line.name}", line.title, phrase(line.severity.value, language), line.module)
        for line in (book.line(name, language) for name in names)
    ]
    emit_table(_HEADERS[language], rows)


def _written(book: Rulebook, entries: list[Entry], shape: str, language: str) -> str:
    if shape == "json":
        return as_json(entries, language)
    if shape == "ttl":
        return as_turtle(book, entries)
    if shape == "md":
        iris = {name: str(book.iri(name)) for name in book.names}
        return "\n".join(as_markdown(entry, language, iris.__getitem__) for entry in entries)
    return "\n\n\n".join(as_text(entry, language) for entry in entries)
