"""A result points to the line that has to change, or to the row of the table it came from."""

import random

import pytest
from rdflib import Graph
from rdflib.namespace import PROV, RDF, RDFS

from poca_kg.errors import FilePlace
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.places import Places
from poca_kg.validate import validate_files, validate_graph, validate_store

# Each mistake: the line that a town gets instead of its good one (or none), and the rule that must see it.
MISTAKES = {
    "level": ("    poca:level level:{wrong} ;", "Place-level"),
    "people": ('    poca:people "{wrong}" ;', "Place-people"),
    "opened": ('    poca:opened "2016-13-{day}"^^xsd:date ;', "Place-opened"),
    "motto": ('    poca:motto "{long}" ;', "Place-motto"),
    "ledBy": ('    poca:ledBy "{wrong}" ;', "Mayor"),
    "twin": ("    poca:twin city:hamlet ;", "Place"),
}
GOOD_LINES = {
    "level": "    poca:level level:city ;",
    "people": "    poca:people 500 ;",
    "opened": '    poca:opened "2016-12-01"^^xsd:date ;',
    "motto": '    poca:motto "short" ;',
    "ledBy": "    poca:ledBy city:anna ;",
    "twin": "    poca:twin city:anna ;",
}


def seeded_file(seed: int, mistakes: int) -> tuple[str, set[tuple[str, int]]]:
    """Return Turtle without its prefixes, and for each mistake the rule and the line (the prefixes are 9)."""
    chance = random.Random(seed)
    lines = [
        'city:hamlet a poca:Town ; rdfs:label "H"@en ; poca:level level:city ; poca:people 3 .',
        "city:anna a poca:Mayor .",
    ]
    expected = set()
    wrong = set(chance.sample(range(mistakes * 3), mistakes))
    for number in range(mistakes * 3):
        keys = chance.sample(sorted(GOOD_LINES), len(GOOD_LINES))
        broken = chance.choice(keys) if number in wrong else None
        lines.append(f"city:t{number} a poca:Town ;")
        for key in keys:
            if key == broken:
                text = MISTAKES[key][0].format(
                    wrong=f"w{number}", day=f"{number % 28 + 1:02}", long="x" * (40 + number)
                )
                expected.add((MISTAKES[key][1], len(lines) + 10))
                lines.append(text)
            else:
                lines.append(GOOD_LINES[key])
        lines.append(f'    rdfs:label "T{number}"@en .')
        if chance.random() < 0.3:
            lines.append("# a remark\n")
            lines[-1:] = ["# a remark", ""]
    return "\n".join(lines) + "\n", expected


def rule_and_line(report):
    return {(str(result.shape).rpartition("/")[2], result.place.line) for result in report.results}


def test_the_lines_of_a_hundred_mistakes_are_right(shapes, write):
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  (a failure must be repeatable)
    body, expected = seeded_file(seed, 100)
    assert len(expected) == 100
    assert rule_and_line(validate_files([write(body)], shapes)) == expected


def test_a_wrong_line_would_be_noticed(shapes, write):
    body, expected = seeded_file(1, 5)
    assert rule_and_line(validate_files([write("\n" + body)], shapes)) != expected


@pytest.mark.parametrize(
    ("body", "line"),
    [
        # nothing stands there: the type of the node
        ('city:a rdfs:label "A"@en ;\n  poca:people 5 ;\n  a poca:Town .', 12),
        # too many stand there: the last of them
        ('city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:city ;\n poca:people 5 ,\n 6 .', 12),
        # the value at the end of a query's answer
        (
            'city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:city ;\n  poca:twin city:b .\n'
            'city:b a poca:Town ; rdfs:label "B"@en ; poca:level level:city ; poca:people 1 .',
            11,
        ),
        # a node that is only ever named: where it is named
        ("city:a\n  poca:ledBy\n    city:anna .", 12),
        # a blank node
        ('city:a poca:twin [\n  a poca:Town ;\n  rdfs:label "A"@en ;\n  poca:level 5 ] .', 13),
    ],
)
def test_the_most_telling_line_is_chosen(shapes, write, body, line):
    lines = {
        place.line for result in validate_files([write(body)], shapes).results if (place := result.place)
    }
    assert lines == {line}


def test_the_file_that_says_it_is_named(shapes, write):
    kind = write("city:a a poca:Town .", "kind.ttl")
    more = write('city:a rdfs:label "A"@en ; poca:level level:wrong .', "more.ttl")
    (result,) = validate_files([kind, more], shapes).results
    assert result.place == FilePlace(str(more), 10)


def test_a_graph_in_memory_has_no_places(shapes, turtle):
    assert {result.place for result in validate_graph(turtle("city:a a poca:Town ."), shapes).results} == {
        None
    }


ROW = "https://w3id.org/poca-kg/graph/towns/row/towns.{}"
CITY = "https://w3id.org/poca-kg/id/city/"


def store_of(*graphs: tuple[str, str]) -> EmbeddedStore:
    store = EmbeddedStore.in_memory("0.1.0-abc")
    for name, body in graphs:
        graph = Graph().parse(data=body, format="turtle")
        iri = f"https://w3id.org/poca-kg/graph/{name}"
        store.load(graph.serialize(format="nt", encoding="utf-8"), format=RdfSyntax.N_TRIPLES, graph=iri)
    return store


def places_of(tmp_path, *lines: str) -> Places:
    path = tmp_path / "places.tsv"
    path.write_text("\n".join(["subject\tpredicate\tobject\tfile\tline", *sorted(lines)]) + "\n")
    return Places.read(path)


def test_a_triple_of_the_built_graph_leads_to_the_row_of_its_own_source(shapes, tmp_path):
    row, other = f"<{ROW.format('a')}>", "<https://w3id.org/poca-kg/graph/people/row/people.a>"
    town = f"<{CITY}a> a <https://w3id.org/poca-kg/def/Town> ; <{PROV.wasDerivedFrom}> {row} ."
    label = f'<{CITY}a> <{RDFS.label}> "A"@en ; <{PROV.wasDerivedFrom}> {other} .'
    wrong = f'<{CITY}a> <https://w3id.org/poca-kg/def/people> "x" .'
    store = store_of(("towns", town), ("people", label + wrong))
    places = places_of(tmp_path, f"{row}\t\t\ttowns.csv\t7", f"{other}\t\t\tpeople.csv\t3")
    report = validate_store(store, shapes, places)
    found = {(result.path, str(result.place)) for result in report.results}
    assert found == {("poca:people", "people.csv:3"), ("poca:level", "towns.csv:7")}
    assert (report.version, report.names, report.triples) == ("0.1.0-abc", ("0.1.0-abc",), 5)


def test_a_triple_of_the_ontology_leads_to_its_line(shapes, tmp_path):
    triple = f"<{CITY}a>\t<{RDF.type}>\t<https://w3id.org/poca-kg/def/Town>"
    store = store_of(("ontology", triple.replace("\t", " ") + " ."))
    report = validate_store(store, shapes, places_of(tmp_path, f"{triple}\tontology/x.ttl\t4"))
    assert {str(result.place) for result in report.results} == {"ontology/x.ttl:4"}


def test_where_no_row_is_known_there_is_no_place(shapes):
    store = store_of(("towns", f"<{CITY}a> a <https://w3id.org/poca-kg/def/Town> ."))
    report = validate_store(store, shapes, Places.empty())
    assert {result.place for result in report.results} == {None}
