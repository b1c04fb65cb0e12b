"""Connections over real sockets: what a client sees of requests, responses and their order."""

import json
import threading
import time
from collections.abc import Mapping

import pytest

from poca_kg.front.messages import Request, Response
from poca_kg.front.refusals import RefusalError

JSON = "application/problem+json"


def post(path: str, body: bytes, extra: bytes = b"") -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %d\r\n\r\n%s" % (
        path.encode(), extra, len(body), body,
    )  # fmt: skip


def test_a_connection_is_used_again_and_again(client, site, until):
    for number in range(5):
        answer = client.get(f"/{number}").answer()
        assert (answer.status, answer.body) == (200, b"GET /%d " % number)
        assert "connection" not in answer.fields
        assert answer.fields["date"].endswith("GMT")
    until(lambda: len(site.ended) == 5)
    assert {(end.status, end.reason) for end in site.ended} == {(200, "")}


def test_a_client_that_asks_for_the_end_gets_it(client):
    assert client.get("/a", b"Connection: close\r\n").answer().fields["connection"] == "close"
    assert client.rest() == b""


def test_http_1_0_ends_with_its_response_unless_the_client_wants_more(server):
    with server.client() as client:
        assert client.send(b"GET /a HTTP/1.0\r\n\r\n").answer().body == b"GET /a "
        assert client.rest() == b""
    with server.client() as client:
        for _ in range(2):
            client.send(b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert client.answer().fields["connection"] == "keep-alive"


def test_responses_come_in_the_order_of_their_requests(client):
    client.get("/later").get("/1").get("/pieces").get("/later").get("/2")
    bodies = [client.answer().body for _ in range(5)]
    assert bodies == [b"later", b"GET /1 ", b"pppp" * 3, b"later", b"GET /2 "]


def test_one_request_is_handled_at_a_time(client, site, server, until):
    client.get("/held").get("/1").get("/held").get("/2")
    until(lambda: site.held)
    time.sleep(0.05)
    assert [request.path for request in site.seen] == ["/held"]
    server.call(lambda: site.held[0].respond(Response(200)))
    until(lambda: len(site.held) == 2)
    assert [request.path for request in site.seen] == ["/held", "/1", "/held"]


def test_a_flood_of_requests_sent_ahead_is_answered_whole(client):
    count = 5000
    sender = threading.Thread(target=client.send, args=(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n" * count,))
    sender.start()
    assert [client.answer().body for _ in range(count)] == [b"GET /a "] * count
    sender.join()


def test_a_last_response_arrives_though_more_was_asked(client, site):
    more = b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n" * 2000
    client.get("/later", b"Connection: close\r\n").send(more)
    assert client.answer().body == b"later"
    assert client.rest() == b""
    assert [request.path for request in site.seen] == ["/later"]


def test_head_gets_the_fields_alone(client):
    client.send(b"HEAD /large HTTP/1.1\r\nHost: h\r\n\r\n").get("/a")
    assert client.answer("HEAD").fields["content-length"] == "8000000"
    assert client.answer().body == b"GET /a "


def test_head_makes_no_pieces_but_closes_them(client, site, until):
    client.send(b"HEAD /pieces HTTP/1.1\r\nHost: h\r\n\r\n").get("/a")
    assert client.answer("HEAD").status == 200
    assert client.answer().body == b"GET /a "
    assert site.made == 0


def test_a_response_without_a_body_has_none(client):
    client.get("/empty").get("/a")
    answer = client.answer()
    assert (answer.status, answer.fields.get("content-length")) == (204, None)
    assert client.answer().body == b"GET /a "


def test_a_body_of_a_request_arrives_whole(client):
    body = bytes(range(256)) * 4000
    assert client.send(post("/a", body)).answer().body == b"POST /a " + body
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:1], body[1:70_000], body[70_000:])
    )
    client.send(b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert client.answer().body == b"POST /a " + body


def test_a_body_behind_an_upgrade_is_a_body_and_no_request(client, site):
    hidden = b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"
    extra = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    answer = client.send(post("/a", hidden, extra)).answer()
    assert answer.body == b"POST /a " + hidden
    assert client.get("/b").answer().body == b"GET /b "
    assert [request.path for request in site.seen] == ["/a", "/b"]


def test_a_client_is_told_to_go_on_with_its_body(client):
    client.send(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert client.answer().status == 100
    assert client.send(b"abc").answer().body == b"POST /a abc"


def test_a_client_is_told_to_go_on_only_after_the_responses_before(client):
    client.get("/later").send(
        b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    )
    assert client.answer().body == b"later"
    assert client.answer().status == 100
    assert client.send(b"abc").answer().body == b"POST /a abc"


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(start):
    with start(admit=lambda method, path, headers: 10 if path == "/a" else 20).client() as client:
        client.send(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        answer = client.answer()
        assert (answer.status, answer.fields["content-type"]) == (413, JSON)
        assert "10 bytes" in json.loads(answer.body)["detail"]
        assert client.rest() == b""


def test_a_request_can_be_refused_by_its_head_while_its_body_comes(start, site, until):
    def admit(method: str, path: str, headers: Mapping[str, str]) -> int:
        assert (method, path) == ("POST", "/a")
        if "authorization" not in headers:
            raise RefusalError("unauthorised", "who are you?")
        return 16 << 20

    server = start(admit=admit)
    with server.client() as client:
        client.send(post("/a", b"x" * (16 << 20)))
        assert client.answer().status == 401
        assert server.listener.door.room.taken == 0
    assert site.seen == []
    until(lambda: site.ended)
    assert (site.ended[0].path, site.ended[0].reason) == ("/a", "unauthorised")
    with server.client() as client:
        assert client.send(post("/a", b"b", b"Authorization: x\r\n")).answer().body == b"POST /a b"


def test_a_refusal_arrives_while_the_client_still_sends(start, site):
    server = start(admit=lambda *_: 1000)
    for _ in range(5):
        with server.client() as client:
            client.send(post("/a", b"x" * 3_000_000))
            assert client.answer().status == 413
    assert site.seen == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n" % (b"a" * 70_000), 414),
        (b"GET / HTTP/1.1\r\nHost: h\r\nA: %s\r\n\r\n" % (b"b" * 40_000), 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 501),
        (b"BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        (b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\nHost: h\r\nExpect: cake\r\n\r\n", 417),
        (
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ],
)
def test_what_is_refused_gets_a_problem_and_the_end(client, site, data, status, until):
    client.get("/first").send(data + b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n")
    assert client.answer().status == 200
    answer = client.answer()
    assert answer.status == json.loads(answer.body)["status"] == status
    assert (answer.fields["content-type"], answer.fields["connection"]) == (JSON, "close")
    assert client.rest() == b""
    assert [request.path for request in site.seen] == ["/first"]
    until(lambda: len(site.ended) == 2)
    assert (site.ended[1].path in {"", "/"} or status == 414, site.ended[1].status) == (True, status)
    assert site.ended[1].reason in json.loads(answer.body)["type"]


def test_refusals_are_made_by_whoever_is_asked_to(start):
    def refuse(error: RefusalError, request: Request):
        assert request.path == "/"
        return Response(400, [("X-Slug", error.slug)], error.what.encode())

    with start(refuse=refuse).client() as client:
        answer = client.send(b"GET / HTTP/1.1\r\n\r\n").answer()
    assert answer.fields["x-slug"] == "malformed-request"
    assert b"Host" in answer.body


def test_a_handler_that_fails_is_a_500_that_tells_nothing_but_the_request(client, site, caplog):
    answer = client.get("/raise").answer()
    assert (answer.status, answer.fields["connection"]) == (500, "close")
    assert site.seen[0].id in json.loads(answer.body)["detail"]
    assert b"fault" not in answer.body
    assert "the handler has a fault" in caplog.text
    assert client.rest() == b""


def test_a_fault_in_what_follows_a_request_is_not_felt(start, site, caplog):
    def after(*_: object) -> None:
        raise RuntimeError("the log is full")

    site.after = after
    with start().client() as client:
        assert [client.get("/a").answer().status for _ in range(2)] == [200, 200]
        assert client.send(b"GET / HTTP/1.1\r\n\r\n").answer().status == 400
    assert "the log is full" in caplog.text


def test_a_second_response_is_not_sent(client, caplog):
    client.get("/twice").get("/a")
    assert client.answer().body == b"once"
    assert client.answer().body == b"GET /a "
    assert "has its response already" in caplog.text


def test_a_field_with_a_line_break_is_not_sent(client, site, caplog):
    answer = client.get("/split").answer()
    assert answer.status == 500
    assert "location" not in answer.fields
    assert b"stolen" not in answer.body
    assert "cannot be written" in caplog.text


def test_the_peer_and_a_name_are_in_each_request(client, site):
    client.get("/a").answer()
    client.get("/a").answer()
    assert {request.peer for request in site.seen} == {"127.0.0.1"}
    assert len({request.id for request in site.seen}) == 2


def test_the_bytes_of_a_response_are_counted(client, site, until):
    client.get("/pieces").answer()
    client.get("/large").answer()
    until(lambda: len(site.ended) == 2)
    assert 40 < site.ended[0].sent < 200
    assert 8_000_000 < site.ended[1].sent < 8_000_200
