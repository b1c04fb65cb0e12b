"""Row B11 of the bar: a service that takes writes is killed at random moments; what it acknowledged is there.

``python benchmarks/soak/kill.py`` kills 200 times, ``--kills N`` as often as is asked for. A batch of triples
is one write; a batch that was acknowledged must be whole after the next start, any other whole or absent.
It prints what it found as a line of JSON, keeps it with ``--write FILE``, and ends with 1 where a batch was
lost or torn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "bar" / "support"))

from bar_http import ask, exchange
from bar_server import PLAN, Server, StartError, empty_folder, start

BATCH = 20
READY_S = 5.0
PROFILE = "kept"
COUNT = "SELECT ?b (COUNT(*) AS ?n) { GRAPH <http://e/kill> { ?s <http://e/batch> ?b } } GROUP BY ?b"
HEADERS = {"Authorization": f"Bearer {PLAN['token']}", "Content-Type": "application/sparql-update"}


@dataclass
class Ledger:
    """Which batches were sent, and which of them acknowledged."""

    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)
    refused: Counter[int] = field(default_factory=Counter)


def write(server: Server, ledger: Ledger, over: threading.Event) -> None:
    """Send one batch after the other until told to end or nobody answers."""
    while not over.is_set():
        ledger.sent += 1
        number = ledger.sent
        rows = " ".join(f"<http://e/s{number}-{row}> <http://e/batch> {number} ." for row in range(BATCH))
        text = f"INSERT DATA {{ GRAPH <http://e/kill> {{ {rows} }} }}".encode()
        reply = exchange(server.address, "POST", "/update", headers=HEADERS, body=text, patience_s=20)
        if reply.status in (200, 204):
            ledger.acknowledged.add(number)
        else:
            ledger.refused[reply.status] += 1
            time.sleep(0.01)


def batches(server: Server) -> dict[int, int]:
    """Return how many triples of each batch there are."""
    reply = ask(server.address, COUNT, Accept="text/csv")
    if reply.status != 200:
        raise StartError(f"the batches cannot be counted: {reply.status} {reply.body[:200]!r}")
    rows = [line.split(",") for line in reply.body.decode().split()[1:]]
    return {int(batch): int(count) for batch, count in rows}


def check(found: dict[int, int], ledger: Ledger) -> tuple[list[int], list[int]]:
    """Return the batches that were lost, and those that are there in part."""
    lost = sorted(number for number in ledger.acknowledged if number not in found)
    torn = sorted(number for number, count in found.items() if count != BATCH)
    return lost, torn


def main() -> int:
    """Kill, start again and count."""
    parser = argparse.ArgumentParser(description="Kill a service that takes writes, again and again.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--write", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    chance, ledger = random.Random(chosen.seed), Ledger()
    lost: list[int] = []
    torn: list[int] = []
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        data, log = empty_folder(Path(folder)), Path(folder) / "log"
        for turn in range(chosen.kills + 1):
            began = time.monotonic()
            server = start(PROFILE, data, log)
            slowest = max(slowest, time.monotonic() - began)
            lost, torn = check(batches(server), ledger)
            if lost or torn or turn == chosen.kills:
                server.stop()
                break
            over = threading.Event()
            thread = threading.Thread(target=write, args=(server, ledger, over), daemon=True)
            thread.start()
            time.sleep(chance.uniform(0.05, 1.5))
            server.kill()
            over.set()
            thread.join()
    told = {"kills": turn, "seed": chosen.seed, "sent": ledger.sent, "acknowledged": len(ledger.acknowledged)}
    told |= {
        "lost": lost,
        "torn": torn,
        "slowest_start_s": round(slowest, 2),
        "refused": dict(ledger.refused),
    }
    print(json.dumps(told))
    if chosen.write:
        chosen.write.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return int(bool(lost or torn) or slowest > READY_S or not ledger.acknowledged)


if __name__ == "__main__":
    sys.exit(main())
