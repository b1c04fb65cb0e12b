"""Files of a user: what is read, what is refused, what is said of them."""

import gzip
import io
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from rdflib import Dataset, Graph, URIRef

from poca_kg.errors import FilePlace, InputError, NotFoundError, ShapesError, UnknownNameError
from poca_kg.store.formats import RdfSyntax
from poca_kg.validate import Engine, Severity, Shapes, read_shapes, validate_files, validate_graph

BROKEN = Path(__file__).parent / "fixtures" / "broken"
GOOD = 'city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:city .\n'
BAD = 'city:a a poca:Town ; rdfs:label "A"@en .\n'
NT_A = "<https://w3id.org/poca-kg/id/city/a>"
NT_TOWN = f"{NT_A} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/poca-kg/def/Town>"
LEVEL_MISSING = "https://w3id.org/poca-kg/shape/Place-level"


def rules(report):
    return sorted(str(result.shape).rpartition("/")[2] for result in report.results)


def test_good_data_conforms(shapes, write):
    report = validate_files([write(GOOD)], shapes)
    assert (report.conforms, report.results, report.triples, report.nodes) == (True, (), 3, 1)


def test_a_folder_of_an_ontology_does_as_well_as_the_shapes_read_from_it(ontology_dir, write):
    assert validate_files([write(GOOD)], ontology_dir).conforms


def test_a_result_says_what_where_what_was_found_what_is_expected_and_what_to_do(shapes, write):
    path = write(BAD + "city:b a poca:Town .")
    (first, *_) = validate_files([path], shapes).results
    assert first.what == "A place has a label."
    assert first.focus_label == "city:b"
    assert (first.path, first.found, first.expected) == ("rdfs:label", "nothing", "at least one value")
    assert first.how_to_fix == "add rdfs:label"
    assert first.severity is Severity.VIOLATION
    assert first.place == FilePlace(str(path), 11)
    assert first.excerpt == "city:b a poca:Town ."
    assert str(first.shape) == "https://w3id.org/poca-kg/shape/Place-label"


def test_the_advice_of_a_property_shape_is_given_with_the_nearest_concept(shapes, write):
    path = write('city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:cty .')
    (result,) = validate_files([path], shapes).results
    assert result.how_to_fix == "Choose a level of the scheme; did you mean level:city?"
    assert result.what == "A place has one level; level:cty is none."


def test_italian_texts_are_given_when_asked_for(shapes, write):
    (result,) = validate_files([write(BAD)], shapes, language="it").results
    assert result.expected == "esattamente un valore: un concetto dello schema level (city, nation, region)"
    assert result.what.startswith("Un luogo ha un livello")


def test_a_mistake_in_an_instance_of_a_subclass_is_seen(shapes, turtle):
    """The ontology is mixed in: without it a poca:Town is no poca:Place."""
    assert rules(validate_graph(turtle(BAD), shapes)) == ["Place-level"]


def test_concepts_of_the_ontology_are_seen_but_not_judged(shapes, turtle):
    assert validate_graph(turtle(GOOD), shapes).nodes == 1


def test_what_one_file_describes_another_may_refer_to(shapes, write):
    town = write(GOOD.replace(" .", " ; poca:ledBy city:anna ."), "town.ttl")
    anna = write('city:anna a poca:Mayor ; rdfs:label "Anna"@en .', "anna.ttl")
    assert rules(validate_files([town], shapes)) == ["Mayor"]
    assert validate_files([town, anna], shapes).results == ()


def test_what_a_context_says_of_a_thing_that_the_data_names_is_judged(shapes, write):
    town = write("city:b poca:twin city:z .", "town.ttl")
    context = write("city:z a poca:Town ; poca:level level:city .", "context.ttl")
    [result] = [
        one for one in validate_files([town], shapes, context=[context]).results if one.path == "rdfs:label"
    ]
    assert (str(result.place), str(result.focus_node)[-6:]) == (f"{town}:10", "city/z")


def test_a_missing_property_is_not_shown_at_that_of_another_node_in_the_line(shapes, write):
    path = write('city:x rdfs:label "X"@en . city:a a poca:Town ; poca:level level:city .\n')
    (result,) = validate_files([path], shapes).results
    start, end = result.span
    assert result.excerpt[start:end] == "city:a"


