"""Connections that are lent to a worker: the same answers, whatever comes and whatever becomes of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from front_support import PATIENCE_S, Reply, Service, address_of, quads

from poca_kg.front.application import FrontOptions
from poca_kg.front.lending.ledger import State
from poca_kg.sandbox.confinement import can_confine
from poca_kg.sandbox.limits import Limits

pytestmark = pytest.mark.skipif(not can_confine(), reason="lending is for Linux")

LIMITS = Limits(workers=2, express=1, spares=1, borrowers=1)
MARK = "SELECT ?mark { ?s <http://e/mark> ?mark }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o . ?p ?q ?r }"
DEEP = "SELECT * { " + "{ " * 2000 + "} " * 2000 + "}"
OF_ONE_REQUEST = {"Date", "X-Request-Id"}


class Client:
    """A client that keeps its connection."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, named)
        response = self.connection.getresponse()
        return Reply(response.status, dict(response.headers.items()), response.read())

    def ask(self, query: str, **headers: str) -> Reply:
        return self.get(f"/sparql?{address_of(query)}", **headers)

    def become_lent(self, **headers: str) -> str:
        """Ask until a worker answers; return how the names begin that it gives to requests."""
        end = time.monotonic() + PATIENCE_S
        usual = self.service.ask("ASK {}").headers["X-Request-Id"][:8]
        while time.monotonic() < end:
            count = time.monotonic_ns()
            name = self.ask(f"ASK {{ <http://e/{count}> ?p ?o }}", **headers).headers["X-Request-Id"]
            if name[:8] != usual:
                return name[:8]
            time.sleep(0.02)
        raise AssertionError("the connection was not lent")

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def client(lending: Service) -> Iterator[Client]:
    made = Client(lending)
    yield made
    made.close()


@pytest.fixture(scope="module")
def lending() -> Iterator[Service]:
    """Give a service that lends connections."""
    running = Service(quads(50), LIMITS, FrontOptions(log="none"))
    yield running
    running.stop()
    assert not running.troubles


def worker_of(service: Service) -> int:
    """Return the process that holds lent connections."""
    (borrower,) = service.front._lender._borrowers
    return borrower.engagement._worker.pid


QUERIES = [
    MARK,
    "ASK { ?s ?p ?o }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "DESCRIBE <http://e/n1>",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT * { <http://e/none> ?p ?o }",
    "PREFIX e: <http://e/> SELECT ?o { e:n1 e:mark ?o } # a note",
]
ASKED_WITH = [
    {},
    {"Accept": "text/csv"},
    {"Accept": "application/sparql-results+xml, text/turtle"},
    {"Accept": "application/n-triples;q=0.5, text/tab-separated-values"},
    {"Accept_Encoding": "gzip"},
    {"Accept_Encoding": "zstd, gzip;q=0.5", "Accept": "*/*"},
]


@pytest.mark.parametrize("headers", ASKED_WITH, ids=str)
def test_a_worker_answers_with_the_bytes_of_a_front(client: Client, headers: dict[str, str]) -> None:
    prefix = client.become_lent(**headers)
    for query in QUERIES:
        lent, usual = client.ask(query, **headers), client.service.ask(query, **headers)
        assert lent.status == usual.status
        if lent.status != 200:  # the format is none for this query
            prefix = client.become_lent(**headers)
            continue
        assert lent.headers["X-Request-Id"].startswith(prefix)
        assert not usual.headers["X-Request-Id"].startswith(prefix)
        assert list(lent.headers) == [name for name in usual.headers if name != "Connection"]
        same = set(lent.headers) - OF_ONE_REQUEST
        assert {name: lent.headers[name] for name in same} == {name: usual.headers[name] for name in same}
        assert lent.body == usual.body


def test_what_was_asked_before_is_at_hand_and_counted_as_that(client: Client) -> None:
    client.become_lent()
    first, second = client.ask(MARK), client.ask(MARK)
    assert first.body == second.body
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert_comes_about(lambda: 'result="hit"' in client.service.get("/metrics").body.decode())


