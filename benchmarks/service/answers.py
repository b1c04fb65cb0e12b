"""Whether servers answer alike: what is compared in speed must first be the same answer."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.service.mix import Query
from benchmarks.service.servers import Server

__all__ = ["Answer", "ask", "fingerprint"]

_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """What came back: rows (or triples; 1 or 0 for ASK), what they say, the seconds it took, or a failure."""

    rows: int
    said: frozenset[str]
    seconds: float
    failure: str = ""

    def agrees(self, other: Answer, query: Query) -> bool:
        """Whether two answers to one query are the same, as far as the query lets them be compared."""
        if self.failure or other.failure or query.compared == "no":
            return not (self.failure or other.failure)
        return self.rows == other.rows and (query.compared == "number" or self.said == other.said)


def ask(server: Server, query: Query, text: str, *, limit_s: float = 60) -> Answer:
    """Ask a server once."""
    address = f"{server.endpoint}?query={quote(text, safe='')}"
    begun = time.monotonic()
    try:
        request = urllib.request.Request(address, headers={"Accept": query.accept})
        with _DIRECTLY.open(request, timeout=limit_s) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        told = error.read(200).decode("utf-8", "replace").strip().splitlines()[:1]
        return Answer(0, frozenset(), time.monotonic() - begun, f"{error.code} {''.join(told)}")
    except (OSError, ValueError) as error:
        return Answer(0, frozenset(), time.monotonic() - begun, f"{type(error).__name__}: {error}")
    rows, said = fingerprint(body, query)
    return Answer(rows, said, time.monotonic() - begun)


def fingerprint(body: bytes, query: Query) -> tuple[int, frozenset[str]]:
    """Return the number of rows and what they say: IRIs and plain texts as they are, numbers as numbers.

    Engines write ``1.0`` and ``1.00`` for the same decimal, and part terms by blanks or tabs. Which blank
    node is which is not compared.
    """
    if query.form in {"CONSTRUCT", "DESCRIBE"}:
        lines = {" ".join(line.split()) for line in body.decode("utf-8").splitlines() if line.strip()}
        return len(lines), frozenset(lines)
    document = json.loads(body)
    if "boolean" in document:
        return int(document["boolean"]), frozenset()
    rows = document["results"]["bindings"]
    if query.form == "ASK":  # Virtuoso tells yes by a row
        return int(bool(rows)), frozenset()
    said = frozenset(" ".join(f"{name}={_plain(cell)}" for name, cell in sorted(row.items())) for row in rows)
    return len(rows), said


def _plain(cell: dict[str, str]) -> str:
    if cell["type"] == "bnode":
        return "_:"
    if cell["type"] == "uri":
        return f"<{cell['value']}>"
    try:
        return f"{float(cell['value']):.6g}"
    except ValueError:
        return cell["value"]
