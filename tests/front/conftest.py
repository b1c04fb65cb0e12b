"""A desk over a sandbox that is a fake, and fronts over real ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from front_support import Desk, Service, quads

from poca_kg.front.application import FrontOptions
from poca_kg.sandbox.limits import Limits


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.threads.shutdown()


def start(data: bytes, limits: Limits | None = None, **options: object) -> Service:
    chosen = FrontOptions(**({"log": "none"} | options))
    return Service(data, limits or Limits(workers=2, express=1, spares=1), chosen)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Give a service that no test changes."""
    running = start(quads(10))
    yield running
    running.stop()
    assert not running.troubles


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """Give a function that starts a service of the test's own."""
    started: list[Service] = []

    def serve_it(data: bytes = b"", limits: Limits | None = None, **options: object) -> Service:
        started.append(start(data or quads(10), limits, **options))
        return started[-1]

    yield serve_it
    for running in started:
        running.stop()
        assert not running.troubles
