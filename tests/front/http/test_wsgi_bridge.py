"""A WSGI application behind a listener: held against PEP 3333, and its failures against the service."""

import io
import json
import threading
import time
from wsgiref.validate import validator

import flask
import pytest

from poca_kg.front.messages import Request
from poca_kg.front.wsgi import WsgiBridge, environ_of


class Application:
    """An application with a route per habit."""

    def __init__(self):
        self.environs, self.closed, self.made = [], 0, 0
        self.go_on = threading.Event()

    def __call__(self, environ, start_response):
        self.environs.append(environ)
        return getattr(self, environ["PATH_INFO"].strip("/") or "echo")(environ, start_response)

    def echo(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["REQUEST_METHOD"].encode(), b" ", body]

    def streamed(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Streamed(self, 200)

    def endless(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Streamed(self, 100_000)

    def breaks(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Streamed(self, 20, fails=True)

    def raises(self, environ, start_response):
        raise RuntimeError("a secret of the application")

    def nothing(self, environ, start_response):
        return [b"x"]

    def twice(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x"]

    def anew(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            raise RuntimeError("half way")
        except RuntimeError as error:
            start_response("502 Bad", [("Content-Type", "text/plain")], (RuntimeError, error, None))
        return [b"anew"]

    def written(self, environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"one ")
        write(b"two ")
        return [b"three"]

    def not_modified(self, environ, start_response):
        start_response("304 Not Modified", [("ETag", '"a"')])
        return []

    def held_stream(self, environ, start_response):
        self.go_on.wait(10)
        return self.streamed(environ, start_response)

    def held(self, environ, start_response):
        self.go_on.wait(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"held"]


class Streamed:
    def __init__(self, application, count, *, fails=False):
        self.application, self.count, self.fails = application, count, fails

    def __iter__(self):
        for number in range(self.count):
            self.application.made += 1
            yield b"s" * 10_000
            if self.fails and number == 10:
                raise RuntimeError("the stream ends here")

    def close(self):
        self.application.closed += 1


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def serve(start, application, site):
    bridges = []

    def begin(app=None, **options):
        bridge = WsgiBridge(app or application, **options)
        bridges.append(bridge)
        site.handle = bridge.handle
        return start(site)

    yield begin
    application.go_on.set()
    for bridge in bridges:
        bridge.close()


def test_a_call_goes_through_the_application(serve, application):
    with serve().client() as client:
        client.send(
            b"POST /echo?a=%20b HTTP/1.1\r\nHost: h:81\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc"
        )
        answer = client.answer()
        assert (answer.status, answer.body) == (200, b"POST abc")
        assert client.get("/echo").answer().body == b"GET "
    environ = application.environs[0]
    assert environ["QUERY_STRING"] == "a=%20b"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("h", "81")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("a/b", "3")
    assert environ["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /echo?a=b HTTP/1.1\r\nHost: h\r\nAccept: a/b\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
        b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        b"GET /echo HTTP/1.0\r\n\r\n",
    ],
)
def test_the_bridge_keeps_to_pep_3333(serve, application, request_bytes):
    with serve(validator(application)).client() as client:
        assert client.send(request_bytes).answer().status == 200


def test_flask_is_served(serve):
    app = flask.Flask("test")

    @app.route("/a b/<name>", methods=["GET", "POST"])
    def page(name):
        form = flask.request.form.get("f", "")
        return flask.jsonify(name=name, form=form, id=flask.request.environ["poca_kg.request_id"])

    with serve(app).client() as client:
        body = b"f=%C3%A9"
        client.send(
            b"POST /a%%20b/%%C3%%A8 HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%s" % (len(body), body)
        )
        answer = json.loads(client.answer().body)
        assert (answer["name"], answer["form"]) == ("è", "é")
        assert len(answer["id"]) == 16
        head = client.send(b"HEAD /a%20b/x HTTP/1.1\r\nHost: h\r\n\r\n").answer("HEAD")
        assert int(head.fields["content-length"]) > 10
        assert client.get("/none").answer().status == 404
        assert client.send(b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").answer().status == 404


def test_a_long_body_is_streamed(serve, application, until):
    with serve().client() as client:
        answer = client.get("/streamed").answer()
        assert answer.fields["transfer-encoding"] == "chunked"
        assert answer.body == b"s" * 2_000_000
        until(lambda: application.closed == 1)
        assert client.get("/echo").answer().status == 200


def test_a_long_body_is_made_as_fast_as_it_is_read_and_closed_when_nobody_reads(serve, application, until):
    with serve().client() as client:
        client.get("/endless").take(1)
        seen = -1
        while seen != application.made:
            seen = application.made
            time.sleep(0.3)
        assert application.made < 10_000
    until(lambda: application.closed == 1)


def test_a_body_that_breaks_has_no_end(serve, application, until, caplog):
    with serve().client() as client, pytest.raises(EOFError):
        client.get("/breaks").answer()
    until(lambda: application.closed == 1)
    assert "the stream ends here" in caplog.text


@pytest.mark.parametrize("path", ["/raises", "/nothing", "/twice"])
def test_an_application_that_fails_is_a_500_without_its_reason(serve, path, caplog):
    with serve().client() as client:
        answer = client.get(path).answer()
        assert answer.status == 500
        assert b"secret" not in answer.body
        assert "request id" not in answer.body.decode()
        assert client.get("/echo").answer().status == 200
    assert "failed in the application" in caplog.text


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [("/anew", 502, b"anew"), ("/written", 200, b"one two three"), ("/not_modified", 304, b"")],
)
def test_the_rarer_ways_of_an_application_work(serve, path, status, body):
    with serve().client() as client:
        answer = client.get(path).answer()
        assert (answer.status, answer.body) == (status, body)
        assert client.get("/echo").answer().status == 200


def test_a_call_that_finds_no_place_is_turned_away(serve, application, until):
    server = serve(threads=1, waiting=1)
    with server.client() as one, server.client() as two, server.client() as three:
        one.get("/held")
        until(lambda: application.environs)
        two.get("/held")
        until(lambda: server.listener.in_flight == 2)
        answer = three.get("/held").answer()
        assert (answer.status, answer.fields["retry-after"]) == (503, "1")
        application.go_on.set()
        assert one.answer().body == two.answer().body == b"held"
        assert three.get("/echo").answer().status == 200


def test_a_call_whose_client_goes_before_its_turn_is_not_made(serve, application, until):
    server = serve(threads=1)
    with server.client() as one:
        one.get("/held")
        until(lambda: application.environs)
        with server.client() as two:
            two.get("/raises")
            until(lambda: server.listener.in_flight == 2)
        until(lambda: server.listener.in_flight == 1)
        application.go_on.set()
        assert one.answer().body == b"held"
        assert one.get("/echo").answer().status == 200
    assert [environ["PATH_INFO"] for environ in application.environs] == ["/held", "/echo"]


def test_an_answer_is_closed_though_its_client_went_while_it_was_made(serve, application, until):
    server = serve()
    with server.client() as client:
        client.get("/held_stream")
        until(lambda: application.environs)
    until(lambda: server.listener.connections == 0)
    application.go_on.set()
    until(lambda: application.closed == 1)


def test_refusals_of_the_bridge_are_made_by_whoever_is_asked_to(serve):
    from poca_kg.front.messages import Response

    with serve(refuse=lambda error, request: Response(500, [("X-Slug", error.slug)])).client() as client:
        assert client.get("/raises").answer().fields["x-slug"] == "internal-error"


def request(**fields):
    return Request("GET", "/", b"", fields.pop("headers", {}), b"", "::1", "7", **fields)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("example.org", ("example.org", "80")),
        ("example.org:81", ("example.org", "81")),
        ("example.org:", ("example.org", "80")),
        ("[::1]", ("[::1]", "80")),
        ("[::1]:81", ("[::1]", "81")),
        ("", ("s", "9")),
    ],
)
def test_name_and_port_are_those_of_the_host(host, expected):
    environ = environ_of(request(headers={"host": host} if host else {}), ("s", 9))
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == expected


def test_a_field_cannot_pass_for_another_nor_govern_the_connection():
    headers = {
        "x-forwarded-for": "a",
        "x_forwarded_for": "b",
        "connection": "c",
        "transfer-encoding": "chunked",
    }
    environ = environ_of(request(headers=headers))
    assert environ["HTTP_X_FORWARDED_FOR"] == "a"
    assert "HTTP_CONNECTION" not in environ
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_a_body_in_chunks_has_a_length():
    given = Request("POST", "/", b"", {"transfer-encoding": "chunked"}, b"abc", "::1", "7")
    environ = environ_of(given)
    assert environ["CONTENT_LENGTH"] == "3"
    assert isinstance(environ["wsgi.input"], io.BytesIO)


def test_paths_are_decoded_once():
    environ = environ_of(Request("GET", "/%C3%A9%2520", b"", {}, b"", "::1", "7"))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/é%20"
    assert environ["REQUEST_URI"] == "/%C3%A9%2520"
