"""Write the reference pages of the ontology: terms, schemes, checks, rules and questions.

Each page is made from ``ontology/`` alone and is committed under ``docs/reference/``. Run this after every
change of the ontology; ``--check`` changes nothing and exits 1 when a page is out of step.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, URIRef
from rdflib.term import Node
from reference_markdown import (
    ONTOLOGY,
    ROOT,
    code,
    file_link,
    in_both,
    in_order,
    listed,
    page,
    read,
    sources,
    text_in,
)  # fmt: skip

from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import POCA

__all__ = ["PAGES", "main"]

REFERENCE = ROOT / "docs/reference"
KIND_WORDS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "property, leads to a thing",
    OWL.DatatypeProperty: "property, gives a value",
    OWL.AnnotationProperty: "property, leads to a thing or gives a value",
    RDF.Property: "property, leads to a thing or gives a value",
}
MATCHES = (
    RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty,
    SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch,
)  # fmt: skip


def modules() -> list[str]:
    """Return the names of the modules, sorted."""
    return sorted(path.parent.name for path in ONTOLOGY.glob("modules/*/terms.ttl"))


# Terms


def terms_page() -> str:
    """Return the page of classes and properties, by module."""
    shapes, alignments = read("modules/*/shapes.ttl"), read("alignments/*.ttl")
    sections = []
    for module in modules():
        graph = read(f"modules/{module}/terms.ttl")
        sections.append([f"## {module}"])
        classes = in_order(graph.subjects(RDF.type, OWL.Class))
        properties = in_order(
            {s for kind in KIND_WORDS for s in graph.subjects(RDF.type, kind)} - set(classes)
        )
        sections += [term_section(graph, term, shapes, alignments) for term in (*classes, *properties)]
    return page("Terms", "The classes and properties of the ontology (`def/`), module by module.", sections)


def term_section(graph: Graph, term: Node, shapes: Graph, alignments: Graph) -> list[str]:
    """Return the section of one term: names, definition, limits, example, and where it stands."""
    kind = next(word for kind, word in KIND_WORDS.items() if (term, RDF.type, kind) in graph)
    labels = " · ".join(
        text for text in (text_in(graph, term, RDFS.label, tag) for tag in ("en", "it")) if text
    )
    matches = [
        f"- {shorten_iri(str(predicate))}: {', '.join(f'`{shorten_iri(str(o))}`' for o in objects)}"
        for predicate in MATCHES
        if (objects := in_order(alignments.objects(term, predicate)))
    ]
    users = {shape for shape in shapes.subjects(None, term) if isinstance(shape, URIRef)}
    deprecated = ["**Deprecated.**"] if (term, OWL.deprecated, None) in graph else []
    return [
        f"### {shorten_iri(str(term))}",
        f"{labels} ({kind})",
        *deprecated,
        *in_both(graph, term, SKOS.definition),
        *in_both(graph, term, SKOS.scopeNote, "Note: "),
        *in_both(graph, term, SKOS.example, "Example: "),
        *listed("below", graph.objects(term, RDFS.subClassOf)),
        *listed("disjoint with", graph.objects(term, OWL.disjointWith)),
        *matches,
        *listed("in shapes", users, page="shapes"),
        *listed("in questions", questions_with(shorten_iri(str(term))), page="questions"),
        *sources(graph, term),
    ]


def questions_with(name: str) -> list[Node]:
    """Return the competency questions whose query uses a term."""
    word = re.compile(rf"(?<![\w:-]){re.escape(name)}(?![\w-])")
    return [
        question
        for question, query in read("questions/*.ttl").subject_objects(SH.select)
        if word.search(str(query))
    ]


# Schemes, checks, rules, questions


def schemes_page() -> str:
    """Return the page of concept schemes with a table of concepts each."""
    graph = read("schemes/*.ttl")
    schemes = in_order(graph.subjects(RDF.type, SKOS.ConceptScheme))
    return page(
        "Schemes",
        "The lists of concepts that values are taken from.",
        (scheme_section(graph, s) for s in schemes),
    )


def scheme_section(graph: Graph, scheme: Node) -> list[str]:
    """Return the section of one scheme: its names, its definition and its concepts."""
    labels = " · ".join(text_in(graph, scheme, SKOS.prefLabel, tag) for tag in ("en", "it"))
    rows = [
        f"| `{shorten_iri(str(concept))}` | {text_in(graph, concept, SKOS.prefLabel, 'en')} "
        f"| {text_in(graph, concept, SKOS.prefLabel, 'it')} | {broader(graph, concept)} "
        f"| {text_in(graph, concept, SKOS.definition, 'en')} |"
        for concept in in_order(graph.subjects(SKOS.inScheme, scheme))
    ]
    head = "| concept | English | Italian | below | definition |\n|---|---|---|---|---|"
    return [
        f"## {shorten_iri(str(scheme))}",
        labels,
        *in_both(graph, scheme, SKOS.definition),
        *in_both(graph, scheme, SKOS.scopeNote, "Note: "),
        "\n".join([head, *rows]),
    ]


def broader(graph: Graph, concept: Node) -> str:
    """Return the concepts directly above: broader ones, wider levels, deeper arrangements."""
    above = {o for p in (SKOS.broader, POCA.wider, POCA.deeper) for o in graph.objects(concept, p)}
    return ", ".join(f"`{shorten_iri(str(other))}`" for other in in_order(above))


def checks_page() -> str:
    """Return the page of checks."""
    introduction = (
        "Queries that must return nothing; what they return is an offender with a detail. The name of a "
        "check on the *ontology* says what holds, that of a check on the *data* says what is wrong. Data "
        "checks run in every build on the whole dataset and stop it."
    )
    return page("Checks", introduction, map(check_section, sorted(ONTOLOGY.glob("checks/*.rq"))))


def check_section(path: Path) -> list[str]:
    """Return the section of one check: what it says, what to do, and the example that it finds."""
    head = dict(re.findall(r"(?m)^# (title|advice|scope): (.+)$", path.read_text(encoding="utf-8")))
    fixture = ROOT / f"tests/ontology/fixtures/{path.stem}.trig"
    return [
        f"## {path.stem}",
        head["title"],
        head["advice"],
        f"- scope: {head['scope']}",
        f"- query: {file_link(path)}",
        f"- finds: {file_link(fixture)}",
    ]


def rules_page() -> str:
    """Return the page of rules in the order in which they run."""
    graph = read("rules/*.ttl")
    rules = sorted(
        graph.subjects(RDF.type, POCA.Rule), key=lambda rule: int(str(graph.value(rule, POCA.ruleOrder)))
    )
    sections = (
        [
            f"## {shorten_iri(str(rule))}",
            f"{text_in(graph, rule, RDFS.label, 'en')} · {text_in(graph, rule, RDFS.label, 'it')}",
            *in_both(graph, rule, SKOS.definition),
            *in_both(graph, rule, SKOS.scopeNote, "Note: "),
            f"- order: {graph.value(rule, POCA.ruleOrder)}",
            *sources(graph, rule),
            *code("sparql", graph.value(rule, SH.construct)),
        ]
        for rule in rules
    )
    return page(
        "Rules", "What is concluded, in `graph/derived`, in the order in which the rules run.", sections
    )


def questions_page() -> str:
    """Return the page of competency questions."""
    graph = read("questions/*.ttl")
    sections = (
        [
            f"## {shorten_iri(str(question))}",
            *in_both(graph, question, RDFS.label),
            f"- module: {graph.value(question, POCA.module)}",
            *listed("rests on", graph.objects(question, POCA.restsOn)),
            *code("sparql", graph.value(question, SH.select)),
        ]
        for question in in_order(graph.subjects(RDF.type, POCA.CompetencyQuestion))
    )
    return page("Questions", "What the graph must be able to answer, each with its query.", sections)


PAGES = {
    "checks": checks_page,
    "questions": questions_page,
    "rules": rules_page,
    "schemes": schemes_page,
    "terms": terms_page,
}


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with ``--check`` compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when out of step")
    options = parser.parse_args(arguments)
    outcome = 0
    for name, render in PAGES.items():
        path, text = REFERENCE / f"{name}.md", render()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            print(f"{path.name} is out of step; run: python tools/generate_reference.py", file=sys.stderr)
            outcome = 1
        else:
            path.write_text(text, encoding="utf-8")
    return outcome


if __name__ == "__main__":
    raise SystemExit(main())
