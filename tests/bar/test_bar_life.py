"""Rows B14, B15, B21, B22: how a service starts, changes graphs, logs and ends, as ``scenes.toml`` says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bar_http import Reply, ask, exchange
from bar_scenes import SCENES, answer, runaways, unexpected
from bar_server import PASSED_ON, PLAN, Server, StartError, processes, publish_version, start
from bar_watch import wait_for

Give = Callable[[str], Server]


@pytest.fixture(autouse=True)
def there_is_a_sandbox(server_for: Give) -> None:
    """Only a server with a sandbox is asked to bear this."""
    server_for("sandbox")


@pytest.mark.parametrize("name", SCENES["stop"]["signals"])
def test_a_service_that_is_told_to_end_ends_well(name: str, bar_data: Path, tmp_path: Path) -> None:
    scene = SCENES["stop"]
    server = start(scene["profile"], bar_data, tmp_path / "log")
    below = server.tree()
    with ThreadPoolExecutor(3) as threads:
        running = runaways(server, 2, threads)
        time.sleep(0.3)
        began = time.monotonic()
        code = server.stop(getattr(signal, name), scene["within_s"])
        assert time.monotonic() - began < scene["within_s"]
        replies = [one.result() for one in running]
    assert code == scene["exit_code"]
    assert unexpected(replies, scene["running_gets"]) == []
    assert wait_for(lambda: not any(processes(pid) for pid in below), scene["left_within_s"])


def test_a_service_that_is_killed_leaves_nothing_behind(bar_data: Path, tmp_path: Path) -> None:
    scene = SCENES["stop"]
    server = start(scene["profile"], bar_data, tmp_path / "log")
    below = server.tree()
    server.kill()
    assert wait_for(lambda: not any(processes(pid) for pid in below), scene["left_within_s"])


@pytest.mark.parametrize("case", SCENES["start"]["refused"], ids=lambda case: case["name"])
def test_what_would_be_costly_is_refused_before_it_listens(case: dict, bar_data: Path) -> None:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    data = [] if "--empty" in case["arguments"] else ["--data", str(bar_data)]
    arguments = [sys.executable, "-m", "poca_kg", *PLAN["command"]["arguments"], *case["arguments"], *data]
    try:
        outcome = subprocess.run(
            arguments,
            env=passed | case["environment"],
            capture_output=True,
            text=True,
            timeout=15,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"it serves: {case['name']}")
    assert outcome.returncode in SCENES["start"]["exit_codes"], outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_the_log_tells_what_happened_and_no_secrets(bar_data: Path, tmp_path: Path) -> None:
    scene = SCENES["logs"]
    log = tmp_path / "log"
    try:
        server = start(scene["profile"], bar_data, log, POCA_KG_TOKEN=scene["token"])
    except StartError as error:
        pytest.skip(f"no server with the profile {scene['profile']}: {error}")
    headers = {
        "Authorization": f"Bearer {scene['token']}",
        "User-Agent": scene["agent"],
    }
    headers["Content-Type"] = "application/sparql-query"
    exchange(server.address, "POST", "/sparql", headers=headers, body=scene["query"].encode())
    exchange(server.address, "GET", f"/there/%0d%0aforged?token={scene['token']}", headers=headers)
    exchange(
        server.address,
        "POST",
        "/update",
        headers=headers | {"Content-Type": "application/sparql-update"},
        body=b"INSERT DATA {}",
    )
    server.stop()
    text = log.read_text("utf-8")
    assert [absent for absent in scene["absent"] if absent in text] == []
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    requests = [line for line in lines if all(member in line for member in scene["members"])]
    assert len(requests) >= 3
    assert not re.search(r"^forged", text, re.MULTILINE)


def published(folder: Path, rows: int) -> Path:
    """Publish two versions whose every row names the version, and return the data folder."""
    for name in ("one", "two"):
        lines = sorted(f'<http://e/n{n}> <http://e/version> "{name}" <http://e/g> .' for n in range(rows))
        publish_version(folder / name, folder / "data", ("\n".join(lines) + "\n").encode())
    return folder / "data"


def rolled_back(data: Path) -> int:
    """Make the other version current, as who looks after a service would."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    command = [sys.executable, "-m", "poca_kg", "rollback"]
    return subprocess.run(
        command, env=passed | {"POCA_KG_DATA_DIR": str(data)}, capture_output=True, timeout=30, check=False
    ).returncode


@pytest.mark.parametrize("hint", SCENES["versions"]["hints"])
def test_a_reader_sees_one_version_or_the_other(tmp_path: Path, hint: str) -> None:
    scene = SCENES["versions"]
    data = published(tmp_path, scene["rows"])
    server = start("limited", data, tmp_path / "log")
    over, replies = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            replies.append(ask(server.address, "SELECT ?v { ?s <http://e/version> ?v }", Accept="text/csv"))

    def shown() -> str:
        return ask(
            server.address, "SELECT DISTINCT ?v { ?s <http://e/version> ?v }", Accept="text/csv"
        ).body.decode()

    with ThreadPoolExecutor(scene["readers"]) as threads:
        for _ in range(scene["readers"]):
            threads.submit(read)
        try:
            assert shown().split() == ["v", "two"]
            for name in ("one", "two") * (scene["switches"] // 2):
                assert rolled_back(data) == 0
                if hint:
                    server.process.send_signal(getattr(signal, hint))
                assert wait_for(lambda wanted=name: shown().split() == ["v", wanted], scene["seen_within_s"])
        finally:
            over.set()
            threads.shutdown()
            server.stop()
    assert [torn(one, scene["rows"]) for one in replies if torn(one, scene["rows"])] == []
    assert len({one.header("X-Graph-Version") for one in replies}) == 2


def torn(reply: Reply, rows: int) -> str:
    """Return what is wrong with an answer that should be of one version, or nothing."""
    found = reply.body.decode().split()[1:]
    if reply.status != 200 or not reply.complete:
        return f"{answer(reply)} {reply.error}"
    if len(found) != rows or len(set(found)) != 1:
        return f"{len(found)} rows of the versions {sorted(set(found))}"
    return ""


def test_a_torn_answer_is_found() -> None:
    assert torn(Reply(200, {}, b"v\r\n1\r\n2\r\n"), 2)
    assert torn(Reply(200, {}, b"v\r\n1\r\n"), 2)
    assert torn(Reply(503), 2)
    assert torn(Reply(200, {}, b"v\r\n1\r\n1\r\n"), 2) == ""
