"""Validation after one changed node: a mistake is made in one thing of each kind, judged, and put right."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.validation.mistakes import MISTAKES, Mistake
from benchmarks.validation.terms import thing
from rdflib import URIRef

from poca_kg.store.changes import Change
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.parsing import parse_file
from poca_kg.validate.compiler.run import run_compiled
from poca_kg.validate.compiler.source import StoreSource
from poca_kg.validate.findings import Outcome
from poca_kg.validate.incremental import Data, Plan, revalidate
from poca_kg.validate.incremental.revalidation import Focus
from poca_kg.validate.shape_graph import ShapeGraph, read_shape_graph

__all__ = ["measure_changes"]

_BLOCKS = range(100, 400, 25)
_NUMBERED_WITHIN = {"Institution": (0,), "Policy": (0,), "Statement": (0,), "Observation": (2020,)}


def measure_changes(folder: Path, variant: str) -> list[dict[str, Any]]:
    """Return a row for each kind of thing: how long one changed node takes, in milliseconds of elapsed time.

    Raises
    ------
    AssertionError
        If the outcome after a change has not just the one finding more, or after it was put right is another
        than before.
    """
    store = EmbeddedStore.from_nquads((folder / "data.nt").read_bytes())
    shapes = read_shape_graph(parse_file(folder / f"shapes-{variant}.ttl"))
    plan, begin = Plan(shapes), _full_run(store, shapes)
    judge = partial(_full_run, store)
    rows = []
    for kind, mistakes in MISTAKES.items():
        taken = []
        for subject, mistake, block in _cases(kind, mistakes, variant):
            change = _change(store, subject, mistake, block)
            outcomes = [begin]
            for step in (change, Change(change.removed, change.added)):
                _apply(store, step)
                begun = time.perf_counter()
                outcomes.append(revalidate(plan, Data(store), step, outcomes[-1], judge).outcome)
                taken.append((time.perf_counter() - begun) * 1000)
            assert len(outcomes[1].findings) == len(begin.findings) + 1, (mistake.name, block)
            assert set(outcomes[2].findings) == set(begin.findings), (mistake.name, block)
        row = {"kind": kind, "variant": variant, "triples": store.size(), "changes": len(taken)}
        rows.append(row | {"median_ms": statistics.median(taken), "worst_ms": max(taken)})
    return rows


def _full_run(store: EmbeddedStore, shapes: ShapeGraph, focus: Focus | None = None) -> Outcome:
    return run_compiled(shapes, StoreSource(store), focus=focus)


def _cases(kind: str, mistakes: tuple[Mistake, ...], variant: str) -> Iterator[tuple[URIRef, Mistake, int]]:
    noticed = [mistake for mistake in mistakes if variant == "sparql" or not mistake.sparql]
    blocks = (-1,) if kind == "Union" else range(50, 450, 50) if kind == "Region" else _BLOCKS
    name = "region" if kind == "Union" else kind.lower()
    for number, block in enumerate(blocks):
        iri = thing(name, block, *_NUMBERED_WITHIN.get(kind, ()))
        yield URIRef(iri[1:-1]), noticed[number % len(noticed)], block


def _change(store: EmbeddedStore, subject: URIRef, mistake: Mistake, block: int) -> Change:
    before = set(store.match(subject))
    facts = [(prop.n3(), value.n3()) for _, prop, value in before]
    told = "".join(f"{subject.n3()} {prop} {value} .\n" for prop, value in mistake.change(facts, block))
    after = {quad[:3] for quad in EmbeddedStore.from_nquads(told.encode()).quads()}
    return Change(frozenset(after - before), frozenset(before - after))


def _apply(store: EmbeddedStore, change: Change) -> None:
    removed, added = (
        "".join(" ".join(term.n3() for term in triple) + " . " for triple in sorted(triples))
        for triples in (change.removed, change.added)
    )
    store.update(f"DELETE DATA {{ {removed} }} ; INSERT DATA {{ {added} }}")
