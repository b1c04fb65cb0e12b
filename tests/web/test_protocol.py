"""The SPARQL 1.1 Protocol, its formats, its errors and its headers."""

from __future__ import annotations

import csv
import io
import json
import logging
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from werkzeug.test import TestResponse

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.web import create_app
from poca_kg.web.headers import CONTENT_POLICY
from poca_kg.web.problems import SORTS

CITIES = "SELECT ?city { ?city a poca:City } ORDER BY ?city"
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
MILAN, TURIN = (f"https://w3id.org/poca-kg/id/city/{name}" for name in ("milan", "turin"))
SMALL, OTHER = (f"https://w3id.org/poca-kg/graph/{name}" for name in ("small", "other"))


def _values(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["city"]["value"] for row in json.loads(response.data)["results"]["bindings"]]


def test_a_query_is_taken_by_get_by_form_and_bare(client: FlaskClient) -> None:
    assert _values(client.get("/sparql", query_string={"query": CITIES})) == [MILAN, TURIN]
    assert _values(client.post("/sparql", data={"query": CITIES})) == [MILAN, TURIN]
    assert _values(client.post("/sparql", data=CITIES, content_type=QUERY)) == [MILAN, TURIN]
    assert _values(client.post("/sparql", data=CITIES, content_type=f"{QUERY}; charset=utf-8")) == [
        MILAN,
        TURIN,
    ]


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ([], [MILAN, TURIN]),
        ([("default-graph-uri", OTHER)], [TURIN]),
        ([("default-graph-uri", OTHER), ("default-graph-uri", SMALL)], [MILAN, TURIN]),
        ([("named-graph-uri", OTHER)], []),
        ([("default-graph-uri", "http://example.org/none")], []),
    ],
)
def test_the_dataset_of_the_request_is_honoured_by_each_way_in(
    client: FlaskClient, dataset: list[tuple[str, str]], expected: list[str]
) -> None:
    from urllib.parse import urlencode

    address = f"/sparql?{urlencode(dataset)}"
    assert _values(client.get(f"/sparql?{urlencode([('query', CITIES), *dataset])}")) == expected
    assert _values(client.post(address, data=CITIES, content_type=QUERY)) == expected
    body = urlencode([("query", CITIES), *dataset])
    assert _values(client.post("/sparql", data=body, content_type=FORM)) == expected


def test_the_dataset_of_the_request_wins_over_from(client: FlaskClient) -> None:
    query = f"SELECT ?city FROM <{SMALL}> {{ ?city a poca:City }}"
    assert _values(client.get("/sparql", query_string={"query": query, "default-graph-uri": OTHER})) == [
        TURIN
    ]


def test_a_triple_in_two_graphs_counts_once(client: FlaskClient) -> None:
    response = client.get(
        "/sparql",
        query_string={"query": "SELECT (COUNT(*) AS ?n) { ?c a poca:City }", "format": "csv"},
    )
    assert response.text.split() == ["n", "2"]


def test_select_is_read_by_a_parser_of_each_format(client: FlaskClient) -> None:
    def ask(name: str) -> str:
        return client.get("/sparql", query_string={"query": CITIES, "format": name}).text

    assert json.loads(ask("json"))["head"]["vars"] == ["city"]
    space = "{http://www.w3.org/2005/sparql-results#}"
    assert [node.text for node in ElementTree.fromstring(ask("xml")).iter(f"{space}uri")] == [MILAN, TURIN]
    assert list(csv.reader(io.StringIO(ask("csv")))) == [["city"], [MILAN], [TURIN]]
    assert ask("tsv").splitlines() == ["?city", f"<{MILAN}>", f"<{TURIN}>"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("csv", b'a,b,c,d\r\nhttp://e/x,"say ""hi"", you",1.5,\r\n'),
        ("tsv", b'?a\t?b\t?c\t?d\n<http://e/x>\t"say \\"hi\\", you"@en\t1.5\t\n'),
    ],
)
def test_tables_are_written_to_the_letter(client: FlaskClient, name: str, expected: bytes) -> None:
    """CSV loses the types, quotes where it must and ends lines with CR LF; TSV keeps the terms."""
    query = """SELECT ?a ?b ?c ?d { VALUES (?a ?b ?c ?d) { (<http://e/x> 'say "hi", you'@en 1.5 UNDEF) } }"""
    assert client.get("/sparql", query_string={"query": query, "format": name}).data == expected


