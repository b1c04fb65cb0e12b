"""What to do about a finding follows from the constraint, and can be done by whoever reads it."""

from __future__ import annotations

import pytest
from rdflib import Graph

from poca_kg.settings import project_root
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.validate import Shapes, read_shapes, validate_files, validate_graph
from poca_kg.validate.rulebook.examples import read_example

ROOT = project_root()
ONTOLOGY = ROOT / "ontology"
SHAPES = read_shapes(ONTOLOGY)
PREFIXES = """@prefix e: <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CASES = [
    (
        "workshop/examples/bad-hosted-by-a-city.ttl",
        "or give what stands there that type: a poca:Organisation",
    ),
    ("territory/examples/bad-level-not-in-the-scheme.ttl", "did you mean level:region"),
    (
        "territory/examples/bad-interval-that-ends-before-it-starts.ttl",
        "correct poca:validFrom or poca:validTo",
    ),
    ("statement/examples/bad-contradiction-of-itself.ttl", "keep poca:contradicts in one direction only"),
    ("statement/examples/bad-rationale-of-nothing.ttl", "add poca:reason to something else, leading here"),
    ("statement/examples/bad-held-by-a-city.ttl", "put in its place: one of these: a stakeholder group"),
    ("evidence/examples/bad-creator-in-words.ttl", "lead to the thing itself by its IRI, not to a text"),
    ("evidence/examples/bad-impossible-day-of-access.ttl", "there is no such value; write one that exists"),
    ("policy/examples/bad-vision-with-horizon-in-words.ttl", 'write it in this form: "2050"^^xsd:gYear'),
    ("institution/examples/bad-competence-without-law.ttl", "write an IRI, such as <https://…>"),
    ("indicator/examples/bad-observation-in-another-unit.ttl", "poca:unitOfMeasure say the same"),
]


@pytest.mark.parametrize(("path", "fix"), CASES, ids=lambda value: value.rpartition("/")[2])
def test_a_fix_says_what_to_do(path, fix):
    results = validate_files([ONTOLOGY / "modules" / path], SHAPES).results
    assert fix in " | ".join(result.how_to_fix for result in results)


def test_no_fix_of_a_case_here_only_says_that_the_value_is_wrong():
    paths = [ONTOLOGY / "modules" / path for path, _ in CASES]
    assert all(read_example(path).breaks for path in paths)
    fixes = [result.how_to_fix for path in paths for result in validate_files([path], SHAPES).results]
    assert "correct the value" not in fixes


def test_a_wrong_datatype_and_a_value_that_is_none_of_its_datatype_have_a_fix_each():
    rules = Graph().parse(
        data=f"{PREFIXES} e:S a sh:NodeShape ; sh:targetNode e:x ;"
        " sh:property [ sh:path e:p ; sh:datatype xsd:integer ] ."
    )
    data = f'{PREFIXES} e:x e:p "007"^^xsd:int , "abc"^^xsd:integer , "seven" .'
    document = Document(data.encode(), RdfSyntax.TURTLE)
    results = validate_files([document], Shapes.alone(rules)).results
    assert {str(result.value): result.how_to_fix for result in results} == {
        "007": "write it in this form: 12",
        "seven": "write it in this form: 12",
        "abc": "there is no such value; write one that exists, such as 12",
    }


def test_too_many_values_of_a_kind_are_to_be_removed_or_changed():
    rules = Graph().parse(
        data=f"{PREFIXES} e:S a sh:NodeShape ; sh:targetNode e:x ; sh:property [ sh:path e:p ;"
        " sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 0 ] ."
    )
    [result] = validate_graph(Graph().parse(data=f"{PREFIXES} e:x e:p e:y ."), Shapes.alone(rules)).results
    assert result.what == "e:p: expected no value of this kind: an IRI"
    assert result.how_to_fix == "remove e:p or change its values"


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_fix_is_told_in_the_language_of_the_report(language):
    path = ONTOLOGY / "modules/statement/examples/bad-contradiction-of-itself.ttl"
    [result] = validate_files([path], SHAPES, language=language).results
    assert result.how_to_fix.startswith({"en": "keep", "it": "tenere"}[language])
