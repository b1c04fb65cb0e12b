"""SPARQL-based constraints: read from a shapes graph, written as one query each, and their rows as findings.

Source: SHACL, section 5 (https://www.w3.org/TR/shacl/#sparql-constraints). What ``$this`` stands for in the
one query is told by :mod:`poca_kg.validate.compiler.prebinding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD
from rdflib.term import Node

from poca_kg.errors import InputError, ShapesError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.lexer import tokenise
from poca_kg.store.protocol import Term
from poca_kg.validate.compiler.groups import refuse_forbidden
from poca_kg.validate.compiler.patterns import Focus, Patterns, Violations
from poca_kg.validate.compiler.prebinding import ConstraintQuery, read_constraint_query
from poca_kg.validate.compiler.walking import may_be_empty, write_full_path
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import Predicate, PropertyPath, as_term
from poca_kg.validate.shape_graph.model import Shape, ShapeGraph, ShapeNode, TargetKind
from poca_kg.validate.shape_graph.values import PLACEHOLDER, ill_formed, is_true

__all__ = [
    "SparqlConstraint",
    "check_queries",
    "declared_prefixes",
    "known_sparql_constraint",
    "read_sparql_constraint",
]

_USUAL = {"owl": str(OWL), "rdf": str(RDF), "rdfs": str(RDFS), "sh": str(SH), "xsd": str(XSD)}
_OWN_VARIABLES = ("this", "value", "path", "message")
_VALIDATORS = (SH.validator, SH.nodeValidator, SH.propertyValidator)
_PROBE = "?this <urn:x> ?this"


@dataclass(frozen=True)
class SparqlConstraint:
    """A SPARQL-based constraint of one shape.

    Attributes
    ----------
    shape, node
        The shape, and the value of its ``sh:sparql``.
    query
        The query, read.
    prefixes
        The namespaces that the query uses, by their prefixes.
    messages
        Those of the constraint, else those of the shape.
    deactivated
        Whether the constraint is switched off.
    """

    shape: Shape
    node: Term
    query: ConstraintQuery
    prefixes: Mapping[str, str] = field(hash=False)
    messages: tuple[Literal, ...] = ()
    deactivated: bool = False

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the constraint is better left to the reference engine; empty if it may be compiled."""
        doubts = [f"the query of a constraint: {doubt}" for doubt in self.query.doubts]
        named = any(target.kind is TargetKind.NODE for target in self.shape.targets)
        if self.query.has_empty_path and named:
            doubts.append("the query of a constraint: a path may be empty, and a node may not be in the data")
        return tuple(doubts)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """What the query is asked for, in the order of the rows that :meth:`findings` reads."""
        named = {name for message in self.messages for name in PLACEHOLDER.findall(message)}
        return (*_OWN_VARIABLES, *sorted(named - set(_OWN_VARIABLES)))

    def violations(self, patterns: Patterns, focus: Focus) -> Violations:
        """Return the focus nodes that break the constraint, with what the query says about each."""
        these = f"{{ SELECT DISTINCT {focus.variable} WHERE {{ {focus.pattern} }} }}"
        if focus.variable != "?this":  # in a group of its own: the pattern may have a ?this, too
            these = f"{{ SELECT {_renamed(focus.variable, '?this')} WHERE {{ {these} }} }}"
        path = "" if self.shape.path is None else write_full_path(self.shape.path)
        inner = self.query.bound_to(these, path, self.prefixes)
        names = (focus.variable, *(patterns.fresh(name) for name in self.variables[1:]))
        asked = " ".join(_renamed(f"?{own}", name) for own, name in zip(self.variables, names, strict=True))
        pattern = f"{{ SELECT DISTINCT {asked} WHERE {{ {{ {inner}\n}} }} }}"
        return Violations(pattern, names[0], names[1], names[2], names[3:])

    def findings(self, rows: Iterable[tuple[Term | None, ...]]) -> Iterator[Finding]:
        """Iterate over what rows of :attr:`variables` tell (SHACL, section 5.3.2)."""
        for row in rows:
            values = dict(zip(self.variables, row, strict=False))
            focus, path = values["this"], values["path"]
            if focus is None:
                continue
            value = values["value"]
            if value is None and self.shape.path is None:
                value = focus
            yield Finding(
                focus=focus,
                path=_result_path(path, self.shape.path),
                value=value,
                severity=self.shape.severity,
                shape=self.shape.node,
                component=SH.SPARQLConstraintComponent,
                constraint=self.node,
                messages=self._messages(values),
                severity_iri=self.shape.severity_iri,
                own_message=own if isinstance(own := values["message"], Literal) else None,
            )

    def _messages(self, values: Mapping[str, Term | None]) -> tuple[Literal, ...]:
        """Return the messages with their variables filled in, as far as the query returns them."""

        def filled(match: re.Match[str]) -> str:
            term = values.get(match[1])
            return match[0] if term is None else str(term)

        return tuple(
            Literal(PLACEHOLDER.sub(filled, message), lang=message.language) for message in self.messages
        )


