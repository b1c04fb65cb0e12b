"""Each check finds nothing in the ontology, and in its bad fixture the offenders that the fixture names."""

import re
from pathlib import Path

import pytest

from poca_kg.build.checks import read_checks
from poca_kg.build.named_path import NamedPath
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import shorten_iri

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
CHECKS = {Path(check.file).stem: check for check in read_checks(NamedPath(ROOT / "ontology", "ontology"), [])}


def findings(store: EmbeddedStore, name: str) -> list[tuple[str, str]]:
    """Give offender and detail of everything that a check finds."""
    answer = store.query(CHECKS[name].query)
    assert answer.variables == ("offender", "detail")
    return [(shorten_iri(str(offender)), str(detail or "")) for offender, detail in answer.rows]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_finds_nothing_in_the_ontology(name, ontology_store):
    assert findings(ontology_store, name) == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_finds_the_offenders_of_its_fixture_and_no_others(name):
    fixture = (FIXTURES / f"{name}.trig").read_text(encoding="utf-8")
    expected = re.findall(r"^# offender: (\S+)$", fixture, flags=re.MULTILINE)
    store = EmbeddedStore.in_memory()
    store.load(fixture.encode(), format=RdfSyntax.TRIG)
    found = findings(store, name)
    assert expected
    assert {offender.strip("<>") for offender, _ in found} == set(expected)
    assert all(detail for _, detail in found)


def test_every_check_has_its_header():
    problems = []
    read_checks(NamedPath(ROOT / "ontology", "ontology"), problems)
    assert problems == []


def test_every_fixture_belongs_to_a_check():
    assert {path.stem for path in FIXTURES.glob("*.trig")} == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_named_and_explained_in_sentences(name):
    assert re.fullmatch(r"(a|an|no|the|two)(-[a-z]+){3,}", name)
    assert re.fullmatch(r"[A-Z].*\.", CHECKS[name].title)
    assert re.fullmatch(r"[A-Z].*\.", CHECKS[name].advice)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_avoids_what_is_quadratic_in_the_engine(name):
    assert "NOT EXISTS" not in CHECKS[name].query.upper()


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_leaves_the_base_to_the_prefixes(name):
    assert BASE not in CHECKS[name].query
