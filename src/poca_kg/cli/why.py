"""``poca-kg why``: where a triple comes from."""

from __future__ import annotations

import json
from pathlib import Path

import click

import poca_kg
from poca_kg.analysis import explanation_lines, explanation_to_json
from poca_kg.cli.opening import data_option
from poca_kg.cli.output import emit
from poca_kg.cli.paragraphs import emit_paragraph

__all__ = ["why_command"]


@click.command(name="why")
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@data_option
def why_command(subject: str, predicate: str, object_: str, shape: str, data: Path | None) -> None:
    """Tell where a triple comes from: a place in a document, a row, a rule, a file, or the catalogue.

    Write IRIs in angle brackets or as prefixed names, literals as in N-Triples, for example:

    \b
    poca-kg why statement:s24 poca:about field:research-and-development
    poca-kg why city:turin rdfs:label '"Turin"@en'
    """  # noqa: D301  (click's mark: keep these lines)
    with poca_kg.open(data) as graph:
        explanations = graph.why(subject, predicate, object_)
    if shape == "json":
        told = [explanation_to_json(explanation) for explanation in explanations]
        emit(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for explanation in explanations:
        for depth, text in explanation_lines(explanation):
            emit_paragraph(text, depth=depth)
