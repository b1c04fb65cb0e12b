"""Reports made by hand: one of every severity, and one whose every text is hostile."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.errors import FilePlace
from poca_kg.validate.paths import Predicate
from poca_kg.validate.report import Report, Result, Severity

SHAPE = "https://w3id.org/poca-kg/shape/"
HOSTILE = (
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]>", "&lt;", "a\r\n::error::b",
    "%0A::warning::x", "`code` | cell", "[link](javascript:alert(1))", "![i](http://x/y.png)", "@someone",
    "www.example.org", "{0} {{1}}", "\x1b[2J\u202e", "\ud800", "\x00\x0b\ufffe", "'\"", "<!--", "# head",
    "$$x$$", ":tada:",
)  # fmt: skip
MakeResult = Callable[..., Result]


@pytest.fixture(scope="session")
def result() -> MakeResult:
    usual = Result(
        what="A place has one level.",
        focus_node=URIRef("https://w3id.org/poca-kg/id/city/a"),
        focus_label="city:a “A”",
        property_path=Predicate(URIRef("https://w3id.org/poca-kg/def/level")),
        value=URIRef("https://w3id.org/poca-kg/scheme/level/cty"),
        found="level:cty",
        expected="a concept of scheme level (city, region)",
        how_to_fix="choose a level; did you mean level:city?",
        severity=Severity.VIOLATION,
        shape=URIRef(f"{SHAPE}Place-level"),
        component=SH.ClassConstraintComponent,
        messages=(Literal("A place has one level.", lang="en"),),
        details=("choice 1 of 2 fails: expected an IRI",),
        place=FilePlace("data/towns.ttl", 12),
        excerpt="    poca:level level:cty .",
        span=(15, 24),
        source_shape=URIRef(f"{SHAPE}Place-level"),
        page=f"{SHAPE}Place-level",
    )
    return lambda **changes: replace(usual, **changes)


@pytest.fixture(scope="session")
def report(result: MakeResult) -> Report:
    """Return three violations of two rules, a warning without a line, and a note without a place."""
    other = URIRef(f"{SHAPE}Place-motto")
    results = (
        result(),
        result(focus_node=URIRef("http://e/b"), focus_label="<http://e/b>", place=FilePlace("more.ttl", 3)),
        result(shape=BNode(), source_shape=BNode(), page="", severity=Severity.VIOLATION),
        result(
            shape=other, page=f"{SHAPE}Place-motto", severity=Severity.WARNING, value=Literal("x" * 300),
            place=FilePlace("data/towns.jsonld"), excerpt="", span=None, nested=(result(),),
        ),
        result(shape=other, severity=Severity.INFO, place=None, excerpt="", span=None, value=None),
    )  # fmt: skip
    return Report(
        results, ("data/towns.ttl", "more.ttl"), 40, 9, 3, ("more.ttl is short",), engine="compiled",
        engine_reason="it covers the shapes",
    )  # fmt: skip


@pytest.fixture(scope="session")
def hostile(result: MakeResult) -> Report:
    """Return a report in which every text that comes from outside is one that does harm somewhere."""
    results = []
    for text in HOSTILE:
        shown = text.encode("unicode_escape").decode() if not text.isprintable() else text
        results.append(
            result(
                what=shown, focus_label=shown, found=shown, expected=shown, how_to_fix=f"{shown}!",
                value=Literal(text), messages=(Literal(text),), details=(shown, shown * 2),
                place=FilePlace(f"{text}.ttl", 3), excerpt=f'    city:a poca:level "{text}" .', span=(22, 30),
                shape=URIRef(f"http://e/{shown}"), page=f"javascript:{shown}",
            )
        )  # fmt: skip
    return Report(tuple(results), HOSTILE, 1, 1, 1, HOSTILE, engine="compiled", engine_reason=HOSTILE[0])
