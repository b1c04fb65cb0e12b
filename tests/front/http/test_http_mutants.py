"""Mutated requests over real sockets: each is answered or refused, and none is felt by the next."""

import contextlib
import random
import socket

import pytest

SEEDS = [
    b"GET /a?query=ASK%20%7B%7D HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: 6\r\n\r\nASK {}",
    b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nASK\r\n3;x=y\r\n {}\r\n0\r\nT: t\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 6\r\n\r\nASK {}",
    b"PUT http://h/pieces HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    b"HEAD /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /later HTTP/1.1\r\nHost: h\r\n\r\n",
]
MORSELS = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"\t", b"0", b"-1", b"99999999999", b"HTTP/1.1", b"HTTP/1.0",
    b"Content-Length: 1\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Upgrade: x\r\n",
    b"Expect: 100-continue\r\n", b"\xff\xfe", b"\r\n\r\n", b"#", b"?", b"%", b"%00", b"a" * 2000,
]  # fmt: skip
EXPECTED = {100, 200, 400, 408, 413, 414, 417, 431, 501, 505}


def mutate(dice: random.Random) -> bytes:
    data = b"".join(dice.choices(SEEDS, k=dice.randint(1, 3)))
    for _ in range(dice.randint(1, 5)):
        place = dice.randrange(len(data) + 1)
        kind = dice.randrange(4)
        if kind == 0:
            data = data[:place] + dice.choice(MORSELS) + data[place:]
        elif kind == 1:
            data = data[:place] + data[place + dice.randint(1, 20) :]
        elif kind == 2:
            data = data[:place] + dice.randbytes(dice.randint(1, 4)) + data[place + 2 :]
        else:
            other = dice.randrange(len(data) + 1)
            data = data[: max(place, other)] + data[min(place, other) :]
    return data


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()]


@pytest.mark.parametrize("seed", range(4))
def test_mutated_requests_are_answered_or_refused(start, seed, caplog):
    server, dice = start(head_s=5.0, body_s=5.0), random.Random(seed)
    for _ in range(150):
        data = mutate(dice)
        with server.client() as client:
            cut = dice.randrange(len(data) + 1)
            with contextlib.suppress(OSError):  # the server may have answered the first part and closed
                client.send(data[:cut]).send(data[cut:])
                client.sock.shutdown(socket.SHUT_WR)
                while client.more():
                    pass
            answer = client.buffer
        assert answer == b"" or answer.startswith(b"HTTP/1.1 "), data
        assert set(statuses(answer)) <= EXPECTED, data
    with server.client() as client:
        assert client.get("/a").answer().body == b"GET /a "
    assert not caplog.records
