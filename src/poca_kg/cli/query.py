"""``poca-kg query``: ask the graph in SPARQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

import poca_kg
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit, emit_bytes, emit_table
from poca_kg.cli.streams import read_stdin
from poca_kg.cli.tables import markdown_table, readable_cells, to_json_lines
from poca_kg.errors import FilePlace, InputError, UsageError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import query_form

__all__ = ["query_command"]

_ENGINE = {"json": ResultFormat.JSON, "csv": ResultFormat.CSV, "tsv": ResultFormat.TSV}
_GRAPHS = {"ttl": RdfSyntax.TURTLE, "nt": RdfSyntax.N_TRIPLES}
_SHAPES = ("table", "json", "jsonl", "csv", "tsv", "ttl", "nt", "md")


@click.command(name="query")
@click.argument("text", required=False)
@click.option("-f", "--file", "file", metavar="FILE", help="Read the query from a file; - is stdin.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(_SHAPES),
    help="How to write the answer; by default a table, and Turtle for CONSTRUCT and DESCRIBE.",
)
@data_option
@click.pass_context
def query_command(
    ctx: click.Context, text: str | None, file: str | None, shape: str | None, data: Path | None
) -> None:
    """Ask the graph in SPARQL 1.1.

    The prefixes of the project need no PREFIX line. An ASK that is false ends with exit code 1.
    """
    query = _read_query(text, file)
    form = query_form(query)
    shape = shape or ("ttl" if form.gives_triples else "table")
    if form.gives_triples and shape not in _GRAPHS:
        raise UsageError(f"{form.value} gives a graph, not a {shape}", advice="ask for --format ttl or nt")
    if not form.gives_triples and shape in _GRAPHS:
        raise UsageError(
            f"{form.value} gives no graph", advice="ask for --format table, json, jsonl, csv, tsv or md"
        )
    with poca_kg.open(data) as graph:
        yes = _answer(graph, query, shape)
    if not yes and form.value == "ASK":
        ctx.exit(1)


def _answer(graph: KnowledgeGraph, query: str, shape: str) -> bool:
    """Write the answer; return whether it says yes or holds anything."""
    if shape in _GRAPHS:
        emit_bytes(graph.serialise(query, _GRAPHS[shape]))
        return True
    rows = graph.query(query)
    if shape in _ENGINE:
        emit_bytes(graph.serialise(query, _ENGINE[shape]))
    elif shape == "md":
        emit(markdown_table(rows))
    elif shape == "jsonl":
        emit(to_json_lines(rows))
    else:
        emit_table(rows.variables, readable_cells(rows))
    return bool(rows)


def _read_query(text: str | None, file: str | None) -> str:
    if (text is None) == (file is None):
        raise UsageError(
            "there must be one query", advice="give it as TEXT, or in a file by -f FILE, or by -f -"
        )
    if text is not None:
        return text
    if not file:
        raise UsageError("the name of the file is empty", advice="name a file, or - for stdin")
    place = FilePlace(file)
    try:
        data = read_stdin() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        what = "the query is not UTF-8 text"
        raise InputError(what, place=replace(place, line=line), advice="save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"the query cannot be read: {reason}", place=place) from None