def test_ask_is_read_by_a_parser_of_each_format(client: FlaskClient) -> None:
    def ask(name: str) -> str:
        return client.get("/sparql", query_string={"query": "ASK {}", "format": name}).text

    assert json.loads(ask("json"))["boolean"] is True
    space = "{http://www.w3.org/2005/sparql-results#}"
    assert ElementTree.fromstring(ask("xml")).findtext(f"{space}boolean") == "true"
    assert (ask("csv").strip(), ask("tsv").strip()) == ("true", "true")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib 7.6.0 in its own JSON-LD parser
@pytest.mark.parametrize(
    ("name", "parser"), [("turtle", "turtle"), ("nt", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld")]
)
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s a poca:City }", "DESCRIBE city:turin"])
def test_triples_are_read_by_a_parser_of_each_format(
    client: FlaskClient, query: str, name: str, parser: str
) -> None:
    response = client.get("/sparql", query_string={"query": query, "format": name})
    assert (URIRef(TURIN), None, None) in Graph().parse(response.data, format=parser)


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "x"])
def test_a_packed_body_is_refused(client: FlaskClient, encoding: str) -> None:
    response = client.post(
        "/sparql", data="ASK {}", content_type=QUERY, headers={"Content-Encoding": encoding}
    )
    assert response.status_code == 415
    assert "Content-Encoding" in response.json["advice"]
    plain = client.post(
        "/sparql", data="ASK {}", content_type=QUERY, headers={"Content-Encoding": "identity"}
    )
    assert plain.status_code == 200


def test_head_gives_the_headers_of_get_without_its_body(client: FlaskClient) -> None:
    got, head = (ask("/sparql", query_string={"query": CITIES}) for ask in (client.get, client.head))
    assert (head.status_code, head.data) == (200, b"")
    kept = ("Content-Type", "Content-Length", "Vary", "Content-Security-Policy")
    assert [head.headers[name] for name in kept] == [got.headers[name] for name in kept]


def test_options_answers_a_preflight(client: FlaskClient) -> None:
    response = client.options(
        "/sparql", headers={"Origin": "http://e", "Access-Control-Request-Method": "POST"}
    )
    assert (response.status_code, response.data) == (204, b"")
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


