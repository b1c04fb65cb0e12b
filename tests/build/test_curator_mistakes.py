"""What a curator may get wrong: each mistake stops the build at its file and line, and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from poca_kg.build.tables import MAX_TABLE_BYTES
from poca_kg.cli import run

STATEMENTS = "sources/page/tables/statements.csv"
DOCUMENTS = "sources/page/tables/documents.csv"
GROUPS = "sources/page/tables/groups.csv"
UNITS = "sources/territory/tables/units.csv"
CITIES = "sources/territory/tables/cities.csv"
WORKSHOPS = "sources/territory/tables/workshops.csv"
PAGE_MAPPING = "sources/page/mapping.toml"
PAGE_SOURCE = "sources/page/source.toml"
CURATION = "sources/page/curation.csv"


@dataclass(frozen=True)
class Mistake:
    """A change of one file, the place that the message must name, and words that it must hold."""

    name: str
    file: str
    old: str
    new: str
    at: str
    says: tuple[str, ...]


MISTAKES = [
    Mistake(
        "a statement without a speaker",
        STATEMENTS,
        "S01,turin-stakeholders,",
        "S01,,",
        f"{STATEMENTS}:2:19",
        ("held_by: the cell is empty", "a statement needs a speaker"),
    ),
    Mistake(
        "a level that is not in the scheme",
        STATEMENTS,
        "level:region",
        "level:continent",
        f"{STATEMENTS}:3:74",
        ("target: there is no concept level:continent", "known: city, nation"),
    ),
    Mistake(
        "a stance misspelt",
        STATEMENTS,
        "S03,milan-stakeholders,effective",
        "S03,milan-stakeholders,efective",
        f"{STATEMENTS}:4:48",
        ("stance: there is no concept stance:efective", "did you mean 'effective'?"),
    ),
    Mistake(
        "an impossible date",
        WORKSHOPS,
        "milan,2014-09-29,",
        "milan,2014-02-30,",
        f"{WORKSHOPS}:2:39",
        ("start: '2014-02-30' is not an existing day", "correct the cell"),
    ),
    Mistake(
        "a workshop that ends before it starts",
        WORKSHOPS,
        "2015-02-10,2015-02-11",
        "2015-02-11,2015-02-10",
        f"{WORKSHOPS}:3",
        (
            "A workshop ends before it starts: second workshop of Turin (workshop:turin-2)",
            "it starts on 2015-02-11",
        ),
    ),
    Mistake(
        "a territory that is part of itself",
        UNITS,
        "it-reg-01,Piedmont,region,it",
        "it-reg-01,Piedmont,region,it-reg-01",
        f"{UNITS}:3",
        ("A territory lies in itself: Piedmont (unit:it-reg-01)", "correct part_of"),
    ),
    Mistake(
        "a reference to a thing that has no row",
        STATEMENTS,
        ",s01,",
        ",s99,",
        f"{STATEMENTS}:3:102",
        ("reason: there is no thing statement:s99", "known: s01, s02, s03"),
    ),
    Mistake(
        "a reference with a prefix that is not allowed",
        STATEMENTS,
        "city:turin",
        "organisation:turin",
        f"{STATEMENTS}:4:64",
        ("target: 'organisation:turin' is not a level or city or unit",),
    ),
    Mistake(
        "a reference that does not say of which kind it is",
        STATEMENTS,
        "city:turin",
        "turin",
        f"{STATEMENTS}:4:64",
        ("'turin' does not say what it is", "write level:turin or city:turin or unit:turin"),
    ),
    Mistake(
        "evidence at a place that the document does not have",
        STATEMENTS,
        "page#2.4|page#3.1",
        "page#2.4|page#9.9",
        f"{STATEMENTS}:3:107",
        ("evidence: there is no thing place:page--9-9",),
    ),
    Mistake(
        "evidence in a document that is not described",
        STATEMENTS,
        "page#2.4|page#3.1",
        "pages#2.4",
        f"{STATEMENTS}:3:107",
        ("there is no thing document:pages", "did you mean 'page'?"),
    ),
    Mistake(
        "evidence without a locator",
        STATEMENTS,
        "page#2.4|page#3.1",
        "page",
        f"{STATEMENTS}:3:107",
        ("'page' is not a place in a document", "write document#locator"),
    ),
    Mistake(
        "evidence with a locator of signs only",
        STATEMENTS,
        "page#2.4|page#3.1",
        "page#§",
        f"{STATEMENTS}:3:107",
        ("evidence: the locator '§' has no letter and no digit",),
    ),
    Mistake(
        "a confidence that is no concept",
        STATEMENTS,
        "page#3.1,inferred",
        "page#3.1,guessed",
        f"{STATEMENTS}:3:125",
        ("confidence: there is no concept confidence:guessed", "known: inferred, read"),
    ),
    Mistake(
        "a class that the ontology does not have",
        STATEMENTS,
        "s01,Viewpoint",
        "s01,ViewPoint",
        f"{STATEMENTS}:2:5",
        ("kind: the ontology has no class poca:ViewPoint", "did you mean 'Viewpoint'?"),
    ),
    Mistake(
        "a row without a class",
        STATEMENTS,
        "s01,Viewpoint",
        "s01,",
        f"{STATEMENTS}:2:5",
        ("the row does not say what kind of thing it describes",),
    ),
    Mistake(
        "a value that stands twice",
        STATEMENTS,
        "pollution|waste",
        "waste|waste",
        f"{STATEMENTS}:2:53",
        ("about: the value 'waste' stands twice",),
    ),
    Mistake(
        "an empty value between two others",
        STATEMENTS,
        "pollution|waste",
        "pollution||waste",
        f"{STATEMENTS}:2:53",
        ("about: a value beside | is empty",),
    ),
    Mistake(
        "several values where one is allowed",
        STATEMENTS,
        "effective",
        "effective|needed",
        f"{STATEMENTS}:4:48",
        ("stance: 'effective|needed' holds several values, one is allowed",),
    ),
    Mistake(
        "a duplicate key",
        GROUPS,
        "\nturin-stakeholders,",
        "\nmilan-stakeholders,",
        f"{GROUPS}:3:1",
        ("group:milan-stakeholders already has a row in this source", "groups.csv:2"),
    ),
    Mistake(
        "an empty key",
        GROUPS,
        "\nturin-stakeholders,",
        "\n,",
        f"{GROUPS}:3:1",
        ("the key is empty", "give the row a key"),
    ),
    Mistake(
        "a key that is no slug",
        GROUPS,
        "\nturin-stakeholders,",
        "\nturin/stakeholders,",
        f"{GROUPS}:3:1",
        ("the key 'turin/stakeholders' is not a slug",),
    ),
    Mistake(
        "an official code given to two things",
        CITIES,
        "IT TRN,Q495",
        "IT TRN,Q490",
        f"{CITIES}:3:61",
        ("wikidata: the code 'Q490' is already given at", "a code stands for one thing"),
    ),
    Mistake(
        "a formula",
        GROUPS,
        "stakeholders of Turin",
        "=1+1",
        f"{GROUPS}:3:20",
        ("the cell begins with '=', which a spreadsheet would run as a formula",),
    ),
    Mistake(
        "a formula that looks like a number",
        CITIES,
        ",846.0,",
        ",-1+cmd(),",
        f"{CITIES}:3:41",
        ("the cell begins with '-'",),
    ),
    Mistake(
        "a number with a comma",
        CITIES,
        ",846.0,",
        ',"846,0",',
        f"{CITIES}:3:41",
        ("population: '846,0' is not a number such as 12",),
    ),
    Mistake(
        "a point outside the world",
        CITIES,
        "POINT(7.68 45.07)",
        "POINT(7.68 145.07)",
        f"{CITIES}:3:23",
        ("'POINT(7.68 145.07)' is not a point written as POINT(longitude latitude)",),
    ),
    Mistake(
        "an address that is none",
        DOCUMENTS,
        "https://example.org/page|",
        "www.example.org/page|",
        f"{DOCUMENTS}:2:37",
        ("url: 'www.example.org/page' is not a web address",),
    ),
    Mistake(
        "an outer blank",
        GROUPS,
        "stakeholders of Turin",
        "stakeholders of Turin ",
        f"{GROUPS}:3:20",
        ("the cell begins or ends with a blank",),
    ),
    Mistake(
        "an invisible character",
        GROUPS,
        "stakeholders of Turin",
        "stake\u200bholders of Turin",
        f"{GROUPS}:3:20",
        ("an invisible character (U+200B)",),
    ),
    Mistake(
        "a row with a cell too many",
        GROUPS,
        "stakeholders of Turin",
        "stakeholders,of Turin",
        f"{GROUPS}:3",
        ("the row has 4 cells, the header 3", "in double quotes"),
    ),
    Mistake(
        "an empty line",
        GROUPS,
        "\nturin-stakeholders",
        "\n\nturin-stakeholders",
        f"{GROUPS}:3",
        ("the line is empty",),
    ),
    Mistake(
        "a column named twice",
        GROUPS,
        "id,label_en,label_it",
        "id,label_en,label_en",
        f"{GROUPS}:1:13",
        ("the column 'label_en' stands twice",),
    ),
    Mistake(
        "a stale correction",
        CURATION,
        "reason,by,date\n",
        "reason,by,date\n"
        "groups,turin-stakeholders,label_en,people of Turin,Turin's people,style,somebody,2026-01-02\n",
        f"{CURATION}:2:36",
        ("the correction is stale", "now says 'stakeholders of Turin'"),
    ),
    Mistake(
        "a description without its producer",
        PAGE_SOURCE,
        'producer = "Ecologic Institute"\n',
        "",
        f"{PAGE_SOURCE}:1",
        ("the field 'producer' is missing",),
    ),
    Mistake(
        "a description without its Italian title",
        PAGE_SOURCE,
        'it = "Una pagina su Milano e Torino"\n',
        "",
        f"{PAGE_SOURCE}:11",
        ("the field 'title.it' is missing",),
    ),
    Mistake(
        "a licence that is not allowed",
        PAGE_SOURCE,
        "CC-BY-4.0",
        "CC-BY-SA-4.0",
        f"{PAGE_SOURCE}:16",
        ("'CC-BY-SA-4.0' is not on the list", "did you mean 'CC-BY-4.0'"),
    ),
    Mistake(
        "broken Turtle",
        "ontology/schemes/stance.ttl",
        "stance:needed a skos:Concept ;",
        "stance:needed a skos:Concept .;",
        "ontology/schemes/stance.ttl:14:31",
        ("does not parse",),
    ),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_message_names_the_place_and_says_what_is_wrong(tree, place, mistake):
    tree.replace(mistake.file, mistake.old, mistake.new)
    problem = tree.only_problem()
    assert problem.place == place(mistake.at), problem
    for words in mistake.says:
        assert words in str(problem)
    assert problem.advice


def test_a_duplicate_label_is_told_at_both_rows(tree, place):
    tree.replace(GROUPS, "stakeholders of Turin", "stakeholders of Milan")
    first, second = tree.problems()
    assert (first.place, second.place) == (place(f"{GROUPS}:2"), place(f"{GROUPS}:3"))
    assert (
        "Two things of one class share a label: stakeholders of Milan (group:milan-stakeholders)"
        in first.what
    )


def test_a_line_break_within_a_cell_is_told_on_both_lines(tree, place):
    tree.replace(GROUPS, "stakeholders of Milan", '"stakeholders\nof Milan"')
    first, second = tree.problems()
    assert (first.place, second.place) == (place(f"{GROUPS}:2:20"), place(f"{GROUPS}:3:1"))
    assert "a double quote is not closed within its line" in first.what
    assert "a cell holds no line break" in first.advice


def test_a_column_and_its_mapping_go_together(tree, place):
    tree.replace(GROUPS, "id,label_en,label_it", "id,label_en,label_fr")
    unmapped, missing = sorted(tree.problems(), reverse=True)
    assert (unmapped.place, missing.place) == (place(f"{GROUPS}:1"), place(f"{PAGE_MAPPING}:24"))
    assert str(unmapped).endswith(
        "the column 'label_fr' is not in sources/page/mapping.toml; did you mean 'label_it' or 'label_en'?"
    )
    assert f"the mapping speaks of a column 'label_it', which {GROUPS} does not have" in missing.what


def test_a_thing_has_one_row_in_a_source(tree, place):
    tree.write("sources/page/tables/more.csv", "id,label_en\nmilan-stakeholders,the same again\n")
    tree.append(PAGE_SOURCE, 'more = "More"\n')
    tree.append(
        PAGE_MAPPING,
        '[tables.more]\nkey = "id"\nkind = "group"\ntype = "poca:StakeholderGroup"\n'
        '[tables.more.columns]\nlabel_en = { property = "rdfs:label", language = "en" }\n',
    )
    problem = tree.only_problem()
    assert problem.place == place("sources/page/tables/more.csv:2:1")
    assert f"already has a row in this source, at {GROUPS}:2" in problem.what


@pytest.mark.parametrize(
    ("change", "at", "says"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, ":1:1", "byte order mark"),
        (lambda data: data.replace(b"\n", b"\r\n"), ":1", "carriage return"),
        (lambda data: data.replace(b"Milan,portatori", b"Milan\xe0,portatori"), ":2:41", "Latin-1"),
        (lambda data: data.replace(b"stakeholders of Turin", b"x" * 50_000_000), ":3", "larger than 16 MiB"),
        (lambda data: data.replace(b"stakeholders of Turin", b"x" * 40_000), ":3:20", "has 40000 characters"),
        (lambda data: data.replace(b"stakeholders of Turin", b"a\x00b"), ":3:20", "U+0000"),
        (lambda data: b"", ":1", "no header"),
    ],
    ids=["BOM", "CRLF", "Latin-1", "50 MB cell", "40 kB cell", "NUL", "empty"],
)  # fmt: skip
def test_a_file_in_another_form_is_refused_at_its_line(tree, place, change, at, says):
    tree.write(GROUPS, change(tree.path(GROUPS).read_bytes()))
    problem = tree.only_problem()
    assert problem.place == place(f"{GROUPS}{at}")
    assert says in str(problem)
    assert len(str(problem)) < 300
    assert MAX_TABLE_BYTES == 16 * 1024 * 1024


def test_every_mistake_of_every_table_is_told_at_once(tree):
    tree.replace(STATEMENTS, "S01,turin-stakeholders,", "S01,,")
    tree.replace(WORKSHOPS, "milan,2014-09-29,", "milan,2014-02-30,")
    tree.replace(GROUPS, "stakeholders of Turin", "=1+1")
    tree.replace(PAGE_SOURCE, 'version = "2015-09-24"\n', "")
    files = [problem.place.file for problem in tree.problems()]
    assert files == [PAGE_SOURCE, WORKSHOPS]
    tree.replace(PAGE_SOURCE, "landing =", 'version = "1"\nlanding =')
    assert {problem.place.file for problem in tree.problems()} == {STATEMENTS, GROUPS, WORKSHOPS}


def test_what_may_stand_in_an_unreadable_part_is_not_called_unknown(tree):
    tree.replace(GROUPS, "\nturin-stakeholders,", "\n,")
    assert [problem.what for problem in tree.problems()] == ["the key is empty"]


def test_nothing_is_written_when_anything_is_wrong(tree, capsys):
    tree.replace(STATEMENTS, "level:region", "level:continent")
    assert run(["build", "--sources", "sources", "--ontology", "ontology", "--out", "out"]) == 3
    assert not tree.path("out").exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{STATEMENTS}:3:74: target: there is no concept level:continent" in said.err


def test_the_unchanged_tree_builds(tree):
    assert tree.build().manifest.triples > 0
