"""Random shapes and random data that meet: few nodes, few properties, so that much is reached and compared.

Shapes refer to later ones only, so that none is recursive; every component, target and path of SHACL Core
occurs, and queries with ``$this`` in all the places where pre-binding matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

from poca_kg.store.bridge import typed_literal
from poca_kg.validate.quiet import quiet

__all__ = ["PROFILES", "WILD", "Profile", "cases"]

E = Namespace("http://e/")
PROPERTIES = [E.p, E.q, E.r]
CLASSES = [E.C, E.D, E.F]
NODES = [E.a, E.b, E.c, E.d, BNode("x"), BNode("y")]


def _typed(text: str, datatype: URIRef) -> Literal:
    return typed_literal(text, datatype)


NUMBERS = [
    _typed("1", XSD.integer), _typed("01", XSD.integer), _typed("2", XSD.integer), _typed("-3", XSD.integer),
    _typed("1.0", XSD.decimal), _typed("1.5", XSD.decimal), _typed("1.5e0", XSD.double),
]  # fmt: skip
DAYS = [_typed(text, XSD.date) for text in ("2016-01-01", "2016-02-29", "2017-01-01")]
TEXTS = [
    Literal("a"), Literal("ab"), Literal("b\\c"), Literal("a", lang="en"), Literal("b", lang="en"),
    Literal("a", lang="en-GB"), Literal("ab", lang="de"), _typed("a", E.own),
]  # fmt: skip
with quiet():
    ODD = [
        Literal(""), _typed("one", XSD.integer), _typed("2016-13-01", XSD.date), _typed("300", XSD.byte),
        _typed("5", XSD.byte), _typed("true", XSD.boolean), _typed("1", XSD.boolean),
        _typed("NaN", XSD.double), _typed("INF", XSD.double),
    ]  # fmt: skip
LITERALS = [*NUMBERS, *DAYS, *TEXTS, *ODD]
DATATYPES = [
    XSD.integer,
    XSD.decimal,
    XSD.double,
    XSD.date,
    XSD.string,
    XSD.byte,
    XSD.boolean,
    RDF.langString,
    E.own,
]
KINDS = [SH.IRI, SH.BlankNode, SH.Literal, SH.BlankNodeOrIRI, SH.BlankNodeOrLiteral, SH.IRIOrLiteral]
PATTERNS = ["^a", "b$", "^[0-9]+$", "A", "http", "\\\\", "^.$"]
Draw = Callable[[Any], Any]


@dataclass(frozen=True)
class Profile:
    """Which literals meet, and which constraints may judge them.

    Literals that cannot be compared are kept from the constraints that compare, because the reference engine
    is known to judge these wrongly (``test_wrong_answers_of_the_engine.py``).
    """

    literals: list[Literal]
    bounds: list[Literal] = field(default_factory=list)
    shortest: int = 1
    pairs: bool = False
    nodes: bool = True
    queries: bool = False


PROFILES = {
    "numbers": Profile(NUMBERS, NUMBERS),
    "pairs": Profile(NUMBERS, NUMBERS, pairs=True, nodes=False),
    "days": Profile(DAYS, DAYS),
    "texts": Profile([*TEXTS, *ODD, *NUMBERS]),
    "queries": Profile(TEXTS, queries=True),
}
WILD = Profile(LITERALS, [*NUMBERS, *DAYS, Literal("a")], shortest=0, pairs=True)
"""All literals with all constraints: the engines disagree here, for what the tests of wrong answers name."""


@st.composite
def cases(draw: Draw, profile: Profile) -> tuple[Graph, Graph]:
    """Return data and shapes."""
    return draw(_data_graphs(profile)), draw(_shapes_graphs(profile))


@st.composite
def _data_graphs(draw: Draw, profile: Profile) -> Graph:
    """Return up to 23 triples, types and a class hierarchy among them."""
    graph = Graph(bind_namespaces="none")
    literals = st.sampled_from(profile.literals)
    values = st.one_of(st.sampled_from(NODES), literals) if profile.nodes else literals
    triple = st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), values)
    typed = st.tuples(st.sampled_from(NODES), st.just(RDF.type), st.sampled_from(CLASSES))
    sub = st.tuples(st.sampled_from(CLASSES), st.just(RDFS.subClassOf), st.sampled_from(CLASSES))
    for part, least, most in ((triple, 4, 16), (typed, 0, 5), (sub, 0, 2)):
        for one in draw(st.lists(part, min_size=least, max_size=most)):
            graph.add(one)
    return graph


@st.composite
def _shapes_graphs(draw: Draw, profile: Profile) -> Graph:
    """Return one to four shapes."""
    graph = Graph(bind_namespaces="none")
    count = draw(st.integers(1, 4))
    is_property = [draw(st.booleans()) for _ in range(count)]
    for number in range(count):
        node = E[f"S{number}"]
        writer = _Writer(draw, graph, profile, number, is_property)
        if is_property[number]:
            graph.add((node, SH.path, writer.path(2)))
        else:
            graph.add((node, RDF.type, SH.NodeShape))
        if number == 0 or draw(st.integers(0, 3)) == 0:
            writer.targets()
        writer.constraints()
        writer.trimmings()
    return graph


class _Writer:
    """Writes one shape; shapes with a higher number are those that it may refer to."""

    def __init__(
        self, draw: Draw, graph: Graph, profile: Profile, number: int, is_property: list[bool]
    ) -> None:
        self._draw, self._graph, self._profile, self._shape = draw, graph, profile, E[f"S{number}"]
        self._later = [E[f"S{at}"] for at in range(number + 1, len(is_property))]
        self._later_properties = [
            E[f"S{at}"] for at in range(number + 1, len(is_property)) if is_property[at]
        ]
        self._later_nodes = [node for node in self._later if node not in self._later_properties]
        self._has_path = is_property[number]

    def one(self, values: Sequence[Any]) -> Any:
        return self._draw(st.sampled_from(values))

    def say(self, predicate: URIRef, value: Any) -> None:
        self._graph.add((self._shape, predicate, value))

    def targets(self) -> None:
        ways = {
            SH.targetNode: [*NODES[:4], *self._profile.literals, E.absent], SH.targetClass: CLASSES,
            SH.targetSubjectsOf: PROPERTIES, SH.targetObjectsOf: PROPERTIES,
        }  # fmt: skip
        for predicate in self._draw(st.lists(st.sampled_from(sorted(ways)), min_size=1, max_size=2)):
            self.say(predicate, self.one(ways[predicate]))

    def trimmings(self) -> None:
        if self._draw(st.integers(0, 5)) == 0:
            self.say(SH.severity, self.one([SH.Warning, SH.Info, E.Odd]))
        if self._draw(st.integers(0, 11)) == 0:
            self.say(SH.deactivated, Literal(True))

    def path(self, depth: int) -> Any:
        kind = self.one(["step", "step", "inverse", "sequence", "either", "repeated"]) if depth else "step"
        if kind == "step":
            return self.one(PROPERTIES)
        node = BNode()
        if kind == "inverse":
            self._graph.add((node, SH.inversePath, self.path(0)))
        elif kind == "repeated":
            sign = self.one([SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath])
            self._graph.add((node, sign, self.path(depth - 1)))
        else:
            steps = [self.path(depth - 1) for _ in range(2)]
            if kind == "sequence":
                return self.list(steps)
            self._graph.add((node, SH.alternativePath, self.list(steps)))
        return node

    def list(self, members: Sequence[Any]) -> BNode | URIRef:
        if not members:
            return RDF.nil
        node = BNode()
        Collection(self._graph, node, list(members))
        return node

    def constraints(self) -> None:
        known = [*_ANYWHERE, *(_WITH_PATH if self._has_path else ())]
        known += _WITH_SHAPES if self._later else []
        known += ["property"] if self._later_properties else []
        known += ["node"] if self._later_nodes else []
        known += ["range"] if self._profile.bounds else []
        known += ["less"] if self._profile.pairs and self._has_path else []
        if self._profile.queries:
            self.query()
        for name in self._draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True)):
            getattr(self, f"_{name}")()

    def query(self) -> None:
        node = E[f"{self._shape.rpartition('/')[2]}query"]
        self._graph.add((node, SH.select, Literal(self.one(QUERIES if not self._has_path else WITH_PATH))))
        self.say(SH.sparql, node)

    def _class(self) -> None:
        for _ in range(self._draw(st.integers(1, 2))):
            self.say(SH["class"], self.one(CLASSES))

    def _datatype(self) -> None:
        self.say(SH.datatype, self.one(DATATYPES))

    def _nodeKind(self) -> None:
        self.say(SH.nodeKind, self.one(KINDS))

    def _count(self) -> None:
        self.say(self.one([SH.minCount, SH.maxCount]), Literal(self.one([0, 1, 2])))

    def _range(self) -> None:
        predicate = self.one([SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive])
        self.say(predicate, self.one(self._profile.bounds))

    def _length(self) -> None:
        self.say(self.one([SH.minLength, SH.maxLength]), Literal(self.one([self._profile.shortest, 2])))

    def _pattern(self) -> None:
        self.say(SH.pattern, Literal(self.one(PATTERNS)))
        if self._draw(st.booleans()):
            self.say(SH.flags, Literal("i"))

    def _languageIn(self) -> None:
        self.say(SH.languageIn, self.list([Literal(text) for text in self.one([["en"], ["de", "en-GB"]])]))

    def _uniqueLang(self) -> None:
        self.say(SH.uniqueLang, Literal(True))

    def _pair(self) -> None:
        self.say(self.one([SH.equals, SH.disjoint]), self.one(PROPERTIES))

    def _less(self) -> None:
        self.say(self.one([SH.lessThan, SH.lessThanOrEquals]), self.one(PROPERTIES))

    def _closed(self) -> None:
        self.say(SH.closed, Literal(True))
        if self._draw(st.booleans()):
            self.say(SH.ignoredProperties, self.list([RDF.type, self.one(PROPERTIES)]))

    def _hasValue(self) -> None:
        self.say(SH.hasValue, self.one([*NODES[:4], *self._profile.literals]))

    def _in(self) -> None:
        members = self._draw(
            st.lists(st.sampled_from([*NODES[:4], *self._profile.literals]), max_size=4, unique=True)
        )
        self.say(SH["in"], self.list(members))

    def _not(self) -> None:
        self.say(SH["not"], self.one(self._later))

    def _node(self) -> None:
        self.say(SH.node, self.one(self._later_nodes))

    def _property(self) -> None:
        self.say(SH.property, self.one(self._later_properties))

    def _logic(self) -> None:
        members = self._draw(st.lists(st.sampled_from(self._later), min_size=1, max_size=3))
        self.say(self.one([SH["and"], SH["or"], SH.xone]), self.list(members))

    def _qualified(self) -> None:
        holder = E[f"{self._shape.rpartition('/')[2]}qualified"]
        self.say(SH.property, holder)
        self._graph.add((holder, SH.path, self.one(PROPERTIES)))
        self._graph.add((holder, SH.qualifiedValueShape, self.one(self._later)))
        count = self.one([SH.qualifiedMinCount, SH.qualifiedMaxCount])
        self._graph.add((holder, count, Literal(self.one([0, 1, 2]))))
        if self._draw(st.booleans()):
            self._graph.add((holder, SH.qualifiedValueShapesDisjoint, Literal(True)))
            other = E[f"{self._shape.rpartition('/')[2]}sibling"]
            self.say(SH.property, other)
            self._graph.add((other, SH.path, self.one(PROPERTIES)))
            self._graph.add((other, SH.qualifiedValueShape, self.one(self._later)))
            self._graph.add((other, SH.qualifiedMinCount, Literal(0)))


_ANYWHERE = [
    "class",
    "datatype",
    "nodeKind",
    "length",
    "pattern",
    "languageIn",
    "pair",
    "closed",
    "hasValue",
    "in",
]
_WITH_PATH = ["count", "uniqueLang"]
_WITH_SHAPES = ["not", "logic", "qualified"]
QUERIES = [
    "SELECT $this ?value { $this <http://e/p> ?value }",
    "SELECT $this { FILTER (isIRI($this)) }",
    "SELECT $this { { FILTER (isBlank($this)) } UNION { FILTER (isIRI($this)) } }",
    "SELECT $this ?value { ?value <http://e/q> ?x FILTER (?value != $this) }",
    "SELECT $this ?value { OPTIONAL { $this <http://e/p> ?value } FILTER (!BOUND(?value)) }",
    "SELECT $this ?value { { OPTIONAL { $this <http://e/p> ?value } } }",
    "SELECT $this ?value { ?y a ?c OPTIONAL { ?y <http://e/q> ?value OPTIONAL { $this <http://e/r> ?z } } }",
    "SELECT $this ?value { BIND ($this AS ?value) FILTER NOT EXISTS { ?value <http://e/p> ?x } }",
    "SELECT $this { FILTER NOT EXISTS { { ?x <http://e/p> $this } UNION { ?x a ?y FILTER (?x = $this) } } }",
    "SELECT $this (COUNT(?x) AS ?value) { $this <http://e/p> ?x } GROUP BY $this HAVING (COUNT(?x) > 1)",
    "SELECT $this ?value { { SELECT $this (COUNT(?x) AS ?value) { $this <http://e/q> ?x } GROUP BY $this } }",
    "SELECT $this ?value { { SELECT $this ?value { ?value a ?c FILTER (?value != $this) } } }",
    "SELECT $this { $this <http://e/p>+ $this }",
    "SELECT $this ?value { $this <http://e/p>/<http://e/q>|^<http://e/r> ?value }",
    "SELECT DISTINCT $this ?path ?value { $this ?path ?value FILTER (isLiteral(?value)) }",
]
WITH_PATH = [
    *QUERIES,
    "SELECT $this ?value { $this $PATH ?value FILTER (isIRI(?value)) }",
    "SELECT $this { FILTER NOT EXISTS { $this $PATH ?x } }",
    "SELECT $this ?value { { $this $PATH ?x } UNION { BIND (1 AS ?one) } $this <http://e/p> ?value }",
]