REFUSED = [
    ("get", "/sparql?query=", {}, 400, "malformed-query"),
    ("get", "/sparql?query=SELEC", {}, 400, "malformed-query"),
    ("get", "/sparql?query=%FF", {}, 400, "malformed-request"),
    ("get", "/sparql?query=ASK%7B%7D%00", {}, 400, "malformed-query"),
    ("get", "/sparql?query=%EF%BB%BFASK%7B%7D", {}, 400, "malformed-query"),
    ("get", "/sparql?qurey=ASK%7B%7D", {}, 400, "missing-query"),
    ("get", "/sparql?default-graph-uri=http://e/g", {}, 400, "missing-query"),
    ("get", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, 400, "duplicate-query"),
    ("get", "/sparql?query=ASK%7B%7D&default-graph-uri=no+iri", {}, 400, "bad-request"),
    ("get", "/sparql?" + "a=b&" * 2000, {}, 400, "malformed-request"),
    ("get", "/sparql?query=ASK%7B" + "%20" * 10_001 + "%7D", {}, 414, "too-long"),
    ("get", "/sparql?query=ASK" + "%7B" * 300, {}, 400, "query-too-complex"),
    ("get", "/sparql?query=ASK%7BSERVICE%3Chttp://a/%3E%7B%7D%7D", {}, 403, "remote-access-disabled"),
    ("get", "/sparql?query=LOAD%3Chttp://127.0.0.1:9/%3E", {}, 403, "remote-access-disabled"),
    ("get", "/sparql?update=CLEAR+ALL", {}, 403, "read-only"),
    ("get", "/sparql?query=DROP+ALL", {}, 400, "malformed-query"),
    ("post", "/sparql", {"data": {"update": "CLEAR ALL"}}, 403, "read-only"),
    ("post", "/sparql", {"data": "CLEAR ALL", "content_type": UPDATE}, 403, "read-only"),
    ("post", "/sparql", {"data": "", "content_type": FORM}, 400, "missing-query"),
    ("post", "/sparql", {"data": b"query=%FF", "content_type": FORM}, 400, "malformed-request"),
    ("post", "/sparql", {"data": b"\xff", "content_type": QUERY}, 400, "malformed-request"),
    ("post", "/sparql", {"data": b"", "content_type": QUERY}, 400, "malformed-query"),
    ("post", "/sparql?query=ASK%7B%7D", {"data": "ASK {}", "content_type": QUERY}, 400, "duplicate-query"),
    ("post", "/sparql", {"data": "ASK {}", "content_type": "text/plain"}, 415, "unsupported-media-type"),
    ("post", "/sparql", {"data": "ASK {}"}, 415, "unsupported-media-type"),
    ("post", "/sparql", {"data": b"#" + b"x" * 10_000, "content_type": QUERY}, 413, "too-large"),
    ("post", "/sparql", {"data": b"x" * 200_000, "content_type": QUERY}, 413, "too-large"),
    ("put", "/sparql", {"data": b""}, 405, "method-not-allowed"),
    ("patch", "/sparql", {}, 405, "method-not-allowed"),
    ("delete", "/sparql", {}, 405, "method-not-allowed"),
    ("post", "/", {}, 405, "method-not-allowed"),
    ("get", "/nowhere", {}, 404, "not-found"),
    ("get", "/static/../application.py", {}, 404, "not-found"),
    ("get", "/static/nothing.css", {}, 404, "not-found"),
    ("get", "/?query=%FF", {}, 400, "malformed-request"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address", "how", "status", "slug"), REFUSED)
def test_a_refusal_has_its_status_and_one_shape_on_every_route(
    client: FlaskClient, method: str, address: str, how: dict[str, object], status: int, slug: str
) -> None:
    response = getattr(client, method)(address, **how)
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["type"] == f"https://w3id.org/poca-kg/problem/{slug}"
    assert body["title"] == SORTS[slug].title
    assert body["status"] == status == SORTS[slug].status
    assert body["detail"]
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert not any(word in response.text for word in ("Traceback", "pyoxigraph", ".py", "/src/", "werkzeug"))
    if status == 405:
        assert "GET" in response.headers["Allow"]
        assert "DELETE" not in response.headers["Allow"]
    if slug == "unsupported-media-type":
        assert body["accepted"] == [FORM, QUERY]


def test_a_mistake_has_line_column_and_advice_in_the_users_own_text(client: FlaskClient) -> None:
    body = client.post(
        "/sparql", data="SELECT *\nWHERE { ?s ?p ?o FITLER(?o) }", content_type=QUERY
    ).get_json()
    assert (body["line"], body["column"]) == (2, 18)
    assert body["detail"] == "unexpected 'FITLER'"
    assert body["advice"] == "did you mean FILTER?"


def test_a_percent_sign_in_a_query_is_decoded_once(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": 'SELECT ("%2F" AS ?x) {}', "format": "csv"})
    assert response.text.split() == ["x", "%2F"]


def test_a_fault_of_ours_hides_our_insides_and_is_in_the_log(
    graph: KnowledgeGraph, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise RuntimeError("the secret inside")

    app = create_app(graph)
    monkeypatch.setattr(EmbeddedStore, "serialise", fail)
    monkeypatch.setattr(SandboxedStore, "serialise", fail)
    with caplog.at_level(logging.ERROR):
        response = app.test_client().get("/sparql", query_string={"query": "ASK {}"})
    body = response.get_json()
    assert (response.status_code, body["type"].rpartition("/")[2]) == (500, "internal-error")
    assert "secret" not in response.text
    assert body["request_id"] in caplog.text
    assert "the secret inside" in caplog.text


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/"), ("get", "/?question=cq-001"), ("get", "/?query=SELEC"), ("get", "/sparql"),
        ("head", "/sparql"), ("get", "/sparql?query=ASK%7B%7D"), ("get", "/sparql?query=SELEC"),
        ("options", "/sparql"), ("put", "/sparql"),
        ("get", "/static/page.css"), ("get", "/nowhere"),
    ],
)  # fmt: skip
def test_the_security_headers_are_on_every_response(
    client: FlaskClient, graph: KnowledgeGraph, method: str, address: str
) -> None:
    with getattr(client, method)(address, headers={"Origin": "http://evil.example"}) as response:
        headers = response.headers
    assert headers["Content-Security-Policy"] == CONTENT_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Set-Cookie" not in headers
    assert headers["X-Graph-Version"] == graph.version != ""


def test_the_content_policy_is_the_strict_one() -> None:
    assert "default-src 'none'" in CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert "frame-ancestors 'none'" in CONTENT_POLICY


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib 7.6.0 in its own JSON-LD parser
@pytest.mark.parametrize(
    ("accept", "parser"),
    [("*/*", "turtle"), ("application/rdf+xml", "xml"), ("application/ld+json", "json-ld")],
)
def test_the_service_describes_itself(client: FlaskClient, accept: str, parser: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept}, base_url="http://graph.example:8080")
    described = Graph().parse(response.data, format=parser)
    sd = "http://www.w3.org/ns/sparql-service-description#"
    ask = described.query(
        f"""PREFIX sd: <{sd}> ASK {{
          ?service a sd:Service ; sd:endpoint <http://graph.example:8080/sparql> ;
            sd:feature sd:UnionDefaultGraph ; sd:supportedLanguage sd:SPARQL11Query ;
            sd:defaultDataset/sd:namedGraph ?named .
          ?named sd:name <{SMALL}> ; sd:graph/<http://rdfs.org/ns/void#triples> 9 }}"""
    )
    assert ask.askAnswer


def test_a_browser_that_opens_the_endpoint_is_sent_to_the_page(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8", "Host": "evil.example"})
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_a_host_that_is_none_is_the_clients_mistake(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Host": "a b<c>"})
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


def test_the_plain_flask_factory_opens_the_current_graph(
    app: Flask, monkeypatch: pytest.MonkeyPatch, graph: KnowledgeGraph
) -> None:
    monkeypatch.setattr("poca_kg.web.application.open_graph", lambda: graph)
    rules = sorted(rule.rule for rule in create_app().url_map.iter_rules())
    assert sorted(set(rules)) == [
        "/", "/data", "/data/<path:name>", "/shape/", "/shape/<name>", "/sparql", "/static/<path:filename>",
        "/update", "/validate",
    ]  # fmt: skip


def test_the_application_stays_small() -> None:
    from pathlib import Path

    import poca_kg.web as package

    modules = ("application", "sparql", "pages", "problems", "headers")
    lines = sum(
        len((Path(package.__file__).parent / f"{name}.py").read_text().splitlines()) for name in modules
    )
    assert lines < 600


def test_every_route_and_every_problem_has_its_heading_in_the_documentation(app: Flask) -> None:
    from pathlib import Path

    headings = [
        line.lstrip("# ").strip("`")
        for line in (Path(__file__).parents[2] / "docs" / "http.md").read_text().splitlines()
        if line.startswith("##")
    ]
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
    assert rules <= set(headings)
    assert set(SORTS) <= set(headings)
