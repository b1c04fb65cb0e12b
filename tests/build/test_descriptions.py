"""``source.toml``, ``catalogue.toml`` and ``mapping.toml``: every field is checked, with its line."""

from __future__ import annotations

import pytest

from poca_kg.build.named_path import NamedPath
from poca_kg.build.toml_file import read_toml

SOURCE = "sources/page/source.toml"
MAPPING = "sources/page/mapping.toml"
CATALOGUE = "ontology/catalogue.toml"

CASES = {
    "an unknown field": (
        SOURCE,
        "coverage =",
        'colour = "red"\ncoverage =',
        ":9",
        "nobody reads the key 'colour'",
    ),
    "an empty field": (SOURCE, '"Ecologic Institute 2015"', '""', ":3", "'attribution' is not a text"),
    "a number for a text": (SOURCE, 'version = "2015-09-24"', "version = 1", ":4", "'version' is not a text"),
    "a landing page that is none": (
        SOURCE,
        '"https://example.org/page"',
        '"example.org"',
        ":5",
        "not a web address",
    ),
    "an impossible date": (
        SOURCE,
        "accessed = 2026-11-22",
        'accessed = "2026-13"',
        ":7",
        "'2026-13' is not a date",
    ),
    "a time for a date": (
        SOURCE,
        "accessed = 2026-11-22",
        "accessed = 2026-11-22T10:00:00",
        ":7",
        "is not a date",
    ),
    "a language in words": (SOURCE, '"en"\ncoverage', '"English"\ncoverage', ":8", "a code of two letters"),
    "a licence with another's address": (
        SOURCE,
        "licenses/by/4.0/",
        "licenses/by-sa/4.0/",
        ":17",
        "not the address",
    ),
    "a licence without evidence": (
        SOURCE,
        'evidence = "facts in our own words"\n',
        "",
        ":15",
        "'licence.evidence'",
    ),
    "a table without a description": (SOURCE, '"Who speaks"', '""', ":23", "'tables.groups' is not a text"),
    "a table without a file": (
        SOURCE,
        "[tables]\n",
        '[tables]\nmore = "More"\n',
        ":21",
        "no file tables/more.csv",
    ),
    "a table name with a capital": (
        SOURCE,
        "[tables]\n",
        '[tables]\nMore = "x"\n',
        ":21",
        "cannot be called 'More'",
    ),
    "a description that is no TOML": (SOURCE, "[licence]", "[licence", ":15:9", "the file is not TOML"),
    "a mapping without a table": (
        MAPPING,
        "tables.groups",
        "tables.group",
        ":1",
        "no section [tables.groups]",
    ),
    "an unknown key of a table": (
        MAPPING,
        'type = "poca',
        'typ = "x"\ntype = "poca',
        ":13",
        "nobody reads the key 'typ'",
    ),
    "a table without a kind": (MAPPING, 'kind = "place"\n', "", ":10", "no known kind of thing (None)"),
    "an unknown kind": (MAPPING, '"place"\n', '"plaice"\n', ":12", "did you mean 'place'"),
    "a table without a key": (
        MAPPING,
        'key = "id"\nkind = "place"',
        'kind = "place"',
        ":10",
        "names no key column",
    ),
    "a key column that is missing": (
        MAPPING,
        'key = "id"\nkind = "place"',
        'key = "no"\nkind = "place"',
        "",
        "no key column 'no'",
    ),
    "no type at all": (
        MAPPING,
        'type = "poca:DocumentPlace"\n',
        "",
        ":10",
        "needs either 'type' or 'type_column'",
    ),
    "an unknown class": (
        MAPPING,
        "poca:DocumentPlace",
        "poca:DocumentPlaces",
        ":13",
        "did you mean 'DocumentPlace'",
    ),
    "an unknown property": (MAPPING, "poca:heldBy", "poca:held_by", ":34", "did you mean 'heldBy'"),
    "an unknown prefi": (MAPPING, "skos:notation", "scos:notation", ":33", "there is no prefix 'scos'"),
    "a kind as a property": (
        MAPPING,
        "skos:notation",
        "city:notation",
        ":33",
        "'city:notation' is not a property",
    ),
    "an unknown reference kind": (
        MAPPING,
        '["group"]',
        '["groups"]',
        ":34",
        "no kind of thing or scheme 'groups'",
    ),
    "an unknown datatype": (MAPPING, '"xsd:anyURI"', '"xsd:uri"', ":8", "there is no datatype 'xsd:uri'"),
    "an unknown language": (
        MAPPING,
        'label", language = "it"',
        'label", language = "fr"',
        ":24",
        "no language 'fr'",
    ),
    "a key that does not go with another": (
        MAPPING,
        "iri = true",
        "iri = true, datatyp = 1",
        ":39",
        "does not go with 'iri'",
    ),
    "a mark that is not true": (MAPPING, "iri = true", 'iri = "yes"', ":39", "the key 'iri' is not true"),
    "a wrong many": (
        MAPPING,
        'many = true, required = "a statement',
        'many = "yes", required = "a statement',
        ":34",
        "'many'",
    ),
    "a wrong required": (
        MAPPING,
        'language = "en", required = true }\nissued',
        'language = "en", required = 1 }\nissued',
        ":6",
        "'required'",
    ),
    "refs that are no list": (
        MAPPING,
        'refs = ["group"]',
        "refs = []",
        ":34",
        "'refs' is not a list of texts",
    ),
    "a column without a property": (
        MAPPING,
        'property = "skos:notation"',
        "many = true",
        ":33",
        "'property' is missing",
    ),
    "a column that is no description": (
        MAPPING,
        '{ ignore = "for curators" }',
        '"for curators"',
        ":42",
        "is no description",
    ),
    "constants that are no section": (
        MAPPING,
        'type = "poca:DocumentPlace"',
        'type = "poca:DocumentPlace"\nconstants = 1',
        ":14",
        "not a section",
    ),
    "a constant that does not exist": (
        MAPPING,
        "attribution:explicit",
        "attribution:explicite",
        ":31",
        "did you mean 'explicit'",
    ),
    "evidence without confidence": (
        MAPPING,
        "{ evidence_confidence = true, required = true }",
        '{ ignore = "x" }',
        ":32",
        "1 evidence columns and 0",
    ),
    "many confidences": (
        MAPPING,
        "evidence_confidence = true, required",
        "evidence_confidence = true, many = true, required",
        ":41",
        "one confidence",
    ),
    "a catalogue without a graph": (
        CATALOGUE,
        'rules = { en = "Rules", it = "Regole" }\n',
        "",
        ":10",
        "the field 'graphs.rules.en' is missing",
    ),
    "a catalogue with an unknown key": (
        CATALOGUE,
        "[graphs]\n",
        "[graph]\n",
        ":10",
        "nobody reads the key 'graph'",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "at", "says"), CASES.values(), ids=CASES.keys())