def test_a_context_is_seen_but_not_judged(shapes, write):
    town = write(GOOD.replace(" .", " ; poca:ledBy city:anna ."), "town.ttl")
    people = write("city:anna a poca:Mayor . city:z a poca:Town .", "people.ttl")
    report = validate_files([town], shapes, context=[people])
    assert (report.results, report.triples) == ((), 4)
    assert rules(validate_files([town, people], shapes)) == ["Place-label", "Place-level"]


def test_blank_nodes_of_a_context_are_nodes_of_their_own(shapes, write):
    one = write('[] a poca:Town ; rdfs:label "A"@en .', "one.ttl")
    other = write("[] poca:level level:city .", "other.ttl")
    assert rules(validate_files([one], shapes, context=[other])) == ["Place-level"]


def test_blank_nodes_of_two_files_are_two_nodes(shapes, write):
    files = [write("_:x poca:people 5 .", f"{name}.ttl") for name in "ab"]
    assert validate_files(files, shapes).triples == 2


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.nt", f"{NT_TOWN} .\n"),
        ("a.nq", f"{NT_TOWN} <http://e/g> .\n"),
        ("a.trig", f"<http://e/g> {{ {NT_TOWN} }}"),
        (
            "a.jsonld",
            '{"@id": "https://w3id.org/poca-kg/id/city/a", "@type": "https://w3id.org/poca-kg/def/Town"}',
        ),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:p="https://w3id.org/poca-kg/def/">'
            '<p:Town rdf:about="https://w3id.org/poca-kg/id/city/a"/></rdf:RDF>',
        ),
    ],
)
def test_every_syntax_is_read_by_its_suffix(shapes, write, name, body):
    report = validate_files([write(body.encode(), name)], shapes)
    assert rules(report) == ["Place-label", "Place-level"]
    lines = {result.place.line if result.place else None for result in report.results}
    assert lines == ({None} if name in {"a.jsonld", "a.rdf"} else {1})


def test_a_packed_file_is_read(shapes, write):
    path = write(gzip.compress(f"{NT_TOWN} .\n".encode()), "a.nt.gz")
    assert len(validate_files([path], shapes).results) == 2


def test_the_standard_input_is_read_as_turtle(shapes, write):
    data = write(BAD).read_bytes()
    (result,) = validate_files(["-"], shapes, read_stdin=io.BytesIO(data).read).results
    assert result.place == FilePlace("-", 10)


@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("broken.ttl", b"@prefix e: <http://e/> .\ne:a e:b e:d ;;; .\ne:c ] .", r"broken.ttl:3:\d+: .*parse"),
        ("broken.nt", b"<http://e/a> <http://e/b> .\n", r"broken.nt:1:\d+"),
        (
            "open.ttl",
            b'<http://e/a> <http://e/b> "open .\n',
            r"open.ttl:1:27: does not parse: Unexpected end",
        ),
        ("broken.jsonld", b'{"@id": ', "broken.jsonld:1"),
        ("broken.rdf", b"<rdf:RDF", "broken.rdf"),
        (
            "binary.ttl",
            b"@prefix e: <http://e/> .\n# \xc3\xa0 \xff\xfe",
            r"binary.ttl:2:5: is not UTF-8 text",
        ),
        ("nul.ttl", b"# a\n#\0", r"nul.ttl:2:2: is not UTF-8 text"),
        ("packed.nt.gz", b"\x1f\x8bnothing", "packed.nt.gz"),
        ("entities.rdf", b"<!DOCTYPE r [\n<!ENTITY x 'y'>]><rdf:RDF/>", "entities.rdf:1:1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(shapes, write, name, body, complaint):
    with pytest.raises(InputError, match=complaint):
        validate_files([write(body, name)], shapes)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("object.ttl", "5:16"),
        ("object.nt", "2:75"),
        ("graph.nq", "2:112"),
        ("cut-off.trig", "6:1"),
        ("value.jsonld", "4:1"),
        ("tags.rdf", "3:19"),
        ("cut-off.rdf", "4:1"),
        ("iri.rdf", "3:30"),
        ("name.rdf", "4:5"),
        ("entities.rdf", "3:3"),
    ],
)
def test_a_mistake_is_named_with_line_and_column_in_every_syntax(shapes, name, place):
    with pytest.raises(InputError) as caught:
        validate_files([BROKEN / name], shapes)
    assert str(caught.value).startswith(f"{BROKEN / name}:{place}: ")


