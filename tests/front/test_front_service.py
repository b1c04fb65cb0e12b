"""A front as a whole, over real workers: routes, encodings, switches, clients who hang up, failures."""

import gzip
import http.client
import json
import socket
import threading
import time

import pytest
import zstandard
from front_support import address_of, quads

from poca_kg.front.application import FrontOptions
from poca_kg.front.refusals import TITLES
from poca_kg.sandbox.limits import Limits
from poca_kg.web.problems import SORTS

MARK = "SELECT ?mark { ?s <http://e/mark> ?mark }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o . ?p ?q ?r }"
SECURITY = ("Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id", "X-Graph-Version")


@pytest.mark.parametrize(
    ("path", "status", "media_type"),
    [
        (f"/sparql?{address_of('ASK {}')}", 200, "application/sparql-results+json"),
        (f"/sparql?{address_of('ASK {')}", 400, "application/problem+json"),
        ("/sparql?format=turtle", 200, "text/turtle; charset=utf-8"),
        ("/sparql?quer=x", 400, "application/problem+json"),
        ("/sparql?%71uery=ASK%7B%7D", 200, "application/sparql-results+json"),
        ("/", 200, "text/html; charset=utf-8"),
        ("/static/page.css", 200, "text/css; charset=utf-8"),
        ("/data", 200, "application/trig"),
        ("/healthz", 200, "application/json"),
        ("/readyz", 200, "application/json"),
        ("/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
        ("/nowhere", 404, "application/problem+json"),
    ],
)
def test_every_address_answers_and_bears_the_headers_of_every_response(service, path, status, media_type):
    reply = service.get(path)
    assert (reply.status, reply.headers["Content-Type"]) == (status, media_type)
    assert all(name in reply.headers for name in SECURITY)
    head = service.send("HEAD", path)
    assert (head.status, head.body) == (status, b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_the_addresses_of_the_service_are_for_reading(service, path):
    reply = service.send("POST", path, b"")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_of_the_endpoint_are_refused_with_those_that_it_knows(service, method):
    reply = service.send(method, "/sparql", b"")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_all_ways_of_asking_give_the_same_answer(serve):
    service = serve(quads(200))
    answers = {
        service.ask(MARK).body,
        service.send(
            "POST", "/sparql", address_of(MARK).encode(), Content_Type="application/x-www-form-urlencoded"
        ).body,
        service.send("POST", "/sparql", MARK.encode(), Content_Type="application/sparql-query").body,
        gzip.decompress(service.ask(MARK, Accept_Encoding="gzip").body),
        zstandard.ZstdDecompressor()
        .decompressobj()
        .decompress(service.ask(MARK, Accept_Encoding="zstd").body),
    }
    assert len(answers) == 1
    assert len(json.loads(answers.pop())["results"]["bindings"]) == 200


def test_what_flask_answers_is_packed_too(service):
    plain, packed = service.get("/"), service.get("/", Accept_Encoding="gzip")
    assert gzip.decompress(packed.body)[:15] == plain.body[:15]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_what_has_not_changed_varies_by_the_same_headers(service):
    for path in ("/sparql?format=turtle", "/data", "/static/page.css", f"/sparql?{address_of('ASK {}')}"):
        first = service.get(path)
        again = service.get(path, If_None_Match=first.headers["ETag"])
        assert (again.status, again.headers["Vary"]) == (304, first.headers["Vary"])


def test_a_large_answer_arrives_whole_is_one_job_and_then_comes_from_the_cache(serve):
    service = serve(quads(60_000), Limits(workers=2, express=1, spares=1, buffer_bytes=100_000))
    first, second = service.ask(MARK), service.ask(MARK)
    assert len(json.loads(first.body)["results"]["bindings"]) == 60_000
    wait_for(lambda: 'cache_entries{front="0"} 1.0' in service.get("/metrics").body.decode())
    third = service.ask(MARK)
    assert first.body == second.body == third.body
    assert service.sandbox.statistics().answered == 1
    assert 'cache_lookups_total{front="0",result="hit"}' in service.get("/metrics").body.decode()


def test_an_answer_that_is_ended_on_its_way_does_not_look_whole(serve):
    limits = Limits(workers=1, express=0, spares=1, buffer_bytes=100_000, answer_bytes=1_000_000)
    service = serve(quads(60_000), limits)
    with socket.create_connection(("127.0.0.1", service.port), timeout=15) as client:
        client.sendall(f"GET /sparql?{address_of(MARK)} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        received = b""
        while data := client.recv(65_536):
            received += data
    assert received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 413"))
    assert b"\r\n0\r\n\r\n" not in received
    assert service.ask("ASK {}").status == 200


def test_a_switch_empties_the_cache_and_no_request_fails(serve):
    service = serve(quads(10, "old"))
    replies, over = [], threading.Event()

    def keep_asking() -> None:
        while not over.is_set():
            replies.append(service.ask(MARK))

    asking = [threading.Thread(target=keep_asking) for _ in range(3)]
    for one in asking:
        one.start()
    versions = [service.front.version]
    for mark in ("new", "newer"):
        service.run(service.front.switch(quads(10, mark)))
        versions.append(service.front.version)
        assert mark.encode() in service.ask(MARK).body
    over.set()
    for one in asking:
        one.join()
    marks = dict(zip(versions, ("old", "new", "newer"), strict=True))
    for reply in replies:
        assert reply.status == 200
        found = {row["mark"]["value"] for row in json.loads(reply.body)["results"]["bindings"]}
        assert found == {marks[reply.headers["X-Graph-Version"]]}


def test_equal_queries_of_many_clients_are_one_job(serve):
    service = serve(quads(700), Limits(workers=4, express=0, spares=0))
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STR(?c) < STR(?f)) }"
    replies = []
    asking = [threading.Thread(target=lambda: replies.append(service.ask(query))) for _ in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert service.sandbox.statistics().answered == 1


def test_a_client_who_hangs_up_frees_the_worker(serve):
    service = serve(quads(100), Limits(workers=1, express=0, spares=1, timeout_s=10))
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(f"GET /sparql?{address_of(RUNAWAY)} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        wait_for(lambda: service.sandbox.statistics().busy == 1)
    wait_for(lambda: service.sandbox.statistics().busy == 0)
    assert service.sandbox.statistics().killed == {"cancelled": 1}
    assert service.ask("ASK {}").status == 200


def test_health_is_told_while_every_worker_is_taken(serve):
    service = serve(quads(100), Limits(workers=1, express=0, spares=0, timeout_s=2))
    asking = threading.Thread(target=service.ask, args=(RUNAWAY,))
    asking.start()
    wait_for(lambda: service.sandbox.statistics().busy == 1)
    told = [service.get(path).status for path in ("/healthz", "/readyz", "/metrics")]
    assert service.sandbox.statistics().busy == 1
    asking.join()
    assert told == [200, 200, 200]


def test_the_share_of_a_client_is_its_own_behind_a_trusted_proxy(serve):
    limits = Limits(workers=2, express=0, spares=1, timeout_s=1, share_s=0.5)
    service = serve(quads(100), limits, trusted_proxies=("127.0.0.0/8",))
    assert service.ask(RUNAWAY, X_Forwarded_For="203.0.113.1").status == 503
    refused = service.ask("ASK { ?s ?p 1 }", X_Forwarded_For="203.0.113.1")
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert service.ask("ASK { ?s ?p 1 }", X_Forwarded_For="203.0.113.2").status == 200


def test_behind_a_trusted_proxy_the_endpoint_knows_by_which_scheme_it_is_reached(serve):
    turtle = {"Accept": "text/turtle", "X_Forwarded_Proto": "https", "Host": "example.org"}
    trusting, other = serve(trusted_proxies=("127.0.0.0/8",)), serve()
    assert b"<https://example.org/sparql>" in trusting.get("/sparql", **turtle).body
    assert b"<http://example.org/sparql>" in other.get("/sparql", **turtle).body


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414),
    ],
)
def test_what_cannot_be_read_is_told_as_a_problem_with_all_headers(service, raw, status):
    with socket.create_connection(("127.0.0.1", service.port), timeout=15) as client:
        client.sendall(raw)
        received = b""
        while data := client.recv(65_536):
            received += data
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(body)["status"] == status
    assert json.loads(body)["request_id"].encode() in head
    assert b"Content-Security-Policy" in head
    assert f'route="refused",status="{status}"' in service.get("/metrics").body.decode()