def test_the_message_names_the_line(tree, place, file, old, new, at, says):
    text = tree.path(file).read_text("utf-8")
    tree.write(file, text.replace(old, new))
    problems = tree.problems()
    wanted = place(f"{file}{at}") if at else place("sources/page/tables/places.csv:1")
    assert wanted in [problem.place for problem in problems], "\n".join(map(str, problems))
    assert any(says in str(problem) for problem in problems if problem.place == wanted), "\n".join(
        map(str, problems)
    )


@pytest.mark.parametrize("name", ["Page", "derived", "a b"])
def test_a_source_is_not_called_anything(tree, name):
    tree.path("sources/page").rename(tree.path(f"sources/{name}"))
    assert any(f"a source cannot be called {name!r}" in problem.what for problem in tree.problems())


@pytest.mark.parametrize("name", ["source.toml", "mapping.toml", "curation.csv"])
def test_a_file_that_every_source_has_may_not_be_missing(tree, name):
    tree.path(f"sources/page/{name}").unlink()
    problem = tree.only_problem()
    assert problem.place.file == f"sources/page/{name}"
    assert "the file is missing" in problem.what


def test_a_table_that_nobody_speaks_of_is_named(tree, place):
    tree.write("sources/page/tables/stray.csv", "id\na\n")
    problem = tree.only_problem()
    assert problem.place == place("sources/page/tables/stray.csv")
    assert "the table 'stray' is not in sources/page/source.toml" in problem.what


