"""Validation in a running service: it has its own processes, its own time, and nobody waits for it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from service_support import COUNT, Answer, Service, children, publish_rows, wait_for

from poca_kg.sandbox.confinement import can_confine

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_confine(), reason="needs Linux")]

LIMIT_S = 3.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DATA = (
    "<http://e/a> a <http://e/C> ; <http://e/p> 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' ."
)
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<http://e/S> a sh:NodeShape ; sh:targetClass <http://e/C> ;
    sh:property [ sh:path <http://e/p> ; sh:pattern "%s" ] ."""
RUNAWAY = SHAPE % "^(?=a)(a+)+$"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Give a service with one front, where one validation runs at a time."""
    folder = tmp_path_factory.mktemp("validating")
    publish_rows("first", folder / "data")
    settings = {"validations": "1", "validation_timeout": str(LIMIT_S), "fronts": "1"}
    started = Service(log=folder / "log", data_dir=str(folder / "data"), **settings)
    yield started
    started.end()


def validate(service: Service, shapes: str) -> Answer:
    """Have the data checked against shapes."""
    connection = service.connect(60.0)
    try:
        body = urlencode({"data": DATA, "shapes": shapes}).encode()
        connection.request("POST", "/validate?format=json", body, FORM)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def slug(answer: Answer) -> str:
    return str(json.loads(answer.body)["type"]).rpartition("/")[2]


def judges(service: Service) -> list[int]:
    """Return the processes whose workers validate."""
    pids = children(service.process.pid)
    return [pid for pid in pids if b'"validate"' in Path(f"/proc/{pid}/cmdline").read_bytes()]


def at_once(count: int, do: Callable[[], Answer]) -> list[Answer]:
    """Do something several times at once."""
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(do())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_service_validates(service: Service) -> None:
    answer = validate(service, SHAPE % "^b")
    assert answer.status == 200
    assert not json.loads(answer.body)["conforms"]


def test_a_validation_has_a_time_of_its_own(service: Service) -> None:
    started = time.monotonic()
    answer = validate(service, RUNAWAY)
    assert (answer.status, slug(answer)) == (503, "validation-timeout")
    assert answer.headers["Retry-After"] == "3"
    assert time.monotonic() - started < LIMIT_S + 2
    assert validate(service, SHAPE % "^a").status == 200


def test_nobody_waits_for_those_who_validate_for_long(service: Service) -> None:
    found: list[Answer] = []
    waiting = threading.Thread(target=lambda: found.extend(at_once(12, lambda: validate(service, RUNAWAY))))
    waiting.start()
    time.sleep(0.5)
    for _ in range(5):
        started = time.monotonic()
        assert service.get("/validate").status == 200
        assert service.ask(COUNT).status == 200
        assert time.monotonic() - started < 2
    waiting.join()
    assert {slug(answer) for answer in found} <= {"validation-timeout", "busy"}
    assert "busy" in {slug(answer) for answer in found}


def test_the_process_that_holds_the_shapes_comes_back(service: Service) -> None:
    (first,) = judges(service)
    os.kill(first, signal.SIGKILL)
    assert service.ask(COUNT).status == 200
    assert wait_for(lambda: judges(service) not in ([], [first]), 20.0)
    assert wait_for(lambda: validate(service, SHAPE % "^b").status == 200, 20.0)


def test_a_service_may_validate_nothing(tmp_path: Path) -> None:
    publish_rows("first", tmp_path / "data")
    service = Service(log=tmp_path / "log", data_dir=str(tmp_path / "data"), validations="0", fronts="1")
    try:
        assert slug(validate(service, "")) == "validation-disabled"
        assert judges(service) == []
    finally:
        service.end()
