"""What becomes of a write: it is current, acknowledged when it is served, or refused and nowhere."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from writer_support import Running, ask, batch, batches, current, leftovers

import poca_kg
from poca_kg.errors import (
    BusyError,
    InputError,
    LimitError,
    NotConformingError,
    NotFoundError,
    QueryCancelledError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    UsageError,
)
from poca_kg.sandbox.confinement import can_confine
from poca_kg.service.writer_client import WriterClient
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.store.snapshot import current_snapshot, publish, rollback
from poca_kg.validate import RECORD_FILE

G = "http://e/g"
INSERT = "INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> 2 } }"
VALUES = "SELECT ?o { <http://e/a> <http://e/p> ?o } ORDER BY STR(?o)"
RUNAWAY = """INSERT { GRAPH <http://e/g> { ?a <http://e/q> ?d } } WHERE { GRAPH <http://e/batches> {
               ?a <http://e/batch> ?b . ?c <http://e/batch> ?d . ?e <http://e/batch> ?f .
               ?g <http://e/batch> ?h . ?i <http://e/batch> ?j . ?k <http://e/batch> ?l } }"""


def turtle(text: str) -> list[Document]:
    return [Document(text.encode(), RdfSyntax.TURTLE)]


def version_of(data: Path) -> str:
    snapshot = current_snapshot(data)
    assert snapshot is not None
    return snapshot.version


def children_of(pid: int | None) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


# What is taken


def test_a_write_is_the_current_snapshot_once_it_is_acknowledged(data, start):
    writer = start()
    before = writer.version
    writer.client().update(INSERT)
    assert [str(row[0]) for row in ask(data, VALUES)] == ["1", "2"]
    assert version_of(data) != before
    assert writer.heard == [{"published": version_of(data)}]
    assert poca_kg.open(data).version == version_of(data)


def test_what_a_write_made_is_a_snapshot_that_says_where_it_comes_from(data, start):
    writer = start()
    before = writer.version
    writer.client().update(INSERT)
    snapshot = current_snapshot(data)
    assert {path.name for path in snapshot.directory.iterdir()} == {
        "base", "graph.nq", "manifest.json", "places.tsv",
    }  # fmt: skip
    assert (snapshot.directory / "base").read_text().strip() == before
    assert {entry.iri: entry.triples for entry in snapshot.manifest.graphs} == {G: 2}


def test_each_method_of_a_writer_does_what_it_says(data, start):
    client = start().client()
    client.put("http://e/h", turtle('<http://e/b> <http://e/p> "old" .'))
    client.put("http://e/h", turtle('<http://e/b> <http://e/p> "new" .'))
    client.merge("http://e/h", turtle("<http://e/b> <http://e/p> [ <http://e/q> 3 ] ."))
    client.merge("", [Document(b"<b> <p> <o> .", RdfSyntax.TURTLE, base=G)])
    assert current(data).size() == 5
    assert client.holds("http://e/h")
    client.drop("http://e/h")
    assert not client.holds("http://e/h")
    assert client.holds("")
    assert current(data).size() == 2


def test_the_dataset_of_an_update_may_be_named_beside_it(data, start):
    text = "INSERT { GRAPH <http://e/h> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    start().client().update(text, using_graphs=[G])
    assert ask(data, "SELECT ?s { GRAPH <http://e/h> { ?s ?p ?o } }")


def test_an_empty_graph_is_there_after_a_restart(data, start):
    writer = start()
    before = writer.version
    writer.client().put("http://e/empty", turtle(""))
    assert version_of(data) != before
    os.kill(writer.process.pid, signal.SIGKILL)
    writer.start()
    assert writer.client().holds("http://e/empty")
    assert current(data).holds("http://e/empty")


def test_a_write_that_changes_nothing_makes_no_version(data, start):
    writer = start()
    writer.client().update("INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> '1' } }")
    assert version_of(data) == writer.version
    assert writer.heard == []


def test_going_back_to_what_was_is_the_version_that_was(data, start):
    writer = start()
    writer.client().update(INSERT)
    writer.client().update(INSERT.replace("INSERT", "DELETE"))
    assert version_of(data) == writer.version


def test_writes_of_many_threads_are_made_one_after_the_other(data, start):
    client = start().client()
    numbers = range(12)
    threads = [threading.Thread(target=client.update, args=(batch(number),)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert batches(data) == dict.fromkeys(numbers, 20)


# When it is acknowledged


def test_a_write_is_acknowledged_once_the_fronts_serve_it(data, start):
    client = start(switch_s=0.7).client()
    since = time.monotonic()
    client.update(INSERT)
    assert time.monotonic() - since >= 0.7


def test_fronts_that_never_serve_it_keep_nobody_waiting_for_ever(data, tmp_path):
    with Running(data, switch_s=None, within_s=0.5) as writer:
        since = time.monotonic()
        writer.client().update(INSERT)
        assert 0.5 <= time.monotonic() - since < 5
    assert len(ask(data, VALUES)) == 2


# What is refused


REFUSED = {
    "no update": ("INSERT DATA {", QuerySyntaxError),
    "SERVICE": (
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        RemoteAccessError,
    ),
    "LOAD": ("LOAD <file:///etc/passwd>", RemoteAccessError),
    "half a character": ("INSERT DATA { <http://e/a> <http://e/p> '\ud800' }", QuerySyntaxError),
    "too deep": ("INSERT {} WHERE " + "{" * 500 + "}" * 500, LimitError),
    "a graph that is there": ("CREATE GRAPH <http://e/g>", UsageError),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    from writer_support import small_data

    with Running(small_data(tmp_path_factory.mktemp("shared"))) as writer:
        yield writer


@pytest.mark.parametrize("name", REFUSED)
def test_an_update_that_is_refused_is_nowhere(shared, name):
    text, kind = REFUSED[name]
    with pytest.raises(kind):
        shared.client().update(text)
    assert version_of(shared.order.data_dir) == shared.version


DOCUMENTS = {
    "cut off": (Document(b"<http://e/a> <http://e/p>", RdfSyntax.TURTLE), InputError),
    "entities": (Document(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', RdfSyntax.RDF_XML), InputError),
    "deep": (Document(b"[" * 100_000, RdfSyntax.JSON_LD), InputError),
    "graphs": (Document(b"<http://e/a> <http://e/p> 1 .", RdfSyntax.TRIG), UsageError),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_is_refused_is_nowhere(shared, name):
    document, kind = DOCUMENTS[name]
    with pytest.raises(kind):
        shared.client().put("http://e/new", [document])
    assert version_of(shared.order.data_dir) == shared.version
    assert not shared.client().holds("http://e/new")


def test_an_error_in_a_document_has_its_line(shared):
    with pytest.raises(InputError) as refusal:
        shared.client().put(G, [Document(b"\n\n<http://e/a> nonsense", RdfSyntax.TURTLE, name="mine.ttl")])
    assert (refusal.value.place.file, refusal.value.place.line) == ("mine.ttl", 3)


def test_a_name_that_is_no_iri_is_refused(shared):
    with pytest.raises(UsageError):
        shared.client().holds("no iri")


def test_a_write_that_is_too_long_is_refused_unread(data, start):
    client = start(max_body_bytes=100).client()
    with pytest.raises(LimitError, match="limit is 100"):
        client.put(G, turtle("# " + "x" * 100))
    with pytest.raises(LimitError, match="limit is 100"):
        client.put(G, turtle("# " + "x" * 10_000_000))
    client.update(INSERT)


def test_what_talks_nonsense_to_the_writer_is_left(data, start):
    import socket

    writer = start()
    for nonsense in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\2\0\0\0\0\0\0\0\0{}",
        b"\0\0\0\1\0\0\0\0\0\0\0\0x",
    ):
        with socket.socket(socket.AF_UNIX) as channel:
            channel.connect(str(writer.process.address))
            channel.sendall(nonsense)
    writer.client().update(INSERT)


# The shapes


@pytest.fixture(scope="module")
def judged(tmp_path_factory, tiny_dataset):
    data = tmp_path_factory.mktemp("judged") / "data"
    publish(tiny_dataset, data)
    with Running(data, unvalidated=False) as writer:
        yield writer


def test_what_breaks_the_shapes_is_refused_with_the_report(judged):
    before = version_of(judged.order.data_dir)
    with pytest.raises(NotConformingError) as refusal:
        judged.client().update("INSERT DATA { GRAPH <http://e/g> { <http://e/s> a poca:Statement } }")
    report = refusal.value.report
    assert report["conforms"] is False
    assert report["counts"]["violation"] > 0
    assert version_of(judged.order.data_dir) == before
    assert leftovers(judged.order.data_dir) == []


def test_what_keeps_to_the_shapes_is_published_with_its_report(judged):
    import json

    data = judged.order.data_dir
    judged.client().update("INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> 1 } }")
    snapshot = current_snapshot(data)
    report = json.loads((snapshot.directory / "report.json").read_text())
    assert (report["conforms"], report["version"]) == (True, snapshot.version)
    names = {path.name for path in snapshot.directory.iterdir()}
    assert {"report.ttl", "catalogue.ttl", "places.tsv"} <= names
    known = {entry.iri: entry.title for entry in snapshot.manifest.graphs}
    assert known["http://e/g"] == ""
    assert any(title for title in known.values())


def test_a_write_is_checked_by_what_it_changes_and_its_report_says_so(judged):
    import json

    client, data = judged.client(), judged.order.data_dir
    town = "INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/level> <http://e/o> } }"
    client.update(town)
    before = current_snapshot(data)
    assert (before.directory / RECORD_FILE).is_file()
    client.update(town.replace("/o>", "/other>"))
    snapshot = current_snapshot(data)
    report = json.loads((snapshot.directory / "report.json").read_text())
    assert f"only what the changes since {before.version} can matter to" in json.dumps(report)
    assert json.loads((snapshot.directory / RECORD_FILE).read_text())["version"] == snapshot.version
    with pytest.raises(NotConformingError):
        client.update("INSERT DATA { GRAPH <http://e/g> { <http://e/s> a poca:Statement } }")
    with pytest.raises(NotConformingError):
        client.update("DELETE WHERE { GRAPH ?g { ?unit a poca:City } }")
    assert version_of(data) == snapshot.version


def test_a_write_is_checked_in_whole_where_nothing_is_known(tmp_path, tiny_dataset, start):
    import json

    data = tmp_path / "unknown"
    publish(tiny_dataset, data)
    client = start(data, unvalidated=False).client()
    client.update("INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> 1 } }")
    report = (current_snapshot(data).directory / "report.json").read_text()
    assert "what was found then is not known" in json.dumps(json.loads(report))


# What one write may use


def test_a_write_that_never_ends_is_ended(data, start):
    writer = start(timeout_s=1.5)
    client = writer.client()
    client.update("".join(batch(number) + ";" for number in range(20)))
    before = version_of(data)
    since = time.monotonic()
    with pytest.raises(QueryTimeoutError):
        client.update(RUNAWAY)
    assert time.monotonic() - since < 2.5
    assert version_of(data) == before
    assert not children_of(writer.process.pid)
    client.update(INSERT)


@pytest.mark.skipif(not can_confine(), reason="needs limits on memory")
def test_a_write_that_wants_all_memory_is_ended(data, start):
    client = start(memory_bytes=60 << 20).client()
    rows = "".join(f"<http://e/{row}> <http://e/p> <http://e/o> .\n" for row in range(400_000))
    with pytest.raises(QueryMemoryError):
        client.put(G, [Document(rows.encode(), RdfSyntax.N_TRIPLES)])
    client.update(INSERT)


# Those who wait, and those who go


@pytest.fixture
def occupied(data, start):
    """A writer that is at work on a write that never ends."""
    writer = start(timeout_s=3.0)
    writer.client().update("".join(batch(number) + ";" for number in range(20)))

    def never() -> None:
        with pytest.raises((QueryTimeoutError, QueryCancelledError)):
            writer.client().update(RUNAWAY)

    thread = threading.Thread(target=never)
    thread.start()
    while not children_of(writer.process.pid):
        time.sleep(0.01)
    yield writer
    thread.join()


def test_a_write_that_has_waited_too_long_is_refused_and_never_made(data, occupied):
    with pytest.raises(BusyError) as refusal:
        occupied.client(patience_s=0.3).update(INSERT)
    assert refusal.value.retry_after
    occupied.client().update(batch(99))
    assert [str(row[0]) for row in ask(data, VALUES)] == ["1"]
    assert 99 in batches(data)


def test_more_than_may_wait_are_refused_at_once(data, occupied):
    refusals: list[BaseException] = []

    def ask_it() -> None:
        try:
            occupied.client().holds(G)
        except BusyError as error:
            refusals.append(error)

    threads = [threading.Thread(target=ask_it) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 10 < len(refusals) < 60


def test_a_writer_that_is_to_stop_gives_up_what_it_checks(data, occupied):
    before = version_of(data)
    since = time.monotonic()
    occupied.process.stop()
    assert time.monotonic() - since < 1
    assert version_of(data) == before


def test_a_write_waits_for_a_writer_that_is_started_again(data, start):
    writer = start()
    os.kill(writer.process.pid, signal.SIGKILL)
    thread = threading.Thread(target=writer.client().update, args=(INSERT,))
    thread.start()
    time.sleep(0.2)
    writer.start()
    thread.join()
    assert len(ask(data, VALUES)) == 2


def test_without_a_writer_a_client_is_told_to_come_again(tmp_path):
    with pytest.raises(BusyError, match="not there"):
        WriterClient(tmp_path / "nowhere").update(INSERT)


def test_a_client_whose_writer_is_killed_is_told_to_look(data, occupied):
    refusals: list[BaseException] = []

    def write() -> None:
        with pytest.raises(BusyError) as refusal:
            occupied.client().update(INSERT)
        refusals.append(refusal.value)

    thread = threading.Thread(target=write)
    thread.start()
    time.sleep(0.2)
    os.kill(occupied.process.pid, signal.SIGKILL)
    occupied.process._listener.close()
    thread.join()
    assert refusals


# What the writer holds


def test_the_processes_of_a_writer_hold_no_secret(data, start, monkeypatch):
    monkeypatch.setenv("POCA_KG_TOKEN", "SENTINEL" * 8)
    writer = start()
    environ = Path(f"/proc/{writer.process.pid}/environ").read_bytes()
    assert b"SENTINEL" not in environ
    writer.client().update(INSERT)


def test_a_writer_ends_with_its_supervisor(data, start):
    writer = start()
    process = writer.process._process
    writer.process._control.shutdown(2)
    assert process.wait(5) == 0


def test_old_snapshots_that_writes_made_are_cleared_away(data, start):
    writer = start(keep=3)
    for number in range(6):
        writer.client().update(batch(number))
    left = [path.name for path in (data / "snapshots").iterdir()]
    assert len(left) == 4
    assert writer.version in left
    rollback_to = (data / "previous").read_text().strip()
    writer.process.stop()
    assert rollback(data).version == rollback_to


def test_without_a_snapshot_there_is_no_writer(tmp_path):
    with pytest.raises(NotFoundError, match="no snapshot is current"):
        Running(tmp_path)


def test_a_large_snapshot_gets_its_store_when_nobody_waits_for_it(data, start):
    writer = start(stored_from=1000)
    rows = "".join(f"<http://e/{row}> <http://e/p> <http://e/o> .\n" for row in range(1000))
    writer.client().put("http://e/large", [Document(rows.encode(), RdfSyntax.N_TRIPLES)])
    writer.client().update(INSERT)  # which gives up the store that has been begun
    snapshot = current_snapshot(data)
    until = time.monotonic() + 20
    while not (snapshot.directory / "store").is_dir() and time.monotonic() < until:
        time.sleep(0.1)
    assert EmbeddedStore.read_only(snapshot.directory / "store").size() == snapshot.manifest.triples
    assert leftovers(data) == []
