"""The mistakes that a generated thing can have: one change to its facts, which gives exactly one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.validation.terms import LABEL, date, model, plain, thing, typed, worded

__all__ = ["MISTAKES", "Facts", "Mistake"]

Facts = list[tuple[str, str]]
"""The facts of one thing: property and value, as N-Triples writes them."""

_Change = Callable[[Facts, int], Facts]
_Value = str | Callable[[int], str]


@dataclass(frozen=True)
class Mistake:
    """One kind of mistake.

    Attributes
    ----------
    name
        Shape and constraint component that notice it.
    change
        Makes the mistake in the facts of a thing of a block; the first block never gets one, so that there is
        always another city to mistake this one for.
    sparql
        Whether only a SPARQL-based constraint notices it.
    """

    name: str
    change: _Change
    sparql: bool = False


def _without(prop: str) -> _Change:
    def change(facts: Facts, block: int) -> Facts:
        del block
        return [fact for fact in facts if fact[0] != prop]

    return change


def _with(prop: str, value: _Value) -> _Change:
    return lambda facts, block: [*facts, (prop, value if isinstance(value, str) else value(block))]


def _as(prop: str, value: _Value) -> _Change:
    without, then = _without(prop), _with(prop, value)
    return lambda facts, block: then(without(facts, block), block)


def _document(block: int) -> str:
    return thing("document", block)


MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "City": (
        Mistake("City uniqueLang", _with(LABEL, lambda block: worded(f"Borough {block}", "en"))),
        Mistake("City languageIn", _with(LABEL, lambda block: worded(f"Ort {block}", "de"))),
        Mistake("City minCount", _without(model("code"))),
        Mistake("City pattern", _as(model("code"), lambda block: plain(f"i-{block}"))),
        Mistake("City minInclusive", _as(model("population"), lambda block: typed(-block, "integer"))),
        Mistake("City class", _with(model("inRegion"), _document)),
    ),
    "Union": (Mistake("Region minCount", _without(LABEL)),),
    "Region": (
        Mistake("Region minCount", _without(LABEL)),
        Mistake("Region sparql", _with(model("partOf"), lambda block: thing("region", block)), sparql=True),
    ),
    "Institution": (
        Mistake("Institution closed", _with(model("fax"), lambda block: plain(f"+39 {block}"))),
        Mistake("Institution minCount", _without(LABEL)),
        Mistake("Institution class", _with(model("basedIn"), _document)),
        Mistake("Institution lessThan", _as(model("dissolved"), date(1500))),
        Mistake("Institution maxCount", _with(model("dissolved"), date(2499))),
        Mistake("Institution nodeKind", _as(model("website"), plain("https://www.example.org/"))),
        Mistake("Institution sparql", _as(LABEL, lambda block: worded(f"Ente {block}", "it")), sparql=True),
    ),
    "Policy": (
        Mistake("Policy in", _as(model("inField"), model("traffic"))),
        Mistake("Policy lessThanOrEquals", _as(model("ends"), date(1999))),
        Mistake("Policy or", _with(model("responsible"), _document)),
        Mistake("Policy qualified", _as(model("responsible"), lambda block: thing("city", block))),
        Mistake(
            "Policy sparql",
            _with(model("responsible"), lambda block: thing("institution", block - 1, 0)),
            sparql=True,
        ),
    ),
    "Group": (Mistake("Group xone", _with(LABEL, lambda block: worded(f"People of town {block}", "en"))),),
    "Statement": (
        Mistake("Statement minLength", _as(model("text"), worded("Yes.", "en"))),
        Mistake("Statement class", _as(model("about"), _document)),
        Mistake("Statement node", _as(model("heldBy"), _document)),
        Mistake("Statement disjoint", _with(model("opposedBy"), lambda block: thing("group", block))),
        Mistake("Statement not", _as(model("confidence"), model("guessed"))),
        Mistake(
            "Statement sparql", _as(model("heldBy"), lambda block: thing("group", block - 1)), sparql=True
        ),
    ),
    "Document": (
        Mistake("Document minCount", _without(model("title"))),
        Mistake("Document datatype", _as(model("accessed"), plain("in spring"))),
    ),
    "Observation": (
        Mistake("Observation minInclusive", _as(model("value"), typed("-0.5", "decimal"))),
        Mistake("Observation maxCount", _with(model("value"), typed("10000.5", "decimal"))),
        Mistake("Observation class", _as(model("ofCity"), lambda block: thing("group", block))),
    ),
}
"""The mistakes of each kind of thing."""
