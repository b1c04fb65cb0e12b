"""Random shapes, data and changes for the tests of incremental validation; the same for the same seed."""

from __future__ import annotations

from random import Random

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH, XSD

from poca_kg.store.protocol import Triple

E = "http://e/"
NODES = [URIRef(f"{E}n{number}") for number in range(8)]
CLASSES = [URIRef(f"{E}C{number}") for number in range(4)]
PROPERTIES = [URIRef(f"{E}p{number}") for number in range(4)]
LITERALS = [
    Literal(1),
    Literal(5),
    Literal(9),
    Literal("a"),
    Literal("abc"),
    Literal("a", lang="en"),
    Literal("b", lang="en"),
    Literal("a", lang="it"),
]
QUERIES = [
    "SELECT $this ?value { $this <e:p0> ?value . ?value <e:p1> ?other FILTER(?value != ?other) }",
    "SELECT $this { $this <e:p2>+ $this }",
    "SELECT $this ?value { $this <e:p0> ?value FILTER NOT EXISTS { ?value <e:p1>/<e:p2> ?x } }",
    "SELECT $this ?value { { $this <e:p1> ?value } UNION { ?value <e:p3> $this }"
    " FILTER EXISTS { ?value <e:p0> ?x } }",
    "SELECT $this ?value { $this <e:p3> ?x OPTIONAL { ?x <e:p0> ?value } FILTER(!BOUND(?value)) }",
    "SELECT $this ?value { ?value ?any $this . ?value a <e:C1> }",
    "SELECT $this (COUNT(?x) AS ?value) { $this <e:p0> ?y . ?y ^<e:p1> ?x }"
    " GROUP BY $this HAVING (COUNT(?x) > 1)",
    "SELECT $this ?value { $this $PATH ?value . ?value <e:p2> ?x }",
    "SELECT $this ?value { $this <e:p0> ?value . ?other <e:p3> ?value FILTER(?other != $this) }",
    "SELECT $this { $this <e:p1> ?x . <e:n0> <e:p0> ?z }",
]


