"""Every wait has an end: slow clients, clients that go, responses that break, and a listener that stops."""

import contextlib
import json
import socket
import threading
import time

import pytest

from poca_kg.front.messages import Response


@pytest.mark.parametrize(
    "start_of_request",
    [
        b"G",
        b"GET / HTTP/1.1\r\nHost: h\r\nA: b",
        b"\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab",
    ],
)
def test_a_request_that_does_not_arrive_is_told_so(start, start_of_request, site, until):
    with start(head_s=0.3, body_s=0.3).client() as client:
        answer = client.send(start_of_request).answer()
        assert answer.status == 408
        assert json.loads(answer.body)["type"].endswith("/request-timeout")
        assert client.rest() == b""
    until(lambda: site.ended)
    assert (site.ended[0].path in {"", "/"}, site.ended[0].status) == (True, 408)
    assert site.ended[0].reason == "request-timeout"


def test_a_request_that_trickles_gets_no_more_time(start):
    with start(head_s=0.4).client() as client:
        client.sock.settimeout(0.05)
        began = time.monotonic()
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\n")
        while True:
            try:
                client.send(b"A: b\r\n")
                if client.more():
                    break
            except TimeoutError:
                pass
            assert time.monotonic() - began < 10
        assert client.buffer.startswith(b"HTTP/1.1 408 ")


def test_who_asks_for_nothing_is_let_go_without_a_word(start, site):
    server = start(head_s=0.2, idle_s=0.3)
    with server.client() as never, server.client() as once:
        once.get("/a").answer()
        assert never.rest() == b""
        assert once.rest() == b""
    assert len(site.ended) == 1


def test_a_request_under_way_outlasts_all_times_of_waiting(start, site, until):
    server = start(head_s=0.1, body_s=0.1, idle_s=0.1)
    with server.client() as client:
        client.get("/held")
        until(lambda: site.held)
        time.sleep(0.8)
        server.call(site.held[0].respond, Response(200, [], b"at last"))
        assert client.answer().body == b"at last"


def test_a_client_that_hangs_up_is_noticed_at_once(server, site, until):
    with server.client() as client:
        client.get("/held")
        until(lambda: site.held)
    until(lambda: site.gone == ["/held"])
    server.call(site.held[0].respond, Response(200, [], pieces=site.pieces(3)))
    until(lambda: site.ended)
    assert (site.ended[0].status, site.ended[0].sent, site.ended[0].reason) == (499, 0, "gone")
    assert site.made == 0


def test_a_client_that_resets_is_noticed_at_once(server, site, until):
    with server.client() as client:
        client.get("/held")
        until(lambda: site.held)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    until(lambda: site.gone == ["/held"])


def test_who_asks_later_whether_the_client_has_gone_hears_it_too(server, site, until):
    with server.client() as client:
        client.get("/held")
        until(lambda: site.held)
    until(lambda: site.gone)
    server.call(site.held[0].when_gone, lambda: site.gone.append("told later"))
    assert site.gone == ["/held", "told later"]


def test_nobody_is_told_of_a_hang_up_after_the_response(server, site, until):
    with server.client() as client:
        client.get("/a").answer()
    until(lambda: not server.listener.connections)
    assert site.gone == []


def test_pieces_are_closed_when_their_client_goes(server, site, until):
    with server.client() as client:
        client.get("/slow-pieces")
        client.take(200)
    until(lambda: site.closed)
    until(lambda: site.ended)
    assert (site.ended[0].status, site.ended[0].reason) == (200, "gone")
    assert site.made < 1000


def test_a_hundred_aborts_leave_nothing(server, site, until):
    for number in range(100):
        with server.client() as client:
            client.get(("/held", "/endless", "/slow-pieces", "/large")[number % 4])
            if number % 4 and number % 3:
                client.take(1)
    until(lambda: server.listener.connections == 0)
    until(lambda: len(site.ended) == 100)
    assert server.listener.in_flight == 0


