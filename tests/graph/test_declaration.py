"""A view is declared in a file, and a mistake in it is told with the file's name."""

import pytest

from poca_kg.errors import InputError, UnknownNameError
from poca_kg.graph import VIEW_NAMES, parse_declaration, read_declaration

GOOD = """
directed = true
favourable_only = false
nodes = "SELECT ?node ?label WHERE { ?node rdfs:label ?label }"
edges = "SELECT ?start ?end ?kind WHERE { ?start ?kind ?end }"
[label]
en = "All"
it = "Tutto"
[shows]
en = "Everything."
it = "Ogni cosa."
"""


@pytest.mark.parametrize("name", VIEW_NAMES)
def test_a_view_of_the_package_says_what_it_shows_in_both_languages(name):
    declared = read_declaration(name)
    assert set(declared.label) == set(declared.shows) == {"en", "it"}


def test_an_unknown_view_gets_the_nearest_names():
    with pytest.raises(UnknownNameError, match="did you mean 'territory'"):
        read_declaration("teritory")


def test_a_good_declaration_is_read():
    assert parse_declaration("all", GOOD, file="all.toml").directed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("directed = true", "directed = ", "not TOML"),
        ("directed = true\n", "", "'directed' is missing"),
        ("directed = true", "directed = true\nwieght = 1", "no field 'wieght'"),
        ("favourable_only = false", 'favourable_only = "no"', "'favourable_only' is neither true nor false"),
        ('it = "Tutto"', "", "not given in en and it"),
        ("SELECT ?node ?label", "SELECT ?node ?lable", r"selects \?lable; did you mean 'label'"),
        ("SELECT ?node ?label", "SELECT ?label", r"does not select \?node"),
        ("SELECT ?start ?end ?kind", "SELECT ?start ?end", r"does not select \?kind"),
        ("SELECT ?node ?label", "SELECT *", "does not name its variables"),
    ],
)
def test_a_mistake_in_a_declaration_names_the_file(old, new, said):
    assert old in GOOD
    with pytest.raises(InputError, match=said) as caught:
        parse_declaration("all", GOOD.replace(old, new, 1), file="all.toml")
    assert caught.value.place.file == "all.toml"
