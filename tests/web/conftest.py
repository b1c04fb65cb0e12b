"""An application over a small graph, and a real server for real clients."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.store import SandboxedStore
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.web import create_app, make_http_server
from poca_kg.web.serving import address_of

TOKEN = "a token for tests, long enough".replace(" ", "-").ljust(40, "x")
LIMITS = Limits(timeout_s=5.0, memory_bytes=256 * 2**20, workers=2, express=1, spares=1)
FIXTURE = Path(__file__).parent / "fixtures" / "small.trig"


@pytest.fixture(scope="session")
def embedded() -> EmbeddedStore:
    """Give the store of the small graph of the web tests."""
    store = EmbeddedStore.in_memory("9.9.9-test")
    store.load(FIXTURE.read_bytes(), format=RdfSyntax.TRIG)
    return store


@pytest.fixture(scope="session")
def sandbox(embedded: EmbeddedStore) -> Iterator[Sandbox]:
    """Give a sandbox over the same graph."""
    out = io.BytesIO()
    embedded.dump(out, format=RdfSyntax.N_QUADS)
    with Sandbox.start(out.getvalue(), LIMITS) as started:
        yield started


@pytest.fixture(scope="session", params=["embedded", "sandboxed"])
def graph(request: pytest.FixtureRequest, embedded: EmbeddedStore) -> KnowledgeGraph:
    """Give the small graph, in this process and in a sandbox: nobody sees from outside which it is."""
    if request.param == "embedded":
        return KnowledgeGraph(embedded)
    return KnowledgeGraph(SandboxedStore(request.getfixturevalue("sandbox")))


@pytest.fixture
def app(graph: KnowledgeGraph) -> Flask:
    """Give the application over it."""
    return create_app(graph, max_query_bytes=10_000)


@pytest.fixture
def token() -> str:
    """Give the token of the applications that take writes."""
    return TOKEN


@pytest.fixture
def writer(store: EmbeddedStore, token: str) -> FlaskClient:
    """Give a client of an application that takes writes to the store; it shows the token."""
    client = create_app(KnowledgeGraph(store), writer=store, token=token).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def store() -> EmbeddedStore:
    """Give an empty store."""
    return EmbeddedStore.in_memory()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client without a socket."""
    return app.test_client()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Give the address of a real server on a free port."""
    server = make_http_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address_of(server)
    server.shutdown()
    thread.join()
    server.server_close()
