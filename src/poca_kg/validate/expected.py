"""What a rule expects, in words: derived from the parameters of its shape, so that it never contradicts them.

Source: SHACL, section 4 (https://www.w3.org/TR/shacl/#core-components).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from rdflib import Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH, SKOS
from rdflib.term import Node

from poca_kg.validate.paths import Predicate, PropertyPath, Sequence, as_term, read_path, write_path
from poca_kg.validate.phrases import join_words, phrase, visible, write_term
from poca_kg.validate.shapes import Shapes
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.labels import pick_label

__all__ = ["Expectation"]

_MOST_LISTED = 12
_DEEPEST = 4
_LONGEST_PURPOSE = 300

# Parameters whose phrase holds their value as a number, as a term, or as a property.
_NUMBERS = {SH.minLength: "min-length", SH.maxLength: "max-length"}
_BOUNDS = {
    SH.minInclusive: "min-inclusive",
    SH.minExclusive: "min-exclusive",
    SH.maxInclusive: "max-inclusive",
    SH.maxExclusive: "max-exclusive",
    SH.hasValue: "has-value",
}
_PAIRS = {
    SH.equals: "equals",
    SH.disjoint: "disjoint",
    SH.lessThan: "less-than",
    SH.lessThanOrEquals: "less-than-or-equals",
}
_SCHEME_PATTERN = re.compile(rf"\^({re.escape(BASE)}scheme/[a-z-]+)/")
_NOT_OF_ONE_VALUE = {SH.uniqueLang, SH.property}


@dataclass(frozen=True, eq=False)
class Expectation:
    """What one shape expects, in one language.

    Attributes
    ----------
    shapes, node
        The shapes, and the shape among them.
    language
        ``en`` or ``it``.
    depth
        How many shapes this one stands in, so that nesting comes to an end.
    """

    shapes: Shapes
    node: Node
    language: str = "en"
    depth: int = 0

    def of(self, component: URIRef) -> str:
        """Return what a constraint component of the shape expects; never empty.

        >>> from rdflib import Graph
        >>> rules = Graph().parse(data="@prefix sh: <http://www.w3.org/ns/shacl#> . <x:s> sh:minLength 2 .")
        >>> Expectation(Shapes(rules, Graph()), URIRef("x:s")).of(SH.MinLengthConstraintComponent)
        'a text of at least 2 characters'
        """
        if component == SH.MaxCountConstraintComponent:
            return self.count()
        if component == SH.QualifiedMaxCountConstraintComponent:
            component = SH.QualifiedMinCountConstraintComponent
        if component == SH.MinCountConstraintComponent:
            return ": ".join(text for text in (self.count(), self._value()) if text)
        for parameter, describe in self._describers().items():
            if _component(parameter) == component:
                texts = [text for value in self._parameters(parameter) if (text := describe(value))]
                if texts:
                    return join_words(texts, self.language, "and")
        is_query = component == SH.SPARQLConstraintComponent
        return self._purpose() or self._say("query" if is_query else "rule")

    def count(self) -> str:
        """Return how many values a property shape expects, empty where any number will do."""
        return self._count(self._number(SH.minCount) or 0, self._number(SH.maxCount))

    def _say(self, key: str, **parts: object) -> str:
        return phrase(key, self.language, **parts)

    def _describers(self) -> dict[URIRef, Callable[[Node], str]]:
        """Return, for each parameter that speaks of values, what puts it in words."""
        return {
            SH["class"]: self._class,
            SH.datatype: self._datatype,
            SH.nodeKind: lambda value: self._say(f"kind-{_local(value)}"),
            SH["in"]: lambda value: self._say("in", values=_cut(map(_written, self._list(value)))),
            SH.pattern: self._pattern,
            **{key: self._filled(name, "n", str) for key, name in _NUMBERS.items()},
            **{key: self._filled(name, "value", _written) for key, name in _BOUNDS.items()},
            **{key: self._filled(name, "path", _written) for key, name in _PAIRS.items()},
            SH.languageIn: lambda value: self._say("languages", values=_cut(map(str, self._list(value)))),
            SH.uniqueLang: lambda _: self._say("unique-language"),
            SH.closed: self._closed,
            SH["not"]: lambda value: self._say("not", inner=self._inner(value)),
            SH["and"]: lambda value: ", ".join(self._members(value)),
            SH["or"]: lambda value: self._choice("any-of", value),
            SH.xone: lambda value: self._choice("only-one-of", value),
            SH.node: self._inner,
            SH.property: self._inner,
            SH.qualifiedValueShape: self._qualified,
        }

    def _filled(self, key: str, part: str, write: Callable[[Node], str]) -> Callable[[Node], str]:
        return lambda value: self._say(key, **{part: write(value)})

    def _value(self) -> str:
        """Return what each value must be: all constraints of the shape but the counts."""
        texts = [
            describe(value)
            for parameter, describe in self._describers().items()
            if self.depth or parameter not in _NOT_OF_ONE_VALUE
            for value in self._parameters(parameter)
        ]
        return ", ".join(dict.fromkeys(text for text in texts if text))

    def _properties(self) -> str:
        """Return what the property shapes of the shape ask, in the words of :meth:`_value`."""
        texts = (self._inner(node) for node in self._parameters(SH.property))
        return ", ".join(dict.fromkeys(text for text in texts if text))

    def _inner(self, node: Node) -> str:
        """Return what a nested shape asks of a value."""
        inner = replace(self, node=node, depth=self.depth + 1)
        return inner.whole() if inner.depth <= _DEEPEST else "…"

    def whole(self) -> str:
        """Return all that the shape asks: a concept of a scheme, its own name, or else its constraints."""
        path = self._path()
        asked = [self.node] if path else self._parameters(SH.property)
        if len(asked) == 1 and (scheme := replace(self, node=asked[0])._scheme_asked()) is not None:
            return self._concept(scheme)
        value, name = self._value(), self._name()
        if path is None:
            if not name and value and value == self._properties():
                return self._say("thing-with", inner=value)
            return name or value or _written(self.node)
        wanted = ", ".join(text for text in (self.count(), value) if text)
        return self._say("path-values", path=write_path(path), inner=wanted) if wanted else ""

    def _name(self) -> str:
        """Return the name that the shape gives itself, empty where it gives none."""
        texts = [*self._parameters(SH.name), *self._parameters(RDFS.label)]
        best = pick_label((text for text in texts if isinstance(text, Literal)), self.language)
        return "" if best is None else visible(str(best))

    def _purpose(self) -> str:
        """Return what the shape says of its purpose, empty where it says nothing."""
        texts = (text for text in self._parameters(SH.description) if isinstance(text, Literal))
        best = pick_label(texts, self.language)
        return "" if best is None else visible(str(best), _LONGEST_PURPOSE)

    def _path(self) -> PropertyPath | None:
        node = self.shapes.rules.value(self.node, SH.path)
        return None if node is None else read_path(self.shapes.rules, as_term(node))

    def _scheme_asked(self) -> URIRef | None:
        """Return the scheme, for a property shape that asks for a concept of one by ``skos:inScheme``."""
        path, value = self._path(), self.shapes.rules.value(self.node, SH.hasValue)
        last = path.paths[-1] if isinstance(path, Sequence) else path
        return value if last == Predicate(SKOS.inScheme) and isinstance(value, URIRef) else None

    def _class(self, value: Node) -> str:
        if value == SKOS.Concept:
            schemes = tuple(
                scheme for text in self._parameters(SH.pattern) if (scheme := _scheme_in(str(text)))
            )
        else:
            schemes = self.shapes.schemes_of(URIRef(str(value)))
        if len(schemes) == 1:
            return self._concept(schemes[0])
        return self._say("instance", name=_written(value))

    def _concept(self, scheme: URIRef) -> str:
        """Return that a concept of a scheme is expected, and which there are."""
        members = sorted(_local(node) for node in self.shapes.ontology.subjects(SKOS.inScheme, scheme))
        told = self._say("concept", scheme=_local(scheme))
        return f"{told} ({_cut(members)})" if members else told

    def _datatype(self, value: Node) -> str:
        if value == RDF.langString:
            return self._say("language-text")
        return self._say("datatype", name=_written(value))

    def _pattern(self, value: Node) -> str:
        if (scheme := _scheme_in(str(value))) is not None:
            return self._concept(scheme)
        flags = "".join(str(flag) for flag in self._parameters(SH.flags))
        return self._say("pattern", pattern=f"/{visible(str(value))}/{flags}")

    def _choice(self, key: str, value: Node) -> str:
        members = self._members(value)
        return self._say(key, inner="; ".join(members)) if len(members) > 1 else "".join(members)

    def _members(self, value: Node) -> list[str]:
        texts = [self._inner(member) for member in self._list(value)]
        return [text for text in dict.fromkeys(texts) if text]

    def _closed(self, value: Node) -> str:
        if not (isinstance(value, Literal) and value.value):
            return ""
        rules = self.shapes.rules
        own = [rules.value(inner, SH.path) for inner in self._parameters(SH.property)]
        ignored = [path for head in self._parameters(SH.ignoredProperties) for path in self._list(head)]
        names = sorted(_written(path) for path in (*own, *ignored) if isinstance(path, URIRef))
        return self._say("closed", values=_cut(names))

    def _qualified(self, value: Node) -> str:
        count = self._count(self._number(SH.qualifiedMinCount) or 0, self._number(SH.qualifiedMaxCount))
        inner = self._inner(value)
        if Literal(True) in self._parameters(SH.qualifiedValueShapesDisjoint):
            inner = self._say("qualified-disjoint", inner=inner)
        return self._say("qualified", count=count, inner=inner)

    def _parameters(self, parameter: URIRef) -> list[Node]:
        return sorted(self.shapes.rules.objects(self.node, parameter), key=str)

    def _list(self, head: Node) -> list[Node]:
        return list(Collection(self.shapes.rules, as_term(head)))

    def _number(self, parameter: URIRef) -> int | None:
        value = self.shapes.rules.value(self.node, parameter)
        return value.value if isinstance(value, Literal) and isinstance(value.value, int) else None

    def _count(self, low: int, high: int | None) -> str:
        if high is None:
            key = ("", "count-min-one", "count-min")[min(low, 2)]
        elif low == high:
            key = ("count-max-none", "count-exact-one", "count-exact")[min(low, 2)]
        elif low:
            key = "count-range"
        else:
            key = "count-max-one" if high == 1 else "count-max"
        return self._say(key, n=low if high in (None, low) else high, low=low, high=high) if key else ""


def _component(parameter: URIRef) -> URIRef:
    """Return the constraint component of a parameter, such as that of ``sh:minLength`` for lengths."""
    name = _local(parameter)
    if parameter == SH.qualifiedValueShape:
        name = "qualifiedMinCount"
    return SH[f"{name[0].upper()}{name[1:]}ConstraintComponent"]


def _scheme_in(pattern: str) -> URIRef | None:
    """Return the scheme, for a pattern that asks for the IRI of one of its concepts."""
    plain = pattern.replace("[.]", ".").replace("\\.", ".")
    match = _SCHEME_PATTERN.match(plain)
    return URIRef(match[1]) if match else None


def _written(node: Node) -> str:
    return write_term(as_term(node))


def _cut(words: Iterable[str]) -> str:
    listed = list(words)
    shown = ", ".join(listed[:_MOST_LISTED])
    return shown if len(listed) <= _MOST_LISTED else f"{shown}, … ({len(listed)})"


def _local(node: Node) -> str:
    return str(node).rstrip("/").rpartition("/")[2].rpartition("#")[2]
