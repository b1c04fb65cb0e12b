"""The examples of the ontology, and which of them show a shape best."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdflib import Graph, URIRef

from poca_kg.store.parsing import parse_file
from poca_kg.validate.quiet import quiet
from poca_kg.validate.rulebook.entry import Example, Shown
from poca_kg.validate.rulebook.structure import Structure
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["Examples", "read_example"]

_FILES = "modules/*/examples/*.ttl"
_NOTE = re.compile(r"(?:#[^\n]*\n)+")
_TAG = re.compile(r"# (violates|shows): (.+)")
_NAME = re.compile(r"pocash:([\w-]+)")
_SUBJECT = re.compile(r"\s*(?:<([^>]+)>|([\w-]+):(\S+))\s")
_SHORT = 24
_MOST_BLOCKS = 2


def read_example(path: Path) -> Example:
    """Return an example from its file, whose first lines are its note and the shapes that it breaks.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    head = _NOTE.match(text)
    lines = head[0].splitlines() if head else []
    tags = {tag[1]: tuple(_NAME.findall(tag[2])) for line in lines if (tag := _TAG.match(line))}
    note = " ".join(line.lstrip("# ") for line in lines if not _TAG.match(line))
    body = text[len(head[0]) :] if head else text
    breaks, shows = tags.get("violates", ()), tags.get("shows", ())
    return Example(path, breaks, note, f"{body.strip()}\n", shows)


@dataclass(frozen=True, eq=False)
class Examples:
    """The examples in a folder of the ontology; there may be none, as in a folder of one's own."""

    ontology_dir: Path
    structure: Structure

    @cached_property
    def all(self) -> tuple[Example, ...]:
        """Every example, by path."""
        return tuple(read_example(path) for path in sorted(self.ontology_dir.glob(_FILES)))

    @cached_property
    def _graphs(self) -> dict[Path, Graph]:
        return {}

    def good(self, shape: URIRef) -> Shown | None:
        """Return the example that conforms and has most to do with a shape; of several the shortest."""
        name = shape.rpartition("/")[2]
        kept = [example for example in self.all if not example.breaks]
        meant = next((example for example in kept if name in example.shows), None)
        best = meant or self._best(shape, [example for example in kept if not example.shows], lambda _: 0)
        return None if best is None else self._shown(shape, best)

    def bad(self, shape: URIRef) -> Shown | None:
        """Return the example that breaks a shape and little else.

        A shape that is never the one that a report names is shown by one of its parts, or else by one of the
        shapes that ask for it.
        """
        structure = self.structure
        near = (shape, *structure.around(shape, structure.parts), *structure.around(shape, structure.wholes))
        for one in near:
            name = one.rpartition("/")[2]
            broken = [example for example in self.all if name in example.breaks]
            if broken:
                best = self._best(shape, broken, lambda example: len(example.breaks)) or broken[0]
                return self._shown(shape, best)
        return None

    def _best(
        self, shape: URIRef, examples: Iterable[Example], cost: Callable[[Example], int]
    ) -> Example | None:
        """Return the example of least cost that a shape applies to, rather one with something to judge."""
        ranked = []
        for example in examples:
            data = self._graph(example)
            if self.structure.focus_nodes(shape, data):
                is_idle = not self.structure.value_nodes(shape, data)
                ranked.append((cost(example), is_idle, example.lines, str(example.path), example))
        return min(ranked)[-1] if ranked else None

    def _shown(self, shape: URIRef, example: Example) -> Shown:
        """Return an example with what a shape looks at, and nothing else where it is long."""
        if example.lines <= _SHORT:
            return Shown(example, example.text, True)
        for one in (shape, *self.structure.around(shape, self.structure.wholes)):
            if blocks := self._blocks(one, example):
                return Shown(example, "\n\n".join(blocks) + "\n", False)
        return Shown(example, example.text, True)

    def _blocks(self, shape: URIRef, example: Example) -> list[str]:
        """Return the paragraphs of an example about what a shape looks at, rather those with values."""
        data = self._graph(example)
        nodes = self.structure.focus_nodes(shape, data)
        with_values = {node for node in nodes if self.structure.values_at(shape, node, data)} or nodes
        blocks = [block.strip() for block in example.text.split("\n\n")]
        starts = {block: start for block in blocks if (start := _SUBJECT.match(block))}
        found = [block for block, start in starts.items() if _iri(start) in with_values][:_MOST_BLOCKS]
        if self.structure.looks_around(shape):
            subjects = [starts[block][0].strip() for block in found]
            found = [block for block in starts if any(subject in block for subject in subjects)]
        return found

    def _graph(self, example: Example) -> Graph:
        if example.path not in self._graphs:
            graph = Graph(bind_namespaces="none")
            with quiet():
                for triple in parse_file(example.path):
                    graph.add(triple)
            self._graphs[example.path] = graph
        return self._graphs[example.path]


def _iri(start: re.Match[str]) -> URIRef:
    """Return the subject that a block starts with; the examples use the prefixes of the project."""
    return URIRef(start[1] or f"{PREFIXES.get(start[2], '')}{start[3]}")
