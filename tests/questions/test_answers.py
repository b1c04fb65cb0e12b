"""Each competency question gives exactly the expected rows, on the tiny dataset and on the real one."""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

from rdflib import URIRef

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.vocabulary.prefixes import shorten_iri

EXPECTED = Path(__file__).parent / "expected"
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def cell(term) -> str:
    if term is None:
        return ""
    return shorten_iri(term) if isinstance(term, URIRef) else str(term)


def as_csv(rows) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.variables)
    writer.writerows([cell(term) for term in row] for row in rows)
    return out.getvalue()


def values(text: str) -> list[list[str | Decimal]]:
    return [[value(written) for written in line] for line in csv.reader(io.StringIO(text))]


def value(written: str) -> str | Decimal:
    return Decimal(written) if NUMBER.fullmatch(written) else written


def test_a_question_gives_the_expected_rows(graph, profile, question_id):
    file = EXPECTED / profile / f"{question_id}.csv"
    found = as_csv(graph.ask(question_id))
    assert values(found) == values(file.read_text(encoding="utf-8")), f"{file} should hold:\n{found}"


def test_a_question_has_an_answer(graph, question_id):
    assert graph.ask(question_id)


def test_every_file_of_expected_rows_belongs_to_a_question(profile, graph):
    files = {path.stem for path in (EXPECTED / profile).iterdir()}
    assert files == {question.id for question in graph.questions()}


def test_the_order_of_loading_does_not_change_an_answer(graph, dataset, question_id):
    lines = (dataset / "graph.nq").read_bytes().splitlines(keepends=True)
    turned = EmbeddedStore.in_memory()
    for half in (lines[len(lines) // 2 :][::-1], lines[: len(lines) // 2][::-1]):
        turned.load(b"".join(half), format=RdfSyntax.N_QUADS)
    rows = turned.query(next(one.query for one in graph.questions() if one.id == question_id)).rows
    assert rows == graph.ask(question_id).rows


def test_values_compare_as_values_and_codes_as_texts():
    assert values("8.0,001272,01\n") == values("8,001272,01\n")
    assert values("1\n") != values("01\n")
