"""Debts have numbers that may only fall."""

import re
from pathlib import Path

import pytest
from rdflib import Graph

import poca_kg
from poca_kg.validate import Severity, validate_graph

ROOT = Path(__file__).resolve().parents[2]
WARNINGS_AT_MOST = 0


@pytest.fixture(scope="module")
def report(published_graph):
    with poca_kg.open(published_graph) as kg:
        return kg.validate()


def test_the_number_of_warnings_only_falls(report):
    assert report.count(Severity.WARNING) <= WARNINGS_AT_MOST


def test_a_warning_is_counted():
    graph = Graph().parse(
        data="<http://example.org/s> a <https://w3id.org/poca-kg/def/Vewpoint> .", format="turtle"
    )
    assert validate_graph(graph, ROOT / "ontology").count(Severity.WARNING) == 1


def test_nothing_is_violated(report):
    assert report.conforms, str(report.results[:3])


def test_the_changelog_counts_the_questions_right(published_graph):
    words = {"seventeen": 17, "eighteen": 18}
    with poca_kg.open(published_graph) as kg:
        count = len(kg.questions())
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    told = re.search(r"(\w+) competency questions", text)
    assert told
    assert words[told.group(1).lower()] == count
