"""The job of a write, in a process that may be killed: apply it to a copy, check the copy, hand it back.

It is the one place where what a client wrote is parsed and run. The copy is that of the fork, so that nothing
is copied; the answer is the whole content, which the writer publishes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from typing import Any

from poca_kg.sandbox.jobs import AnswerSink
from poca_kg.service.writes import Write
from poca_kg.store.changes import change_between
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.manifest import dataset_version
from poca_kg.store.places import Places
from poca_kg.store.snapshot import Snapshot
from poca_kg.validate import (
    RECORD_FILE,
    Record,
    Since,
    StoreChecker,
    StoredGraph,
    read_record,
    render_json,
    render_turtle,
)
from poca_kg.vocabulary.iris import graph_iri

__all__ = ["Base", "Ground", "Held", "Staged", "stage"]

_HEAD = struct.Struct("!I")
_MEDIA = "application/octet-stream"


@dataclass(frozen=True, eq=False)
class Ground:
    """What writes are checked with; read once, before the fork. Without a checker they are not checked."""

    package_version: str
    checker: StoreChecker | None
    places: Places

    def __post_init__(self) -> None:
        """Make what the first check would have to make."""
        if self.checker is not None:
            self.checker.prepare()


@dataclass(frozen=True, eq=False)
class Base:
    """The snapshot that a write begins with: its content, and what was found in it, if that is known."""

    version: str
    content: bytes | mmap
    record: Record | None

    @classmethod
    def of(cls, snapshot: Snapshot) -> Base:
        """Return a snapshot as a base; its content stays on the disk."""
        record = read_record(snapshot.directory / RECORD_FILE)
        with (snapshot.directory / "graph.nq").open("rb") as file:
            is_empty = not os.fstat(file.fileno()).st_size
            content = b"" if is_empty else mmap(file.fileno(), 0, access=ACCESS_READ)
        return cls(snapshot.version, content, record)


@dataclass(frozen=True, eq=False)
class Held:
    """All that a write needs: what it is checked with, what it begins with, and that in memory."""

    ground: Ground
    base: Base
    store: EmbeddedStore


@dataclass(frozen=True)
class Staged:
    """What became of a write: the version that it leads to, and the files of its snapshot.

    There are no files if nothing was changed, or if the result breaks the shapes; then there is the report.
    """

    version: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    violations: Mapping[str, Any] | None = field(default=None, repr=False)

    def to_bytes(self) -> bytes:
        """Return the outcome as bytes.

        >>> Staged.from_bytes(Staged("1-a", {"graph.nq": b"x"}).to_bytes()).files
        {'graph.nq': b'x'}
        """
        sizes = {name: len(data) for name, data in self.files.items()}
        told = {"version": self.version, "sizes": sizes, "violations": self.violations}
        head = json.dumps(told).encode()
        return b"".join((_HEAD.pack(len(head)), head, *self.files.values()))

    @classmethod
    def from_bytes(cls, data: bytes) -> Staged:
        """Return what :meth:`to_bytes` wrote.

        Raises
        ------
        ValueError
            If the bytes are cut off.
        """
        (length,) = _HEAD.unpack_from(data)
        start = _HEAD.size + length
        told = json.loads(data[_HEAD.size : start])
        files: dict[str, bytes] = {}
        for name, size in told["sizes"].items():
            files[name] = data[start : start + size]
            start += size
        if start != len(data):
            raise ValueError("the outcome of a write is not whole")
        return cls(told["version"], files, told["violations"])


def stage(held: Held, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Do a write and say what became of it; the handler of a job whose process is then thrown away."""
    out.begin(_MEDIA)
    Write.from_parts(header, body).apply(held.store)
    out.write(_outcome(held.ground, held.base, held.store).to_bytes())


def _outcome(ground: Ground, base: Base, store: EmbeddedStore) -> Staged:
    content = store.content()
    version = dataset_version(ground.package_version, hashlib.sha256(content).hexdigest())
    if version == store.version:
        return Staged(version)
    files = {"graph.nq": content} | _catalogue(store)
    if ground.checker is None:
        return Staged(version, files)
    change = change_between(base.content, content)
    store.follow(change)
    since = Since(base.version, base.record, change)
    checked = ground.checker.check(StoredGraph(store, ground.places, version), since=since)
    as_json = render_json(checked.report)
    if not checked.report.conforms:
        return Staged(version, violations=json.loads(as_json))
    reports = {"report.json": as_json.encode(), "report.ttl": render_turtle(checked.report).encode()}
    if (record := checked.record_file) is not None:
        reports[RECORD_FILE] = record
    return Staged(version, files | reports)


def _catalogue(store: EmbeddedStore) -> dict[str, bytes]:
    """Return the description of the dataset as a file, if the store holds one."""
    graph = str(graph_iri("catalogue"))
    if not store.holds(graph):
        return {}
    out = io.BytesIO()
    store.dump(out, format=RdfSyntax.TURTLE, graph=graph)
    return {"catalogue.ttl": out.getvalue()}
