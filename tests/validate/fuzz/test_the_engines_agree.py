"""Compiler and pyshacl find the same in random data by random shapes. The short form."""

from __future__ import annotations

import random

import pytest
from rdflib import Graph
from shacl_engines import compare, compiled, difference, reference, told
from shacl_random import PROFILES, WILD
from shacl_third import compare_with_third

PREFIXES = "@prefix e: <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> . "
SHORT = 40


@pytest.mark.parametrize("name", PROFILES)
def test_compiler_and_reference_find_the_same(name: str) -> None:
    seed = random.SystemRandom().randrange(1 << 31)
    tally = compare(PROFILES[name], seed=seed, examples=SHORT)
    assert tally["findings"] > SHORT / 10, f"seed {seed}: {dict(tally)}"


def test_a_third_engine_finds_what_the_compiler_finds() -> None:
    pytest.importorskip("shifty", reason="no third engine: pip install pyshifty")
    seed = random.SystemRandom().randrange(1 << 31)
    tally = compare_with_third(WILD, seed=seed, examples=SHORT)
    assert tally["findings"] > SHORT / 10, f"seed {seed}: {dict(tally)}"


def test_a_disagreement_is_noticed_and_told() -> None:
    data = Graph().parse(data=f"{PREFIXES} e:a e:p 1 .")
    strict, lax = (
        Graph().parse(data=f"{PREFIXES} e:S sh:targetNode e:a ; sh:path e:p ; sh:minCount {count} .")
        for count in (2, 1)
    )
    found, expected = compiled(data, strict), reference(data, lax)
    assert found != expected
    text = told((data, strict), difference(found, expected), seed=7)
    assert "seed 7" in text
    assert "only the compiler: http://e/S MinCountConstraintComponent at <http://e/a> value None" in text