def test_there_is_a_broken_file_of_every_syntax():
    assert {path.suffix for path in BROKEN.iterdir()} == {syntax.suffix for syntax in RdfSyntax}


def test_a_missing_file_is_named(shapes, tmp_path):
    with pytest.raises(InputError, match=r"absent\.ttl"):
        validate_files([tmp_path / "absent.ttl"], shapes)


def test_a_folder_is_refused_with_advice(shapes, tmp_path):
    (tmp_path / "data.ttl").mkdir()
    with pytest.raises(InputError, match=r"is a folder; name its files, for instance .*\*\.ttl"):
        validate_files([tmp_path / "data.ttl"], shapes)


def test_an_unknown_suffix_is_refused_with_the_known_ones(shapes, write):
    with pytest.raises(UnknownNameError, match="ttl"):
        validate_files([write("", "data.docx")], shapes)


def test_an_empty_file_conforms_and_says_that_there_was_nothing_to_check(shapes, write):
    report = validate_files([write("# nothing yet\n")], shapes)
    assert report.conforms
    assert "nothing to check" in report.notes[0]


def test_data_that_no_shape_applies_to_conforms_and_says_so(shapes, write):
    report = validate_files([write("<http://e/a> <http://e/b> <http://e/c> .")], shapes)
    assert report.conforms
    assert "no shape applies to anything here" in "".join(report.notes)


@pytest.mark.parametrize(
    ("term", "place", "found", "advice"),
    [
        ("poca:leadBy city:b", 10, "poca:leadBy", "did you mean poca:ledBy?"),
        ("a poca:Twon", 10, "poca:Twon", "did you mean poca:Town?"),
        ("rdfs:seeAlso level:regoin", 10, "level:regoin", "did you mean level:region?"),
    ],
)
def test_an_undeclared_term_is_a_warning_with_the_nearest_one(shapes, write, term, place, found, advice):
    report = validate_files([write(f"city:z {term} .")], shapes)
    (warning,) = report.results
    assert (warning.severity, warning.found, warning.place.line) == (Severity.WARNING, found, place)
    assert advice in warning.how_to_fix
    assert report.conforms


def test_a_misspelt_concept_is_told_once(shapes, write):
    path = write('city:a a poca:Town ; rdfs:label "A"@en ; poca:level level:cty .')
    assert rules(validate_files([path], shapes)) == ["Place-level"]


def test_a_term_that_the_data_itself_describes_is_not_misspelt(shapes, write):
    assert (
        validate_files(
            [write('level:valley rdfs:label "x"@en . city:z rdfs:seeAlso level:valley .')], shapes
        ).results
        == ()
    )


def test_a_query_is_parsed_once_for_all_nodes(shapes, turtle, monkeypatch):
    from rdflib.plugins.sparql import prepareQuery

    parsed = []
    monkeypatch.setattr(
        "poca_kg.validate.engine.prepareQuery",
        lambda text, **options: parsed.append(text) or prepareQuery(text, **options),
    )
    towns = "".join(
        f"city:t{number} a poca:Town ; poca:twin city:t0 ; poca:people 2 .\n" for number in range(9)
    )
    report = validate_graph(turtle(towns), shapes, engine=Engine.PYSHACL)
    assert rules(report).count("Place") == 9
    assert len(parsed) == 1


def test_the_data_is_not_changed(shapes, turtle):
    data = turtle(BAD + 'city:b a poca:Town ; poca:opened "2016-13-01"^^xsd:date ; poca:ledBy [ ] .')
    before, prefixes = set(data), dict(data.namespaces())
    validate_graph(data, shapes)
    assert set(data) == before
    assert dict(data.namespaces()) == prefixes


def test_the_shapes_are_not_changed(shapes, turtle):
    before = len(shapes.rules), len(shapes.ontology)
    validate_graph(turtle(BAD), shapes)
    assert (len(shapes.rules), len(shapes.ontology)) == before


def test_all_graphs_of_a_data_set_are_checked_together(shapes):
    data = Dataset()
    town, kind = URIRef("https://w3id.org/poca-kg/id/city/a"), URIRef("https://w3id.org/poca-kg/def/Town")
    data.graph(URIRef("http://e/g")).add(
        (town, URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), kind)
    )
    assert rules(validate_graph(data, shapes)) == ["Place-label", "Place-level"]


