"""The head of a response: the server alone governs the connection, and nothing breaks out of its line."""

import pytest

from poca_kg.errors import UsageError
from poca_kg.front.heads import Asked, Dates, Framing, render_head
from poca_kg.front.messages import Response


async def no_pieces():
    return
    yield b""


LENGTH = [("Content-Length", "9")]
KEPT = Asked(keeps_alive=True)
KEPT_1_0 = Asked(version="1.0", keeps_alive=True)
HEAD = Asked("HEAD", keeps_alive=True)

CASES = {
    "a body": (Response(200, [], b"abc"), KEPT, ["Content-Length: 3"], Framing.LENGTH),
    "no body": (Response(200), KEPT, ["Content-Length: 0"], Framing.LENGTH),
    "a wrong length": (Response(200, LENGTH, b"abc"), KEPT, ["Content-Length: 3"], Framing.LENGTH),
    "204": (Response(204, LENGTH), KEPT, [], Framing.NONE),
    "304": (Response(304, [("ETag", '"a"')]), KEPT, ['ETag: "a"'], Framing.NONE),
    "HEAD": (Response(200, [], b"abc"), HEAD, ["Content-Length: 3"], Framing.NONE),
    "HEAD with a length": (Response(200, LENGTH), HEAD, ["Content-Length: 9"], Framing.NONE),
    "HEAD with pieces": (Response(200, pieces=no_pieces()), HEAD, [], Framing.NONE),
    "pieces": (Response(200, pieces=no_pieces()), KEPT, ["Transfer-Encoding: chunked"], Framing.CHUNKED),
    "pieces of a length": (
        Response(200, LENGTH, pieces=no_pieces()), KEPT, ["Content-Length: 9"], Framing.LENGTH,
    ),
    "pieces in HTTP/1.0": (Response(200, pieces=no_pieces()), KEPT_1_0, ["Connection: close"], Framing.CLOSE),
    "HTTP/1.0": (Response(200), KEPT_1_0, ["Content-Length: 0", "Connection: keep-alive"], Framing.LENGTH),
    "the last one": (Response(200), Asked(), ["Content-Length: 0", "Connection: close"], Framing.LENGTH),
    "fields of the connection": (
        Response(200, [("Connection", "x"), ("Transfer-Encoding", "gzip"), ("DATE", "d")]),
        KEPT, ["Content-Length: 0"], Framing.LENGTH,
    ),
    "Latin-1": (Response(200, [("X", "caf\xe9")]), KEPT, ["X: caf\xe9", "Content-Length: 0"], Framing.LENGTH),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_head_says_how_the_body_ends(case):
    response, asked, fields, framing = CASES[case]
    head = render_head(response, asked)
    status_line, *lines, end, nothing = head.data.decode("latin-1").split("\r\n")
    assert status_line.startswith(f"HTTP/1.1 {response.status} ")
    assert lines == fields
    assert (end, nothing) == ("", "")
    assert head.framing is framing
    assert head.keeps_alive is ("Connection: close" not in fields)


@pytest.mark.parametrize(
    "response",
    [
        Response(200, [("X", "a\r\nY: b")]),
        Response(200, [("X", "a\nb")]),
        Response(200, [("X", "a\rb")]),
        Response(200, [("X\r\nY", "a")]),
        Response(200, [("X", "a\0b")]),
        Response(200, [("X", "→")]),
        Response(200, [("Content-Length", "-1")], pieces=no_pieces()),
        Response(200, [("Content-Length", "1 2")], pieces=no_pieces()),
        Response(100),
        Response(999),
    ],
)
def test_a_head_that_would_say_something_else_is_not_made(response):
    with pytest.raises(UsageError):
        render_head(response, KEPT, "Date: d\r\n")


def test_the_date_is_that_of_rfc_9110():
    assert Dates().line().endswith(" GMT\r\n")
    assert len(Dates().line()) == len("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
