"""Rows B3, B4, B5, B19, B20: clients that are many, go away or are slow; ``scenes.toml`` says what then."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from bar_http import ask, exchange
from bar_scenes import SCENES, answer, busy_cpu_s, connect, runaway, runaways, unexpected
from bar_server import PLAN, Server
from bar_watch import Canary, wait_for

Give = Callable[[str], Server]


@pytest.fixture(autouse=True)
def there_is_a_sandbox(server_for: Give) -> None:
    """Only a server with a sandbox is asked to bear this."""
    server_for("sandbox")


def test_a_server_full_of_runaways_still_answers_what_is_light(server_with: Give) -> None:
    scene = SCENES["saturation"]
    server = server_with(scene["profile"])
    with ThreadPoolExecutor(scene["runaways"]) as threads:
        running = runaways(server, scene["runaways"], threads)
        light = []
        while not all(one.done() for one in running):
            light.append(ask(server.address, f"ASK {{}} # {len(light)}"))
            time.sleep(PLAN["canary_pause_s"])
        heavy = [one.result() for one in running]
    assert unexpected(heavy, scene["runaways_get"]) == []
    assert [one for one in heavy if not one.header("Retry-After").isdigit()] == []
    assert max(one.elapsed_s for one in heavy) < PLAN["limit_s"] + 1
    assert unexpected(light, scene["light_gets"]) == []
    assert max(one.elapsed_s for one in light) < scene["light_longest_s"]
    assert [one for one in light if one.status == 503 and not one.header("Retry-After").isdigit()] == []
    assert any(one.status == 200 for one in light)


def test_a_client_that_goes_takes_its_query_with_it(server_with: Give) -> None:
    scene = SCENES["hang_up"]
    server = server_with(scene["profile"])
    for number in range(scene["clients"]):
        body = runaway(number).encode()
        with connect(server) as link:
            head = (
                "POST /sparql?timeout=600 HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            )
            link.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            time.sleep(0.05)

    def idle() -> bool:
        before = busy_cpu_s(server)
        time.sleep(0.4)
        return busy_cpu_s(server) - before < 0.4 * scene["idle_cpu_share"]

    assert wait_for(idle, scene["idle_within_s"])
    assert answer(ask(server.address, "ASK {} # afterwards")) == "200"


@pytest.mark.parametrize("accept", SCENES["truncation"]["accept"])
@pytest.mark.parametrize("query", SCENES["truncation"]["queries"])
def test_no_part_of_an_answer_passes_for_the_whole(server_with: Give, query: str, accept: str) -> None:
    scene = SCENES["truncation"]
    reply = ask(server_with(scene["profile"]).address, query, Accept=accept)
    if reply.complete:
        assert answer(reply) in scene["gets"], reply.body[:200]
    else:
        assert reply.status == 200
    if reply.slug == "result-too-large":
        assert reply.problem["limit"] == 1_000_000


def test_half_open_connections_hold_nobody_up(server_with: Give, canary: Callable[[Server], Canary]) -> None:
    scene = SCENES["slow"]
    server = server_with(scene["profile"])
    heads = [
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 1000\r\n\r\nASK",
    ]
    with canary(server) as singing, ExitStack() as links:
        opened = [
            links.enter_context(connect(server, timeout_s=scene["ended_within_s"]))
            for _ in range(scene["half_open"])
        ]
        until = time.monotonic() + scene["ended_within_s"]
        for number, link in enumerate(opened):
            link.sendall(heads[number % 2])
        open_still = [number for number, link in enumerate(opened) if not is_ended(link, until)]
    assert open_still == []
    assert singing.wrong() == []


def is_ended(link: socket.socket, until: float) -> bool:
    """Whether the server has ended a connection by some time."""
    try:
        link.settimeout(max(0.01, until - time.monotonic()))
        while link.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def test_aborted_requests_leave_nothing_behind(server_with: Give) -> None:
    scene = SCENES["slow"]
    server = server_with(scene["profile"])
    assert answer(ask(server.address, "ASK {} # before")) == "200"
    before = server.descriptors(), server.threads()
    body = b"SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 200000"
    for number in range(scene["aborts"]):
        with connect(server) as link:
            link.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n")
            if number % 2:
                link.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def back() -> bool:
        return (
            server.descriptors() <= before[0] + scene["descriptors_more"]
            and server.threads() <= before[1] + scene["threads_more"]
        )

    assert wait_for(back, 10), (before, server.descriptors(), server.threads())
    assert answer(ask(server.address, "ASK {} # after")) == "200"


def test_health_is_told_while_all_workers_are_busy(server_for: Give, server_with: Give) -> None:
    scene = SCENES["health"]
    server_for("health")
    server_for("metrics")
    server = server_with(scene["profile"])
    with ThreadPoolExecutor(scene["runaways"]) as threads:
        running = runaways(server, scene["runaways"], threads)
        time.sleep(0.2)
        told = {path: exchange(server.address, "GET", path) for path in scene["paths"]}
        assert not all(one.done() for one in running)
    assert {path: answer(reply) for path, reply in told.items()} == scene["paths"]
    assert max(reply.elapsed_s for reply in told.values()) < scene["longest_s"]


def test_a_process_that_dies_below_the_service_is_not_noticed(
    server_with: Give, canary: Callable[[Server], Canary]
) -> None:
    scene = SCENES["workers"]
    server = server_with(scene["profile"])
    with canary(server) as singing:
        for _ in range(scene["rounds"]):
            os.kill(workers(server)[0], signal.SIGKILL)
            time.sleep(0.3)
    failed = [one for one in singing.replies if one.status != 200]
    assert [answer(one) for one in failed if answer(one) != "503 query-crashed"] == []
    assert len(failed) <= scene["rounds"]
    assert answer(ask(server.address, "ASK {} # after all")) == "200"
    assert server.alive()


def workers(server: Server) -> list[int]:
    """Return the processes that lie two steps or more below the one that was started."""
    near = {server.process.pid, *map(int, children(server.process.pid))}
    return [pid for pid in server.tree() if pid not in near]


def children(pid: int) -> list[str]:
    """Return the ids of the children of a process."""
    return [
        child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]


def test_requests_of_one_connection_are_answered_in_order(server_with: Give) -> None:
    server = server_with("limited")
    host, port = server.address.removeprefix("http://").rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    for number in range(20):
        connection.request(
            "POST", "/sparql", f"SELECT ({number} AS ?n) {{}}", {"Content-Type": "application/sparql-query"}
        )
        response = connection.getresponse()
        assert f'"{number}"' in response.read().decode()
    connection.close()
