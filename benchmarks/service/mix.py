"""The mix of queries: templates in ``queries/`` and the many texts that are made of each.

A template is SPARQL with ``$names`` where the generator's things go, below a header of ``# key: value``
lines. Parameters are drawn from a seed, so that every server and every round gets the same texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import Template
from typing import Literal, TypeAlias

from benchmarks.service.graphs import FIELDS, WORDS, YEARS

from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["GROUPS", "Compared", "Query", "read_mix"]

GROUPS = ("light", "rows", "aggregate", "scan")
"""The groups of the table: lookups and joins around one thing, large answers, aggregates, and whole scans."""

Compared: TypeAlias = Literal["values", "number", "no"]

_FOLDER = Path(__file__).parent / "queries"
_USED = re.compile(r"\b([a-z][a-z-]*):(?=[\w$])")


@dataclass(frozen=True)
class Query:
    """A query of the mix: its name, what it asks, its group, and how answers of servers are compared."""

    name: str
    title: str
    group: str
    form: str
    repeated: bool
    compared: Compared
    template: Template

    @property
    def accept(self) -> str:
        """The media type that is asked for."""
        return (
            "application/n-triples"
            if self.form in {"CONSTRUCT", "DESCRIBE"}
            else "application/sparql-results+json"
        )

    def texts(self, number: int, cities: int) -> Iterator[str]:
        """Yield so many texts about the first ``cities`` of a generated graph; they may occur twice."""
        for seed in range(number):
            yield self.template.substitute(_parameters(Random(seed), cities))


def read_mix() -> tuple[Query, ...]:
    """Return the queries by group and name.

    >>> len(read_mix()) >= 14
    True
    """
    found = [parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.rq"))]
    return tuple(sorted(found, key=lambda query: (GROUPS.index(query.group), query.name)))


def parse(name: str, text: str) -> Query:
    """Return the query of one file, with the prefixes that it uses: not every server knows ours."""
    lines = text.splitlines()
    header = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    body = "\n".join(line for line in lines if not line.startswith("# "))
    unknown = set(header) - {"title", "group", "repeated", "compare"}
    if unknown or header.get("group") not in GROUPS:
        raise ValueError(
            f"{name}.rq: its header needs a title and a group of {GROUPS}, and has {sorted(header)}"
        )
    used = sorted({prefix for prefix in _USED.findall(body) if prefix in PREFIXES})
    declared = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in used)
    return Query(
        name=name,
        title=header["title"],
        group=header["group"],
        form=body.split(None, 1)[0],
        repeated=header.get("repeated") == "yes",
        compared=_compared(header),
        template=Template(declared + body),
    )


def _compared(header: Mapping[str, str]) -> Compared:
    word = header.get("compare", "values").split(",")[0]
    if word not in {"values", "number", "no"}:
        raise ValueError(f"compare: {word!r} is none of values, number, no")
    return word  # type: ignore[return-value]


def _parameters(random: Random, cities: int) -> dict[str, object]:
    city = int(random.random() * cities)
    return {
        "city": f"b{city}",
        "statement": f"b{city}-{int(random.random() * 4)}",  # every city has at least four
        "province": int(random.random() * ((cities + 9) // 10)),
        "nation": int(random.random() * ((cities + 999) // 1000)),
        "field": FIELDS[int(random.random() * len(FIELDS))],
        "word": WORDS[int(random.random() * len(WORDS))],
        "other": WORDS[int(random.random() * len(WORDS))],
        "year": YEARS[int(random.random() * len(YEARS))],
        "value": f"{random.random() * 600:.1f}",
    }
