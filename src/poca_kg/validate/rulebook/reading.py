"""The rulebook of a folder of the ontology, read on demand and kept by whoever wants it kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import SH

from poca_kg.errors import UnknownNameError
from poca_kg.validate.expected import Expectation
from poca_kg.validate.paths import write_path
from poca_kg.validate.phrases import join_words, write_term
from poca_kg.validate.report import Severity
from poca_kg.validate.rulebook.entry import Entry, Line
from poca_kg.validate.rulebook.examples import Examples
from poca_kg.validate.rulebook.reasons import reasons_for
from poca_kg.validate.rulebook.structure import Structure
from poca_kg.validate.rulebook.words import say
from poca_kg.validate.shapes import Shapes, read_shapes
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.labels import pick_label

__all__ = ["Rulebook", "read_rulebook"]

_SPACE = f"{BASE}shape/"
_SHAPES = "modules/*/shapes.ttl"
_DECLARATION = re.compile(r"^pocash:([\w-]+)\s+a\s+sh:", re.MULTILINE)
_LOCAL = re.compile(r"[\w-]{1,200}", re.ASCII)
_TARGETS = (
    (SH.targetClass, "each-of-class"),
    (SH.targetSubjectsOf, "each-with"),
    (SH.targetObjectsOf, "each-under"),
    (SH.targetNode, "the-node"),
)
_IN_ORDER = (
    "class", "datatype", "nodeKind", "in", "hasValue", "pattern", "minLength", "maxLength", "minInclusive",
    "minExclusive", "maxInclusive", "maxExclusive", "languageIn", "uniqueLang", "equals", "disjoint",
    "lessThan", "lessThanOrEquals", "node", "and", "or", "xone", "not", "qualifiedValueShape", "closed",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rulebook:
    """All entries of a folder of the ontology.

    Attributes
    ----------
    shapes
        The shapes and the ontology.
    ontology_dir
        Their folder, with the examples where it has any.
    """

    shapes: Shapes
    ontology_dir: Path
    structure: Structure = field(init=False)
    examples: Examples = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "structure", Structure(self.shapes))
        object.__setattr__(self, "examples", Examples(self.ontology_dir, self.structure))

    @cached_property
    def modules(self) -> dict[str, str]:
        """The module of each shape and each query of one, by name."""
        found = {}
        for path in sorted(self.ontology_dir.glob(_SHAPES)):
            for name in _DECLARATION.findall(path.read_text(encoding="utf-8")):
                found[name] = path.parent.name
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all shapes, by module, the node shapes of a module first."""
        nodes = [node for node in self.structure.nodes if node.startswith(_SPACE)]
        key = {node: (self.modules.get(_name(node), ""), self._path(node) != "", node) for node in nodes}
        return tuple(_name(node) for node in sorted(nodes, key=key.__getitem__))

    def resolve(self, name: str) -> str:
        """Return the name of the shape that a name, a prefixed name or an IRI stands for.

        The query of a shape stands for the shape.

        Raises
        ------
        UnknownNameError
            If there is none; it offers the nearest names.
        """
        short = name.removeprefix(_SPACE).removeprefix("pocash:")
        if not _LOCAL.fullmatch(short):
            raise UnknownNameError("shape", name, self.names)
        node = self.iri(short)
        if node in self.structure.nodes:
            return short
        for shape in self.shapes.rules.subjects(SH.sparql, node):
            return _name(shape)
        lower = {known.lower(): known for known in self.names}
        if short.lower() in lower:
            return lower[short.lower()]
        raise UnknownNameError("shape", name, self.names)

    def iri(self, name: str) -> URIRef:
        """Return the IRI of the shape with a name."""
        return URIRef(f"{_SPACE}{name}")

    def line(self, name: str, language: str = "en") -> Line:
        """Return what a list tells of one shape; it costs little.

        Raises
        ------
        UnknownNameError
            If there is no such shape.
        """
        short = self.resolve(name)
        node = self.iri(short)
        title, message = self._text(node, SH.name, language), self._message(node, language)
        return Line(short, title, self._severity(node), self.modules.get(short, ""), message)

    def entry(self, name: str, language: str = "en") -> Entry:
        """Return what is told of one shape, in English or Italian.

        Raises
        ------
        UnknownNameError
            If there is no such shape.
        """
        short = self.resolve(name)
        node = self.iri(short)
        structure = self.structure
        path = self._path(node)
        return Entry(
            name=short,
            iri=node,
            module=self.modules.get(short, ""),
            title=self._text(node, SH.name, language),
            is_property_shape=bool(path),
            severity=self._severity(node),
            path=path,
            applies_to=self._applies_to(node, language),
            demands=self._demands(node, language),
            message=self._message(node, language),
            reasons=reasons_for(structure, node, language),
            parts=tuple(_name(part) for part in structure.parts[node]),
            wholes=tuple(_name(whole) for whole in structure.wholes[node]),
            query=self._query(node),
            good=self.examples.good(node),
            bad=self.examples.bad(node),
        )

    def _path(self, node: URIRef) -> str:
        path = self.structure.path(node)
        return "" if path is None else write_path(path)

    def _text(self, node: object, predicate: URIRef, language: str) -> str:
        texts = self.shapes.rules.objects(node, predicate)  # type: ignore[arg-type]
        best = pick_label((text for text in texts if isinstance(text, Literal)), language)
        return "" if best is None else str(best)

    def _severity(self, node: URIRef) -> Severity:
        given = self.shapes.rules.value(node, SH.severity)
        return Severity.VIOLATION if given is None else Severity.of_iri(given)

    def _message(self, node: URIRef, language: str) -> str:
        """Return what a report says: the message of the query where there is one, else that of the shape."""
        queries = sorted(self.shapes.rules.objects(node, SH.sparql), key=str)
        told = [text for query in queries if (text := self._text(query, SH.message, language))]
        return " ".join(told) or self._text(node, SH.message, language)

    def _query(self, node: URIRef) -> str:
        queries = sorted(self.shapes.rules.objects(node, SH.sparql), key=str)
        return "\n\n".join(str(self.shapes.rules.value(query, SH.select)).strip() for query in queries)

    def _applies_to(self, node: URIRef, language: str) -> tuple[str, ...]:
        """Return what a shape looks at, by its own targets or by those of the shapes around it."""
        found: dict[str, list[str]] = {}
        for steps, target in self._ways(node, language):
            found.setdefault("/".join(steps), []).append(target)
        return tuple(
            say("looks-at-values", language, path=path, targets=targets) if path else targets
            for path, each in found.items()
            for targets in [join_words(dict.fromkeys(each), language, "and")]
        )

    def _ways(self, node: URIRef, language: str) -> list[tuple[tuple[str, ...], str]]:
        """Return the paths that lead to what a shape judges, each with the phrase for where it starts."""
        path = self._path(node)
        own = (f"({path})" if "|" in path else path,) if path else ()
        starts: list[tuple[tuple[str, ...], str]] = [
            ((), say(key, language, name=write_term(term)))
            for kind, key in _TARGETS
            for term in self.structure.targets(node, kind)
        ]
        starts += [way for whole in self.structure.wholes[node] for way in self._ways(whole, language)]
        return [((*steps, *own), target) for steps, target in starts]

    def _demands(self, node: URIRef, language: str) -> tuple[str, ...]:
        expectation = Expectation(self.shapes, node, language)
        count = expectation.count()
        values = [
            expectation.of(_component(name))
            for name in _IN_ORDER
            if (node, SH[name], None) in self.shapes.rules
        ]
        by_query = [say("by-query", language)] if (node, SH.sparql, None) in self.shapes.rules else []
        return tuple(dict.fromkeys([*([count] if count else []), *values, *by_query]))


def read_rulebook(ontology: Path, shapes: Shapes | None = None) -> Rulebook:
    """Return the rulebook of a folder of the ontology; shapes that were read from it may be handed over.

    >>> book = read_rulebook(Path("ontology"))
    >>> book.entry("City-atLevel").demands
    ('the value level:city',)

    Raises
    ------
    NotFoundError
        If the folder has no shapes.
    InputError
        If a file cannot be parsed, with its place.
    """
    return Rulebook(read_shapes(ontology) if shapes is None else shapes, ontology)


def _name(node: object) -> str:
    return str(node).rpartition("/")[2]


def _component(parameter: str) -> URIRef:
    name = "qualifiedMinCount" if parameter == "qualifiedValueShape" else parameter
    return SH[f"{name[0].upper()}{name[1:]}ConstraintComponent"]
