"""Where the time of a validation goes: loading, the shapes, each query of the compiler."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexical_store import LexicalStore
from poca_kg.store.parsing import parse_file
from poca_kg.store.protocol import Document, Store, Term
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import StoreSource
from poca_kg.validate.shape_graph.reading import read_shape_graph

__all__ = ["TimedSource", "print_stages"]


class TimedSource(StoreSource):
    """A source that remembers what each query took, in processor seconds, and how many rows it gave."""

    def __init__(self, store: Store, *, surrogates: bool) -> None:
        super().__init__(store, surrogates=surrogates, lexical=True)
        self.asked: list[tuple[float, int, str]] = []

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        """Answer a query, to its end."""
        begun = time.process_time()
        rows = list(super().select(query))
        self.asked.append((time.process_time() - begun, len(rows), query))
        return iter(rows)


def print_stages(folder: Path, variant: str, *, most: int = 5) -> None:
    """Validate a generated case with the compiler; print what each stage took, and the slowest queries."""
    clock = _Clock()
    data = (folder / "data.nt").read_bytes()
    lexical = LexicalStore()
    lexical.judge(Document(data, RdfSyntax.N_TRIPLES, "data.nt"), "d")
    clock.tell("load")
    shapes = read_shape_graph(parse_file(folder / f"shapes-{variant}.ttl"))
    clock.tell("shapes")
    timed = TimedSource(lexical.store, surrogates=lexical.surrogates > 0)
    outcome = run_compiled(shapes, timed)
    clock.tell(f"run: {timed.requests} queries, {len(outcome.findings)} findings")
    for seconds, rows, query in sorted(timed.asked, reverse=True)[:most]:
        print(f"{seconds * 1000:9.1f} ms {rows:7} rows  {query}\n")


class _Clock:
    def __init__(self) -> None:
        self._last = time.process_time()

    def tell(self, stage: str) -> None:
        now = time.process_time()
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{now - self._last:7.3f} s, {peak_mb} MB: {stage}")
        self._last = time.process_time()