def read_sparql_constraint(rules: Graph, shape: Shape, node: Term) -> SparqlConstraint:
    """Return the SPARQL-based constraint that a shape has at a node of its shapes graph.

    >>> text = '''@prefix sh: <http://www.w3.org/ns/shacl#> . <http://e/C> sh:message "{?value} is odd" ;
    ...     sh:select "SELECT $this ?value { $this <http://e/p> ?value }" .'''
    >>> shape = Shape(URIRef("http://e/S"), None, (), ())
    >>> read = read_sparql_constraint(Graph().parse(data=text), shape, URIRef("http://e/C"))
    >>> read.variables
    ('this', 'value', 'path', 'message')
    >>> found = read.findings([(URIRef("http://e/a"), Literal(7), None, None)])
    >>> [finding.messages for finding in found]
    [(rdflib.term.Literal('7 is odd'),)]

    Raises
    ------
    ShapesError
        If the constraint is not well-formed, its query does not parse or is one that SHACL does not allow;
        the error names the shape.
    """
    texts = list(rules.objects(node, SH.select))
    if len(texts) != 1 or not isinstance(texts[0], Literal) or texts[0].language:
        raise ill_formed(rules, shape.node, "its SPARQL constraint needs one text at sh:select")
    text = str(texts[0])
    try:
        query = read_constraint_query(text, path_may_be_empty=_may_be_empty(shape))
    except ShapesError as error:
        raise ill_formed(rules, shape.node, error.what) from error
    if query.paths and shape.path is None:
        raise ill_formed(rules, shape.node, "its SPARQL constraint uses $PATH, but the shape has no sh:path")
    constraint = SparqlConstraint(
        shape,
        node,
        query,
        _prefixes_of(rules, shape, node, query),
        _messages(rules, shape, node),
        any(is_true(as_term(term)) for term in rules.objects(node, SH.deactivated)),
    )
    _check_syntax(rules, constraint)
    return constraint


@lru_cache(maxsize=256)
def known_sparql_constraint(shapes: ShapeGraph, shape: ShapeNode, node: Term) -> SparqlConstraint:
    """Return a SPARQL-based constraint of a shapes graph, read once.

    Raises
    ------
    ShapesError
        As :func:`read_sparql_constraint` does.
    """
    return read_sparql_constraint(shapes.rules, shapes.shapes[shape], node)


