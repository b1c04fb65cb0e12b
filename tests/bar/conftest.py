"""Servers as processes, and what watches them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from bar_server import PLAN, Server, StartError, graph, missing, start
from bar_watch import Canary, Tripwire


def needed(profile: str) -> bool:
    """Whether a server must start with a profile: one that is the way to a required feature must."""
    return any(what["required"] and what["profile"] == profile for what in PLAN["features"].values())


@pytest.fixture(scope="session")
def bar_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of quads on which runaways run away."""
    path = tmp_path_factory.mktemp("bar") / "bar.nq"
    path.write_bytes(graph())
    return path


@pytest.fixture(scope="session")
def server_with(
    bar_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Server]]:
    """Give the server of a profile, started once; a profile that the server does not know skips the test."""
    started: dict[str, Server | StartError] = {}
    folder = tmp_path_factory.mktemp("bar-logs")

    def give(profile: str) -> Server:
        if profile not in started:
            try:
                started[profile] = start(profile, bar_data, folder / f"{profile}.log")
            except StartError as error:
                started[profile] = error
        one = started[profile]
        if isinstance(one, StartError):
            (pytest.fail if needed(profile) else pytest.skip)(f"no server with the profile {profile}: {one}")
        return one

    yield give
    for one in started.values():
        if isinstance(one, Server) and one.alive():
            one.stop()


@pytest.fixture(scope="session")
def server_for(server_with: Callable[[str], Server]) -> Callable[[str], Server]:
    """Give the server that has a feature; without it the test fails if it is required, else is skipped."""
    known: dict[str, str] = {}

    def give(feature: str) -> Server:
        what = PLAN["features"][feature]
        server = server_with(what["profile"])
        if feature not in known:
            known[feature] = missing(feature, server)
        if known[feature]:
            (pytest.fail if what["required"] else pytest.skip)(known[feature])
        return server

    return give


@pytest.fixture
def canary() -> Callable[[Server], Canary]:
    """Make a canary for a server."""
    return lambda server: Canary(server.address, PLAN["canary_pause_s"], PLAN["canary_longest_s"])


@pytest.fixture(scope="session")
def tripwire() -> Iterator[Tripwire]:
    """A listener that nobody may touch."""
    with Tripwire() as wire:
        yield wire
