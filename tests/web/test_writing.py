"""Updates and the graph store where the official suites are silent: refusals, atomicity, limits, origins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document, Store
from poca_kg.web import create_app, graph_store

FORM, UPDATE = "application/x-www-form-urlencoded", "application/sparql-update"
TURTLE, N_QUADS = "text/turtle", "application/n-quads"
GRAPH = "http://example.org/g"
AT = f"/data?graph={GRAPH}"
ONE, TWO = b"<http://e/a> <http://e/p> 1 .", b"<http://e/a> <http://e/p> 2 ."
INSERT = "INSERT DATA { GRAPH <http://example.org/g> { <http://e/a> <http://e/p> 1 } }"
WRITES = [
    ("post", "/update", {"data": INSERT, "content_type": UPDATE}),
    ("post", "/update", {"data": {"update": INSERT}}),
    ("put", AT, {"data": ONE, "content_type": TURTLE}),
    ("post", AT, {"data": ONE, "content_type": TURTLE}),
    ("post", "/data", {"data": ONE, "content_type": TURTLE}),
    ("put", "/data?default", {"data": ONE, "content_type": TURTLE}),
    ("put", "/data/g", {"data": ONE, "content_type": TURTLE}),
]


def content(store: Store) -> set[tuple[str, str]]:
    return {(str(quad[2]), quad[3]) for quad in store.quads()}


@pytest.mark.parametrize(("method", "address", "how"), [*WRITES, ("delete", AT, {})])
def test_writes_are_refused_unless_they_were_let_in(
    client: FlaskClient, graph: KnowledgeGraph, method: str, address: str, how: dict[str, object]
) -> None:
    before = graph.store.size()
    response = getattr(client, method)(address, **how)
    assert (response.status_code, response.get_json()["type"].rpartition("/")[2]) == (403, "writes-disabled")
    assert graph.store.size() == before


@pytest.mark.parametrize(("method", "address", "how"), WRITES)
def test_each_way_of_writing_writes(
    writer: FlaskClient, store: EmbeddedStore, method: str, address: str, how: dict[str, object]
) -> None:
    response = getattr(writer, method)(address, **how)
    assert response.status_code in (201, 204)
    assert (response.status_code == 204) == ("Content-Type" not in response.headers)
    assert store.size() == 1


def test_what_was_written_is_answered_from(writer: FlaskClient) -> None:
    for text, count in ((ONE, "1"), (TWO, "2")):
        writer.post(AT, data=text, content_type=TURTLE)
        query = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
        assert writer.get("/sparql", query_string=query).text.split() == ["n", count]


REFUSED: list[tuple[str, str, dict[str, object], int, str]] = [
    ("post", "/update", {"data": "INSER", "content_type": UPDATE}, 400, "malformed-query"),
    ("post", "/update", {"data": "ASK {}", "content_type": UPDATE}, 400, "malformed-query"),
    ("post", "/update", {"data": "CLEAR ALL\0", "content_type": UPDATE}, 400, "malformed-query"),
    ("post", "/update", {"data": "", "content_type": FORM}, 400, "missing-update"),
    ("post", "/update?update=CLEAR+ALL", {"data": {"update": "CLEAR ALL"}}, 400, "duplicate-update"),
    ("post", "/update", {"data": "LOAD <http://a/>", "content_type": UPDATE}, 403, "remote-access-disabled"),
    ("post", "/update", {"data": "DROP GRAPH <http://none/>", "content_type": UPDATE}, 400, "bad-request"),
    ("post", "/update?using-graph-uri=no+iri", {"data": INSERT, "content_type": UPDATE}, 400, "bad-request"),
    ("get", "/update", {}, 405, "method-not-allowed"),
    ("put", AT, {"data": ONE}, 415, "unsupported-media-type"),
    ("put", AT, {"data": ONE, "content_type": "text/plain"}, 415, "unsupported-media-type"),
    ("put", AT, {"data": ONE, "content_type": "turtle"}, 415, "unsupported-media-type"),
    ("put", AT, {"data": ONE, "content_type": N_QUADS}, 415, "unsupported-media-type"),
    ("put", AT, {"data": ONE, "content_type": TURTLE, "headers": {"Content-Encoding": "gzip"}},
     415, "unsupported-media-type"),
    ("put", AT, {"data": b"<a> <b> \xff .", "content_type": TURTLE}, 400, "malformed-document"),
    ("put", AT, {"data": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "content_type": "application/rdf+xml"},
     400, "malformed-document"),
    ("put", "/data", {"data": ONE, "content_type": TURTLE}, 400, "malformed-request"),
    ("delete", "/data", {}, 400, "malformed-request"),
    ("put", "/data?graph=", {"data": ONE, "content_type": TURTLE}, 400, "malformed-request"),
    ("put", "/data?graph=g", {"data": ONE, "content_type": TURTLE}, 400, "bad-request"),
    ("put", f"{AT}&default", {"data": ONE, "content_type": TURTLE}, 400, "malformed-request"),
    ("put", f"/data/g?graph={GRAPH}", {"data": ONE, "content_type": TURTLE}, 400, "malformed-request"),
    ("put", "/data?grahp=x", {"data": ONE, "content_type": TURTLE}, 400, "malformed-request"),
    ("put", AT, {"data": b"--x--\r\n", "content_type": "multipart/form-data; boundary=x"},
     400, "malformed-request"),
    ("put", AT, {"data": {"part": "<a> <b> <c> ."}, "content_type": "multipart/form-data"},
     400, "malformed-request"),
    ("get", "/data/g", {"headers": {"Host": ""}}, 400, "malformed-request"),
    ("get", AT, {}, 404, "not-found"),
    ("head", AT, {}, 404, ""),
    ("get", "/data/g", {}, 404, "not-found"),
    ("delete", AT, {}, 404, "not-found"),
    ("get", "/data?default&format=trig", {}, 400, "unknown-name"),
    ("get", "/data", {"headers": {"Accept": TURTLE}}, 406, "not-acceptable"),
    ("get", "/data?default", {"headers": {"Accept": N_QUADS}}, 406, "not-acceptable"),
    ("patch", AT, {}, 405, "method-not-allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address", "how", "status", "slug"), REFUSED)
def test_a_refused_request_has_its_problem_and_changes_nothing(
    writer: FlaskClient,
    store: EmbeddedStore,
    method: str,
    address: str,
    how: dict[str, object],
    status: int,
    slug: str,
) -> None:
    store.update("INSERT DATA { <http://e/a> <http://e/p> 0 }")
    response = getattr(writer, method)(address, **how)
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    if slug:
        assert response.get_json()["type"].rpartition("/")[2] == slug
    if status == 405:
        assert {"POST", "OPTIONS"} <= set(response.headers["Allow"].split(", "))
    assert content(store) == {("0", "")}


@pytest.mark.parametrize("method", ["put", "post"])
def test_a_document_that_does_not_parse_says_where_and_changes_nothing(
    writer: FlaskClient, store: EmbeddedStore, method: str
) -> None:
    writer.put(AT, data=ONE, content_type=TURTLE)
    broken = ONE + b"\n<http://e/a> <http://e/p> oops ."
    response = getattr(writer, method)(AT, data=broken, content_type=TURTLE)
    problem = response.get_json()
    assert (response.status_code, problem["line"]) == (400, 2)
    assert problem["column"] > 20
    assert content(store) == {("1", GRAPH)}


def test_of_several_files_all_are_added_or_none(writer: FlaskClient, store: EmbeddedStore) -> None:
    from io import BytesIO

    def files(*texts: bytes) -> dict[str, object]:
        return {f"f{at}": (BytesIO(text), f"f{at}.ttl", TURTLE) for at, text in enumerate(texts)}

    response = writer.post(AT, data=files(ONE, b"oops"))
    assert response.status_code == 400
    assert "f1.ttl" not in str(content(store))
    assert content(store) == set()
    assert writer.post(AT, data=files(ONE, TWO)).status_code == 201
    assert content(store) == {("1", GRAPH), ("2", GRAPH)}


def test_an_update_that_fails_halfway_changes_nothing(writer: FlaskClient, store: EmbeddedStore) -> None:
    text = f"{INSERT} ; DROP GRAPH <http://example.org/none>"
    assert writer.post("/update", data=text, content_type=UPDATE).status_code == 400
    assert store.size() == 0


def test_blank_nodes_of_two_documents_stay_apart(writer: FlaskClient, store: EmbeddedStore) -> None:
    for _ in range(2):
        writer.post(AT, data=b"_:b <http://e/p> 1 .", content_type=TURTLE)
    assert store.size() == 2


def test_relative_iris_are_those_of_the_graph(writer: FlaskClient) -> None:
    writer.put("/data?graph=http://example.org/dir/g", data=b"<x> <#p> <> .", content_type=TURTLE)
    text = writer.get("/data?graph=http://example.org/dir/g&format=ntriples").text
    assert text.split()[:3] == [
        "<http://example.org/dir/x>", "<http://example.org/dir/g#p>", "<http://example.org/dir/g>",
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib 7.6.0 in its own JSON-LD parser
@pytest.mark.parametrize(
    ("media_type", "parser"),
    [(TURTLE, "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"),
     ("application/ld+json", "json-ld")],
)  # fmt: skip
def test_a_graph_comes_back_as_it_was_put_in_each_syntax(
    writer: FlaskClient, media_type: str, parser: str
) -> None:
    sent = Graph().parse(data='<http://e/a> <http://e/p> [ <http://e/q> "ü\\n"@en, 1.5 ] .', format="turtle")
    writer.put(AT, data=sent.serialize(format=parser, encoding="utf-8"), content_type=media_type)
    response = writer.get(AT, headers={"Accept": media_type})
    got = Graph().parse(response.data, format=parser)
    assert response.mimetype == media_type
    assert isomorphic(got, sent)


def test_an_address_names_the_graph_in_one_spelling(writer: FlaskClient, store: EmbeddedStore) -> None:
    base = "http://graph.example:8080"
    writer.put("/data/a%20b/%C3%BC%3Fx", data=ONE, content_type=TURTLE, base_url=base)
    assert content(store) == {("1", f"{base}/data/a%20b/%C3%BC%3Fx")}
    assert writer.get("/data/a%20b/%c3%bc%3fx", base_url=base).status_code == 200


def test_an_empty_graph_is_there_until_it_is_removed(writer: FlaskClient) -> None:
    assert writer.put(AT, data=b"", content_type=TURTLE).status_code == 201
    assert (writer.get(AT).status_code, writer.get(AT).data) == (200, b"")
    assert writer.delete(AT).status_code == 204
    assert writer.get(AT).status_code == 404


def test_the_unnamed_graph_is_emptied_and_stays(writer: FlaskClient, store: EmbeddedStore) -> None:
    writer.put("/data?default", data=ONE, content_type=TURTLE)
    writer.put(AT, data=TWO, content_type=TURTLE)
    assert writer.get("/data?default").text.count("http://e/p") == 1
    assert writer.delete("/data?default").status_code == 204
    assert content(store) == {("2", GRAPH)}
    assert writer.get("/data?default").status_code == 200


def test_the_whole_dataset_is_read_with_its_graphs(client: FlaskClient, graph: KnowledgeGraph) -> None:
    response = client.get("/data", headers={"Accept": N_QUADS})
    assert len(response.data.splitlines()) == graph.store.size()
    assert client.get("/data").mimetype == "application/trig"
    assert client.head("/data").headers["Content-Length"] == str(len(client.get("/data").data))


def test_a_document_may_be_longer_than_a_query_but_not_without_end(
    writer: FlaskClient, store: EmbeddedStore, token: str
) -> None:
    long = b"# " + b"x" * 2_000_000
    assert writer.put(AT, data=long, content_type=TURTLE).status_code == 201
    assert writer.post("/sparql", data=long, content_type=FORM).status_code == 413
    small = create_app(KnowledgeGraph(store), writer=store, token=token, max_body_bytes=1000).test_client()
    small.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    for method, address in (("put", AT), ("post", "/update")):
        content_type = TURTLE if method == "put" else UPDATE
        response = getattr(small, method)(address, data=long, content_type=content_type)
        assert (response.status_code, response.get_json()["type"].rpartition("/")[2]) == (413, "too-large")


def test_pages_of_other_origins_read_but_never_write(client: FlaskClient, writer: FlaskClient) -> None:
    for one in (client, writer):
        assert_only_reads_are_shared(one)


def assert_only_reads_are_shared(one: FlaskClient) -> None:
    origin = {"Origin": "http://evil.example"}
    opened = [one.get("/data?default", headers=origin), one.options("/data", headers=origin)]
    assert all(response.headers["Access-Control-Allow-Origin"] == "*" for response in opened)
    assert opened[1].headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    shut: list[Callable[[], object]] = [
        lambda: one.post("/update", data=INSERT, content_type=UPDATE, headers=origin),
        lambda: one.options("/update", headers=origin),
        lambda: one.put(AT, data=ONE, content_type=TURTLE, headers=origin),
        lambda: one.put(AT, data=b"oops", content_type=TURTLE, headers=origin),
        lambda: one.delete("/data?default", headers=origin),
    ]
    assert all("Access-Control-Allow-Origin" not in send().headers for send in shut)  # type: ignore[attr-defined]


def test_options_lists_the_methods_of_an_address(writer: FlaskClient) -> None:
    assert writer.options("/update").headers["Allow"] == "OPTIONS, POST"
    for address in ("/data", "/data/g"):
        response = writer.options(address)
        assert (response.status_code, response.headers["Allow"]) == (
            204, "DELETE, GET, HEAD, OPTIONS, POST, PUT",
        )  # fmt: skip


def test_a_dump_that_the_disk_does_not_take_is_refused_and_leaves_nothing(
    tmp_path: Path, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_store, "_MOST_IN_MEMORY", 1)
    monkeypatch.setenv("POCA_KG_SPOOL_DIR", str(tmp_path / "none"))
    store.put(GRAPH, [Document(ONE, RdfSyntax.TURTLE)])
    response = create_app(KnowledgeGraph(store)).test_client().get(AT)
    assert (response.status_code, response.get_json()["type"].rpartition("/")[2]) == (413, "result-too-large")
    assert str(tmp_path) not in response.text


def test_a_dump_larger_than_memory_allows_goes_through_a_file_that_is_gone_after_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/data").data
    monkeypatch.setattr(graph_store, "_MOST_IN_MEMORY", 10)
    assert client.get("/data").data == whole
    assert client.head("/data").headers["Content-Length"] == str(len(whole))
