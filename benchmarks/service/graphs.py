"""Graphs of any size in the shape of our model, the same bytes every time.

A graph is a row of blocks. Block ``n`` is a city with what hangs on it: its place in the chain of territory,
a stakeholder group, a document with places, statements with evidence, an organisation, observations, and an
arrangement with an earlier city. Small cities are many and large ones few, as in real data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from poca_kg.vocabulary.prefixes import expand_curie

__all__ = ["FIELDS", "LEVELS", "STANCES", "WORDS", "YEARS", "Generated", "quads", "write_graph"]

STANCES = {"adopted": 1, "effective": 1, "needed": 1, "not-preferred": -1, "rejected": -1, "undecided": 0}
LEVELS = ("city", "province", "region", "macro-region", "nation", "european-union")
FIELDS = (
    "pollution", "waste", "energy", "mobility", "land-use", "housing-market", "labour-market",
    "tertiary-education", "research-and-development", "urban-growth", "environment", "competitiveness",
)  # fmt: skip
WORDS = (
    "tramways", "heating", "orchards", "harbour", "timber", "ferries", "insulation", "markets", "cycling",
    "rivers", "rooftops", "warehouses", "seedlings", "substations", "courtyards", "viaducts", "schools",
    "workshops", "kilns",
)  # fmt: skip
YEARS = range(2010, 2024)

_CHAIN = (("province", 10), ("region", 50), ("macro-region", 200), ("nation", 1000))
_SEED = 20261122


@dataclass(frozen=True)
class Generated:
    """A graph that was written: its file, its triples, and how many cities are whole in it."""

    path: Path
    triples: int
    cities: int


def write_graph(path: Path, triples: int) -> Generated:
    """Write exactly so many quads, each triple in one graph only; the last block may be cut."""
    whole, left = 0, triples
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for number, block in enumerate(_blocks()):
            lines = list(islice(block, left))
            out.writelines(lines)
            left -= len(lines)
            if not left:
                return Generated(path, triples, whole)
            whole = number  # block 0 holds the schemes, so block n ends city n - 1
    raise AssertionError("blocks never end")


def quads() -> Iterator[str]:
    """Yield the lines of the graph without end.

    >>> next(quads()).split()[0]
    '<https://w3id.org/poca-kg/def/Viewpoint>'
    """
    for block in _blocks():
        yield from block


def _blocks() -> Iterator[Iterator[str]]:
    yield _schemes()
    number = 0
    while True:
        yield _city(number)
        number += 1


def _name(curie: str) -> str:
    return f"<{expand_curie(curie)}>"


_IRIS: dict[str, str] = {}


def _iri(curie: str) -> str:
    """Return the IRI of a name that occurs often; names of single things are not kept."""
    if curie not in _IRIS:
        _IRIS[curie] = _name(curie)
    return _IRIS[curie]


def _about(graph: str, subject: str, *facts: tuple[str, str]) -> Iterator[str]:
    """Yield the quads of one subject; properties are prefixed names, values are written terms."""
    where = _iri(f"graph:{graph}")
    for prop, value in facts:
        yield f"{subject} {_iri(prop)} {value} {where} .\n"


def _text(value: str, language: str) -> str:
    return f'"{value}"@{language}'


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^{_iri(datatype)}'


def _schemes() -> Iterator[str]:
    for kind in ("Viewpoint", "FactClaim"):
        yield from _about("ontology", _iri(f"poca:{kind}"), ("rdfs:subClassOf", _iri("poca:Statement")))
    for slug, polarity in STANCES.items():
        subject = _iri(f"stance:{slug}")
        yield from _about("schemes", subject, ("poca:polarity", _typed(polarity, "xsd:integer")))
        yield from _about("schemes", subject, ("skos:prefLabel", _text(slug.replace("-", " "), "en")))
    for scheme, slugs in (("level", LEVELS), ("field", FIELDS)):
        for slug in slugs:
            subject = _iri(f"{scheme}:{slug}")
            yield from _about("schemes", subject, ("skos:prefLabel", _text(slug.replace("-", " "), "en")))
            yield from _about("schemes", subject, ("skos:inScheme", _iri(f"scheme:{scheme}")))


def _city(number: int) -> Iterator[str]:
    random = Random(
        _SEED * 1_000_003 + number
    )  # of the block alone: a longer graph begins like a shorter one
    yield from _territory(number)
    yield from _agents(number, random)
    size = 2 + int(3 / (0.08 + random.random()))  # 4 to 39, most of them small
    for item in range(size):
        yield from _statement(number, item, random)
    yield from _observations(number, random)
    yield from _arrangement(number, random)


def _territory(number: int) -> Iterator[str]:
    city, above = _name(f"city:b{number}"), "province"
    yield from _about(
        "territory", city,
        ("rdf:type", _iri("poca:City")),
        ("rdfs:label", _text(f"Town {number}", "en")),
        ("rdfs:label", _text(f"Città {number}", "it")),
        ("poca:atLevel", _iri("level:city")),
        ("poca:partOf", _name(f"unit:b-{above}-{number // 10}")),
        ("adms:identifier", _name(f"identifier:b{number}")),
    )  # fmt: skip
    yield from _about(
        "territory", _name(f"identifier:b{number}"),
        ("rdf:type", _iri("adms:Identifier")),
        ("skos:notation", f'"{number:07}"'),
        ("poca:identifierScheme", _iri("identifier-scheme:wikidata")),
    )  # fmt: skip
    for place, (kind, cities) in enumerate(_CHAIN):
        if number % cities == 0:
            unit = _name(f"unit:b-{kind}-{number // cities}")
            yield from _about("territory", unit, ("rdf:type", _iri("poca:AdministrativeUnit")))
            yield from _about("territory", unit, ("rdfs:label", _text(f"{kind} {number // cities}", "en")))
            yield from _about("territory", unit, ("poca:atLevel", _iri(f"level:{kind}")))
            if place + 1 < len(_CHAIN):
                wider, more = _CHAIN[place + 1]
                yield from _about(
                    "territory", unit, ("poca:partOf", _name(f"unit:b-{wider}-{number // more}"))
                )


def _agents(number: int, random: Random) -> Iterator[str]:
    city = _name(f"city:b{number}")
    yield from _about(
        "statements", _name(f"group:b{number}"),
        ("rdf:type", _iri("poca:StakeholderGroup")),
        ("rdfs:label", _text(f"Stakeholders of town {number}", "en")),
        ("poca:ofCity", city),
    )  # fmt: skip
    yield from _about(
        "statements", _name(f"document:b{number}"),
        ("rdf:type", _iri("poca:SourceDocument")),
        ("dcterms:title", _text(f"What town {number} wants of its {_one(WORDS, random)}", "en")),
        ("poca:accessed", _typed("2026-11-22", "xsd:date")),
    )  # fmt: skip
    organisation = _name(f"organisation:b{number}")
    yield from _about(
        "institutions", organisation,
        ("rdf:type", _iri("poca:University" if number % 3 == 0 else "poca:Organisation")),
        ("rdfs:label", _text(f"Institute of {_one(WORDS, random)} {number}", "en")),
        ("poca:basedIn", city),
        ("poca:countryCode", '"IT"'),
    )  # fmt: skip
    if number % 2 == 0:
        year = _typed(1800 + int(random.random() * 220), "xsd:gYear")
        yield from _about("institutions", organisation, ("poca:foundedYear", year))


def _statement(number: int, item: int, random: Random) -> Iterator[str]:
    slug = f"b{number}-{item}"
    statement, evidence, place = (_name(f"{kind}:{slug}") for kind in ("statement", "evidence", "place"))
    document, other = _name(f"document:b{number}"), int(random.random() ** 3 * (number + 1))
    words = f"{_one(WORDS, random)} and {_one(WORDS, random)}"
    target = _one(LEVELS, random)
    yield from _about(
        "statements", statement,
        ("rdf:type", _iri("poca:FactClaim" if item % 8 == 7 else "poca:Viewpoint")),
        ("skos:notation", f'"B{number}.{item}"'),
        ("rdfs:label", _text(f"Town {number} speaks of {words}", "en")),
        ("rdfs:label", _text(f"La città {number} parla di {words}", "it")),
        ("poca:heldBy", _name(f"group:b{number}")),
        ("poca:reportedBy", _name(f"organisation:b{other}")),
        ("poca:about", _iri(f"field:{_one(FIELDS, random)}")),
        ("poca:target", _iri(f"level:{target}")),
        ("poca:attribution", _iri("attribution:explicit")),
        ("poca:evidence", evidence),
    )  # fmt: skip
    if item % 8 != 7:
        yield from _about(
            "statements", statement, ("poca:stance", _iri(f"stance:{_one(tuple(STANCES), random)}"))
        )
    if item and random.random() < 0.3:
        yield from _about("statements", statement, ("poca:reason", _name(f"statement:b{number}-{item - 1}")))
    yield from _about(
        "statements", evidence,
        ("rdf:type", _iri("poca:Evidence")),
        ("oa:hasSource", document),
        ("oa:hasSelector", place),
        ("poca:confidence", _iri("confidence:read")),
    )  # fmt: skip
    yield from _about(
        "statements", place,
        ("rdf:type", _iri("poca:DocumentPlace")),
        ("poca:inDocument", document),
        ("poca:locator", f'"{item + 1}"'),
    )  # fmt: skip


def _observations(number: int, random: Random) -> Iterator[str]:
    for year in YEARS:
        value = f"{random.random() * 1000:.3f}"
        yield from _about(
            "indicators", _name(f"observation:b{number}-{year}"),
            ("rdf:type", _iri("poca:Observation")),
            ("poca:referenceArea", _name(f"city:b{number}")),
            ("poca:ofIndicator", _iri("indicator:emissions")),
            ("poca:referencePeriod", _typed(year, "xsd:gYear")),
            ("poca:value", _typed(value, "xsd:decimal")),
            ("poca:valueAsPublished", f'"{value}"'),
        )  # fmt: skip


def _arrangement(number: int, random: Random) -> Iterator[str]:
    if number:
        other = int(random.random() ** 2 * number)
        yield from _about(
            "arrangements", _name(f"arrangement:b{number}"),
            ("rdf:type", _iri("poca:Cooperation")),
            ("poca:between", _name(f"city:b{number}")),
            ("poca:between", _name(f"city:b{other}")),
            ("poca:inField", _iri(f"field:{_one(FIELDS, random)}")),
        )  # fmt: skip


def _one(choices: tuple[str, ...], random: Random) -> str:
    return choices[int(random.random() * len(choices))]
