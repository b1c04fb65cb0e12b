"""A real client against a real server."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest
from flask import Flask
from SPARQLWrapper import CSV, JSON, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed
from werkzeug.serving import BaseWSGIServer

from poca_kg.errors import LimitError
from poca_kg.web import make_http_server, serve


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_reads_rows_by_get_and_post(address: str, method: str) -> None:
    client = SPARQLWrapper(f"{address}sparql", returnFormat=JSON)
    client.setMethod(method)
    client.setQuery("SELECT ?c { ?c a poca:City } ORDER BY ?c")
    rows = client.query().convert()["results"]["bindings"]  # type: ignore[index, call-overload]
    assert [row["c"]["value"].rpartition("/")[2] for row in rows] == ["milan", "turin"]


def test_sparqlwrapper_reads_csv_triples_and_truth(address: str) -> None:
    client = SPARQLWrapper(f"{address}sparql")
    client.setQuery("SELECT (1 AS ?x) {}")
    client.setReturnFormat(CSV)
    assert client.query().convert().split() == [b"x", b"1"]  # type: ignore[union-attr]
    client.setQuery("CONSTRUCT WHERE { city:turin rdfs:label ?l }")
    client.setReturnFormat(TURTLE)
    assert b'"Torino"@it' in client.query().convert()  # type: ignore[operator]
    client.setQuery("ASK { city:turin a poca:City }")
    client.setReturnFormat(JSON)
    assert client.query().convert()["boolean"] is True  # type: ignore[index, call-overload]


def test_sparqlwrapper_is_told_of_a_mistake_as_one(address: str) -> None:
    client = SPARQLWrapper(f"{address}sparql", returnFormat=JSON)
    client.setQuery("SELECT * { ?s ?p ?o FITLER(?o) }")
    with pytest.raises(QueryBadFormed, match="did you mean FILTER"):
        client.query()


def test_the_page_is_served(address: str) -> None:
    with urlopen(address) as response:
        assert b"<h1>" in response.read()


def test_a_taken_port_is_told_in_one_sentence(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(LimitError, match=r"cannot be listened on: Address already in use; choose"):
            make_http_server(app, "127.0.0.1", taken.getsockname()[1])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)])
def test_serving_tells_the_address_and_warns_when_others_can_reach_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, host: str, warned: bool
) -> None:
    def interrupt(_: BaseWSGIServer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(BaseWSGIServer, "serve_forever", interrupt)
    told: list[str] = []
    serve(app, host, 0, tell=told.append)
    assert any("people you trust" in line for line in told) == warned
    assert any(line.startswith(f"serving at http://{host}:") for line in told)
    assert told[-1] == "ended"