def check_queries(shapes: ShapeGraph) -> None:
    """Refuse every query of a shapes graph that SHACL does not allow, whichever engine is to ask it.

    Raises
    ------
    ShapesError
        If a SPARQL constraint of some shape, or a validator of a SPARQL-based constraint component, is not
        well-formed.
    """
    for shape in shapes.shapes.values():
        for constraint in shape.constraints:
            if constraint.source is not None and constraint.component == SH.SPARQLConstraintComponent:
                known_sparql_constraint(shapes, shape.node, constraint.source)
    for property_of_component in _VALIDATORS:
        for component, validator in shapes.rules.subject_objects(property_of_component):
            names = {
                str(path).rpartition("#")[2].rpartition("/")[2] for path in _parameters(shapes, component)
            }
            for text in (
                *shapes.rules.objects(validator, SH.ask),
                *shapes.rules.objects(validator, SH.select),
            ):
                _check_validator(shapes.rules, component, str(text), names | {"value"})


def _parameters(shapes: ShapeGraph, component: Node) -> Iterator[Node]:
    for parameter in shapes.rules.objects(component, SH.parameter):
        yield from shapes.rules.objects(parameter, SH.path)


def _check_validator(rules: Graph, component: Node, text: str, names: set[str]) -> None:
    try:
        refuse_forbidden(tokenise(text), names)
    except ShapesError as error:
        raise ill_formed(rules, component, error.what) from error


def declared_prefixes(rules: Graph, node: Term) -> dict[str, str]:
    """Return the namespaces that ``sh:prefixes`` of a node declare, by their prefixes (section 5.2.1).

    What ``owl:imports`` leads to within the shapes graph counts too.

    Raises
    ------
    ShapesError
        If a prefix is declared twice with different namespaces, or a declaration is incomplete.
    """
    found: dict[str, str] = {}
    holders = {
        holder
        for start in rules.objects(node, SH.prefixes)
        for holder in rules.transitive_objects(start, OWL.imports)
    }
    for declaration in {one for holder in holders for one in rules.objects(holder, SH.declare)}:
        names = [str(name) for name in rules.objects(declaration, SH.prefix)]
        spaces = [str(space) for space in rules.objects(declaration, SH.namespace)]
        if len(names) != 1 or len(spaces) != 1:
            raise ShapesError("a declaration of a prefix needs one sh:prefix and one sh:namespace")
        if found.setdefault(names[0], spaces[0]) != spaces[0]:
            raise ShapesError(f"the prefix {names[0]}: is declared for two namespaces")
    return found


def _may_be_empty(shape: Shape) -> bool:
    return shape.path is not None and may_be_empty(shape.path)


def _prefixes_of(rules: Graph, shape: Shape, node: Term, query: ConstraintQuery) -> dict[str, str]:
    """Return the namespaces of the prefixes that a query uses."""
    try:
        declared = {**_USUAL, **declared_prefixes(rules, node)}
    except ShapesError as error:
        raise ill_formed(rules, shape.node, error.what) from error
    if unknown := sorted(query.prefixes - declared.keys()):
        what = f"the query of its SPARQL constraint uses the prefix {unknown[0]}:, which is not declared"
        raise ill_formed(rules, shape.node, what)
    return {name: declared[name] for name in query.prefixes}


def _messages(rules: Graph, shape: Shape, node: Term) -> tuple[Literal, ...]:
    found = [text for text in rules.objects(node, SH.message) if isinstance(text, Literal)]
    return tuple(sorted(found, key=lambda text: (text.language or "", str(text)))) or shape.messages


def _check_syntax(rules: Graph, constraint: SparqlConstraint) -> None:
    """Refuse a query that does not parse: it is asked of a store with nothing in it."""
    try:
        EmbeddedStore.in_memory().query(constraint.query.bound_to(_PROBE, "<urn:path>", constraint.prefixes))
    except InputError as error:
        what = f"the query of its SPARQL constraint does not parse: {error.what}"
        raise ill_formed(rules, constraint.shape.node, what) from error


def _renamed(variable: str, name: str) -> str:
    return name if variable == name else f"({variable} AS {name})"


def _result_path(path: Term | None, own: PropertyPath | None) -> PropertyPath | None:
    """Return the path of a result: the IRI that the query returns, else the path of the shape."""
    return Predicate(path) if isinstance(path, URIRef) else own
