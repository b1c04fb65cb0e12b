"""Good examples conform; bad ones fail by the shapes that their first line names, and by no other."""

from __future__ import annotations

import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from poca_kg.vocabulary.prefixes import expand_curie, shorten_iri

ONTOLOGY = Path(__file__).resolve().parents[2] / "ontology"
GOOD = sorted(ONTOLOGY.glob("modules/*/examples/ok-*.ttl"))
BAD = sorted(ONTOLOGY.glob("modules/*/examples/bad-*.ttl"))
MODULES = sorted(path for path in ONTOLOGY.glob("modules/*") if path.is_dir())
VIOLATES = re.compile(r"# violates: (pocash:[A-Za-z-]+(?:, pocash:[A-Za-z-]+)*)")


def _read(paths: list[Path]) -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in paths:
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def terms_and_schemes() -> Graph:
    """Return what is mixed into every example, so that subclasses and concepts are seen."""
    terms, schemes = ONTOLOGY.glob("modules/*/terms.ttl"), ONTOLOGY.glob("schemes/*.ttl")
    return _read([ONTOLOGY / "poca.ttl", *terms, *schemes])


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """Return the shapes of all modules."""
    return _read([ONTOLOGY / "prefixes.ttl", *sorted(ONTOLOGY.glob("modules/*/shapes.ttl"))])


def _broken_shapes(example: Path, ontology: Graph, shapes: Graph) -> list[str]:
    """Return the names of the shapes that an example breaks."""
    conforms, report, _ = pyshacl.validate(
        _read([example]) + ontology, shacl_graph=shapes, inference="none", advanced=False, inplace=True
    )
    results = report.objects(None, SH.result)
    broken = {shape for result in results for shape in report.objects(result, SH.sourceShape)}
    assert conforms == (not broken)
    return sorted(shorten_iri(str(shape)) for shape in broken)


def _named_shapes(example: Path) -> list[str]:
    """Return the shapes that the first line of a bad example names."""
    first_line = example.read_text(encoding="utf-8").partition("\n")[0]
    match = VIOLATES.fullmatch(first_line)
    assert match, f"{example} must start with a line '# violates: pocash:…'"
    return sorted(match.group(1).split(", "))


def _name(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("example", GOOD, ids=_name)
def test_a_good_example_conforms(example, terms_and_schemes, shapes):
    assert _broken_shapes(example, terms_and_schemes, shapes) == []


@pytest.mark.parametrize("example", BAD, ids=_name)
def test_a_bad_example_fails_by_the_named_shapes(example, terms_and_schemes, shapes):
    assert _broken_shapes(example, terms_and_schemes, shapes) == _named_shapes(example)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_has_good_and_bad_examples(module):
    assert list(module.glob("examples/ok-*.ttl"))
    assert list(module.glob("examples/bad-*.ttl"))


def test_an_instance_of_a_subclass_is_held_to_the_shape_of_the_class_above(terms_and_schemes, shapes):
    shape = expand_curie("pocash:SourceDocumentShape")
    publication, document = expand_curie("poca:Publication"), expand_curie("poca:SourceDocument")
    assert set(shapes.objects(shape, SH.targetClass)) == {document}
    example = ONTOLOGY / "modules/evidence/examples/bad-publication-without-address.ttl"
    mentioned = set(_read([example]).objects())
    assert publication in mentioned
    assert document not in mentioned
    assert _broken_shapes(example, terms_and_schemes, shapes) == ["pocash:SourceDocument-url"]
    assert _broken_shapes(example, Graph(), shapes) != ["pocash:SourceDocument-url"]


def test_each_shape_with_a_target_or_a_path_is_shown_to_fire(shapes):
    never = {str(shape) for shape in _firing(shapes)} - {
        str(expand_curie(name)) for path in BAD for name in _named_shapes(path)
    }
    assert sorted(shorten_iri(name) for name in never) == []


def _firing(shapes: Graph) -> set[URIRef]:
    """Return the shapes that can be the source of a result: those in sh:property of a shape with a target."""
    targeted = {*shapes.subjects(SH.targetClass), *shapes.subjects(SH.targetSubjectsOf)}
    return {prop for shape in targeted for prop in shapes.objects(shape, SH.property)}
