"""Serving where a system has no means to confine a query."""

from __future__ import annotations

import json
import signal
import threading
import urllib.request

import pytest
from werkzeug.serving import BaseWSGIServer

from poca_kg.errors import UsageError
from poca_kg.service.alone import serve_alone
from poca_kg.service.configuration import Writing, configure
from poca_kg.service.ears import Ears
from poca_kg.service.graph_source import GraphSource
from poca_kg.settings import read_settings


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "graph.nq"
    file.write_bytes(b'<http://e/a> <http://e/p> "1" <http://e/g> .\n')
    return GraphSource(file)


def settings():
    return read_settings({"POCA_KG_WORKERS": "1", "POCA_KG_FRONTS": "1"})


@pytest.mark.parametrize(
    "configuration",
    [configure(settings(), host="0.0.0.0"), configure(settings(), writing=Writing("T" * 32))],
    ids=["for others", "with writes"],
)
def test_only_this_machine_is_served_and_nothing_is_written(source, configuration):
    with pytest.raises(UsageError, match="cannot confine"):
        serve_alone(configuration, source, Ears(print, print))


def test_this_machine_is_served_with_a_warning(source, monkeypatch):
    """The server answers one request and is interrupted then."""
    told, answers, threads = [], [], []

    def serve_once(server: BaseWSGIServer) -> None:
        server.handle_request()
        threads[0].join()
        raise KeyboardInterrupt

    def listening(address: str, version: str, triples: int) -> None:
        told.append((address, version, triples))

        def ask() -> None:
            with urllib.request.urlopen(f"{address}sparql?query=ASK%7B%7D", timeout=20) as answer:
                answers.append(json.load(answer)["boolean"])

        threads.append(threading.Thread(target=ask))
        threads[0].start()

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(BaseWSGIServer, "serve_forever", serve_once)
    monkeypatch.setattr("poca_kg.sandbox.sandbox.can_confine", lambda: False)
    with pytest.warns(RuntimeWarning, match="cannot confine a query"):
        serve_alone(configure(settings(), port=0), source, Ears(print, listening))
    assert answers == [True]
    assert [triples for _, _, triples in told] == [1]
