"""The reader alone: what is a request, what is refused, and that it does not matter how the bytes arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.front.http_limits import HttpLimits
from poca_kg.front.reading import Door, Phase, RequestReader
from poca_kg.front.room import Room

SMALL = HttpLimits(target_bytes=100, fields_bytes=400, fields=8)


def make_reader(limits: HttpLimits = SMALL, room: Room | None = None, longest: int = 20) -> RequestReader:
    door = Door(limits, room or Room(1000), lambda *_: longest, lambda: "id")
    return RequestReader(door, "::1")


def read(data: bytes, cuts: tuple[int, ...] = ()) -> tuple[list[tuple[str, str, bytes, bytes]], str]:
    """Return the requests in some bytes, and the slug of the refusal that follows them."""
    reader = make_reader()
    for start, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        reader.feed(data[start:end])
    found = [
        (i.request.method, i.request.path, i.request.query_string, i.request.body) for i in reader.requests
    ]
    return found, reader.refusal.slug if reader.refusal else ""


def get(line: bytes = b"GET / HTTP/1.1", *fields: bytes) -> bytes:
    return b"".join(part + b"\r\n" for part in (line, b"Host: h", *fields)) + b"\r\n"


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return get(b"POST /p HTTP/1.1", *fields) + body


UPGRADE = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk")
HIDDEN = b"GET /h HTTP/1.1\r\nHost: h\r\n\r\n"

TAKEN = {
    "a path and a query": (get(b"GET /a%20b?c=d?e HTTP/1.1"), [("GET", "/a%20b", b"c=d?e", b"")]),
    "an absolute target": (get(b"GET http://x:80/a?b HTTP/1.1"), [("GET", "/a", b"b", b"")]),
    "an absolute target without a path": (get(b"GET http://x HTTP/1.1"), [("GET", "/", b"", b"")]),
    "the service as a whole": (get(b"OPTIONS * HTTP/1.1"), [("OPTIONS", "*", b"", b"")]),
    "HTTP/1.0 without a host": (b"GET / HTTP/1.0\r\n\r\n", [("GET", "/", b"", b"")]),
    "empty lines before a request": (b"\r\n\r\n" + get(), [("GET", "/", b"", b"")]),
    "a body of a length": (post(b"Content-Length: 3", body=b"abc"), [("POST", "/p", b"", b"abc")]),
    "an empty body": (post(b"Content-Length: 0"), [("POST", "/p", b"", b"")]),
    "no word of a body": (post(), [("POST", "/p", b"", b"")]),
    "chunks": (
        post(b"Transfer-Encoding: Chunked", body=b'2;x="y"\r\nab\r\n1\r\nc\r\n0\r\n\r\n'),
        [("POST", "/p", b"", b"abc")],
    ),
    "two in a row": (get() + get(b"GET /2 HTTP/1.1"), [("GET", "/", b"", b""), ("GET", "/2", b"", b"")]),
    "an upgrade without a body": (
        get(b"GET / HTTP/1.1", *UPGRADE) + get(),
        [("GET", "/", b"", b""), ("GET", "/", b"", b"")],
    ),
    "an upgrade before a body that looks like a request": (
        post(*UPGRADE, b"Content-Length: 20", body=HIDDEN[:20]) + get(),
        [("POST", "/p", b"", HIDDEN[:20]), ("GET", "/", b"", b"")],
    ),
    "an upgrade before chunks": (
        post(*UPGRADE, b"Transfer-Encoding: chunked", body=b"3\r\nGET\r\n0\r\n\r\n") + get(),
        [("POST", "/p", b"", b"GET"), ("GET", "/", b"", b"")],
    ),
    "something after the last request": (
        get(b"GET / HTTP/1.1", b"Connection: close") + HIDDEN,
        [("GET", "/", b"", b"")],
    ),
    "something after an upgrade and the last request": (
        post(b"Upgrade: h2c", b"Connection: Upgrade, close", b"Content-Length: 1", body=b"x") + HIDDEN,
        [("POST", "/p", b"", b"x")],
    ),
    "an expectation in HTTP/1.0": (b"GET / HTTP/1.0\r\nExpect: x\r\n\r\n", [("GET", "/", b"", b"")]),
}

MALFORMED = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": get(b"GET / HTTP/1.1", b"Host: h"),
    "a host that is none": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a host of two": b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "a user in the target": get(b"GET http://u@h/ HTTP/1.1"),
    "two types": post(b"Content-Type: a/b", b"Content-Type: c/d"),
    "two tokens": get(b"GET / HTTP/1.1", b"Authorization: Bearer a", b"Authorization: Bearer b"),
    "lines that end in LF": b"GET / HTTP/1.1\nHost: h\n\n",
    "a space before a colon": get(b"GET / HTTP/1.1", b"A : b"),
    "a folded field": get(b"GET / HTTP/1.1", b"A: b", b" c"),
    "NUL in a field": get(b"GET / HTTP/1.1", b"A: b\x00c"),
    "a control character in a field": get(b"GET / HTTP/1.1", b"A: b\x01c"),
    "CR in a field": get(b"GET / HTTP/1.1", b"A: b\rc"),
    "a field without a name": get(b"GET / HTTP/1.1", b": b"),
    "a field without a colon": get(b"GET / HTTP/1.1", b"A"),
    "a tab in the target": get(b"GET /a\tb HTTP/1.1"),
    "raw UTF-8 in the target": get("GET /é HTTP/1.1".encode()),
    "a fragment in the target": get(b"GET /a#b HTTP/1.1"),
    "a relative target": get(b"GET a HTTP/1.1"),
    "another scheme": get(b"GET ftp://h/ HTTP/1.1"),
    "the service as a whole for GET": get(b"GET * HTTP/1.1"),
    "two lengths": post(b"Content-Length: 1", b"Content-Length: 1", body=b"a"),
    "two lengths in one": post(b"Content-Length: 1, 1", body=b"a"),
    "length and chunks": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks and length": post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length with a sign": post(b"Content-Length: +1", body=b"a"),
    "a negative length": post(b"Content-Length: -1"),
    "a length that is none": post(b"Content-Length: 1x", body=b"a"),
    "an empty length": post(b"Content-Length:"),
    "a length beyond all numbers": post(b"Content-Length: 99999999999999999999999"),
    "chunked that is not last": post(b"Transfer-Encoding: chunked, identity"),
    "chunked twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "a coding after a control character": post(b"Transfer-Encoding:\x0bchunked"),
    "a chunk that is longer than it says": post(b"Transfer-Encoding: chunked", body=b"1\r\nxyz\r\n0\r\n\r\n"),
    "a size of a chunk with 0x": post(b"Transfer-Encoding: chunked", body=b"0x1\r\nx\r\n0\r\n\r\n"),
    "a size of a chunk with a space": post(b"Transfer-Encoding: chunked", body=b"1 \r\nx\r\n0\r\n\r\n"),
    "a size of a chunk beyond all numbers": post(b"Transfer-Encoding: chunked", body=b"f" * 17 + b"\r\nx"),
    "chunks that end in LF": post(b"Transfer-Encoding: chunked", body=b"1\nx\n0\n\n"),
    "LF in an extension of a chunk": post(b"Transfer-Encoding: chunked", body=b"1;a\nb\r\nx\r\n0\r\n\r\n"),
    "HTTP/1.2": get(b"GET / HTTP/1.2"),
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}

REFUSED = {
    **{what: (data, "malformed-request") for what, data in MALFORMED.items()},
    "no method at all": (b"\x16\x03\x01\x02\x00\x01\xfc", "not-implemented"),
    "an unknown method": (get(b"FOO / HTTP/1.1"), "not-implemented"),
    "a method in lower case": (get(b"get / HTTP/1.1"), "not-implemented"),
    "a tunnel": (get(b"CONNECT h:80 HTTP/1.1") + b"secret", "not-implemented"),
    "a packed transfer": (post(b"Transfer-Encoding: gzip, chunked"), "not-implemented"),
    "a coding that ends like chunked": (post(b"Transfer-Encoding: xchunked"), "not-implemented"),
    "HTTP/2.0": (get(b"GET / HTTP/2.0"), "version-not-supported"),
    "HTTP/0.9": (b"GET /\r\n\r\n", "version-not-supported"),
    "an unknown expectation": (post(b"Expect: 200-ok"), "expectation-failed"),
    "a long target": (get(b"GET /" + b"a" * 100 + b" HTTP/1.1"), "too-long"),
    "a long target in the end": (b"GET /" + b"a" * 101, "too-long"),
    "a long field": (get(b"GET / HTTP/1.1", b"A: " + b"b" * 400), "header-too-large"),
    "many fields": (get(b"GET / HTTP/1.1", *[b"A: b"] * 8), "header-too-large"),
    "a long body": (post(b"Content-Length: 21"), "too-large"),
    "a long body behind an upgrade": (post(*UPGRADE, b"Content-Length: 21"), "too-large"),
    "long chunks": (post(b"Transfer-Encoding: chunked", body=b"15\r\n" + b"x" * 21), "too-large"),
    "many chunks": (post(b"Transfer-Encoding: chunked", body=b"1\r\nx\r\n" * 21), "too-large"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_request_is_read_however_its_bytes_arrive(case):
    data, expected = TAKEN[case]
    assert read(data) == (expected, "")
    assert read(data, tuple(range(1, len(data)))) == (expected, "")


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused_however_its_bytes_arrive(case):
    data, slug = REFUSED[case]
    assert read(data) == ([], slug)
    assert read(data, tuple(range(1, len(data)))) == ([], slug)


@pytest.mark.parametrize("case", REFUSED)
def test_requests_before_a_refused_one_count_and_those_after_it_do_not(case):
    data, slug = REFUSED[case]
    assert read(get() + data + get()) == ([("GET", "/", b"", b"")], slug)


@given(
    cases=st.lists(st.sampled_from([*TAKEN.values(), *REFUSED.values()]), min_size=1, max_size=3),
    cuts=st.lists(st.integers(0, 1500), max_size=12),
)
def test_where_the_bytes_are_cut_makes_no_difference(cases, cuts):
    data = b"".join(case[0] for case in cases)
    assert read(data, tuple(sorted(min(cut, len(data)) for cut in cuts))) == read(data)


@given(
    case=st.sampled_from([*TAKEN.values(), *REFUSED.values()]),
    edits=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), st.binary(max_size=6)), max_size=6),
)
def test_mutated_requests_are_read_or_refused_and_leave_no_room_taken(case, edits):
    data = case[0]
    for place, removed, added in edits:
        data = data[:place] + added + data[place + removed :]
    room = Room(1000)
    reader = make_reader(room=room)
    for start in range(0, len(data), 7):
        reader.feed(data[start : start + 7])
    for incoming in reader.requests:
        assert incoming.request.path.startswith("/") or incoming.request.path == "*"
        assert len(incoming.request.body) <= 20
    reader.end()
    assert room.taken == 0
    assert reader.phase is Phase.ENDED


def test_fields_are_lower_case_and_those_that_come_twice_are_joined():
    reader = make_reader()
    reader.feed(get(b"GET / HTTP/1.1", b"ACCEPT: a/b \t", b"Accept:c/d", b"X: caf\xe9"))
    request = reader.requests[0].request
    assert request.headers == {"host": "h", "accept": "a/b, c/d", "x": "café"}
    assert (request.peer, request.id, request.http_version) == ("::1", "id", "1.1")


def test_the_host_of_an_absolute_target_counts():
    reader = make_reader()
    reader.feed(get(b"GET http://real:81/ HTTP/1.1"))
    assert reader.requests[0].request.headers["host"] == "real:81"


def test_fields_after_a_body_are_no_fields_of_the_request():
    reader = make_reader()
    reader.feed(post(b"Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\nAuthorization: Bearer a\r\n\r\n"))
    assert "authorization" not in reader.requests[0].request.headers


@pytest.mark.parametrize(
    ("head", "flood", "slug"),
    [
        (b"", b"\r\n", "header-too-large"),
        (b"GET / HTTP/1.1\r\nA: ", b"b", "header-too-large"),
        (b"GET / HTTP/1.1\r\n", b"A: bcd\r\n", "header-too-large"),
        (b"GET /", b"a", "too-long"),
        (post(b"Transfer-Encoding: chunked") + b"1;", b"x", "too-large"),
        (post(b"Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\nA: ", b"b", "too-large"),
        (post(b"Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n", b"A: b\r\n", "header-too-large"),
        (post(b"Transfer-Encoding: chunked"), b"1\r\nx\r\n", "too-large"),
    ],
)
def test_what_does_not_end_is_refused_before_it_fills_the_memory(head, flood, slug):
    reader = make_reader()
    reader.feed(head)
    for _ in range(200):
        reader.feed(flood * 1000)
        if reader.refusal is not None:
            break
    assert reader.refusal is not None
    assert reader.refusal.slug == slug


def test_bodies_of_tiny_chunks_are_read():
    reader = make_reader(longest=20_000, room=Room(50_000))
    reader.feed(post(b"Transfer-Encoding: chunked"))
    for _ in range(20_000):
        reader.feed(b"1\r\nx\r\n")
    reader.feed(b"0\r\n\r\n")
    assert reader.requests[0].request.body == b"x" * 20_000


def test_requests_share_the_room_for_bodies():
    room = Room(30)
    first, second = make_reader(room=room), make_reader(room=room)
    first.feed(post(b"Content-Length: 20", body=b"x" * 19))
    second.feed(post(b"Content-Length: 20", body=b"x" * 19))
    assert first.refusal is None
    assert second.refusal is not None
    assert second.refusal.slug == "busy"
    first.end()
    second.end()
    assert room.taken == 0


@pytest.mark.parametrize(
    ("data", "waits"),
    [
        (post(b"Expect: 100-Continue", b"Content-Length: 3"), True),
        (post(b"Expect: 100-continue", b"Transfer-Encoding: chunked"), True),
        (post(b"Expect: 100-continue", b"Content-Length: 3") + b"a", False),
        (post(b"Expect: 100-continue", b"Content-Length: 0"), False),
        (post(b"Expect: 100-continue"), False),
        (post(b"Content-Length: 3"), False),
    ],
)
def test_a_reader_knows_whether_a_body_is_held_back(data, waits):
    reader = make_reader()
    reader.feed(data)
    assert reader.awaits_go_on is waits
