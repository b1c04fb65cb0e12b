"""Every kind of constraint says what it expects, in both languages."""

import re
from pathlib import Path
from string import Formatter

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH

import poca_kg.validate
from poca_kg.validate.expected import Expectation
from poca_kg.validate.phrases import PHRASES, join_words, phrase, visible, write_term
from poca_kg.validate.shapes import Shapes

SHAPE = URIRef("https://w3id.org/poca-kg/shape/S")
HEADER = """@prefix level: <https://w3id.org/poca-kg/scheme/level/> .
@prefix poca: <https://w3id.org/poca-kg/def/> .
@prefix pocash: <https://w3id.org/poca-kg/shape/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix scheme: <https://w3id.org/poca-kg/scheme/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
MANY = " ".join(f"level:l{number:02}" for number in range(15))
LEVELS = "city, nation, region"

CASES = [
    ("MinCount", "sh:minCount 1", "at least one value"),
    ("MinCount", "sh:minCount 3", "at least 3 values"),
    ("MinCount", "sh:minCount 1 ; sh:maxCount 1", "exactly one value"),
    ("MinCount", "sh:minCount 2 ; sh:maxCount 2", "exactly 2 values"),
    ("MinCount", "sh:minCount 2 ; sh:maxCount 5", "2 to 5 values"),
    ("MinCount", "sh:minCount 1 ; sh:class poca:Town", "at least one value: a thing of class poca:Town"),
    (
        "MinCount",
        "sh:minCount 1 ; sh:class poca:Grade",
        f"at least one value: a concept of scheme level ({LEVELS})",
    ),
    ("MaxCount", "sh:maxCount 0", "no value"),
    ("MaxCount", "sh:maxCount 1", "at most one value"),
    ("MaxCount", "sh:maxCount 4 ; sh:class poca:Town", "at most 4 values"),
    ("Class", "sh:class poca:Town", "a thing of class poca:Town"),
    ("Class", "sh:class poca:Grade", f"a concept of scheme level ({LEVELS})"),
    ("Class", "sh:class skos:Concept", "a thing of class skos:Concept"),
    (
        "Class",
        'sh:class skos:Concept ; sh:pattern "^https://w3id[.]org/poca-kg/scheme/level/"',
        f"a concept of scheme level ({LEVELS})",
    ),
    ("Datatype", "sh:datatype xsd:date", "a value of datatype xsd:date"),
    ("Datatype", "sh:datatype rdf:langString", "a text with a language tag"),
    ("NodeKind", "sh:nodeKind sh:IRI", "an IRI"),
    ("NodeKind", "sh:nodeKind sh:Literal", "a literal"),
    ("NodeKind", "sh:nodeKind sh:BlankNode", "a blank node"),
    ("NodeKind", "sh:nodeKind sh:BlankNodeOrIRI", "an IRI or a blank node"),
    ("NodeKind", "sh:nodeKind sh:IRIOrLiteral", "an IRI or a literal"),
    ("NodeKind", "sh:nodeKind sh:BlankNodeOrLiteral", "a blank node or a literal"),
    ("In", 'sh:in ( level:city "x" 5 )', 'one of level:city, "x", 5'),
    ("In", f"sh:in ( {MANY} )", f"one of {', '.join(MANY.split()[:12])}, … (15)"),
    ("Pattern", 'sh:pattern "^a+$" ; sh:flags "i"', "a text that matches /^a+$/i"),
    (
        "Pattern",
        'sh:pattern "^https://w3id\\\\.org/poca-kg/scheme/level/.+$"',
        f"a concept of scheme level ({LEVELS})",
    ),
    ("MinLength", "sh:minLength 2", "a text of at least 2 characters"),
    ("MaxLength", "sh:maxLength 9", "a text of at most 9 characters"),
    ("MinInclusive", "sh:minInclusive 0", "a value not below 0"),
    ("MinExclusive", "sh:minExclusive 0.5", "a value above 0.5"),
    ("MaxInclusive", "sh:maxInclusive 10", "a value not above 10"),
    ("MaxExclusive", 'sh:maxExclusive "2050"^^xsd:gYear', 'a value below "2050"^^xsd:gYear'),
    ("LanguageIn", 'sh:languageIn ( "en" "it" )', "a text in one of the languages en, it"),
    ("UniqueLang", "sh:uniqueLang true", "at most one text per language"),
    ("Equals", "sh:equals poca:motto", "the same values as poca:motto"),
    ("Disjoint", "sh:disjoint poca:motto", "no value that poca:motto has too"),
    ("LessThan", "sh:lessThan poca:closed", "a value below each value of poca:closed"),
    ("LessThanOrEquals", "sh:lessThanOrEquals poca:closed", "a value not above any value of poca:closed"),
    ("HasValue", "sh:hasValue level:city", "the value level:city"),
    (
        "Closed",
        "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path poca:motto ]",
        "none but the properties poca:motto, rdf:type",
    ),
    ("Not", "sh:not [ sh:class poca:Town ]", "anything but: a thing of class poca:Town"),
    ("And", "sh:and ( [ sh:class poca:Town ] [ sh:nodeKind sh:IRI ] )", "a thing of class poca:Town, an IRI"),
    (
        "Or",
        "sh:or ( [ sh:class poca:Town ] [ sh:path poca:motto ; sh:minCount 1 ] )",
        "one of these: a thing of class poca:Town; with poca:motto: at least one value",
    ),
    ("Or", "sh:or ( [ sh:datatype xsd:date ] )", "a value of datatype xsd:date"),
    (
        "Xone",
        'sh:xone ( pocash:T [ sh:datatype xsd:date ] ) . pocash:T sh:name "a town"@en ; sh:class poca:Town',
        "exactly one of these: a town; a value of datatype xsd:date",
    ),
    ("Node", "sh:node pocash:T . pocash:T sh:class poca:Town", "a thing of class poca:Town"),
    ("Node", 'sh:node pocash:T . pocash:T rdfs:label "a town"@en ; sh:class poca:Town', "a town"),
    ("Node", "sh:node pocash:T . pocash:T a sh:NodeShape", "pocash:T"),
    (
        "Node",
        "sh:node [ sh:property [ sh:path poca:motto ; sh:minCount 1 ] ]",
        "a thing with poca:motto: at least one value",
    ),
    (
        "Node",
        "sh:node pocash:T . pocash:T sh:property [ sh:path skos:inScheme ; sh:hasValue scheme:level ]",
        f"a concept of scheme level ({LEVELS})",
    ),
    (
        "HasValue",
        "sh:path ( poca:level skos:inScheme ) ; sh:hasValue scheme:level",
        "the value scheme:level",
    ),
    (
        "QualifiedMinCount",
        "sh:qualifiedValueShape [ sh:class poca:Town ] ; sh:qualifiedMinCount 2",
        "at least 2 values of this kind: a thing of class poca:Town",
    ),
    (
        "QualifiedMaxCount",
        "sh:qualifiedValueShape [ sh:class poca:Town ] ; sh:qualifiedMaxCount 2",
        "at most 2 values of this kind: a thing of class poca:Town",
    ),
    (
        "QualifiedMinCount",
        "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 1 ;"
        " sh:qualifiedValueShapesDisjoint true",
        "at least one value of this kind: an IRI (and not of a kind that another rule here counts)",
    ),
    ("SPARQL", 'sh:sparql [ sh:select "" ]', "nothing that the query of the rule finds"),
    ("SPARQL", 'sh:sparql [ sh:select "" ] ; sh:description "A town has no twin."@en', "A town has no twin."),
]


@pytest.mark.parametrize(
    ("component", "parameters", "text"), CASES, ids=[f"{c}-{n}" for n, (c, _, _) in enumerate(CASES)]
)
def test_a_constraint_says_what_it_expects(shapes, component, parameters, text):
    rules = Graph().parse(data=f"{HEADER} pocash:S {parameters} .")
    expectation = Expectation(Shapes(rules, shapes.ontology), SHAPE)
    assert expectation.of(SH[f"{component}ConstraintComponent"]) == text


def test_every_constraint_of_shacl_core_has_a_case():
    from pyshacl.constraints import ALL_CONSTRAINT_COMPONENTS

    components = (sort.shacl_constraint_component for sort in ALL_CONSTRAINT_COMPONENTS)
    known = {str(iri).rpartition("#")[2] for iri in components if isinstance(iri, URIRef)}
    # pyshacl has one class for both counts of a qualified shape.
    known.add("QualifiedMaxCountConstraintComponent")
    told = {f"{component}ConstraintComponent" for component, _, _ in CASES}
    # sh:property reports the results of its own constraints, never one of its own.
    assert known - told <= {"PropertyConstraintComponent", "JSConstraintComponent"}


def test_a_component_without_parameters_of_its_own_has_the_rule_itself(shapes):
    rules = Graph().parse(data=f"{HEADER} pocash:S sh:severity sh:Info .")
    text = Expectation(Shapes(rules, shapes.ontology), SHAPE).of(SH.ConstraintComponent)
    assert text == "what the rule says"


def test_a_shape_nested_in_itself_comes_to_an_end(shapes):
    rules = Graph().parse(
        data=f"{HEADER} pocash:S sh:not [ sh:not [ sh:not [ sh:not [ sh:not pocash:S ] ] ] ] ."
    )
    assert Expectation(Shapes(rules, shapes.ontology), SHAPE).of(SH.NotConstraintComponent).endswith("…")


def test_italian_is_spoken_too(shapes):
    rules = Graph().parse(data=f"{HEADER} pocash:S sh:minCount 1 ; sh:maxCount 1 ; sh:class poca:Grade .")
    text = Expectation(Shapes(rules, shapes.ontology), SHAPE, "it").of(SH.MinCountConstraintComponent)
    assert text == f"esattamente un valore: un concetto dello schema level ({LEVELS})"


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_a_phrase_has_the_same_parts_in_both_languages(key):
    english, italian = ({part[1] for part in Formatter().parse(text) if part[1]} for text in PHRASES[key])
    assert english == italian


def test_every_phrase_is_said_somewhere():
    source = "".join(path.read_text() for path in Path(poca_kg.validate.__file__).parent.rglob("*.py"))
    families = ("kind-", "choice-", "part-", "whole-", "value-", "violation", "warning", "info")
    unsaid = {
        key
        for key in PHRASES
        if len(re.findall(rf"""['"]{key}['"]""", source)) < 2 and not key.startswith(families)
    }
    assert not unsaid


