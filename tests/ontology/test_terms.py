"""The terms module is in step with the ontology, and the list of released terms only grows."""

import importlib.util
import itertools
import re
from pathlib import Path
from types import ModuleType

import pytest
from rdflib import OWL, RDF

from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import POCA

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ROOT / "ontology/releases"
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)


def version_of(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.stem.removeprefix("terms-").split("."))


RELEASE_LISTS = sorted(RELEASES.glob("terms-*.txt"), key=version_of)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_terms", ROOT / "tools/generate_terms.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def declared(ontology) -> set[str]:
    """Give the prefixed names of all terms and of all concepts."""
    terms = {subject for subject, p, o in ontology.triples("ontology") if p == RDF.type and o in KINDS}
    concepts = {subject for subject, p, _ in ontology.triples("schemes") if p == RDF.type}
    return {shorten_iri(str(name)) for name in terms | concepts}


def lost_names(lists: list[Path], declared: set[str]) -> set[str]:
    return {name for path in lists for name in path.read_text(encoding="utf-8").split()} - declared


def test_the_terms_module_holds_exactly_the_declared_terms(declared):
    names = {f"poca:{name}" for name in POCA.__annotations__ if not name.startswith("_")}
    assert names == {name for name in declared if name.startswith("poca:")}


def test_a_misspelt_term_is_refused():
    with pytest.raises(AttributeError):
        POCA.heldby  # noqa: B018


def test_terms_out_of_step_are_reported(generator, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generator, "TERMS_MODULE", tmp_path / "terms.py")
    monkeypatch.setattr(generator, "RELEASES", tmp_path)
    (tmp_path / "terms.py").write_text("# an older version\n")
    assert generator.main(["--check"]) == 1
    assert "terms.py is out of step" in capsys.readouterr().err
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0


def test_a_long_definition_is_cut_between_words(generator):
    text = generator.render_module({"City": "A municipality " + "with many words " * 20 + "."}, {})
    (line,) = (line for line in text.splitlines() if "City:" in line)
    assert len(line) <= generator.LINE_LENGTH
    assert re.search(r" (with|many|words) …$", line)


def test_a_released_name_is_never_taken_back(declared):
    assert lost_names(RELEASE_LISTS, declared) == set()


def test_the_list_of_a_version_keeps_a_name_that_was_taken_back(generator):
    assert generator.render_names("poca:Village\n", {"poca:City"}) == "poca:City\npoca:Village\n"


def test_a_name_that_was_taken_back_is_noticed(declared, tmp_path):
    earlier = tmp_path / "terms-0.0.9.txt"
    earlier.write_text("poca:City\npoca:Village\n")
    assert lost_names([earlier], declared) == {"poca:Village"}


def test_each_release_keeps_the_names_of_the_one_before():
    lists = [set(path.read_text(encoding="utf-8").split()) for path in RELEASE_LISTS]
    assert all(earlier <= later for earlier, later in itertools.pairwise(lists))


def test_the_list_of_the_current_version_is_complete_and_sorted(ontology, declared):
    (version,) = (value for _, p, value in ontology.triples("ontology") if p == OWL.versionInfo)
    names = (RELEASES / f"terms-{version}.txt").read_text(encoding="utf-8").splitlines()
    assert names == sorted(declared)
