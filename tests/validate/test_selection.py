"""Which engine judges, and why; and that it makes no difference to what is told."""

import random
from dataclasses import fields, replace
from pathlib import Path

import pytest
from rdflib import RDF, XSD, Graph, Literal, URIRef

from poca_kg.errors import ShapesError, UsageError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.places import Places
from poca_kg.store.protocol import Document
from poca_kg.validate import (
    Engine,
    Report,
    Result,
    Shapes,
    read_rules,
    read_shapes,
    validate_files,
    validate_graph,
    validate_store,
)
from poca_kg.validate.reading import read_files
from poca_kg.validate.selection import choose, known_errors
from poca_kg.validate.shape_graph import read_shape_graph

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = """@prefix e: <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
COMPONENT = """
e:C a sh:ConstraintComponent ; sh:parameter [ sh:path e:most ] ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER ($value < $most) }" ] .
e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:p ; e:most 9 ] .
"""
PLAIN = "e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:p ; sh:maxCount 1 ] ."


def graph(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


def judged(shapes: str, data: str = "e:x e:p 1 , 2 .", engine: Engine = Engine.AUTO) -> Report:
    texts = ((PREFIXES + text).encode() for text in (data, shapes))
    document, rules = (Document(text, RdfSyntax.TURTLE) for text in texts)
    return validate_files([document], Shapes.alone(read_rules([rules])), engine=engine)


def test_the_compiler_judges_what_it_covers_and_the_report_says_so():
    report = judged(PLAIN)
    assert (report.engine, len(report.results)) == ("compiled", 1)
    assert report.engine_reason == "every construct of the shapes is in its tested subset"


def test_pyshacl_judges_the_rest_and_the_report_says_what_it_is():
    report = judged(COMPONENT, "e:x e:p 1 , 20 .")
    assert (report.engine, len(report.results)) == ("pyshacl", 1)
    assert report.engine_reason.startswith("the compiler leaves to it what it does not cover: ")


def test_the_message_of_a_validator_is_told_and_never_the_one_of_pyshacl():
    told = COMPONENT.replace("sh:ask", 'sh:message "less than {$most}, please" ; sh:ask')
    [result] = judged(told, "e:x e:p 20 .").results
    assert result.what == "less than 9, please"
    [result] = judged(COMPONENT, "e:x e:p 20 .").results
    assert result.what == "e:p: expected what the rule says"


def test_what_pyshacl_cannot_evaluate_is_told_in_one_line():
    deep = "".join(f"e:S{n} a sh:NodeShape ; sh:and ( e:S{n - 1} ) .\n" for n in range(1, 60))
    report = judged(f"e:S0 a sh:NodeShape . {deep} e:S59 sh:targetNode e:x .", engine=Engine.PYSHACL)
    [result] = report.results
    assert result.what == "the shape cannot be evaluated here: Validation path too deep!"


def test_shapes_that_ask_for_nothing_are_no_silent_yes():
    for shapes in (
        "",
        "e:S a sh:NodeShape .",
        PLAIN.replace("sh:targetNode", "sh:deactivated true ; sh:targetNode"),
    ):
        report = judged(shapes)
        assert report.conforms
        assert "nothing to check by" in "".join(report.notes)


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
def test_an_engine_that_is_asked_for_judges(engine):
    report = judged(PLAIN, engine=engine)
    assert (report.engine, report.engine_reason, len(report.results)) == (engine.value, "it was asked for", 1)


def test_a_compiler_that_is_asked_for_and_does_not_cover_the_shapes_is_an_error():
    with pytest.raises(UsageError, match="the compiler does not cover"):
        judged(COMPONENT, engine=Engine.COMPILED)


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize(
    "shapes",
    [
        "e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:p ; sh:node e:S ] .",
        "e:S a sh:NodeShape ; sh:targetNode e:x ; sh:maxConut 1 .",
        'e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:p ; sh:minCount "one" ] .',
    ],
    ids=["recursive", "unknown term", "ill-formed"],
)
def test_shapes_that_mean_nothing_are_refused_whichever_engine_is_asked(shapes, engine):
    with pytest.raises(ShapesError):
        judged(shapes, engine=engine)


def test_a_graph_that_is_no_rdf_is_left_to_pyshacl():
    data = Graph().add((URIRef("http://e/not an iri"), RDF.type, Literal("x")))
    report = validate_graph(data, Shapes.alone(graph(PLAIN)))
    assert report.engine == "pyshacl"
    assert "is not an IRI" in report.engine_reason


def test_the_reason_comes_in_italian():
    assert choose([], language="it").reason == "ogni costrutto delle regole rientra in ciò che è provato"
    assert choose(["e:C"], language="it").reason.endswith("e:C")


@pytest.mark.parametrize(
    ("constraint", "note"),
    [
        ("sh:path [ sh:inversePath ( e:p e:q ) ] ; sh:maxCount 1", "inverse of a sequence path"),
        ("sh:path ( e:r [ sh:inversePath ( e:p e:q ) ] ) ; sh:maxCount 1", "inverse of a sequence path"),
        ("sh:path e:p ; sh:lessThan e:q", "cannot compare some values"),
        ("sh:path e:p ; sh:maxInclusive 5", "cannot be compared with a bound"),
        ("sh:path [ sh:inversePath e:p ] ; sh:maxCount 1", None),
        ("sh:path e:p ; sh:lessThan e:q ; sh:deactivated true", None),
    ],
)
def test_shapes_that_touch_a_known_error_of_pyshacl_have_a_note(constraint, note):
    shapes = f"e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property e:P . e:P {constraint} ."
    notes = known_errors(read_shape_graph(graph(shapes)))
    assert [note in one and "http://e/P" in one for one in notes] == ([True] if note else [])
    assert not judged(shapes, "e:x e:p 1 .", Engine.COMPILED).notes
    if note:
        assert notes[0] in judged(shapes, "e:x e:p 1 .", Engine.PYSHACL).notes


TEXTS = [
    ('sh:datatype xsd:integer ; sh:pattern "^0"', "01", []),
    ('sh:pattern "^0"', "1", ["1"]),
    ("sh:maxLength 2", "1.50", ["1.50"]),
    ("sh:hasValue 01", "1", [None]),
    ("sh:in ( 1.5 )", "1.50", ["1.50"]),
    ("sh:minInclusive 2", "01", ["01"]),
    ("sh:maxInclusive 2", "01", []),
    ("sh:datatype xsd:int", '"5"^^xsd:int', []),
    ("sh:datatype xsd:integer", '"5"^^xsd:int', ["5"]),
    ("sh:datatype xsd:date", '"2016-13-01"^^xsd:date', ["2016-13-01"]),
    ("sh:datatype xsd:byte", '"300"^^xsd:byte', ["300"]),
    ("sh:equals e:q", "01 . e:x e:q 1", ["01", "1"]),
]


@pytest.mark.parametrize("engine", [Engine.COMPILED, Engine.PYSHACL])
@pytest.mark.parametrize(("constraint", "value", "found"), TEXTS, ids=[f"{one[0]} {one[1]}" for one in TEXTS])
def test_literals_are_judged_as_the_file_says_them(constraint, value, found, engine):
    """The store writes 01 as 1, and takes xsd:int for xsd:integer; the file does not."""
    shapes = f"e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:p ; {constraint} ] ."
    results = judged(shapes, f"e:x e:p {value} .", engine).results
    assert sorted(None if one.value is None else str(one.value) for one in results) == found


def test_a_store_is_judged_on_what_it_holds_and_the_report_says_so():
    rules = Shapes.alone(graph('e:S sh:targetNode e:x ; sh:property [ sh:path e:p ; sh:pattern "^0" ] .'))
    content = Document(f'<http://e/x> <http://e/p> "01"^^<{XSD.integer}> .'.encode(), RdfSyntax.N_QUADS)
    store = EmbeddedStore.from_nquads(content.data)
    rewritten = validate_store(store, rules, Places.empty())
    assert [str(one.value) for one in rewritten.results] == ["1"]
    assert "which need not be written as in the source" in "".join(rewritten.notes)
    written = validate_store(store, rules, Places.empty(), content=content)
    assert (written.results, written.notes, written.triples) == ((), (), 1)


@pytest.fixture(scope="module")
def own() -> Shapes:
    return read_shapes(ROOT / "ontology")


def alike(report: Report) -> Report:
    return replace(report, results=(), engine="", engine_reason="", notes=())


def examples() -> list[Path]:
    return sorted((ROOT / "ontology").glob("modules/*/examples/*.ttl"))


# rdflib knows no gYear and no gYearMonth, so pyshacl takes any text for one.
PASSED_BY_PYSHACL = {"bad-founded-in-words.ttl", "bad-project-starting-in-month-thirteen.ttl"}


def test_both_engines_tell_the_same_of_the_projects_examples(own):
    """Each file breaks one rule, and together they break them all; both engines say so in the same words.

    By the standard there is a result for each pair of values that are out of order; pyshacl gives one.
    """
    files = [path for path in examples() if path.name not in PASSED_BY_PYSHACL]
    files = [path for path in files if not read_files([path]).data.surrogates]
    assert len(files) > 0.8 * len(examples())
    one, other = (validate_files(files, own, engine=engine) for engine in (Engine.COMPILED, Engine.PYSHACL))
    assert len(one.results) > 100
    assert [told(result) for result in once(one)] == [told(result) for result in once(other)]
    assert alike(one) == alike(other)


def once(report: Report) -> list[Result]:
    return list(dict.fromkeys(replace(result, details=(), nested=()) for result in report.results))


def told(result: Result) -> tuple[object, ...]:
    return tuple(getattr(result, field.name) for field in fields(result))


def test_both_engines_tell_the_same_of_the_projects_graph(own):
    """The whole ontology, of which some triples were lost on the way."""
    triples = sorted(own.ontology, key=lambda triple: tuple(term.n3() for term in triple))
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  (a failure must be repeatable)
    chance = random.Random(seed)
    data = Graph()
    for triple in triples:
        if chance.random() > 0.03:
            data.add(triple)
    shapes = Shapes(own.rules, Graph())
    compiled, reference = (
        validate_graph(data, shapes, engine=engine) for engine in (Engine.COMPILED, Engine.PYSHACL)
    )
    assert once(compiled) == once(reference)
    assert alike(compiled) == alike(reference)
