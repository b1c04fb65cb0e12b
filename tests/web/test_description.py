"""The numbers of the service description are those that queries count."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import VOID

from poca_kg.errors import BusyError, LimitError, QueryMemoryError, QueryTimeoutError
from poca_kg.web import description

DEFAULT = URIRef("http://localhost/sparql#default-graph")
COUNTS = {
    VOID.triples: "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    VOID.entities: "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(ISIRI(?s)) }",
    VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    VOID.distinctObjects: "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    VOID.classes: "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
}


def described(client: FlaskClient) -> Graph:
    return Graph().parse(client.get("/sparql").data, format="turtle")


def counted(client: FlaskClient, query: str) -> int:
    return int(client.get("/sparql", query_string={"query": query, "format": "csv"}).text.split()[1])


def test_every_count_is_that_of_a_query(client: FlaskClient) -> None:
    graph = described(client)
    for name, query in COUNTS.items():
        assert list(graph.objects(DEFAULT, name)) == [Literal(counted(client, query))], name


def test_every_partition_is_counted_by_a_query(client: FlaskClient) -> None:
    graph = described(client)
    parts = 0
    for link, key, size, pattern in (
        (VOID.classPartition, VOID["class"], VOID.entities, "?s a <%s>"),
        (VOID.propertyPartition, VOID.property, VOID.triples, "?s <%s> ?o"),
    ):
        for part in graph.objects(DEFAULT, link):
            query = f"SELECT (COUNT(*) AS ?n) {{ {pattern % graph.value(part, key)} }}"
            assert graph.value(part, size) == Literal(counted(client, query))
            parts += 1
    assert parts == counted(client, COUNTS[VOID.classes]) + counted(client, COUNTS[VOID.properties])


def test_two_descriptions_of_the_same_are_the_same_to_the_letter(client: FlaskClient) -> None:
    assert client.get("/sparql").data == client.get("/sparql").data


def test_the_description_of_a_writable_service_says_so_and_keeps_up(
    client: FlaskClient, writer: FlaskClient
) -> None:
    sd = "http://www.w3.org/ns/sparql-service-description#"
    update = (None, URIRef(f"{sd}supportedLanguage"), URIRef(f"{sd}SPARQL11Update"))
    assert update not in described(client)
    assert update in described(writer)
    for count in (0, 1):
        assert described(writer).value(DEFAULT, VOID.triples) == Literal(count)
        writer.put(
            "/data?graph=http://e/g", data=b"<http://e/a> <http://e/p> 1 .", content_type="text/turtle"
        )
        graphs = list(described(writer).objects(None, URIRef(f"{sd}name")))
        assert graphs == [URIRef("http://e/g")]


@pytest.mark.parametrize("error", [QueryTimeoutError("too long"), QueryMemoryError("too much")])
def test_what_cannot_be_counted_in_time_is_left_out_of_the_description(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: LimitError
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(description, "read_statistics", fail)
    found = described(client)
    assert (DEFAULT, VOID.triples, None) not in found
    assert (DEFAULT, None, None) in found


def test_a_description_that_nobody_is_free_to_count_for_is_to_be_asked_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise BusyError("nobody is free", retry_after=1.0)

    monkeypatch.setattr(description, "read_statistics", fail)
    assert client.get("/sparql").status_code == 503
    monkeypatch.undo()
    assert described(client).value(DEFAULT, VOID.triples) is not None
