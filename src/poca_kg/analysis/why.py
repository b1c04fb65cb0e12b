"""Where a triple comes from: a place in a document, a table's row, a rule, a file, or the catalogue.

Every triple of a built graph leads to one of these, in each named graph that holds it; a test walks the whole
graph and finds nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rdflib import BNode, URIRef
from rdflib.namespace import RDF

from poca_kg.analysis.explanation import (
    Explanation,
    FromCatalogue,
    FromDocument,
    FromFile,
    FromRow,
    FromRule,
    RuleInput,
)
from poca_kg.analysis.missing import explain_absence
from poca_kg.analysis.origins import Origins
from poca_kg.analysis.selecting import in_graph, iri_of, select
from poca_kg.build.catalogue import CATALOGUE_FIELDS
from poca_kg.errors import NotFoundError
from poca_kg.store.places import Places
from poca_kg.store.protocol import Store, Term
from poca_kg.vocabulary.iris import OWN_GRAPHS, graph_iri
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["why"]

_ONTOLOGY_GRAPHS = frozenset(map(graph_iri, OWN_GRAPHS)) - {graph_iri("derived"), graph_iri("catalogue")}

_HOLDING = """
SELECT DISTINCT ?graph ?s ?p ?o WHERE { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?graph
"""
_LEADING = """
SELECT ?s ?p ?o WHERE { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?s ?p LIMIT 1
"""
_RULE = """
SELECT ?s ?rule WHERE { GRAPH ?graph { ?s poca:byRule ?rule } } ORDER BY ?rule
"""
_INPUTS = """
SELECT DISTINCT ?s ?input WHERE { GRAPH ?graph { ?s prov:wasDerivedFrom ?input } } ORDER BY ?input
"""
_DESCRIBED = """
SELECT DISTINCT ?graph ?s (MIN(?type) AS ?o) WHERE { GRAPH ?graph { ?s a ?type } }
GROUP BY ?graph ?s ORDER BY ?graph
"""


@dataclass(frozen=True)
class _Triple:
    """A triple in its graph, and the things whose explanation is under way above it."""

    subject: Term
    predicate: URIRef
    object: Term
    graph: URIRef
    under_way: frozenset[URIRef] = frozenset()


def why(store: Store, places: Places, s: Term, p: URIRef, o: Term) -> tuple[Explanation, ...]:
    """Return where a triple comes from: one explanation per named graph that holds it, sorted by graph.

    A triple of a list or a SHACL path (its subject is a blank node) is explained by the triple that leads to
    it. The inputs of a rule are explained in turn; a thing that was explained further up is named only.

    Raises
    ------
    NotFoundError
        If no graph holds the triple: the message lists what there is instead. Also if a graph that did not
        come from ``poca-kg build`` holds it without saying where it is from.
    """
    found = select(store, _HOLDING, s=s, p=p, o=o)
    if not found:
        raise explain_absence(store, s, p, o)
    origins = Origins(store, places)
    return tuple(_explain(origins, _Triple(s, p, o, iri_of(row["graph"]))) for row in found)


def _explain(origins: Origins, triple: _Triple) -> Explanation:
    triple = _leading_triple(origins.store, triple)
    if triple.graph in _ONTOLOGY_GRAPHS:
        return _from_file(origins, triple)
    return _EXPLAINERS.get(triple.graph, _from_row)(origins, triple)


def _leading_triple(store: Store, triple: _Triple) -> _Triple:
    """Return the nearest triple above whose subject has an IRI."""
    passed = set()
    while isinstance(triple.subject, BNode) and triple.subject not in passed:
        passed.add(triple.subject)
        above = select(store, in_graph(_LEADING, triple.graph), o=triple.subject)
        if not above:
            break
        triple = replace(
            triple, subject=above[0]["s"], predicate=iri_of(above[0]["p"]), object=triple.subject
        )
    return triple


def _from_row(origins: Origins, triple: _Triple) -> Explanation:
    subject = iri_of(triple.subject)
    rows = origins.find_rows(subject, triple.graph)
    if not rows:
        raise NotFoundError(
            f"{shorten_iri(triple.graph)} does not say where {shorten_iri(subject)} comes from",
            advice="only graphs made by poca-kg build explain their triples",
        )
    name = origins.name_of(subject)
    places = origins.find_document_places(subject, triple.graph)
    if not places:
        return FromRow(triple.graph, name, rows[0])
    return FromDocument(triple.graph, name, places, origins.find_voices(subject, triple.graph), rows[0])


def _from_rule(origins: Origins, triple: _Triple) -> Explanation:
    subject = iri_of(triple.subject)
    rules = select(origins.store, in_graph(_RULE, triple.graph), s=subject)
    if not rules:
        raise NotFoundError(f"{shorten_iri(subject)} names no rule", advice="give it a poca:byRule")
    under_way = triple.under_way | {subject}
    inputs = tuple(
        _explain_input(origins, iri_of(row["input"]), under_way)
        for row in select(origins.store, in_graph(_INPUTS, triple.graph), s=subject)
    )
    rule = origins.name_of(iri_of(rules[0]["rule"]))
    return FromRule(triple.graph, origins.name_of(subject), rule, inputs)


def _explain_input(origins: Origins, thing: URIRef, under_way: frozenset[URIRef]) -> RuleInput:
    name = origins.name_of(thing)
    if thing in under_way:
        return RuleInput(name, (), again=True)
    explanations = tuple(
        _explain(origins, _Triple(thing, RDF.type, row["o"], iri_of(row["graph"]), under_way))
        for row in select(origins.store, _DESCRIBED, s=thing)
    )
    return RuleInput(name, explanations)


def _from_file(origins: Origins, triple: _Triple) -> Explanation:
    place = origins.places.of_triple(triple.subject, triple.predicate, triple.object)
    return FromFile(triple.graph, origins.name_of(iri_of(triple.subject)), place)


def _from_catalogue(origins: Origins, triple: _Triple) -> Explanation:
    field = CATALOGUE_FIELDS.get(triple.predicate)
    if field is None:
        raise NotFoundError(f"no field of the catalogue is written as {shorten_iri(triple.predicate)}")
    counted = field == "count"
    place = None if counted else origins.places.of_triple(triple.subject, triple.predicate, triple.object)
    return FromCatalogue(triple.graph, origins.name_of(iri_of(triple.subject)), field, place)


_EXPLAINERS: dict[URIRef, Callable[[Origins, _Triple], Explanation]] = {
    graph_iri("derived"): _from_rule,
    graph_iri("catalogue"): _from_catalogue,
}