def test_every_refusal_of_the_listener_is_a_problem_of_the_table():
    assert {slug: TITLES[slug][0] for slug in TITLES} == {slug: SORTS[slug].status for slug in TITLES}


def test_the_numbers_of_the_others_are_told_as_well(serve):
    service = serve()
    other = service.front.sample()

    async def gather():
        return {"0": {}, "1": other}

    service.front._gather = gather
    text = service.get("/metrics").body.decode()
    assert 'poca_kg_ready{front="0"} 1.0' in text
    assert 'poca_kg_ready{front="1"} 1.0' in text


def test_numbers_that_cannot_be_gathered_are_an_error_and_not_silence(serve):
    service = serve()

    async def gather():
        raise RuntimeError("no")

    service.front._gather = gather
    assert service.get("/metrics").status == 500


def test_a_front_that_stops_says_so_and_finishes_what_runs(serve):
    service = serve(quads(100), Limits(workers=1, express=0, spares=0, timeout_s=1))
    replies = []
    asking = threading.Thread(target=lambda: replies.append(service.ask(RUNAWAY)))
    asking.start()
    wait_for(lambda: service.sandbox.statistics().busy == 1)
    service.run(service.front.drain(5))
    asking.join()
    assert [reply.status for reply in replies] == [503]
    assert not service.front.readiness.is_ready
    with pytest.raises(ConnectionRefusedError):
        service.get("/healthz")


