"""What to do about a finding follows from the constraint, and can be done by whoever reads it."""

from __future__ import annotations

import pytest

from poca_kg.settings import project_root
from poca_kg.validate import read_shapes, validate_files
from poca_kg.validate.rulebook.examples import read_example

ROOT = project_root()
ONTOLOGY = ROOT / "ontology"
SHAPES = read_shapes(ONTOLOGY)
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
    ("policy/examples/bad-vision-with-horizon-in-words.ttl", 'write it as "2050"^^xsd:gYear'),
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


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_fix_is_told_in_the_language_of_the_report(language):
    path = ONTOLOGY / "modules/statement/examples/bad-contradiction-of-itself.ttl"
    [result] = validate_files([path], SHAPES, language=language).results
    assert result.how_to_fix.startswith({"en": "keep", "it": "tenere"}[language])