class Maker:
    """Draws everything from one seed."""

    def __init__(self, seed: int, *, queries: bool = True) -> None:
        self.random, self.queries = Random(seed), queries
        self.rules = Graph(bind_namespaces="none")
        self.inner: list[URIRef] = []

    def triple(self) -> Triple:
        draw = self.random
        kind = draw.random()
        if kind < 0.2:
            return draw.choice(NODES), RDF.type, draw.choice(CLASSES)
        if kind < 0.25:
            return draw.choice(CLASSES), RDFS.subClassOf, draw.choice(CLASSES)
        return draw.choice(NODES), draw.choice(PROPERTIES), draw.choice([*NODES, *LITERALS])

    def data(self) -> set[Triple]:
        return {self.triple() for _ in range(self.random.randrange(5, 45))}

    def change(self, data: set[Triple]) -> set[Triple]:
        """Return the data with some triples fewer and some more."""
        draw = self.random
        new = set(data)
        for _ in range(draw.randrange(1, 4)):
            if new and draw.random() < 0.5:
                new.discard(draw.choice(sorted(new)))
            else:
                new.add(self.triple())
        return new

    def shapes(self) -> Graph:
        """Return a shapes graph without recursion: a shape holds such as were made before it."""
        for number in range(self.random.randrange(1, 6)):
            self._shape(number)
        return self.rules

    def _shape(self, number: int) -> None:
        draw, rules = self.random, self.rules
        shape = URIRef(f"{E}S{number}")
        if draw.random() < 0.5:
            rules.add((shape, RDF.type, SH.PropertyShape))
            rules.add((shape, SH.path, self._path(draw.randrange(3))))
        else:
            rules.add((shape, RDF.type, SH.NodeShape))
        for _ in range(draw.randrange(1, 4)):
            self._constraint(shape)
        if not self.inner or draw.random() < 0.7:
            self._target(shape)
        self.inner.append(shape)

    def _target(self, shape: URIRef) -> None:
        draw = self.random
        kind = draw.choice(
            [SH.targetClass, SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf]
        )
        named = {SH.targetClass: CLASSES, SH.targetNode: NODES}.get(kind, PROPERTIES)
        self.rules.add((shape, kind, draw.choice(named)))

    def _path(self, depth: int) -> URIRef | BNode:
        draw, rules = self.random, self.rules
        if depth == 0:
            return draw.choice(PROPERTIES)
        node = BNode()
        kind = draw.choice(["inverse", "sequence", "alternative", "*", "+", "?"])
        if kind == "sequence":
            Collection(rules, node, [self._path(depth - 1), self._path(depth - 1)])
        elif kind == "alternative":
            members = BNode()
            Collection(rules, members, [self._path(depth - 1), self._path(depth - 1)])
            rules.add((node, SH.alternativePath, members))
        else:
            named = {"*": SH.zeroOrMorePath, "+": SH.oneOrMorePath, "?": SH.zeroOrOnePath}
            rules.add((node, named.get(kind, SH.inversePath), self._path(depth - 1)))
        return node

    def _constraint(self, shape: URIRef) -> None:
        draw, rules = self.random, self.rules
        has_path = (shape, SH.path, None) in rules
        simple = [
            (SH.nodeKind, SH.IRI),
            (SH.datatype, XSD.integer),
            (SH["class"], draw.choice(CLASSES)),
            (SH.pattern, Literal("^a")),
            (SH.hasValue, draw.choice([*NODES, *LITERALS])),
            (SH.minInclusive, Literal(4)),
            (SH.equals, draw.choice(PROPERTIES)),
            (SH.disjoint, draw.choice(PROPERTIES)),
        ]
        of_paths = [
            (SH.minCount, Literal(draw.randrange(1, 3))),
            (SH.maxCount, Literal(draw.randrange(3))),
            (SH.uniqueLang, Literal(True)),
            (SH.lessThan, draw.choice(PROPERTIES)),
        ]
        kind = draw.random()
        if kind < 0.4 or (not self.inner and kind < 0.8):
            component, value = draw.choice([*simple, *of_paths] if has_path else simple)
            if (
                component not in {SH.pattern, SH.datatype, SH.nodeKind}
                or (shape, component, None) not in rules
            ):
                rules.remove((shape, component, None)) if component in dict(of_paths) else None
                rules.add((shape, component, value))
        elif kind < 0.8:
            self._nested(shape, has_path=has_path)
        elif kind < 0.85:
            self._closed(shape)
        elif self.queries:
            self._query(shape, has_path=has_path)

    def _nested(self, shape: URIRef, *, has_path: bool) -> None:
        draw, rules = self.random, self.rules
        some = [draw.choice(self.inner) for _ in range(2)]
        of_property = [one for one in self.inner if (one, SH.path, None) in rules]
        kind = draw.choice(["node", "not", "or", "and", "xone", "property", "qualified"])
        if kind == "property" and of_property:
            rules.add((shape, SH.property, draw.choice(of_property)))
        elif kind == "qualified" and has_path and (shape, SH.qualifiedValueShape, None) not in rules:
            rules.add((shape, SH.qualifiedValueShape, some[0]))
            rules.add((shape, draw.choice([SH.qualifiedMinCount, SH.qualifiedMaxCount]), Literal(1)))
            if draw.random() < 0.5:
                rules.add((shape, SH.qualifiedValueShapesDisjoint, Literal(True)))
        elif kind in {"or", "and", "xone"}:
            members = BNode()
            Collection(rules, members, some)
            rules.add((shape, SH[kind if kind != "or" else "or"], members))
        else:
            rules.add((shape, SH["not"] if kind == "not" else SH.node, some[0]))

    def _closed(self, shape: URIRef) -> None:
        if (shape, SH.path, None) not in self.rules and (shape, SH.closed, None) not in self.rules:
            self.rules.add((shape, SH.closed, Literal(True)))

    def _query(self, shape: URIRef, *, has_path: bool) -> None:
        text = self.random.choice([query for query in QUERIES if has_path or "$PATH" not in query])
        constraint = BNode()
        self.rules.add((shape, SH.sparql, constraint))
        self.rules.add((constraint, SH.select, Literal(text.replace("<e:", f"<{E}"))))
