"""A few ends-to-end checks with the project's own ontology."""

from pathlib import Path

import pytest

from poca_kg.settings import project_root
from poca_kg.validate import Shapes, read_shapes, render_json, render_text, render_turtle, validate_files
from poca_kg.validate.expected import Expectation
from poca_kg.validate.phrases import PHRASES

ONTOLOGY = (project_root() or Path()) / "ontology"
HEADER = "".join(
    f"@prefix {name}: <https://w3id.org/poca-kg/{space}/> .\n"
    for name, space in [("poca", "def"), ("statement", "id/statement"), ("stance", "scheme/stance")]
)


@pytest.fixture(scope="module")
def real() -> Shapes:
    return read_shapes(ONTOLOGY)


def test_the_ontology_itself_conforms(real):
    files = sorted(
        (*ONTOLOGY.glob("poca.ttl"), *ONTOLOGY.glob("modules/*/terms.ttl"), *ONTOLOGY.glob("schemes/*"))
    )
    assert len(files) > 20
    report = validate_files(files, real)
    assert report.results == (), render_text(report)


def test_a_misspelt_stance_is_told_with_the_right_one(real, tmp_path):
    path = tmp_path / "mine.ttl"
    path.write_text(HEADER + "statement:x1 a poca:Viewpoint ;\n poca:stance stance:not-prefered .\n")
    report = validate_files([path], real)
    near = {result.place.line for result in report.results if "stance:not-preferred" in result.how_to_fix}
    assert near == {5}


def test_a_statement_without_a_speaker_is_a_violation_in_both_languages(real, tmp_path):
    path = tmp_path / "mine.ttl"
    path.write_text(HEADER + "statement:x1 a poca:Viewpoint .\n")
    for language in ("en", "it"):
        report = validate_files([path], real, language=language)
        (result,) = [result for result in report.results if result.path == "poca:heldBy"]
        assert result.severity == "violation"
        assert {text.language for text in result.messages} == {"en", "it"}
        assert result.what == str(next(text for text in result.messages if text.language == language))
        for render in (render_text, render_json, render_turtle):
            assert "poca:heldBy" in render(report)


def test_every_constraint_of_the_project_has_its_expectation_in_words(real):
    """Whatever a shape asks for, the report has more to say than the stopgap."""
    from rdflib.namespace import SH

    stopgap = {PHRASES["rule"][0], ""}
    silent = []
    for shape in set(real.rules.subjects()):
        for parameter in set(real.rules.predicates(shape)):
            name = str(parameter).removeprefix(str(SH))
            component = f"{name[:1].upper()}{name[1:]}ConstraintComponent"
            if component in SH and name != "property":
                text = Expectation(real, shape).of(SH[component])
                silent += [(shape, name)] if text in stopgap else []
    assert silent == []
