"""The reference pages give each term, shape, scheme, check, rule and question a heading, and stay in step."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from rdflib import RDF, SH, SKOS

from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import POCA

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs/reference"
KINDS = [
    ("schemes", "schemes", SKOS.ConceptScheme),
    ("rules", "rules", POCA.Rule),
    ("questions", "questions", POCA.CompetencyQuestion),
]


def headings(page: str) -> list[str]:
    text = (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^#{2,} (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text), flags=re.MULTILINE)


@pytest.fixture
def generator(monkeypatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("generate_reference", ROOT / "tools/generate_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("reference_markdown", None)


def test_every_term_has_a_heading():
    names = {f"poca:{name}" for name in POCA.__annotations__ if not name.startswith("_")}
    assert names == {heading for heading in headings("terms") if ":" in heading}


@pytest.mark.parametrize(("page", "graph", "kind"), KINDS, ids=lambda value: str(value).rpartition("#")[2])
def test_everything_of_a_kind_has_a_heading(page, graph, kind, ontology):
    names = {shorten_iri(str(s)) for s, p, o in ontology.triples(graph) if p == RDF.type and o == kind}
    assert names <= set(headings(page))


@pytest.mark.parametrize("kind", [SH.NodeShape, SH.PropertyShape], ids=lambda kind: kind.rpartition("#")[2])
def test_every_shape_has_a_page_under_its_name_and_a_place_in_the_list(kind, ontology):
    shapes = {s for s, p, o in ontology.triples("shapes") if p == RDF.type and o == kind}
    listed = (REFERENCE / "shapes.md").read_text(encoding="utf-8")
    for name in (str(shape).rpartition("/")[2] for shape in shapes):
        page = (REFERENCE / f"shapes/{name}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# pocash:{name}\n")
        assert f"(shapes/{name}.md)" in listed


def test_every_check_has_a_heading():
    assert sorted(path.stem for path in (ROOT / "ontology/checks").glob("*.rq")) == headings("checks")


@pytest.mark.parametrize("page", ["terms", "shapes", "schemes", "checks", "rules", "questions"])
def test_no_heading_stands_twice(page):
    assert len(headings(page)) == len(set(headings(page)))


def test_links_between_the_pages_lead_to_headings(generator):
    from reference_markdown import anchor

    broken = []
    for page in REFERENCE.glob("*.md"):
        for target, fragment in re.findall(r"\]\((\w+)\.md#([\w-]+)\)", page.read_text(encoding="utf-8")):
            if fragment not in {anchor(heading) for heading in headings(target)}:
                broken.append(f"{page.name}: {target}.md#{fragment}")
    assert broken == []


def test_a_page_out_of_step_is_reported(generator, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generator, "REFERENCE", tmp_path)
    assert generator.main(["--check"]) == 1
    assert "terms.md is out of step" in capsys.readouterr().err
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