@pytest.mark.parametrize("data", ["https://example.org/data.ttl", b"<http://e/a>", "/etc/passwd", None, 5])
def test_a_text_is_never_taken_for_a_graph(shapes, data):
    with pytest.raises(InputError, match="a graph is needed"):
        validate_graph(data, shapes)


HOSTILE = [
    "http://127.0.0.1:9/data.ttl",
    "https://example.org/data.ttl",
    "file:///etc/passwd",
    "/etc/passwd",
    "<http://e/o> a <http://www.w3.org/2002/07/owl#Ontology> ;\n"
    " <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/x> .",
    "<http://e/o> <http://www.w3.org/ns/shacl#shapesGraph> <http://127.0.0.1:9/x> .",
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    "<http://e/o> a sh:NodeShape ; sh:targetNode <http://e/o> ;\n"
    ' sh:pattern "(a+)+$" ; sh:js [ sh:jsLibrary <http://127.0.0.1:9/x> ] ; sh:maxCount 0 .',
]


@pytest.fixture
def no_network(monkeypatch):
    """Make every attempt at a connection a failure that no code of ours would catch."""

    class Attempt(BaseException):
        pass

    def refuse(*args, **kwargs):
        raise Attempt(args)

    for name in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return Attempt


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", ["data.ttl", "data.nt", "data.trig"])
def test_nothing_that_a_file_says_is_opened(shapes, write, no_network, body, name):
    outcome = None
    with suppress(InputError):
        outcome = validate_files([write(body, name, prefixes=False)], shapes)
    assert outcome is None or outcome.results == ()


def test_a_remote_context_is_refused(shapes, write, no_network):
    body = '{"@context": "http://127.0.0.1:9/context.jsonld", "@id": "http://e/a", "http://e/b": 5}'
    with pytest.raises(InputError):
        validate_files([write(body, "data.jsonld", prefixes=False)], shapes)


def test_the_blocked_network_is_blocked(no_network):
    with pytest.raises(no_network), socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))


def test_a_folder_without_shapes_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="there are no shapes in"):
        read_shapes(tmp_path)


def test_shapes_that_hold_none_are_refused(tmp_path):
    (tmp_path / "modules" / "m").mkdir(parents=True)
    (tmp_path / "modules" / "m" / "shapes.ttl").write_text("<http://e/a> <http://e/b> 5 .")
    with pytest.raises(InputError, match="no sh:NodeShape"):
        read_shapes(tmp_path)


def test_an_anonymous_shape_goes_by_the_name_of_the_one_around_it(shapes, turtle):
    rules_graph = turtle(
        "pocash:S a sh:NodeShape ; sh:targetClass poca:Town ;"
        " sh:property [ sh:path poca:motto ; sh:minCount 1 ] ."
    )
    (result,) = validate_graph(turtle("city:a a poca:Town ."), Shapes(rules_graph, shapes.ontology)).results
    assert str(result.shape) == "https://w3id.org/poca-kg/shape/S"
    assert result.what == "poca:motto is missing: expected at least one value"


def test_a_shape_that_is_not_well_formed_is_an_error_that_says_so(shapes, turtle):
    rules_graph = turtle('pocash:S sh:targetClass poca:Town ; sh:path poca:motto ; sh:minCount "one" .')
    with pytest.raises(ShapesError, match="pocash:S is not well-formed: sh:minCount has to be"):
        validate_graph(turtle("city:a a poca:Town ."), Shapes(rules_graph, Graph()))


def test_why_a_value_does_not_conform_to_a_nested_shape_is_told(shapes, turtle):
    rules_graph = turtle("""
        pocash:S a sh:NodeShape ; sh:targetClass poca:Town ; sh:property pocash:P .
        pocash:P sh:path poca:twin ; sh:node pocash:T .
        pocash:T a sh:NodeShape ; sh:property pocash:M .
        pocash:M sh:path poca:motto ; sh:minCount 1 ; sh:message "A twin has a motto."@en .
    """)
    (result,) = validate_graph(
        turtle("city:a a poca:Town ; poca:twin city:b ."), Shapes(rules_graph, shapes.ontology)
    ).results
    assert result.details == ("city:b poca:motto: A twin has a motto.",)
