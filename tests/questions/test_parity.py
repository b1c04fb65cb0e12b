"""Library, command line and HTTP give the same answer to each question."""

import json

import pytest
from click.testing import CliRunner
from rdflib import BNode, Literal, URIRef

from poca_kg.analysis import Rows, find_question
from poca_kg.cli import main_group
from poca_kg.cli.tables import json_value
from poca_kg.store.protocol import Term
from poca_kg.web import create_app


def by_library(graph, question_id: str) -> list[dict]:
    rows = graph.ask(question_id).to_dicts()
    return json.loads(json.dumps(rows, default=json_value))


def by_command_line(dataset, question_id: str) -> list[dict]:
    arguments = ["questions", question_id, "--format", "json", "--data", str(dataset)]
    result = CliRunner().invoke(main_group, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    (told,) = json.loads(result.stdout)
    assert told["id"] == question_id
    return told["rows"]


def by_http(client, query: str) -> list[dict]:
    response = client.post(
        "/sparql", data={"query": query}, headers={"Accept": "application/sparql-results+json"}
    )
    assert response.status_code == 200
    names = tuple(response.json["head"]["vars"])
    bindings = response.json["results"]["bindings"]
    rows = Rows(names, tuple(tuple(term_of(row.get(name)) for name in names) for row in bindings))
    return json.loads(json.dumps(rows.to_dicts(), default=json_value))


def term_of(told: dict | None) -> Term | None:
    if told is None:
        return None
    if told["type"] == "uri":
        return URIRef(told["value"])
    if told["type"] == "bnode":
        return BNode(told["value"])
    datatype = told.get("datatype")
    return Literal(told["value"], lang=told.get("xml:lang"), datatype=URIRef(datatype) if datatype else None)


@pytest.fixture(scope="session")
def client(graph):
    return create_app(graph).test_client()


def test_library_command_line_and_http_give_the_same_rows(graph, dataset, client, question_id):
    expected = by_library(graph, question_id)
    assert expected
    assert by_command_line(dataset, question_id) == expected
    assert by_http(client, find_question(graph.store, question_id).query) == expected
