"""Rules: CONSTRUCT queries whose conclusions go to a graph of their own and name the rule and its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib import RDF, SH, BNode, Literal, URIRef
from rdflib.namespace import PROV

from poca_kg.build.ontology import Ontology
from poca_kg.errors import FilePlace, InputError, PocaError, Problem, UsageError
from poca_kg.store.canonical import canonical_nquads
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Quad, Term, Triple, Triples
from poca_kg.vocabulary.iris import graph_iri
from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import POCA

__all__ = ["Rule", "derive", "read_rules"]


@dataclass(frozen=True, order=True)
class Rule:
    """A rule: when it runs, its IRI, its query, and where the query is written."""

    order: int
    iri: str
    construct: str
    place: FilePlace


def read_rules(ontology: Ontology, problems: list[Problem]) -> list[Rule]:
    """Return the rules in the order in which they run; add a problem for each without its order or query."""
    triples = ontology.triples("rules")
    found = []
    for subject in sorted(str(s) for s, p, o in triples if p == RDF.type and o == POCA.Rule):
        mine = [triple for triple in triples if str(triple[0]) == subject]
        orders = [o for _, p, o in mine if p == POCA.ruleOrder]
        queries = [triple for triple in mine if triple[1] == SH.construct]
        if len(orders) != 1 or len(queries) != 1 or not str(orders[0]).isdigit():
            what = f"the rule {shorten_iri(subject)} has not one poca:ruleOrder and one sh:construct"
            problems.append(Problem(ontology.places[mine[0]], what, "write one of each"))
            continue
        found.append(Rule(int(orders[0]), subject, str(queries[0][2]), ontology.places[queries[0]]))
    return sorted(found)


def derive(rules: Iterable[Rule], store: EmbeddedStore, *, problems: list[Problem]) -> list[Quad]:
    """Return what the rules conclude, as quads of the derived graph, and load it into the store.

    Parameters
    ----------
    rules
        The rules in the order in which they run; each sees what the earlier ones concluded.
    store
        Holds the graphs of the sources and the schemes.
    problems
        Gets an entry for each query that does not run, and for each conclusion that does not name its rule
        and at least one input that exists.
    """
    graph = str(graph_iri("derived"))
    known = {quad[0] for quad in store.quads()}
    derived: list[Quad] = []
    for rule in rules:
        try:
            triples = _conclusions(rule, store)
        except PocaError as error:
            problems.append(
                Problem(_line_of(rule, error), f"the query of the rule: {error.what}", error.advice)
            )
            continue
        problems += _faults(rule, triples, known=known)
        quads: list[Quad] = [(*triple, graph) for triple in triples]
        store.load(canonical_nquads(quads), format=RdfSyntax.N_QUADS)
        known |= {triple[0] for triple in triples}
        derived += quads
    return derived


def _conclusions(rule: Rule, store: EmbeddedStore) -> tuple[Triple, ...]:
    answer = store.query(rule.construct)
    if not isinstance(answer, Triples):
        raise UsageError("it gives no triples", advice="write CONSTRUCT")
    return answer.triples


def _line_of(rule: Rule, error: PocaError) -> FilePlace:
    """Return the line of the file that an error speaks of, which counts lines within the query."""
    within = error.place.line if isinstance(error, InputError) and error.place else None
    return FilePlace(rule.place.file, (rule.place.line or 1) + (within or 1) - 1)


def _faults(rule: Rule, triples: Iterable[Triple], *, known: set[Term]) -> list[Problem]:
    """Return what a rule does not account for in what it concludes."""
    by_subject: dict[Term, list[Triple]] = {}
    for triple in triples:
        by_subject.setdefault(triple[0], []).append(triple)
    return [
        Problem(rule.place, what, advice)
        for subject, said in sorted(by_subject.items(), key=lambda item: str(item[0]))
        for what, advice in _faults_of_conclusion(rule, said, known=known)
    ]


def _faults_of_conclusion(rule: Rule, said: list[Triple], *, known: set[Term]) -> Iterator[tuple[str, str]]:
    subject = said[0][0]
    if isinstance(subject, BNode) or any(isinstance(value, BNode) for _, _, value in said):
        yield "the rule concludes something without an IRI", "mint an IRI from those of the inputs"
        return
    name = shorten_iri(str(subject))
    if subject in known:
        yield f"the rule speaks of {name}, which is there already", "let it mint a thing of its own"
    if [value for _, predicate, value in said if predicate == POCA.byRule] != [URIRef(rule.iri)]:
        yield f"the conclusion {name} does not name its rule", f"add poca:byRule {shorten_iri(rule.iri)}"
    inputs = [value for _, predicate, value in said if predicate == PROV.wasDerivedFrom]
    if not inputs:
        yield f"the conclusion {name} names no inputs", "add prov:wasDerivedFrom for each input"
    for missing in inputs:
        if missing not in known:
            shown = repr(str(missing)) if isinstance(missing, Literal) else shorten_iri(str(missing))
            yield f"the conclusion {name} rests on {shown}, which nothing describes", "name what exists"
