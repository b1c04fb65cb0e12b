"""Measure the foundation: open, ask, explain, view and build, with rdflib as the peer in the same run.

``python benchmarks/foundation.py`` writes ``benchmarks/results/foundation.{json,md}``. Figures are medians of
several rounds in seconds; what counts are the ratios, since machines are noisy.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import poca_kg
from poca_kg.build import build_dataset
from poca_kg.settings import read_settings
from poca_kg.vocabulary.prefixes import prefix_header

RESULTS = Path(__file__).parent / "results"
ROUNDS = 5


def median_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median of several timings of ``work``, in seconds."""
    timings = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        timings.append(time.perf_counter() - started)
    return statistics.median(timings)


def import_seconds() -> float:
    """Return the time that ``import poca_kg`` adds to an empty interpreter."""

    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    return median_seconds(start("import poca_kg")) - median_seconds(start("pass"))


def question_rows(kg: poca_kg.KnowledgeGraph) -> list[dict[str, object]]:
    """Time every competency question in our store and in rdflib's, over the same union of graphs."""
    peer = kg.to_rdflib()
    rows: list[dict[str, object]] = []
    for question in kg.questions():
        ours = median_seconds(lambda question=question: kg.ask(question.id))
        text = prefix_header() + question.query
        theirs = median_seconds(lambda text=text: list(peer.query(text)), rounds=1)
        rows.append({"question": question.id, "poca_kg_s": ours, "rdflib_s": theirs, "ratio": theirs / ours})
    return rows


def main() -> None:
    """Run everything and write the results."""
    settings = read_settings()
    kg = poca_kg.open()
    triple = ("statement:s24", "poca:stance", "stance:effective")
    figures = {
        "import_s": import_seconds(),
        "build_s": median_seconds(
            lambda: build_dataset(settings.sources_dir, settings.ontology_dir), rounds=3
        ),
        "open_s": median_seconds(lambda: poca_kg.open().close()),
        "why_s": median_seconds(lambda: kg.why(*triple)),
        "view_territory_s": median_seconds(lambda: kg.view("territory")),
        "view_statements_s": median_seconds(lambda: kg.view("statements")),
    }
    questions = question_rows(kg)
    ratios = [float(str(row["ratio"])) for row in questions]
    document = {
        "machine": {
            "python": platform.python_version(),
            "system": platform.system(),
            "cpu": platform.machine(),
        },
        "versions": {name: version(name) for name in ("poca-kg", "pyoxigraph", "rdflib", "networkx")},
        "triples": kg.info().triples,
        "figures": figures,
        "questions": questions,
        "median_ratio_to_rdflib": statistics.median(ratios),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "foundation.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "foundation.md").write_text(table(document), encoding="utf-8")
    print(table(document))


def table(document: dict[str, object]) -> str:
    """Return the results as a Markdown page."""
    figures: dict[str, float] = document["figures"]  # type: ignore[assignment]
    questions: list[dict[str, float]] = document["questions"]  # type: ignore[assignment]
    lines = [
        "# Foundation",
        "",
        f"{document['triples']} triples; {document['versions']}; {document['machine']}.",
        "",
    ]
    lines += [
        "| what | seconds |",
        "|---|--:|",
        *(f"| {name} | {value:.4f} |" for name, value in figures.items()),
        "",
    ]
    lines += ["| question | poca-kg, s | rdflib, s | rdflib / poca-kg |", "|---|--:|--:|--:|"]
    lines += [
        f"| {row['question']} | {row['poca_kg_s']:.5f} | {row['rdflib_s']:.4f} | {row['ratio']:.0f} |"
        for row in questions
    ]
    return "\n".join([*lines, "", f"Median ratio: {document['median_ratio_to_rdflib']:.0f}.", ""])


if __name__ == "__main__":
    main()
