"""What the views of the package show."""

import pytest

from poca_kg.errors import InputError
from poca_kg.graph import VIEW_NAMES, parse_declaration, project, view
from poca_kg.vocabulary.prefixes import expand_curie

MILAN, TURIN = (str(expand_curie(f"city:{name}")) for name in ("milan", "turin"))


@pytest.mark.parametrize("name", VIEW_NAMES)
def test_nodes_are_plain_texts_and_attributes_are_never_none(core, name):
    net = view(core.store, name)
    assert net.number_of_nodes()
    assert net.number_of_edges()
    for node, attributes in net.nodes(data=True):
        assert type(node) is str
        assert {"label", "kind", "source"} <= attributes.keys()
        assert all(type(value) in (str, int, float) for value in attributes.values())
    for _, _, key, attributes in net.edges(keys=True, data=True):
        assert attributes["id"] == key
        assert {"kind", "source"} <= attributes.keys()
        assert all(type(value) in (str, int, float) for value in attributes.values())


@pytest.mark.parametrize("name", VIEW_NAMES)
def test_a_view_is_the_same_each_time_and_in_sorted_order(core, name):
    one, other = view(core.store, name), view(core.store, name)
    assert list(one.nodes(data=True)) == list(other.nodes(data=True)) == sorted(one.nodes(data=True), key=str)
    assert list(one.edges(keys=True, data=True)) == list(other.edges(keys=True, data=True))


def test_turin_lies_in_its_metropolitan_city(core):
    net = view(core.store, "territory")
    metropolitan = str(expand_curie("unit:it-uts-201"))
    kinds = {edge["kind"] for edge in net.get_edge_data(TURIN, metropolitan).values()}
    assert kinds == {"partOf"}
    assert net.nodes[TURIN]["label"] == "Turin"
    assert net.nodes[TURIN]["level"] == "city"
    assert net.nodes[metropolitan]["kind"] == "AdministrativeUnit"


def test_labels_are_in_the_language_asked_for(core):
    assert view(core.store, "territory", language="it").nodes[TURIN]["label"] == "Torino"


def test_a_statement_shows_its_target_with_the_polarity_of_its_stance(core):
    net = view(core.store, "statements")
    s08, target = (
        str(expand_curie("statement:s08")),
        str(expand_curie("arrangement:milan-turin-market-integration")),
    )
    (edge,) = net.get_edge_data(s08, target).values()
    assert (edge["kind"], edge["polarity"], edge["stance"]) == ("target", -1, "not-preferred")
    assert edge["statement"] == s08
    assert net.nodes[s08]["kind"] == "Viewpoint"


def test_cooperation_leaves_out_what_was_turned_down_or_left_open(core):
    net = view(core.store, "cooperation")
    assert {edge["polarity"] for _, _, edge in net.edges(data=True)} == {1}
    everything = view(core.store, "cooperation", include_unfavourable=True)
    assert {edge["polarity"] for _, _, edge in everything.edges(data=True)} == {1, 0, -1}
    assert set(net.edges(keys=True)) < set(everything.edges(keys=True))


def test_cooperation_draws_an_edge_once_and_says_how_deep_it_goes(core):
    net = view(core.store, "cooperation")
    assert not net.has_edge(TURIN, MILAN)
    s24 = [e for e in net.get_edge_data(MILAN, TURIN).values() if e["statement"].endswith("/s24")]
    assert [(edge["kind"], edge["about"]) for edge in s24] == [("cooperation", "research-and-development")]
    joint = [e for e in net.get_edge_data(MILAN, TURIN).values() if e["statement"].endswith("/s01")]
    assert [edge["kind"] for edge in joint] == ["joint-case-study"]


DECLARED = """
directed = true
favourable_only = false
nodes = "SELECT ?node ?label WHERE { ?node a poca:City ; rdfs:label ?label }"
edges = '''%s'''
label = { en = "x", it = "x" }
shows = { en = "x", it = "x" }
"""


def test_an_end_that_is_no_node_of_the_view_is_drawn_by_its_name(tiny):
    edges = "SELECT ?start ?end ?kind WHERE { VALUES ?kind { poca:partOf } ?start a poca:City ; ?kind ?end }"
    net = project(tiny.store, parse_declaration("x", DECLARED % edges, file="x.toml"))
    assert net.nodes[str(expand_curie("unit:it-uts-201"))] == {"label": "unit:it-uts-201"}


def test_several_values_of_an_attribute_stand_in_one_text(tiny):
    edges = "SELECT ?start ?end ?kind ?source WHERE { VALUES (?start ?end ?kind ?source) { %s } }"
    rows = "(city:a city:b poca:partOf graph:y) (city:a city:b poca:partOf graph:x)"
    net = project(tiny.store, parse_declaration("x", DECLARED % (edges % rows), file="x.toml"))
    ((_, _, attributes),) = net.edges(data=True)
    assert attributes["source"] == "x|y"


def test_a_query_that_cannot_be_answered_names_the_file(tiny):
    declared = parse_declaration(
        "x", DECLARED % "SELECT ?start ?end ?kind WHERE { ?start ?kind }", file="x.toml"
    )
    with pytest.raises(InputError) as caught:
        project(tiny.store, declared)
    assert caught.value.place.file == "x.toml"