UNUSUAL: dict[str, Callable[[Client], Reply]] = {
    "HEAD": lambda client: client.get(f"/sparql?{address_of(MARK)}", "HEAD"),
    "POST": lambda client: client.get(
        "/sparql", "POST", MARK.encode(), Content_Type="application/sparql-query"
    ),
    "another address": lambda client: client.get("/healthz"),
    "another field": lambda client: client.get(f"/sparql?{address_of(MARK)}&timeout=5"),
    "a field twice": lambda client: client.get(f"/sparql?{address_of(MARK)}&{address_of(MARK)}"),
    "another header": lambda client: client.ask(MARK, Accept="text/csv"),
    "a tag": lambda client: client.ask(MARK, If_None_Match=client.ask(MARK).headers["ETag"]),
    "nothing new": lambda client: client.ask("SELECT (NOW() AS ?now) {}"),
    "a wrong query": lambda client: client.ask("SELECT * {"),
    "a broken escape": lambda client: client.get("/sparql?query=ASK%7B%7"),
    "no UTF-8": lambda client: client.get("/sparql?query=ASK%7B%7D%FF"),
    "a query far away": lambda client: client.ask("ASK { SERVICE <http://e/> { ?s ?p ?o } }"),
    "a deep query": lambda client: client.ask(DEEP),
    "a long query": lambda client: client.ask(MARK + " " * 5000),
    "a refused format": lambda client: client.ask("CONSTRUCT WHERE { ?s ?p ?o }", Accept="text/csv"),
    "a large answer": lambda client: client.ask(
        "SELECT * { ?a ?b ?c . ?d ?e ?f }", Accept="text/tab-separated-values"
    ),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_not_plain_is_answered_as_if_nothing_were_lent(client: Client, name: str) -> None:
    prefix = client.become_lent()
    other = Client(client.service)
    got, usual = UNUSUAL[name](client), UNUSUAL[name](other)
    other.close()
    assert not got.headers.get("X-Request-Id", "").startswith(prefix)
    assert got.status == usual.status
    if "now" not in name and "new" not in name:
        assert without_names(got.body) == without_names(usual.body)
    assert client.ask(MARK).status == 200


def without_names(body: bytes) -> bytes:
    return re.sub(rb'"request_id": "[0-9a-f]+"', b"", body)


def test_a_runaway_on_a_lent_connection_gets_its_limit_and_light_queries_their_answers(
    serve: Callable[..., Service],
) -> None:
    service = serve(quads(300), Limits(workers=2, express=1, spares=2, borrowers=1, timeout_s=1.0))
    runaway, light = Client(service), Client(service)
    runaway.become_lent()
    light.become_lent()
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(runaway.ask(RUNAWAY)))
    thread.start()
    while thread.is_alive():
        assert light.ask(MARK).status == 200
    assert replies[0].status == 503
    assert json.loads(replies[0].body)["type"].endswith("/query-timeout")
    light.become_lent()
    runaway.close()
    light.close()


@pytest.mark.parametrize("when", ["idle", "at work"])
def test_hardly_anybody_notices_that_the_worker_is_killed(client: Client, when: str) -> None:
    client.become_lent()
    others = [Client(client.service) for _ in range(3)]
    for other in others:
        other.become_lent()
    kill = threading.Timer(
        0.0 if when == "idle" else 0.01, os.kill, (worker_of(client.service), signal.SIGKILL)
    )
    kill.start()
    end = time.monotonic() + 1.0
    cut = 0
    while time.monotonic() < end:
        for one in (client, *others):
            try:
                assert one.ask(MARK).status == 200
            except (ConnectionError, http.client.HTTPException):  # it was just being answered
                cut += 1
                one.close()
    kill.join()
    assert cut <= 1
    assert client.become_lent()
    for other in others:
        other.close()


def test_a_response_that_may_have_been_cut_off_costs_one_connection_and_no_other(
    serve: Callable[..., Service],
) -> None:
    service = serve(quads(5), LIMITS)
    clients = [Client(service) for _ in range(4)]
    for one in clients:
        one.become_lent()
    (borrower,) = service.front._lender._borrowers
    borrower.ledger.begin(1, min(borrower.loans))
    borrower.ledger.mark(State.WRITING)
    os.kill(worker_of(service), signal.SIGKILL)
    statuses = []
    for one in clients:
        with contextlib.suppress(OSError, http.client.HTTPException):
            statuses.append(one.ask(MARK).status)
    assert statuses == [200] * 3
    for one in clients:
        one.close()


def test_after_a_switch_nothing_old_is_answered(serve: Callable[..., Service], tmp_path: Path) -> None:
    service = serve(quads(5, "old"), LIMITS)
    clients = [Client(service) for _ in range(4)]
    for one in clients:
        one.become_lent()
        assert b"old" in one.ask(MARK).body
    new = tmp_path / "new.nq"
    new.write_bytes(quads(5, "new"))
    service.run(service.front.switch(new))
    for one in clients:
        body = one.ask(MARK).body
        assert b"new" in body
        assert b"old" not in body
        one.become_lent()
        assert b"new" in one.ask(MARK).body
        one.close()


