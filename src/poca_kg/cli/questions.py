"""``poca-kg questions``: the competency questions with their answers."""

from __future__ import annotations

import json
from pathlib import Path

import click

import poca_kg
from poca_kg.analysis import Question, Rows, find_question
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit, emit_table
from poca_kg.cli.paragraphs import emit_paragraph
from poca_kg.cli.tables import json_value, markdown_table, readable_cells

__all__ = ["questions_command"]


@click.command(name="questions")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--format", "shape", type=click.Choice(["table", "json", "md"]), default="table", show_default=True
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "it"]),
    default="en",
    show_default=True,
    help="Language of the questions.",
)
@data_option
def questions_command(ids: tuple[str, ...], shape: str, language: str, data: Path | None) -> None:
    """Answer the competency questions: all of them, or those with the given IDs (cq-005, or short 5)."""
    with poca_kg.open(data) as graph:
        asked = [find_question(graph.store, one) for one in ids] if ids else list(graph.questions())
        answered = [(question, graph.query(question.query)) for question in asked]
    if shape == "json":
        emit(_as_json(answered, language))
        return
    for question, rows in answered:
        head = f"{question.id}: {question.text(language)}"
        if shape == "md":
            emit(f"## {head}\n\n{markdown_table(rows)}\n\n")
        else:
            emit_paragraph(head)
            emit_table(rows.variables, readable_cells(rows))


def _as_json(answered: list[tuple[Question, Rows]], language: str) -> str:
    told = [
        {"id": question.id, "question": question.text(language), "rows": rows.to_dicts()}
        for question, rows in answered
    ]
    return json.dumps(told, indent=2, ensure_ascii=False, default=json_value)
