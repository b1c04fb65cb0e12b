"""Send mutants to a server and judge what it answers; each that is answered wrongly is kept for ever."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bar_http import GONE, Reply, exchange
from bar_mutants import CORPUS, TYPES, Mutant
from bar_server import PLAN, Server

__all__ = ["Finding", "Tally", "judge", "keep", "kept", "limit_of", "run", "send"]

CRASHERS = CORPUS / "crashers"
RIGHT = {200, 201, 204, 503}


@dataclass(frozen=True)
class Finding:
    """A mutant that was answered wrongly."""

    mutant: Mutant
    what: str


@dataclass
class Tally:
    """What came back."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    findings: list[Finding] = field(default_factory=list)


def send(server: Server, mutant: Mutant) -> Reply:
    """Send a query to be answered, or a document to be stored."""
    headers = {"Content-Type": mutant.type}
    if mutant.type == TYPES[".rq"]:
        method, path = "POST", "/sparql"
    else:
        method, path = "PUT", "/data?graph=http://e/fuzz"
        headers["Authorization"] = f"Bearer {PLAN['token']}"
    patience = limit_of(mutant) + 5
    return exchange(server.address, method, path, headers=headers, body=mutant.text, patience_s=patience)


def limit_of(mutant: Mutant) -> float:
    """Return how long the server may take for a mutant, but for a second."""
    return float(PLAN["limit_s"] if mutant.type == TYPES[".rq"] else PLAN["write_s"])


def judge(reply: Reply, limit_s: float) -> str:
    """Return what is wrong with an answer to a mutant, or nothing.

    A large answer that is still on its way at the limit is broken off there, which row B5 asks for.
    """
    is_cut_at_its_limit = reply.status == 200 and limit_s <= reply.elapsed_s <= limit_s + 1
    if reply.status == GONE or not (reply.complete or is_cut_at_its_limit):
        return f"no whole answer: {reply.error or reply.status}"
    if reply.status not in RIGHT and not 400 <= reply.status < 500:
        return f"{reply.status} {reply.slug or ''}".strip()
    if reply.status >= 400 and reply.slug is None:
        return f"{reply.status} without a problem"
    if reply.status == 401:
        return "the token was not taken"
    if reply.elapsed_s > limit_s + 1:
        return f"late: {reply.elapsed_s:.1f} s"
    return ""


def run(server: Server, batch: Iterable[Mutant], *, at_once: int = 4) -> Tally:
    """Send mutants, several at a time, and tell what came back."""
    tally = Tally()

    def one(mutant: Mutant) -> tuple[Mutant, Reply]:
        return mutant, send(server, mutant)

    with ThreadPoolExecutor(at_once) as threads:
        for mutant, reply in threads.map(one, batch):
            tally.sent += 1
            tally.answers[f"{reply.status} {reply.slug or ''}".strip()] += 1
            tally.slowest_s = max(tally.slowest_s, reply.elapsed_s)
            if what := judge(reply, limit_of(mutant)):
                tally.findings.append(Finding(mutant, what))
    return tally


def keep(finding: Finding, folder: Path = CRASHERS) -> Path:
    """Write a mutant that was answered wrongly to a file of its own; the same text is kept once."""
    suffix = next(suffix for suffix, media in TYPES.items() if media == finding.mutant.type)
    name = hashlib.sha256(finding.mutant.text).hexdigest()[:16] + suffix
    path = folder / ("queries" if suffix == ".rq" else "documents") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(finding.mutant.text)
    return path


def kept(kind: str) -> Iterator[Mutant]:
    """Give the mutants that were once answered wrongly."""
    for path in sorted((CRASHERS / kind).iterdir()):
        if path.suffix in TYPES:
            yield Mutant(path.name, TYPES[path.suffix], path.read_bytes())