@pytest.mark.parametrize(("path", "body"), [("/pieces", b"p" * 12), ("/no-pieces", b"")])
def test_pieces_make_a_chunked_body(client, site, path, body, until):
    answer = client.get(path).answer()
    assert (answer.fields["transfer-encoding"], answer.body) == ("chunked", body)
    assert client.get("/a").answer().status == 200
    until(lambda: site.closed == 1)


def test_pieces_of_a_known_length_are_sent_as_they_are(client):
    answer = client.get("/known-length").answer()
    assert (answer.fields["content-length"], answer.body) == ("12", b"p" * 12)
    assert client.get("/a").answer().status == 200


def test_pieces_for_http_1_0_end_with_the_connection(client):
    answer = client.send(b"GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()
    assert (answer.fields["connection"], answer.body) == ("close", b"p" * 12)


def test_a_broken_chunked_body_has_no_end(client, site, until, caplog):
    with pytest.raises(EOFError):
        client.get("/breaks").answer()
    until(lambda: site.ended)
    assert (site.ended[0].status, site.ended[0].reason, site.closed) == (200, "unfinished", 1)
    assert "the pieces end here" in caplog.text


@pytest.mark.parametrize("more", [b"", b"GET / HTTP/1.0\r\n\r\n"])
def test_a_broken_body_for_http_1_0_resets_the_connection(client, more, caplog):
    with pytest.raises(ConnectionResetError):
        client.send(b"GET /breaks HTTP/1.0\r\n\r\n" + more).answer()


@pytest.mark.parametrize("path", ["/too-short", "/too-long"])
def test_pieces_of_a_wrong_length_are_a_broken_body(client, site, path, until, caplog):
    with pytest.raises(EOFError):
        client.get(path).answer()
    until(lambda: site.ended)
    assert site.ended[0].reason == "unfinished"


def test_a_body_that_breaks_before_it_begins_is_an_error(client, site, until, caplog):
    assert client.get("/breaks-at-once").answer().status == 500
    until(lambda: site.ended)
    assert (site.ended[0].status, site.ended[0].reason) == (500, "failed")


def test_pieces_are_made_only_as_fast_as_they_are_read(server, site, until):
    with server.client() as client:
        client.get("/endless")
        client.take(1)
        until(lambda: site.made > 1)
        seen = -1
        while seen != site.made:
            seen = site.made
            time.sleep(0.3)
        assert site.made * 65_536 < 64 * 1024 * 1024
        client.swallow(30_000_000)
        assert site.made > seen


def test_a_client_that_reads_without_end_leaves_the_others_alone(server):
    with server.client() as greedy, server.client() as other:
        greedy.get("/endless")
        reader = threading.Thread(target=greedy.swallow, args=(100_000_000,))
        reader.start()
        for _ in range(20):
            assert other.get("/a").answer().status == 200
        reader.join()


@pytest.mark.parametrize("path", ["/endless", "/large"])
def test_a_client_that_does_not_read_is_cut_off(start, site, path, until):
    server = start(stall_s=0.3, stall_bytes=1000)
    with server.client() as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.get(path)
        until(lambda: server.listener.connections == 1)
        until(lambda: server.listener.connections == 0)


def test_a_slow_reader_that_reads_gets_everything(start):
    with start(stall_s=0.3, stall_bytes=1000).client() as client:
        client.get("/large")
        read = 0
        while read < 2_000_000:
            read += len(client.sock.recv(65_536))
            time.sleep(0.02)
        while read < 8_000_000:
            read += len(client.sock.recv(262_144))


def test_half_open_connections_leave_the_others_alone(server):
    halves = [server.client() for _ in range(50)]
    for half in halves:
        half.send(b"GET / HTTP/1.1\r\nHost")
    with server.client() as client:
        for _ in range(20):
            assert client.get("/a").answer().status == 200
    for half in halves:
        half.sock.close()


def test_an_idle_connection_makes_room_for_a_new_one(start, until):
    server = start(connections=3)
    clients = [server.client() for _ in range(3)]
    for client in clients:
        client.get("/a").answer()
    with server.client() as fourth:
        assert fourth.get("/a").answer().status == 200
    assert sum(_is_closed(client.sock) for client in clients) == 1
    for client in clients:
        client.sock.close()


@pytest.mark.parametrize(
    "half", [b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"]
)
def test_slow_requests_cannot_keep_the_others_out(start, half):
    server = start(connections=5)
    slow = [server.client().send(half) for _ in range(9)]
    for _ in range(10):
        with server.client() as client:
            assert client.get("/a").answer().status == 200
    for client in slow:
        client.sock.close()


def test_many_who_are_turned_away_do_not_add_up(start, site, until):
    server = start(connections=2)
    clients = [server.client().get("/held") for _ in range(2)]
    until(lambda: len(site.held) == 2)
    more = [server.client() for _ in range(20)]
    for client in more:
        with contextlib.suppress(ConnectionResetError):
            assert client.rest()[:13] in {b"", b"HTTP/1.1 503 "}
    assert len(site.seen) == 2
    assert server.listener.connections <= 4
    for client in (*clients, *more):
        client.sock.close()


def test_where_no_connection_waits_a_new_one_is_turned_away(start, site, until):
    server = start(connections=3)
    clients = [server.client().get("/held") for _ in range(3)]
    until(lambda: len(site.held) == 3)
    with server.client() as fourth:
        answer = fourth.answer()
        assert (answer.status, answer.fields["retry-after"]) == (503, "1")
        assert fourth.rest() == b""
    for client in clients:
        client.sock.close()


def test_a_listener_that_drains_finishes_what_it_has_begun(server, site, until):
    with server.client() as idle, server.client() as busy, server.client() as half:
        idle.get("/a").answer()
        half.send(b"GET /a HTTP/1.1\r\nHo")
        busy.get("/held")
        until(lambda: site.held)
        drain = threading.Thread(target=server.drain, args=(5.0,))
        drain.start()
        assert idle.rest() == b""
        with pytest.raises(ConnectionError):
            server.client()
        assert half.send(b"st: h\r\n\r\n").answer().fields["connection"] == "close"
        server.call(site.held[0].respond, Response(200, [], b"done"))
        answer = busy.answer()
        assert (answer.body, answer.fields["connection"]) == (b"done", "close")
        assert busy.rest() == b""
        drain.join(10)
        assert not drain.is_alive()


def test_clients_that_ask_all_the_time_lose_no_request_when_a_listener_drains(server):
    lost, told = [], []

    def ask() -> None:
        with server.client() as client:
            while True:
                try:
                    if client.get("/a").answer().fields.get("connection") == "close":
                        told.append(client.rest())
                        return
                except (OSError, EOFError) as error:
                    lost.append(error)
                    return

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    server.drain(5.0)
    for thread in threads:
        thread.join()
    assert (lost, told) == ([], [b""] * 6)


def test_what_is_not_answered_when_the_time_is_up_is_told_so(server, site, until):
    with server.client() as held, server.client() as pieces:
        held.get("/held")
        pieces.get("/slow-pieces").take(100)
        until(lambda: site.held)
        server.drain(0.1)
        answer = held.answer()
        assert answer.status == 503
        assert json.loads(answer.body)["type"].endswith("/stopping")
        with contextlib.suppress(ConnectionResetError):
            assert not pieces.rest().endswith(b"0\r\n\r\n")
    assert site.gone
    server.call(site.held[0].respond, Response(200))
    assert {end.reason for end in site.ended} == {"stopping", "gone"}


def _is_closed(sock: socket.socket) -> bool:
    sock.settimeout(0.2)
    try:
        return sock.recv(1) == b""
    except TimeoutError:
        return False