def test_documents_may_be_larger_than_queries():
    options = FrontOptions(max_query_bytes=10, max_body_bytes=1_000_000)
    limits = {path: options.body_limit(path) for path in ("/update", "/data", "/data/x", "/database", "/")}
    assert limits == {"/update": 1_000_000, "/data": 1_000_000, "/data/x": 1_000_000} | {
        "/database": 65_566,
        "/": 65_566,
    }


TOKEN = "sesame" * 6
HEADS_OF_WRITES = ("POST /update", "PUT /data?default", "POST /data", "DELETE /data/a", "PUT /%64ata/a")


def answer_to_head(service, head: str) -> http.client.HTTPResponse:
    """Send the head of a request and none of its body, and return what comes before the end."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=15) as sock:
        sock.sendall(f"{head}\r\n\r\n".encode())
        response = http.client.HTTPResponse(sock)
        response.begin()
        response.body = response.read()
        assert sock.recv(1) == b""
        return response


@pytest.mark.parametrize("more", ["", "\r\nExpect: 100-continue"])
@pytest.mark.parametrize(
    ("token", "shown", "status", "sort"),
    [
        (None, "", 403, "writes-disabled"),
        (None, TOKEN, 403, "writes-disabled"),
        (TOKEN, "", 401, "unauthorised"),
        (TOKEN, TOKEN[:-1], 401, "unauthorised"),
    ],
)
def test_a_write_that_is_not_taken_is_refused_by_its_head_alone(serve, token, shown, status, sort, more):
    service = serve(token=token)
    for line in HEADS_OF_WRITES:
        head = (
            f"{line} HTTP/1.1\r\nHost: h\r\nContent-Length: {16 << 20}\r\nAuthorization: Bearer {shown}{more}"
        )
        response = answer_to_head(service, head)
        problem = json.loads(response.body)
        assert (response.status, problem["type"].rpartition("/")[2]) == (status, sort)
        assert problem["request_id"] == response.headers["X-Request-Id"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Graph-Version"]
        assert ("WWW-Authenticate" in response.headers) == (status == 401)
        assert "Access-Control-Allow-Origin" not in response.headers


def test_a_write_with_the_token_is_read(serve):
    service = serve(token=TOKEN)
    reply = service.send("POST", "/update", b"", Authorization=f"Bearer {TOKEN}")
    assert "no writes" in reply.body.decode()  # says the application, which has no writer


@pytest.mark.parametrize(
    ("line", "is_open"),
    [("POST /sparql", True), ("POST /", True), ("POST /update", False), ("PUT /data/a", False)],
)
def test_a_body_that_is_too_large_is_for_all_origins_where_its_address_is(serve, line, is_open):
    service = serve(token=TOKEN)
    head = f"{line} HTTP/1.1\r\nHost: h\r\nContent-Length: {1 << 30}\r\nAuthorization: Bearer {TOKEN}"
    response = answer_to_head(service, head)
    assert response.status == 413
    assert ("Access-Control-Allow-Origin" in response.headers) == is_open


def test_a_head_that_is_too_large_is_for_all_origins_where_its_address_is(serve):
    service = serve()
    for line, is_open in (("GET /sparql", True), ("POST /update", False), ("DELETE /data", False)):
        response = answer_to_head(service, f"{line} HTTP/1.1\r\nHost: h\r\nX: {'x' * 40_000}")
        assert response.status == 431
        assert ("Access-Control-Allow-Origin" in response.headers) == is_open


def wait_for(condition) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
