"""The exchanges that the suites of the protocols describe: what is sent, and what has to come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from w3c.manifest import MF, Dataset, read_data, read_manifest

__all__ = ["Exchange", "Scene", "read_scenes"]

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
_STATUSES = {status.phrase.replace(" ", ""): status for status in HTTPStatus}


@dataclass(frozen=True)
class Exchange:
    """One request with what is expected of its response.

    ``statuses`` are all that are allowed; ``kind`` is ``boolean``, ``tabular`` or ``RDF``; ``location``
    is the variable that takes the address in the response, for the requests that follow.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: frozenset[int]
    kind: str | None
    truth: bool | None
    location: str | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: bytes | None


@dataclass(frozen=True)
class Scene:
    """An official test: the exchanges that follow one another over the same store."""

    name: str
    before: Dataset
    exchanges: tuple[Exchange, ...]


def read_scenes(manifest_file: Path) -> Iterator[Scene]:
    """Iterate over the tests of a protocol suite."""
    manifest, tests = read_manifest(manifest_file)
    for test in tests:
        action = manifest.value(test, MF.action)
        yield Scene(
            name=str(test).rpartition("#")[2],
            before=read_data(manifest, test),
            exchanges=tuple(
                _exchange(manifest, node)
                for node in Collection(manifest, manifest.value(action, HT.requests))
            ),
        )


def _exchange(manifest: Graph, node: Node) -> Exchange:
    response = manifest.value(node, HT.resp)
    truth = manifest.value(response, MF.expectedBoolean)
    return Exchange(
        method=_text(manifest, node, HT.methodName) or "",
        target=_text(manifest, node, HT.absolutePath) or "",
        headers=_headers(manifest, node),
        body=_body(manifest, node) or b"",
        statuses=frozenset(
            status for one in manifest.objects(response, MF.expectedStatus) for status in _statuses(one)
        ),
        kind=_text(manifest, response, MF.expectedFormat),
        truth=None if truth is None else str(truth) == "true",
        location=_text(manifest, response, MF.expectedLocation),
        response_headers=_headers(manifest, response),
        response_body=_body(manifest, response),
    )


def _text(manifest: Graph, node: Node | None, name: Node) -> str | None:
    found = manifest.value(node, name)
    return None if found is None else str(found)


def _headers(manifest: Graph, node: Node | None) -> tuple[tuple[str, str], ...]:
    fields = manifest.value(node, HT.headers)
    return tuple(
        (_text(manifest, field, HT.fieldName) or "", _text(manifest, field, HT.fieldValue) or "")
        for field in (Collection(manifest, fields) if fields is not None else ())
    )


def _body(manifest: Graph, node: Node | None) -> bytes | None:
    body = manifest.value(node, HT.body)
    if body is None:
        return None
    text, encoding = _text(manifest, body, CNT.chars), _text(manifest, body, CNT.characterEncoding)
    return (text or "").encode(encoding or "utf-8")


def _statuses(status: Node) -> set[int]:
    name = str(status).rpartition("#")[2]
    if name.startswith("StatusCode"):
        first = 100 * int(name.removeprefix("StatusCode")[0])
        return set(range(first, first + 100))
    return {_STATUSES[name]}
