"""The source page is represented whole: every statement and place, with the counts that the reading gave."""

import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph

from poca_kg.vocabulary.iris import concept_iri
from poca_kg.vocabulary.terms import POCA

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "4.1"]
OTHER_PLACES = ["title", "date", "publisher", "link-1", "link-2", "link-3"]
VIEWS = [f"s{number:02d}" for number in range(1, 26)]
REASONS = ["r1", "r2", "r3", "r4"]
FACTS = ["f01", "f02", "f03"]

LOCATORS = {
    "f01": "1.1", **dict.fromkeys(["f02", "f03", "s01"], "1.2"), "s02": "1.3", "s03": "1.3", "s04": "1.4",
    "s05": "1.4", "s06": "2.1",
    **dict.fromkeys(["s07", "s08", "s09"], "2.2"), **dict.fromkeys(["s10", "s11", "s12"], "2.3"),
    **dict.fromkeys(["s13", "s14", "s15", "s16", "s17"], "2.4"),
    **dict.fromkeys(["s18", "s19", "s20", "s21", "s22", "s23"], "3.1"),
    **dict.fromkeys(["s24", "s25", *REASONS], "3.2"),
}  # fmt: skip
TARGETS = {
    "s01": "arrangement:milan-turin-joint-case-study", "s02": "arrangement:milan-turin-relation",
    "s03": "arrangement:milan-turin-relation", "s04": "level:wider-than-city", "s05": "level:wider-than-city",
    "s06": "arrangement:milan-turin-common-future", "s07": "arrangement:milan-turin-cooperation",
    **dict.fromkeys(["s08", "s09"], "arrangement:milan-turin-market-integration"),
    **dict.fromkeys(["s10", "s11", "s12"], "arrangement:milan-turin-major-integration"),
    **dict.fromkeys(["s13", "s14", "s15"], "level:city"),
    **dict.fromkeys(["s16", "s17"], "level:wider-than-city"),
    "s18": "unit:milan-and-turin", "s19": "level:metropolitan", "s20": "level:region",
    "s21": "unit:it-reg-01", "s22": "unit:it-macro-1",
    **dict.fromkeys(["s23", "s24", "s25"], "arrangement:milan-turin-cooperation"),
    "r2": "arrangement:milan-turin-university-cooperation", "r4": "arrangement:milan-turin-cooperation",
}  # fmt: skip
LINKS = {
    "preferred_to": {"s07": "s08|s09", "s19": "s23", "s20": "s23"},
    "example_of": {"s14": "s13", "s15": "s13", "s17": "s16", "s21": "s20", "s22": "s20"},
    "scope": {"s16": "s13", "s19": "s13", "s20": "s13", "s23": "s13"},
    "reason": {"s01": "f02|f03", "s24": "r1|r2|r3|r4", "s25": "r1|r2", "r2": "r1", "r4": "r3"},
    "changes_view": {"s04": "s02", "s05": "s03"},
    "part_of_claim": {
        **dict.fromkeys(["s08", "s09"], "c-integration-of-markets"),
        **dict.fromkeys(["s10", "s11", "s12"], "c-major-integration"),
        **dict.fromkeys(["s19", "s20"], "c-wider-levels"),
        **dict.fromkeys(["s24", "s25"], "c-only-fields"),
    },
    "level_as_stated": {"s21": "region", "s22": "region"},
    "arena": {"r1": "nation", "r2": "world"},
    "exclusivity": {"s24": "only", "s25": "only"},
    "distributed_from": dict.fromkeys(["s02", "s03", "s04", "s05"], "milan-and-turin-stakeholders"),
}


@pytest.fixture(scope="module")
def statements(page):
    return page["statements"]


def test_every_statement_is_there_and_none_else(statements):
    assert sorted(statements) == sorted([*FACTS, *VIEWS, *REASONS])
    assert all(row["notation"] == key.upper() for key, row in statements.items())


def test_every_statement_stands_at_its_place(statements):
    found = {key: row["evidence"].split("#")[1] for key, row in statements.items()}
    assert found == LOCATORS


def test_every_statement_has_its_target(statements):
    assert {key: row["target"] for key, row in statements.items() if row["target"]} == TARGETS


@pytest.mark.parametrize("field", LINKS)
def test_the_links_between_statements_are_those_of_the_reading(statements, field):
    assert {key: row[field] for key, row in statements.items() if row[field]} == LINKS[field]


def test_twelve_views_are_favourable_nine_unfavourable_four_unformed(statements):
    scheme = Graph().parse(ROOT / "ontology" / "schemes" / "stance.ttl")
    polarity = [
        int(scheme.value(concept_iri("stance", statements[view]["stance"]), POCA.polarity)) for view in VIEWS
    ]
    assert Counter(polarity) == {1: 12, -1: 9, 0: 4}


def test_the_speaker_is_explicit_in_twelve_inferred_in_twelve_ambiguous_in_one(statements):
    assert Counter(statements[view]["attribution"] for view in VIEWS) == {
        "explicit": 12,
        "inferred": 12,
        "ambiguous": 1,
    }
    assert statements["s18"]["attribution"] == "ambiguous"


def test_seventeen_of_twenty_nine_speakers_are_not_explicit(statements):
    read = [statements[key]["attribution"] for key in (*VIEWS, *REASONS)]
    assert len(read) == 29
    assert sum(attribution != "explicit" for attribution in read) == 17


def test_nothing_is_called_rejected(statements):
    assert "rejected" not in {row["stance"] for row in statements.values()}


def test_every_place_of_the_page_is_listed_with_a_gist(page):
    assert {row["locator"] for row in page["places"].values()} == {*SENTENCES, *OTHER_PLACES}
    assert all(row["gist_en"] and row["gist_it"] for row in page["places"].values())


def unlisted(coverage: str, locators: list[str]) -> list[str]:
    """Give the locators without a row, or with one that names neither what represents them nor a reason."""
    rows = dict(re.findall(r"^\| (\S+) \| .* \| ([^|]+) \|$", coverage, flags=re.MULTILINE))
    return [locator for locator in locators if not rows.get(locator, "").strip()]


def test_the_coverage_page_lists_every_place_of_the_page():
    coverage = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert unlisted(coverage, [*SENTENCES, *OTHER_PLACES]) == []


def test_a_place_that_the_coverage_page_leaves_out_is_found():
    assert unlisted("| 1.1 | gist | `statement:f01` |\n| 1.2 | gist |  |\n", ["1.1", "1.2", "1.3"]) == [
        "1.2",
        "1.3",
    ]


def test_statements_of_the_page_are_not_doubled_elsewhere(tables):
    others = [
        row["id"]
        for table in tables
        if table.kind == "statement" and table.source != "cities-do-not-act-alone"
        for row in table.rows
        if "cities-do-not-act-alone#" in row["evidence"]
    ]
    assert others == []