def test_a_mapping_that_no_table_needs_is_named(tree, place):
    tree.append("sources/page/mapping.toml", '\n[tables.group]\nkey = "id"\nkind = "group"\n')
    problem = tree.only_problem()
    assert problem.place == place("sources/page/mapping.toml:44")
    assert problem.advice == "did you mean 'groups'?"


def test_a_symbolic_link_is_not_followed(tree):
    table = tree.path("sources/page/tables/groups.csv")
    table.rename(tree.path("elsewhere.csv"))
    table.symlink_to(tree.path("elsewhere.csv"))
    assert "symbolic link" in tree.only_problem().what


def test_lines_of_keys_are_known_in_every_form(tmp_path, place):
    path = tmp_path / "a.toml"
    path.write_text('a.b = 1\n["c d".e]\nf = """\ng = 1\n"""\n[[h]]\ni = 2\n', "utf-8")
    file = read_toml(NamedPath(path, "a.toml"), [])
    lines = {
        keys: file.place(*keys).line
        for keys in [("a", "b"), ("c d", "e", "f"), ("c d", "e", "g"), ("h", "i")]
    }
    assert lines == {("a", "b"): 1, ("c d", "e", "f"): 3, ("c d", "e", "g"): 2, ("h", "i"): 7}
    assert file.place("z") == place("a.toml:1")


def test_a_description_in_another_encoding_is_named(tree, place):
    tree.write("sources/page/source.toml", 'producer = "città"\n'.encode("latin-1"))
    problem = tree.only_problem()
    assert problem.place == place("sources/page/source.toml:1")
    assert "not UTF-8" in problem.what


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (MAPPING, "[tables.documents]", "tables = 3\n[documents]"),
        (MAPPING, 'kind = "document"', "kind = [1]"),
        (MAPPING, 'type_column = "kind"', "type_column = 5"),
        (MAPPING, 'type_column = "kind"', 'type_column = "kind"\ntype = "poca:Viewpoint"'),
        (MAPPING, 'type = "poca:DocumentPlace"', "type = []"),
        (MAPPING, 'type = "poca:DocumentPlace"', "type = 3"),
        (MAPPING, "skos:notation", "skos:nota tion"),
        (MAPPING, '"attribution:explicit"', "3"),
        (SOURCE, "[licence]", "licence = 3\n[other]"),
        (SOURCE, "[tables]", "tables = []\n[other]"),
        (CATALOGUE, "[graphs]", "graphs = 3\n[other]"),
        ("sources/territory/mapping.toml", "http://www.wikidata.org/entity/{}", "wikidata {}"),
        ("sources/territory/mapping.toml", "http://www.wikidata.org/entity/{}", "http://www.wikidata.org/"),
    ],
)
def test_another_shape_of_a_description_is_a_problem_and_no_crash(tree, file, old, new):
    text = tree.path(file).read_text("utf-8")
    assert old in text
    tree.write(file, text.replace(old, new, 1))
    assert all(problem.place.line and problem.what for problem in tree.problems())


def test_a_dataset_that_is_free_needs_free_sources(tree, place):
    text = tree.path(CATALOGUE).read_text("utf-8").replace("CC-BY-4.0", "CC0-1.0")
    tree.write(CATALOGUE, text.replace("licenses/by/4.0/", "publicdomain/zero/1.0/"))
    problem = tree.only_problem()
    assert problem.place == place(f"{CATALOGUE}:6")
    assert "the dataset cannot be CC0-1.0: page is CC-BY-4.0" in problem.what


def test_a_turtle_file_that_is_in_no_graph_is_named(tree, place):
    tree.write("ontology/modules/core/more.ttl", "")
    tree.write("ontology/modules/core/examples/good.ttl", "")
    problem = tree.only_problem()
    assert problem.place == place("ontology/modules/core/more.ttl")


def test_a_table_that_cannot_be_opened_is_named(tree, place):
    tree.path("sources/page/tables/groups.csv").unlink()
    tree.path("sources/page/tables/groups.csv").mkdir()
    tree.path("sources/page/curation.csv").unlink()
    tree.path("sources/page/curation.csv").mkdir()
    problems = tree.problems()
    assert place("sources/page/tables/groups.csv") in [problem.place for problem in problems]
