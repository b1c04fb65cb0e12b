"""The job of a write, in a process that may be killed: apply it to a copy, check the copy, hand it back.

It is the one place where what a client wrote is parsed and run. The copy is that of the fork, so that nothing
is copied; the answer is the whole content, which the writer publishes.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from poca_kg.sandbox.jobs import AnswerSink
from poca_kg.service.writes import Write
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.manifest import dataset_version
from poca_kg.store.places import Places
from poca_kg.validate import Report, Shapes, render_json, render_turtle, validate_store
from poca_kg.vocabulary.iris import graph_iri

__all__ = ["Ground", "Staged", "stage"]

_HEAD = struct.Struct("!I")
_MEDIA = "application/octet-stream"


@dataclass(frozen=True, eq=False)
class Ground:
    """What writes are checked with; read once, before the fork. Without shapes they are not checked."""

    package_version: str
    shapes: Shapes | None
    places: Places

    def __post_init__(self) -> None:
        """Make what the first check would have to make."""
        if self.shapes is not None:
            _ = self.shapes.for_engine


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


def stage(ground: Ground, store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
    """Do a write and say what became of it; the handler of a job whose process is then thrown away."""
    out.begin(_MEDIA)
    Write.from_parts(header, body).apply(store)
    out.write(_outcome(ground, store).to_bytes())


def _outcome(ground: Ground, store: EmbeddedStore) -> Staged:
    content = store.content()
    version = dataset_version(ground.package_version, hashlib.sha256(content).hexdigest())
    if version == store.version:
        return Staged(version)
    files = {"graph.nq": content} | _catalogue(store)
    if ground.shapes is None:
        return Staged(version, files)
    report = _check(ground.shapes, ground.places, store, version)
    as_json = render_json(report)
    if not report.conforms:
        return Staged(version, violations=json.loads(as_json))
    reports = {"report.json": as_json.encode(), "report.ttl": render_turtle(report).encode()}
    return Staged(version, files | reports)


def _check(shapes: Shapes, places: Places, store: EmbeddedStore, version: str) -> Report:
    """Return the report on the store as the version that it is to become."""
    report = validate_store(store, shapes, places)
    return replace(report, version=version, names=(version,))


def _catalogue(store: EmbeddedStore) -> dict[str, bytes]:
    """Return the description of the dataset as a file, if the store holds one."""
    graph = str(graph_iri("catalogue"))
    if not store.holds(graph):
        return {}
    out = io.BytesIO()
    store.dump(out, format=RdfSyntax.TURTLE, graph=graph)
    return {"catalogue.ttl": out.getvalue()}
