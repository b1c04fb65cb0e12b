"""Row B4, continued: what a client may use of a minute, and how soon a full queue says so."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from bar_http import Reply, ask
from bar_scenes import answer, runaway, runaways
from bar_server import PLAN, Server

BURST = 30
GREEDY, MODEST = "203.0.113.7", "203.0.113.8"
REFUSED_WITHIN_S = 0.4

Give = Callable[[str], Server]


@pytest.fixture(autouse=True)
def there_is_a_sandbox(server_for: Give) -> None:
    """Only a server with a sandbox is asked to bear this."""
    server_for("sandbox")


def test_a_burst_of_one_client_ends_at_its_share_and_others_are_served(server_with: Give) -> None:
    server = server_with("shared")

    def greedy(number: int) -> Reply:
        return ask(server.address, runaway(number), **{"X-Forwarded-For": GREEDY})

    with ThreadPoolExecutor(BURST) as threads:
        burst = [threads.submit(greedy, number) for number in range(BURST)]
        modest = []
        while not all(one.done() for one in burst):
            reply = ask(server.address, f"ASK {{}} # {len(modest)}", **{"X-Forwarded-For": MODEST})
            modest.append(answer(reply))
            time.sleep(PLAN["canary_pause_s"])
        replies = [one.result() for one in burst]
    said = [answer(one) for one in replies]
    assert set(said) <= {"429 too-many-requests", "503 query-timeout", "503 busy"}
    assert said.count("429 too-many-requests") >= BURST // 2
    assert all(int(one.header("Retry-After")) >= 1 for one in replies)
    assert set(modest) == {"200"}
    assert answer(greedy(BURST)) == "429 too-many-requests"


def test_a_full_queue_says_so_at_once(server_with: Give) -> None:
    server = server_with("narrow")
    with ThreadPoolExecutor(2 * BURST) as threads:
        full = runaways(server, 8, threads)
        time.sleep(0.2)
        more = [one.result() for one in runaways(server, BURST, threads)]
        assert {answer(one.result()) for one in full} <= {"503 query-timeout", "503 busy"}
    refused = [one for one in more if "wait already" in str(one.problem.get("detail"))]
    assert len(refused) >= BURST // 2
    assert {answer(one) for one in refused} == {"503 busy"}
    assert all(int(one.header("Retry-After")) >= 1 for one in refused)
    assert statistics.median(one.elapsed_s for one in refused) < REFUSED_WITHIN_S
