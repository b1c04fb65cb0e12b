"""What explains findings about a store elsewhere: labels, types and value nodes, in a few requests.

The data itself stays where it is. What is asked about are the nodes that findings name, many at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF

from poca_kg.errors import InputError
from poca_kg.store.bridge import sparql_term
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.patterns import Focus, Violations
from poca_kg.validate.compiler.source import Source
from poca_kg.validate.compiler.walking import walk
from poca_kg.validate.explain import Values
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import PropertyPath
from poca_kg.vocabulary.labels import LABEL_PROPERTIES

__all__ = ["Surroundings", "count_triples", "fetch_surroundings"]

_AT_ONCE = 1_000
_MOST_LABELLED = 10_000


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is known of the nodes that findings name.

    Attributes
    ----------
    graph
        Their labels and types.
    values
        For each focus node and path of a finding without a value, the value nodes.
    """

    graph: Graph
    values: Values


def fetch_surroundings(source: Source, findings: Collection[Finding]) -> Surroundings:
    """Return what explains findings; the labels of the first 10,000 nodes only."""
    graph = Graph(bind_namespaces="none")
    named = {
        node for finding in findings for node in (finding.focus, finding.value) if isinstance(node, URIRef)
    }
    about = " ".join(map(sparql_term, (RDF.type, *LABEL_PROPERTIES)))
    for part in _parts(sorted(named)[:_MOST_LABELLED]):
        nodes = " ".join(map(sparql_term, part))
        pattern = f"VALUES ?s {{ {nodes} }} VALUES ?p {{ {about} }} ?s ?p ?o"
        for subject, predicate, value in source.select(f"SELECT ?s ?p ?o WHERE {{ {pattern} }}"):
            if subject is not None and predicate is not None and value is not None:
                graph.add((subject, predicate, value))
    return Surroundings(graph, _values(source, findings))


def count_triples(source: Source) -> int:
    """Return how many triples the data has; this is one request.

    Raises
    ------
    InputError
        If the answer is no number.
    """
    ((number,),) = source.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    if not isinstance(number, Literal) or not isinstance(number.value, int):
        raise InputError("the store does not say how many triples it holds")
    return number.value


def _values(source: Source, findings: Collection[Finding]) -> Values:
    """Return the value nodes of findings that name none."""
    open_ends: dict[PropertyPath, set[URIRef]] = defaultdict(set)
    for finding in findings:
        if finding.path is not None and finding.value is None and isinstance(finding.focus, URIRef):
            open_ends[finding.path].add(finding.focus)
    found: dict[tuple[Term, PropertyPath], tuple[Term, ...]] = {}
    for path, starts in open_ends.items():
        found |= {(node, path): () for node in starts}
        for part in _parts(sorted(starts)):
            nodes = " ".join(map(sparql_term, part))
            leads = walk(Focus(f"VALUES ?s {{ {nodes} }}", "?s"), path, "?o")
            for node, value in source.select(Violations(leads.pattern, "?s", "?o").select):
                if node is not None and value is not None:
                    found[node, path] = (*found[node, path], value)
    return found


def _parts(nodes: Sequence[URIRef]) -> Iterator[Sequence[URIRef]]:
    """Iterate over nodes, so many at a time as go into one request."""
    for at in range(0, len(nodes), _AT_ONCE):
        yield nodes[at : at + _AT_ONCE]
