"""Shapes and ontology, read from their folder and handed on: whoever wants them cached keeps the object."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import OWL, RDF, SH, SKOS

from poca_kg.errors import InputError, NotFoundError
from poca_kg.store.parsing import parse_file
from poca_kg.validate.compiler.sparql import check_queries
from poca_kg.validate.mends import mend_rules
from poca_kg.validate.shape_graph import ShapeGraph, read_shape_graph
from poca_kg.validate.shape_graph.values import PLACEHOLDER
from poca_kg.vocabulary.iris import BASE

__all__ = ["Shapes", "as_shapes", "read_shapes"]

_SHAPES = "modules/*/shapes.ttl"
_PREFIXES = "prefixes.ttl"
_ONTOLOGY = ("poca.ttl", "modules/*/terms.ttl", "schemes/*.ttl")
_LONGEST_CHAIN = 20
_KNOWN_VARIABLES = {"this", "path", "value"}


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shapes to check against, and the ontology to mix into the data. Neither graph is ever changed.

    Attributes
    ----------
    rules
        The shapes graph.
    ontology
        Terms and schemes: what says that a city is a territorial unit, and which concepts a scheme has.
    knows_terms
        Whether the ontology says which terms of the project's namespaces there are.
    declared
        Every IRI in the project's namespaces of terms and schemes that the ontology describes.
    """

    rules: Graph
    ontology: Graph
    knows_terms: bool = True
    declared: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        spaces = (f"{BASE}def/", f"{BASE}scheme/")
        nodes = {*self.ontology.subjects(), *self.ontology.objects(None, OWL.versionIRI)}
        known = {str(node) for node in nodes if str(node).startswith(spaces)}
        object.__setattr__(self, "declared", frozenset(known))

    @classmethod
    def alone(cls, rules: Graph) -> Shapes:
        """Return shapes of a user, which no ontology goes with: nothing is mixed in, no term is missed."""
        return cls(rules, Graph(bind_namespaces="none"), knows_terms=False)

    @cached_property
    def for_engine(self) -> Graph:
        """A copy for the engine (which adds to it), without the messages that we fill in ourselves.

        The engine fills a variable in by a regular expression, which a backslash in the data breaks off; so
        it is left only the messages with variables that stand nowhere in its results.
        """
        copy = Graph(bind_namespaces="none")
        for triple in self.rules:
            names = set(PLACEHOLDER.findall(str(triple[2]))) if triple[1] == SH.message else set()
            if not names or names - _KNOWN_VARIABLES:
                copy.add(triple)
        mend_rules(copy)
        return copy

    @cached_property
    def shape_graph(self) -> ShapeGraph:
        """The shapes as values, for both engines.

        Raises
        ------
        ShapesError
            If a shape is not well-formed, refers to itself, or uses a term that is none of SHACL's, or has
            a query that SHACL does not allow.
        """
        shapes = read_shape_graph(self.rules)
        check_queries(shapes)
        return shapes

    def schemes_of(self, concept_class: URIRef) -> tuple[URIRef, ...]:
        """Return the schemes whose concepts are instances of a class; empty for a class of other things."""
        members = set(self.ontology.subjects(RDF.type, concept_class))
        found = {scheme for member in members for scheme in self.ontology.objects(member, SKOS.inScheme)}
        return tuple(sorted(scheme for scheme in found if isinstance(scheme, URIRef)))

    def named_shape(self, node: URIRef | BNode) -> URIRef | BNode:
        """Return the nearest shape with an IRI, from the shape itself outwards; itself if there is none."""
        around: list[URIRef | BNode] = [node]
        for _ in range(_LONGEST_CHAIN):
            if named := sorted(shape for shape in around if isinstance(shape, URIRef)):
                return named[0]
            around = [
                outer
                for inner in around
                for outer in self.rules.subjects(object=inner)
                if isinstance(outer, URIRef | BNode)
            ]
        return node


def read_shapes(ontology_dir: Path) -> Shapes:
    """Return the shapes of a folder, with the prefixes of their queries, and its ontology.

    Raises
    ------
    NotFoundError
        If the folder has no shapes.
    InputError
        If a file cannot be parsed, with its place.
    """
    files = sorted(ontology_dir.glob(_SHAPES))
    if not files:
        raise NotFoundError(
            f"there are no shapes in {ontology_dir}",
            advice=f"set POCA_KG_ONTOLOGY_DIR to a folder with {_SHAPES}",
        )
    rules = _read_all([*sorted(ontology_dir.glob(_PREFIXES)), *files])
    if (None, RDF.type, SH.NodeShape) not in rules:
        raise InputError(f"the files {_SHAPES} in {ontology_dir} hold no sh:NodeShape")
    return Shapes(rules, _read_all(sorted(path for part in _ONTOLOGY for path in ontology_dir.glob(part))))


def as_shapes(ontology: Path | Shapes) -> Shapes:
    """Return the shapes that were handed over, or those of the folder that was named."""
    return ontology if isinstance(ontology, Shapes) else read_shapes(ontology)


def _read_all(files: list[Path]) -> Graph:
    together = Graph(bind_namespaces="none")
    for path in files:
        for triple in parse_file(path):
            together.add(triple)
    return together
