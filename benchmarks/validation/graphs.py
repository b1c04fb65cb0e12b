"""City-policy-institution graphs of any size, with mistakes that are known: the same bytes every time.

A graph is a row of blocks. Block ``n`` is a city with its region, institutions, policies, a stakeholder
group, a document, statements and observations, all whole: a graph has at least as many triples as were asked
for, and a longer one begins like a shorter one. A share of the things (one in a hundred by default) has one
mistake, drawn from those of its kind in `benchmarks.validation.mistakes`; each gives exactly one result.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.validation.mistakes import MISTAKES, Facts
from benchmarks.validation.terms import LABEL, SUBCLASS, TYPE, date, model, plain, thing, typed, worded

__all__ = ["CONSTRAINTS", "SHAPES", "SHARE", "VARIANTS", "Generated", "write_case", "write_graph"]

SHARE = 0.01
"""The share of things that have a mistake."""
SHAPES = Path(__file__).parent / "shapes"
VARIANTS = {"core": ("core.ttl",), "sparql": ("core.ttl", "sparql.ttl")}
"""The shapes of each variant, as files that together are one."""
CONSTRAINTS = {"core": (32, 78), "sparql": (33, 82)}
"""How many properties are constrained, and by how many constraints, not counting shapes within shapes."""

_SEED = 20261122
_CITIES_PER_REGION = 50
_REGIONS_PER_UNION = 10
_INSTITUTIONS = ("Institution", "Agency", "University")
_FIELDS = ("energy", "housing", "mobility", "pollution", "research", "waste")
_WORDS = ("tramways", "heating", "orchards", "harbours", "insulation", "markets", "rooftops", "viaducts")
_YEARS = range(2018, 2024)
_Thing = tuple[str, str, Facts]


@dataclass(frozen=True)
class Generated:
    """A graph that was written.

    Attributes
    ----------
    path, triples, cities
        The file, and how many triples and cities it holds.
    core, sparql
        How many results there are to be: of the shapes of Core, and of the SPARQL-based constraints beside
        them, by the name of the mistake.
    """

    path: Path
    triples: int
    cities: int
    core: Counter[str] = field(default_factory=Counter)
    sparql: Counter[str] = field(default_factory=Counter)

    def expected(self, variant: str) -> int:
        """Return how many results the shapes of a variant are to give."""
        return self.core.total() + (self.sparql.total() if variant == "sparql" else 0)


def write_case(folder: Path, triples: int, *, share: float = SHARE, padded: bool = False) -> Generated:
    """Write ``data.nt``, the shapes of each variant, and ``expected.json``: the results there are to be."""
    folder.mkdir(parents=True, exist_ok=True)
    made = write_graph(folder / "data.nt", triples, share=share, padded=padded)
    for variant, parts in VARIANTS.items():
        shapes = "".join((SHAPES / part).read_text(encoding="utf-8") for part in parts)
        (folder / f"shapes-{variant}.ttl").write_text(shapes, encoding="utf-8")
    expected = {"triples": made.triples, "core": made.core, "sparql": made.sparql}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    return made


def write_graph(path: Path, triples: int, *, share: float = SHARE, padded: bool = False) -> Generated:
    """Write whole cities as N-Triples until there are at least so many triples.

    Parameters
    ----------
    path
        The file, which is replaced.
    triples
        The least number of triples.
    share
        The share of things with a mistake, 0 to 1; the facts around the mistakes are the same with any.
    padded
        Whether decimals keep their last noughts (``12.50``), as published tables do and stores do not.
    """
    results: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    written = block = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for kind in _INSTITUTIONS[1:]:
            out.write(f"{model(kind)} {SUBCLASS} {model('Institution')} .\n")
            written += 1
        while written < triples:
            # Of the block alone, so that neither the size nor the share changes what a block says.
            facts_of, errors_of = Random(f"{_SEED}/{block}"), Random(f"{_SEED}/{block}/mistakes")
            for kind, subject, facts in _block(block, facts_of, padded):
                told = facts
                if errors_of.random() < share and block:
                    mistake = errors_of.choice(MISTAKES[kind])
                    told = mistake.change(facts, block)
                    results[mistake.sparql][mistake.name] += 1
                out.writelines(f"{subject} {prop} {value} .\n" for prop, value in told)
                written += len(told)
            block += 1
    return Generated(path, written, block, results[False], results[True])


def _block(block: int, random: Random, padded: bool) -> Iterator[_Thing]:
    """Yield the things of a city: kind, IRI, facts."""
    if block % _CITIES_PER_REGION == 0:
        yield from _regions(block)
    yield _city(block, random)
    institutions = random.randint(1, 3)
    for item in range(institutions):
        yield _institution(block, item, random)
    policies = random.randint(1, 4)
    for item in range(policies):
        yield _policy(block, item, institutions, random)
    group = thing("group", block)
    represents = [
        (model("name"), plain(f"People of town {block}")),
        (model("represents"), thing("city", block)),
    ]
    yield "Group", group, [*represents, (model("ofCity"), thing("city", block))]
    title = plain(f"What town {block} wants of its {random.choice(_WORDS)}")
    yield "Document", thing("document", block), [(model("title"), title), (model("accessed"), date(2026))]
    for item in range(random.randint(2, 10)):
        yield _statement(block, item, policies, random)
    for year in _YEARS:
        yield _observation(block, year, random, padded)


def _regions(block: int) -> Iterator[_Thing]:
    """Yield the region that begins with a city, before it the union of regions if one begins there too.

    A region has the number of its first city; unions of regions are counted below nought, where no city is.
    """
    union = -1 - block // (_CITIES_PER_REGION * _REGIONS_PER_UNION)
    if block % (_CITIES_PER_REGION * _REGIONS_PER_UNION) == 0:
        yield (
            "Union",
            thing("region", union),
            [
                (TYPE, model("Region")),
                (LABEL, worded(f"Union {-union}", "en")),
            ],
        )
    yield (
        "Region",
        thing("region", block),
        [
            (TYPE, model("Region")),
            (LABEL, worded(f"Region {block}", "en")),
            (model("partOf"), thing("region", union)),
        ],
    )


def _city(block: int, random: Random) -> _Thing:
    region = block - block % _CITIES_PER_REGION
    facts = [
        (TYPE, model("City")),
        (LABEL, worded(f"Town {block}", "en")),
        (LABEL, worded(f"Città {block}", "it")),
        (model("code"), plain(f"IT{block:06}")),
        (model("population"), typed(random.randint(500, 3_000_000), "integer")),
        (model("inRegion"), thing("region", region)),
    ]
    return "City", thing("city", block), facts


def _institution(block: int, item: int, random: Random) -> _Thing:
    founded = random.randint(1600, 1990)
    facts = [
        (TYPE, model(random.choice(_INSTITUTIONS))),
        (LABEL, worded(f"Institute of {random.choice(_WORDS)} {block}", "en")),
        (model("basedIn"), thing("city", block)),
        (model("founded"), date(founded)),
        (model("dissolved"), date(founded + random.randint(1, 500))),
        (model("website"), f"<https://institute-{block}-{item}.example.org/>"),
    ]
    return "Institution", thing("institution", block, item), facts


def _policy(block: int, item: int, institutions: int, random: Random) -> _Thing:
    starts = random.randint(2000, 2025)
    facts = [
        (TYPE, model("Policy")),
        (LABEL, worded(f"Plan for {random.choice(_WORDS)} in town {block}", "en")),
        (model("ofCity"), thing("city", block)),
        (model("inField"), model(random.choice(_FIELDS))),
        (model("starts"), date(starts)),
        (model("ends"), date(starts + random.randint(0, 30))),
        (model("responsible"), thing("institution", block, random.randrange(institutions))),
    ]
    if random.random() < 0.5:
        facts.append((model("responsible"), thing("city", block)))
    return "Policy", thing("policy", block, item), facts


def _statement(block: int, item: int, policies: int, random: Random) -> _Thing:
    text = f"Town {block} needs more {random.choice(_WORDS)} and {random.choice(_WORDS)}"
    facts = [
        (TYPE, model("Statement")),
        (model("text"), worded(text, "en")),
        (model("about"), thing("policy", block, random.randrange(policies))),
        (model("heldBy"), thing("group", block)),
        (model("confidence"), model(random.choice(("read", "concluded")))),
        (model("source"), thing("document", block)),
    ]
    if block and random.random() < 0.3:
        facts.append((model("opposedBy"), thing("institution", block - 1, 0)))
    return "Statement", thing("statement", block, item), facts


def _observation(block: int, year: int, random: Random, padded: bool) -> _Thing:
    number = f"{random.random() * 1000:.2f}"
    if not padded:
        number = number.rstrip("0").rstrip(".") if number.endswith("00") else number.rstrip("0")
    facts = [
        (TYPE, model("Observation")),
        (model("ofCity"), thing("city", block)),
        (model("year"), typed(year, "gYear")),
        (model("value"), typed(number, "decimal")),
    ]
    return "Observation", thing("observation", block, year), facts
