"""Row B10 of the bar: a mixed load from many clients, runaways among them, for long enough to see a leak.

``python benchmarks/soak/soak.py`` runs ten minutes, ``--seconds 60`` the short form; ``soak.toml`` says
what is asked and what must hold. Both forms compare what each process holds at the end with what it held
after a warm-up, with a wide margin; the share that all of them grow by is for the long form alone. It prints
what it measured as JSON, keeps it with ``--write FILE``, and ends with 1 where something does not hold.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "bar" / "support"))

from bar_cases import text_of
from bar_http import Reply
from bar_scenes import answer
from bar_server import Server, serving

PLAN: dict[str, Any] = tomllib.loads(Path(__file__).with_name("soak.toml").read_text("utf-8"))
TEXTS = [text_of(one).decode() for one in PLAN["ask"]]
HEADERS = {"Content-Type": "application/sparql-query"}
PATIENCE_S = 30.0


@dataclass
class Client:
    """One keep-alive connection, and what it saw."""

    address: str
    chance: random.Random
    light_s: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    failed_light: int = 0
    link: http.client.HTTPConnection | None = None

    def ask_one(self) -> None:
        """Ask something that the mix holds."""
        asks = PLAN["ask"]
        number = self.chance.choices(range(len(asks)), [entry["weight"] for entry in asks])[0]
        one = asks[number]
        started = time.monotonic()
        reply = self._exchange(TEXTS[number].replace("@N@", str(self.chance.randrange(3000))))
        took = time.monotonic() - started
        said = answer(reply)
        self.answers[f"{one['name']}: {said}"] += 1
        right = said in one["gets"] and reply.complete
        if not right:
            self.wrong.append(f"{one['name']}: {said} {reply.error}".strip())
            self.failed_light += one["light"]
        if one["light"]:
            self.light_s.append(took)

    def _exchange(self, text: str) -> Reply:
        where = urlsplit(self.address)
        if self.link is None:
            self.link = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE_S)
        try:
            self.link.request("POST", "/sparql", text, HEADERS)
            response = self.link.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.link.close()
            self.link = None
            return Reply(0, complete=False, error=repr(error))
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


@dataclass(frozen=True)
class Sample:
    """What the processes of the server hold at a moment."""

    at_s: float
    memory: int
    descriptors: int
    threads: int
    each: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def take(cls, server: Server, began: float) -> Sample:
        at = time.monotonic() - began
        held = (server.memory_bytes(), server.descriptors(), server.threads())
        return cls(round(at, 1), *held, server.own_memory())


def load(server: Server, seconds: float, pace_per_s: float | None) -> tuple[list[Client], list[Sample]]:
    """Let all clients ask for some seconds: as fast as they can, or so many times a second together."""
    clients = [Client(server.address, random.Random(number)) for number in range(PLAN["clients"])]
    began = time.monotonic()
    pause = PLAN["clients"] / pace_per_s if pace_per_s else 0.0

    def work(client: Client) -> None:
        due = began + client.chance.random() * pause
        while time.monotonic() - began < seconds:
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            client.ask_one()
            due = max(due + pause, time.monotonic() - 1.0)

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    samples = []
    while any(thread.is_alive() for thread in threads):
        samples.append(Sample.take(server, began))
        time.sleep(min(1.0, seconds / 20))
    return clients, samples


def percentile(values: list[float], share: float) -> float:
    """Return a percentile of some values; 0 for none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def middle(samples: list[Sample], what: str) -> float:
    """Return the median of what some samples hold: what a job in flight holds for a moment is no growth."""
    return statistics.median(getattr(one, what) for one in samples) if samples else 0.0


def most_grown_mib(first: list[Sample], last: list[Sample]) -> float:
    """Return by how much that process grew which grew most, of those that lived from first to last."""
    lived = set(first[0].each).intersection(*(one.each for one in (*first, *last))) if first else set()
    grown = [
        statistics.median(one.each[pid] for one in last) - statistics.median(one.each[pid] for one in first)
        for pid in lived
    ]
    return max(grown, default=0.0) / 2**20


def verdict(clients: list[Client], samples: list[Sample], seconds: float) -> dict[str, Any]:
    """Return what was measured, with what does not hold under ``broken``."""
    settled = min(PLAN["settling_s"], seconds / 4)
    after = [one for one in samples if one.at_s >= settled]
    width = max(1, len(after) // 3)
    first, last = after[:width], after[-width:]
    light = [took for client in clients for took in client.light_s]
    wrong = [one for client in clients for one in client.wrong]
    measured = {
        "wrong_answers": len(wrong),
        "failed_light": sum(client.failed_light for client in clients),
        "light_p99_s": round(percentile(light, 0.99), 4),
        "memory_growth": round(middle(last, "memory") / max(1.0, middle(first, "memory")) - 1, 4),
        "process_growth_mib": round(most_grown_mib(first, last), 1),
        "descriptors_more": round(middle(last, "descriptors") - middle(first, "descriptors"), 1),
        "threads_more": round(middle(last, "threads") - middle(first, "threads"), 1),
    }
    early = {"memory_growth"} if seconds < 2 * PLAN["settling_s"] else set()
    return {
        "seconds": seconds,
        "asked": sum(sum(client.answers.values()) for client in clients),
        "light_p50_s": round(percentile(light, 0.5), 4),
        "memory_mib": round(middle(last, "memory") / 2**20, 1),
        "answers": dict(sum((client.answers for client in clients), Counter[str]()).most_common()),
        "wrong": dict(Counter(wrong).most_common(20)),
        **measured,
        "not_judged": sorted(early),
        "broken": {
            name: value
            for name, value in measured.items()
            if name not in early and value > PLAN["must"][name]
        },
    }


def main() -> int:
    """Soak, and tell."""
    parser = argparse.ArgumentParser(description="Load a server for long and see whether anything gives.")
    parser.add_argument("--seconds", type=float, default=PLAN["seconds"])
    parser.add_argument("--write", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    with serving(PLAN["profile"]) as server:
        brief = min(PLAN["calibration_s"], chosen.seconds / 4)
        calibrated, _ = load(server, brief, None)
        most = sum(len(one.light_s) for one in calibrated) / brief
        told: dict[str, Any] = {"most_per_s": round(most)}
        told |= verdict(*load(server, chosen.seconds, most * PLAN["load"]), chosen.seconds)
        told["alive"] = server.alive()
        told["exit_code"] = code = server.stop()
    text = json.dumps(told, indent=1, ensure_ascii=False)
    print(text)
    if chosen.write:
        chosen.write.write_text(text + "\n", encoding="utf-8")
    return int(bool(told["broken"]) or not told["alive"] or code != 0)


if __name__ == "__main__":
    sys.exit(main())
