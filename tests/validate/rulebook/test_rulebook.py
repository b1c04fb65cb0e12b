"""Every shape is explained in both languages, with a good and a bad example that are run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from rdflib import BNode, Graph

from poca_kg.errors import UnknownNameError
from poca_kg.settings import project_root
from poca_kg.validate import validate_files
from poca_kg.validate.quiet import quiet
from poca_kg.validate.rulebook import as_json, as_markdown, as_text, as_turtle, read_rulebook

ONTOLOGY = (project_root() or Path()) / "ontology"
BOOK = read_rulebook(ONTOLOGY)
ENTRIES = {name: BOOK.entry(name) for name in BOOK.names}
SHOWN = {shown.example for entry in ENTRIES.values() for shown in (entry.good, entry.bad) if shown}
# All of these run on the reference engine in tests/ontology/test_examples.py; here some, as users run them.
EXAMPLES = sorted(SHOWN, key=lambda example: example.path)
RUN_HERE = EXAMPLES[::20] + [
    example for example in EXAMPLES if not example.path.name.startswith(("ok-", "bad-"))
]
RULES_OF_THE_VALIDATOR = ["DeclaredTermShape"]


def named(path: Path) -> set[str]:
    """Return the names of the rules that a report on a file names."""
    return {str(result.shape).rpartition("/")[2] for result in validate_files([path], BOOK.shapes).results}


def triples(example) -> Graph:
    """Return the triples of an example."""
    with quiet():
        return Graph().parse(data=example.text, format="turtle")


def around(name: str) -> set[str]:
    """Return a shape, its parts and its wholes."""
    structure, node = BOOK.structure, BOOK.iri(name)
    others = [*structure.around(node, structure.parts), *structure.around(node, structure.wholes)]
    return {name, *(str(other).rpartition("/")[2] for other in others)}


def unexplained(entry) -> list[str]:
    """Return what an entry lacks."""
    parts = ("title", "message", "reasons", "good", "bad", "module")
    return [part for part in parts if not getattr(entry, part)]


@pytest.mark.parametrize("language", ["en", "it"])
def test_every_shape_is_explained(language):
    lacks = {name: unexplained(BOOK.entry(name, language)) for name in ENTRIES}
    assert {name: parts for name, parts in lacks.items() if parts} == {}


def test_no_reason_is_told_in_the_other_language():
    assert [
        name for name in ENTRIES if set(BOOK.entry(name, "it").reasons) & set(ENTRIES[name].reasons)
    ] == []


@pytest.mark.parametrize("example", RUN_HERE, ids=lambda example: example.path.stem)
def test_a_report_on_an_example_names_what_its_page_says_and_nothing_else(example):
    assert named(example.path) == set(example.breaks)


def test_a_report_that_names_something_else_would_be_noticed(tmp_path):
    changed = tmp_path / "changed.ttl"
    good = ENTRIES["City-atLevel"].good.example
    changed.write_text(good.text.replace("level:city", "level:region"))
    assert named(changed) == {"City-atLevel"} != set(good.breaks)


def test_the_bad_example_of_a_shape_breaks_it_or_what_it_belongs_to():
    assert [name for name in ENTRIES if not set(ENTRIES[name].bad.example.breaks) & around(name)] == []


def test_a_shape_that_a_report_can_name_is_named_by_that_on_its_bad_example():
    can_be_named = {name for example in BOOK.examples.all for name in example.breaks}
    assert [name for name in can_be_named if name not in ENTRIES[name].bad.example.breaks] == []


def test_the_good_example_of_a_shape_is_one_that_it_looks_at():
    idle = [
        name
        for name, entry in ENTRIES.items()
        if not BOOK.structure.focus_nodes(BOOK.iri(name), triples(entry.good.example))
    ]
    assert idle == RULES_OF_THE_VALIDATOR


def test_what_is_shown_of_an_example_stands_in_it():
    for shown in (shown for entry in ENTRIES.values() for shown in (entry.good, entry.bad)):
        assert all(block in shown.example.text for block in shown.text.strip().split("\n\n"))
        assert shown.is_whole == (shown.text == shown.example.text)


def test_only_what_the_validator_asks_by_itself_applies_to_nothing():
    assert [name for name, entry in ENTRIES.items() if not entry.applies_to] == RULES_OF_THE_VALIDATOR


def test_without_examples_a_shape_is_explained_all_the_same(tmp_path):
    shutil.copytree(ONTOLOGY, tmp_path / "ontology", ignore=shutil.ignore_patterns("examples"))
    entry = read_rulebook(tmp_path / "ontology").entry("City-atLevel")
    assert unexplained(entry) == ["good", "bad"]
    assert "poca:City" in as_text(entry, "en")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("City-atLevel", "City-atLevel"),
        ("pocash:City-atLevel", "City-atLevel"),
        ("https://w3id.org/poca-kg/shape/City-atLevel", "City-atLevel"),
        ("city-atlevel", "City-atLevel"),
        ("AttendanceSum-fits", "AttendanceSumShape"),
    ],
)
def test_a_shape_is_found_by_all_its_names(asked, name):
    assert BOOK.resolve(asked) == name


def test_an_unknown_name_gets_the_nearest_ones():
    with pytest.raises(UnknownNameError, match="City-atLevel"):
        BOOK.resolve("City-atlvel")


def test_a_path_through_other_shapes_is_written_from_where_it_starts():
    assert ENTRIES["PhaseOrder"].applies_to == ("poca:phase/poca:phaseOrder of each poca:Statement",)


def test_markdown_in_a_message_is_shown_as_it_is():
    text = as_markdown(ENTRIES["DeprecatedInUseShape"], "en", lambda name: f"{name}.md")
    assert "\\{?value\\} still uses \\{$this\\}" in text


def test_the_turtle_of_a_shape_is_that_of_the_ontology():
    text = as_turtle(BOOK, [ENTRIES["AttendanceSumShape"], ENTRIES["Workshop-precedesOneWay"]])
    written = Graph().parse(data=text)
    named_ones = {triple for triple in written if not any(isinstance(node, BNode) for node in triple)}
    assert {subject for subject, _, _ in named_ones} == {
        BOOK.iri(name) for name in ("AttendanceSumShape", "AttendanceSum-fits", "Workshop-precedesOneWay")
    }
    assert named_ones <= set(BOOK.shapes.rules)
    assert len(written) == len(named_ones) + 2  # the path that goes backwards, and what leads to it


def test_json_has_the_whole_example():
    [told] = json.loads(as_json([ENTRIES["Statement-contradicts"]], "en"))
    assert told["bad"]["breaks"] == ["pocash:Statement-contradicts"]
    assert told["bad"]["turtle"].startswith("@prefix")


def names_of_columns(text: str) -> list[str]:
    """Return the names of columns of our own tables in a message; whoever checks Turtle has none."""
    return re.findall(r"(?<![\w:])[a-z]+(?:_[a-z]+)+\b|\bslugs?\b", text)


@pytest.mark.parametrize("language", ["en", "it"])
def test_no_message_speaks_of_columns(language):
    assert names_of_columns("fill in label_en, or correct its slug") == ["label_en", "slug"]
    told = {name: names_of_columns(BOOK.line(name, language).message) for name in ENTRIES}
    assert {name: found for name, found in told.items() if found} == {}
