"""What holds for each rendering of the table."""

import re

import pytest

from poca_kg.validate import RENDERINGS, View
from poca_kg.validate.report import Report, Severity

NAMES = ("text", "json", "ttl", "junit", "sarif", "github", "html", "md")
NOT_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FOR_PEOPLE = {"text", "html", "md"}


def test_the_formats_of_the_command_are_the_renderings_of_the_table():
    assert tuple(RENDERINGS) == NAMES


def test_negotiation_tells_all_but_the_annotations_apart():
    types = [rendering.media_type for name, rendering in RENDERINGS.items() if name != "github"]
    assert len(set(types)) == len(types)


@pytest.mark.parametrize("name", NAMES)
def test_a_report_always_reads_the_same(name, report, hostile):
    render = RENDERINGS[name].render
    assert render(report) == render(report)
    assert render(hostile) == render(hostile)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_report_says_that_all_is_well(name):
    text = RENDERINGS[name].render(Report(results=(), names=("a.ttl",), triples=3))
    assert text
    assert any(word in text for word in ("Conforms", "true", '"results": []'))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_texts_come_out_as_text_of_the_encoding_and_without_control(name, hostile):
    text = RENDERINGS[name].render(hostile, View(most_per_rule=None))
    text.encode("utf-8")
    assert not NOT_SHOWN.search(text) or name in {"json", "ttl", "sarif"}, NOT_SHOWN.search(text)


@pytest.mark.parametrize("name", sorted(FOR_PEOPLE))
def test_what_is_wrong_where_found_expected_and_how_to_fix_it_are_told_to_people(name, report):
    plain = re.sub(r"<[^>]*>|\\(?=\W)", "", RENDERINGS[name].render(report))
    for text in (
        "A place has one level.", "data/towns.ttl:12:16", "city:a", "level:cty", "a concept of scheme level",
        "did you mean level:city?", "choice 1 of 2 fails", "pocash:Place-level", "more.ttl is short",
        "engine: compiled (it covers the shapes)", "3 violations, 1 warning, 1 note",
    ):  # fmt: skip
        assert text in re.sub(r"\s+", " ", plain), text


@pytest.mark.parametrize("name", sorted(FOR_PEOPLE))
def test_many_cases_of_a_rule_are_cut_and_counted(name, result):
    many = Report(tuple(result(focus_label=f"node-{number:03}") for number in range(30)))
    cut = RENDERINGS[name].render(many, View(most_per_rule=7))
    assert cut.count("node-0") == 7
    assert "and 23 more of this rule" in cut
    assert RENDERINGS[name].render(many, View(most_per_rule=None)).count("node-0") == 30


@pytest.mark.parametrize("name", sorted(set(NAMES) - FOR_PEOPLE))
def test_programs_get_every_result_whatever_people_are_shown(name, result):
    many = Report(
        tuple(result(focus_label=f"node-{number:03}", found=f"f{number:03}") for number in range(30))
    )
    render = RENDERINGS[name].render
    assert render(many, View(most_per_rule=7)) == render(many)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_limit_takes_away_is_counted_and_told(name, report):
    cut = report.limited(2)
    assert [cut.count(severity) for severity in Severity] == [3, 1, 1]
    assert not cut.conforms
    assert cut.fails(Severity.INFO)
    assert cut.limited(1).left_out == {Severity.VIOLATION: 2, Severity.WARNING: 1, Severity.INFO: 1}
    text = RENDERINGS[name].render(cut)
    told = {"json": '"left_out": 3', "ttl": "sh:conforms false"}.get(name, "3 more results are counted")
    assert told in text


def test_a_limit_that_takes_nothing_away_leaves_the_report_as_it_is(report):
    assert report.limited(5) is report


def test_many_rules_are_summed_up_by_rule_and_by_file(result):
    from rdflib import URIRef

    from poca_kg.errors import FilePlace

    results = tuple(
        result(
            shape=URIRef(f"https://w3id.org/poca-kg/shape/S{number}"), place=FilePlace(f"{number % 3}.ttl", 1)
        )
        for number in range(10)
    )
    text = RENDERINGS["text"].render(Report(results))
    overview = text[text.index("Cases by rule:") :]
    assert "  1  violation  pocash:S3 (Class)" in overview
    assert "  4  0.ttl\n  3  1.ttl\n  3  2.ttl" in overview


def test_rules_that_share_a_name_are_told_apart_by_their_paths(result):
    from rdflib import URIRef

    from poca_kg.validate.paths import Predicate

    results = tuple(result(property_path=Predicate(URIRef(f"http://e/p{n}"))) for n in range(10))
    overview = RENDERINGS["text"].render(Report(results)).partition("Cases by rule:")[2]
    assert "(Class) at <http://e/p3>" in overview


def test_the_caret_stands_under_what_is_meant(report):
    lines = RENDERINGS["text"].render(report).splitlines()
    at = lines.index("    12 | poca:level level:cty .")
    assert lines[at + 1] == "       |            ^^^^^^^^^"