def test_requests_sent_before_their_answers_are_read_are_answered_in_order(client: Client) -> None:
    client.become_lent()
    sock = client.connection.sock
    queries = [f"SELECT ({number} AS ?n) {{}}" for number in range(40)]
    head = b"Host: 127.0.0.1:%d\r\nAccept-Encoding: identity\r\n\r\n" % client.service.port
    for query in queries:
        sock.sendall(b"GET /sparql?" + address_of(query).encode() + b" HTTP/1.1\r\n" + head)
    assert read_values(sock, len(queries)) == [str(number) for number in range(40)]


def read_values(sock: socket.socket, count: int) -> list[str]:
    data = b""
    sock.settimeout(PATIENCE_S)
    while len(found := re.findall(rb'"value":"(\d+)"', data)) < count:
        more = sock.recv(65_536)
        assert more, data
        data += more
    return [value.decode() for value in found]


def test_a_request_in_pieces_is_put_together(client: Client) -> None:
    client.become_lent()
    sock = client.connection.sock
    data = f"GET /sparql?{address_of('SELECT (7 AS ?n) {}')} HTTP/1.1\r\nHost: e\r\n\r\n".encode()
    for start in range(0, len(data), 9):
        sock.sendall(data[start : start + 9])
        time.sleep(0.005)
    assert read_values(sock, 1) == ["7"]


def test_a_client_that_reads_late_gets_every_byte(serve: Callable[..., Service]) -> None:
    service = serve(quads(400), LIMITS)
    client = Client(service)
    client.become_lent()
    sock = client.connection.sock
    request = (
        f"GET /sparql?{address_of('SELECT * { ?s ?p ?o }')} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{service.port}\r\nAccept-Encoding: identity\r\n\r\n"
    ).encode()
    count = 200
    sender = threading.Thread(target=sock.sendall, args=(request * count,))
    sender.start()
    time.sleep(0.5)
    whole = service.ask("SELECT * { ?s ?p ?o }").body
    sock.settimeout(PATIENCE_S)
    data = b""
    while data.count(whole) < count:
        more = sock.recv(1 << 20)
        assert more
        data += more
    sender.join()
    assert data.count(b"HTTP/1.1 200 OK") == count
    client.close()


def test_a_large_answer_reaches_a_client_that_reads_late(serve: Callable[..., Service]) -> None:
    service = serve(quads(20_000), LIMITS)
    client = Client(service)
    query = "SELECT * { ?s ?p ?o } LIMIT 12000"
    whole = service.ask(query).body
    for pause_s in (0.0, 0.3):
        client.become_lent()
        sock = client.connection.sock
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        head = f"Host: 127.0.0.1:{service.port}\r\nAccept-Encoding: identity\r\n\r\n"
        sock.sendall(f"GET /sparql?{address_of(query)} HTTP/1.1\r\n{head}".encode())
        time.sleep(pause_s)
        sock.settimeout(PATIENCE_S)
        data = b""
        while not data.endswith(whole[-1000:]):
            more = sock.recv(1 << 18)
            assert more
            data += more
        assert data.startswith(b"HTTP/1.1 200 OK")
        assert data.endswith(b"\r\n\r\n" + whole)
    client.close()


def test_a_client_that_hangs_up_leaves_nothing(client: Client) -> None:
    other = Client(client.service)
    other.become_lent()
    before = client.service.front._lender.lent
    other.close()
    assert_comes_about(lambda: client.service.front._lender.lent < before)


def test_a_service_that_stops_takes_everything_back(serve: Callable[..., Service]) -> None:
    service = serve(quads(5), LIMITS)
    client = Client(service)
    client.become_lent()
    began = time.monotonic()
    service.run(service.front.drain(5.0))
    assert time.monotonic() - began < 4.0
    with contextlib.suppress(OSError, http.client.HTTPException):
        assert client.ask(MARK).status == 503
    client.close()


def test_a_client_without_a_share_left_is_refused_on_a_lent_connection_too(
    serve: Callable[..., Service],
) -> None:
    limits = Limits(workers=2, express=1, spares=1, borrowers=1, share_s=0.2, timeout_s=0.1)
    client = Client(serve(quads(300), limits))
    client.become_lent()
    end = time.monotonic() + PATIENCE_S
    count = 0
    while (reply := client.ask(f"SELECT * {{ ?s ?p ?o FILTER(?o != {count}) }}")).status == 200:
        count += 1
        assert time.monotonic() < end
    assert (reply.status, "Retry-After" in reply.headers) == (429, True)
    client.close()


def test_more_connections_than_a_worker_takes_are_served(client: Client) -> None:
    clients = [Client(client.service) for _ in range(80)]
    for _ in range(4):
        assert {one.ask(MARK).status for one in clients} == {200}
    assert client.service.front._lender.lent <= 64
    for one in clients:
        one.close()


def assert_comes_about(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
