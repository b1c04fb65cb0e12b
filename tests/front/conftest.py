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


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    started: list[Service] = []

    def start(data: bytes = b"", limits: Limits | None = None, **options: object) -> Service:
        chosen = FrontOptions(**({"log": "none"} | options))
        started.append(Service(data or quads(10), limits or Limits(workers=2, express=1, spares=1), chosen))
        return started[-1]

    yield start
    for service in started:
        service.stop()
        assert not service.troubles
