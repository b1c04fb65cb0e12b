"""Tables are in canonical form, so that a change of one fact is a change of one line."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = sorted((ROOT / "data").rglob("*.csv"))
SOURCES = sorted(path.parent for path in (ROOT / "data" / "sources").glob("*/source.toml"))
CURATION_HEADER = ["table", "key", "field", "old", "new", "reason", "by", "date"]


def faults(data: bytes) -> Iterator[str]:
    """Yield what keeps a table from canonical form."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield "not UTF-8"
        return
    if "\r" in text or not text.endswith("\n"):
        yield "lines do not all end with LF"
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or len(set(rows[0])) != len(rows[0]):
        yield "no header, or a column twice"
        return
    if any(len(row) != len(rows[0]) for row in rows):
        yield "a row with another number of cells than the header"
    if any(cell != re.sub(r"\s+", " ", cell).strip() for row in rows for cell in row):
        yield "a stray blank or a line break in a cell"
    if any(set(cell.split("|")) & {""} and "|" in cell for row in rows for cell in row):
        yield "an empty value among several"
    keys = [row[:2] if rows[0][0] == "section" else row[:1] for row in rows[1:]]
    if keys != sorted(keys):
        yield "rows are not sorted by key"
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\n").writerows(rows)
    if again.getvalue() != text:
        yield "quotes where none are needed, or none where they are"


@pytest.mark.parametrize("table", TABLES, ids=lambda path: str(path.relative_to(ROOT / "data")))
def test_a_table_is_in_canonical_form(table):
    assert list(faults(table.read_bytes())) == []


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"id,label\nb,2\na,1\n", "rows are not sorted by key"),
        (b"id,label\na, 1\n", "a stray blank or a line break in a cell"),
        (b'id,label\na,"one\ntwo"\n', "a stray blank or a line break in a cell"),
        (b"id,label\r\na,1\r\n", "lines do not all end with LF"),
        (b"id,label\na,1", "lines do not all end with LF"),
        (b'id,label\na,"1"\n', "quotes where none are needed, or none where they are"),
        (b"id,id\na,1\n", "no header, or a column twice"),
        (b"id,label\na\n", "a row with another number of cells than the header"),
        (b"id,label\na,x||y\n", "an empty value among several"),
        (b"id,label\na,\xff\n", "not UTF-8"),
    ],
)
def test_the_comparison_with_canonical_form_can_fail(data, fault):
    assert fault in list(faults(data))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_source_has_a_readme_and_a_list_of_corrections(source):
    assert (source / "README.md").is_file()
    with (source / "curation.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == CURATION_HEADER


def languages_missing(columns: dict, row: dict) -> Iterator[str]:
    """Yield each text of a row that stands in one language only."""
    for name in columns:
        if name.endswith("_en") and f"{name[:-3]}_it" in columns:
            english, italian = row[name].split("|"), row[f"{name[:-3]}_it"].split("|")
            if [bool(text) for text in english] != [bool(text) for text in italian]:
                yield name[:-3]


def test_what_is_said_in_one_language_is_said_in_the_other(tables):
    found = [
        (table.source, table.name, row["id"], text)
        for table in tables
        for row in table.rows
        for text in languages_missing(table.spec["columns"], row)
    ]
    assert found == []


def test_every_label_gist_and_reason_has_a_column_in_both_languages(tables):
    titles = {"title_en", "full_name_en"}
    alone = [
        (table.source, table.name, name)
        for table in tables
        for name, spec in table.spec["columns"].items()
        if spec.get("language") == "en"
        and f"{name[:-3]}_it" not in table.spec["columns"]
        and name not in titles
    ]
    assert alone == []


def test_a_text_in_one_language_only_is_found():
    columns = {"label_en": {}, "label_it": {}}
    assert list(languages_missing(columns, {"label_en": "Turin", "label_it": ""})) == ["label"]
    assert list(languages_missing(columns, {"label_en": "a|b", "label_it": "a"})) == ["label"]


def test_no_name_of_a_person_stands_in_a_column_of_names(tables):
    """Persons occur only as authors of publications: the one column for them is ``author_name``."""
    columns = {
        (table.source, table.name)
        for table in tables
        for spec in table.spec["columns"].values()
        if spec.get("property") in {"poca:authorName", "foaf:name", "schema:author"}
    }
    assert columns == {("pocacito", "documents")}
