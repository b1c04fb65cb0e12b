"""Fixtures that more than one folder of tests needs, and the network guard."""

import os
import socket
from pathlib import Path

import pytest

from poca_kg.settings import read_settings

LOOPBACK = ("127.", "localhost", "::1")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def published_graph() -> Path:
    """Give the data folder whose current snapshot ``make test`` published."""
    folder = read_settings(os.environ).data_dir
    if not (folder / "current").is_file():
        pytest.fail("no current snapshot; run `make graph` first (make test does)")
    return folder
