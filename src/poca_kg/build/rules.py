"""Rules: CONSTRUCT queries whose conclusions go to a graph of their own and name the rule and its inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import RDF, SH, BNode, Literal, URIRef
from rdflib.namespace import PROV

from poca_kg.build.ontology import Ontology
from poca_kg.errors import FilePlace, InputError, PocaError, Problem
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


def derive(rules: Iterable[Rule], store: EmbeddedStore, problems: list[Problem]) -> list[Quad]:
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
        triples = _conclusions(rule, store, problems)
        _check(rule, triples, known, problems)
        quads: list[Quad] = [(*triple, graph) for triple in triples]
        store.load(canonical_nquads(quads), format=RdfSyntax.N_QUADS)
        known |= {triple[0] for triple in triples}
        derived += quads
    return derived


def _conclusions(rule: Rule, store: EmbeddedStore, problems: list[Problem]) -> tuple[Triple, ...]:
    try:
        answer = store.query(rule.construct)
    except InputError as error:
        line = (rule.place.line or 1) + ((error.place.line if error.place else None) or 1) - 1
        problems.append(
            Problem(FilePlace(rule.place.file, line), f"the query of the rule: {error.what}", error.advice)
        )
        return ()
    except PocaError as error:
        problems.append(Problem(rule.place, f"the query of the rule: {error.what}", error.advice))
        return ()
    if not isinstance(answer, Triples):
        problems.append(Problem(rule.place, "the query of the rule gives no triples", "write CONSTRUCT"))
        return ()
    return answer.triples


def _check(rule: Rule, triples: Iterable[Triple], known: set[Term], problems: list[Problem]) -> None:
    by_subject: dict[Term, list[Triple]] = {}
    for triple in triples:
        by_subject.setdefault(triple[0], []).append(triple)
    for subject, said in sorted(by_subject.items(), key=lambda item: str(item[0])):
        if isinstance(subject, BNode) or any(isinstance(value, BNode) for _, _, value in said):
            what, advice = (
                "the rule concludes something without an IRI",
                "mint an IRI from those of the inputs",
            )
            problems.append(Problem(rule.place, what, advice))
            continue
        name = shorten_iri(str(subject))
        if subject in known:
            what = f"the rule speaks of {name}, which is there already"
            problems.append(Problem(rule.place, what, "let it mint a thing of its own"))
        if [value for _, predicate, value in said if predicate == POCA.byRule] != [URIRef(rule.iri)]:
            what = f"the conclusion {name} does not name its rule"
            problems.append(Problem(rule.place, what, f"add poca:byRule {shorten_iri(rule.iri)}"))
        inputs = [value for _, predicate, value in said if predicate == PROV.wasDerivedFrom]
        if not inputs:
            what = f"the conclusion {name} names no inputs"
            problems.append(Problem(rule.place, what, "add prov:wasDerivedFrom for each input"))
        problems += [
            Problem(rule.place, f"the conclusion {name} rests on {_name(missing)}, which nothing describes")
            for missing in inputs
            if missing not in known
        ]


def _name(term: Term) -> str:
    return repr(str(term)) if isinstance(term, Literal) else shorten_iri(str(term))