def test_an_unknown_language_falls_back_to_english():
    assert phrase("count-min-one", "de") == "at least one value"


def test_words_are_joined_as_in_a_sentence():
    assert [join_words(words, "it", "and") for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a e b", "a, b e c",
    ]  # fmt: skip


def test_a_long_or_hostile_text_is_shown_short_and_harmless():
    assert visible("x" * 500).endswith("…")
    assert len(visible("x" * 500)) == 160
    assert visible("a\u202eb\x1b[2J\u2028\x00\U000e0001") == "a\\u202eb\\u001b[2J\\u2028\\u0000\\U000e0001"


@pytest.mark.parametrize(
    ("turtle", "text"),
    [
        ("5", "5"),
        ("01", "01"),
        ("1.50", "1.50"),
        ("true", "true"),
        ('"x"^^xsd:integer', '"x"^^xsd:integer'),
        ('"a \\"b\\""@en', '"a \\"b\\""@en'),
        ('"x"^^xsd:string', '"x"'),
        ("[]", "[]"),
        ("<http://example.org/a b>", None),
        ("poca:Town", "poca:Town"),
    ],
)
def test_a_term_is_written_as_in_turtle(turtle, text):
    if text is None:
        assert write_term(URIRef("http://example.org/a\x1bb")) == "<http://example.org/a\\u001bb>"
        return
    from poca_kg.store.formats import RdfSyntax
    from poca_kg.store.parsing import parse_bytes

    data = f"{HEADER} pocash:S poca:p {turtle} ."
    graph = parse_bytes(data.encode(), syntax=RdfSyntax.TURTLE, name="x")
    assert write_term(next(graph.objects(SHAPE))) == text
