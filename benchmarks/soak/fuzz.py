"""The full form of row B9 of the bar: 20 000 mutated queries, 10 000 mutated documents, fresh seeds.

``python benchmarks/soak/fuzz.py`` prints a line of JSON per kind and seed, and keeps them with
``--write FILE``. What is answered wrongly lies in
``tests/corpus/crashers`` afterwards, and ``tests/bar/test_fuzz.py`` sends it again each time.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "bar" / "support"))

from bar_fuzz import Tally, keep, run
from bar_mutants import mutants
from bar_server import PLAN, Server, StartError, missing, serving

FULL = {"queries": 20_000, "documents": 10_000}


def main() -> int:
    """Run the full form, or as much of it as is asked for."""
    parser = argparse.ArgumentParser(
        description="Send mutants to a server and keep those it answers wrongly."
    )
    parser.add_argument("--queries", type=int, default=FULL["queries"], help="over all seeds")
    parser.add_argument("--documents", type=int, default=FULL["documents"], help="over all seeds")
    parser.add_argument(
        "--seed", type=int, action="append", help="again and again; by default three are drawn"
    )
    parser.add_argument("--write", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    told: list[dict[str, object]] = []
    seeds = chosen.seed or [random.SystemRandom().randrange(1 << 31) for _ in range(3)]
    failed = False
    for kind, feature in (("queries", "sandbox"), ("documents", "writing")):
        each = -(-getattr(chosen, kind) // len(seeds))
        if not each:
            continue
        try:
            with serving(PLAN["features"][feature]["profile"]) as server:
                if why := missing(feature, server):
                    print(f"{kind}: not run, {why}", file=sys.stderr)
                    failed = True
                    continue
                for seed in seeds:
                    tally = run(server, mutants(kind, seed, each), at_once=4 if kind == "queries" else 1)
                    failed |= bool(tally.findings) or not server.alive()
                    told.append(report(kind, seed, tally, server))
        except StartError as error:
            print(f"{kind}: not run, {error}", file=sys.stderr)
            failed = True
    if chosen.write:
        chosen.write.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return int(failed)


def report(kind: str, seed: int, tally: Tally, server: Server) -> dict[str, object]:
    """Tell what came back as a line of JSON, return it, and keep what was answered wrongly."""
    found = [{"what": one.what, "born": one.mutant.born, "kept": keep(one).name} for one in tally.findings]
    told: dict[str, object] = {
        "kind": kind,
        "seed": seed,
        "sent": tally.sent,
        "slowest_s": round(tally.slowest_s, 2),
    }
    told |= {"answers": dict(tally.answers.most_common()), "alive": server.alive(), "findings": found}
    print(json.dumps(told), flush=True)
    return told


if __name__ == "__main__":
    sys.exit(main())
