"""From what the engine found to what a person can act on: messages, names, what stands there, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from poca_kg.store.protocol import Term
from poca_kg.validate.excerpts import find_span
from poca_kg.validate.expected import Expectation
from poca_kg.validate.findings import Finding
from poca_kg.validate.paths import properties_of, reach, write_path
from poca_kg.validate.phrases import join_words, phrase, visible, write_term
from poca_kg.validate.places import Locator
from poca_kg.validate.report import Result
from poca_kg.validate.shapes import PLACEHOLDER, Shapes
from poca_kg.validate.undeclared import UNDECLARED_SHAPE, expected_term, near_names
from poca_kg.vocabulary.labels import LABEL_PROPERTIES, pick_label

__all__ = ["Explainer"]

_MOST_VALUES = 5
_LONGEST_CHAIN = 5
_OWN_COMPONENTS = {UNDECLARED_SHAPE, SH.ConstraintComponent}
_ONE_MESSAGE = 600
_FIXES = {
    SH.MinCountConstraintComponent: "fix-add",
    SH.QualifiedMinCountConstraintComponent: "fix-add",
    SH.HasValueConstraintComponent: "fix-add-value",
    SH.MaxCountConstraintComponent: "fix-remove-values",
    SH.UniqueLangConstraintComponent: "fix-language",
    SH.ClosedConstraintComponent: "fix-remove",
    SH.SPARQLConstraintComponent: "",
    SH.ConstraintComponent: "",
    UNDECLARED_SHAPE: "fix-declare",
}


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explains findings about one graph in one language."""

    mixed: Graph
    shapes: Shapes
    locator: Locator
    language: str = "en"

    def result(self, finding: Finding) -> Result:
        """Return a finding as a result of the report."""
        expected = self._expects(finding)
        found = self._found(finding)
        messages = self._messages(finding)
        what = self._what(pick_label(messages, self.language), expected)
        place = self.locator.place(self.mixed, finding)
        line = self.locator.excerpt(place)
        return Result(
            what=what,
            focus_node=finding.focus,
            focus_label=self.label(finding.focus),
            property_path=finding.path,
            value=finding.value,
            found=found,
            expected=expected,
            how_to_fix=self._fix(finding, expected, what),
            severity=finding.severity,
            shape=self.shapes.named_shape(finding.shape),
            component=finding.component,
            messages=messages,
            details=self._details(finding),
            place=place,
            excerpt=line,
            span=self._span(line, finding),
            source_shape=finding.shape,
            constraint=finding.constraint,
            severity_iri=finding.severity_iri,
        )

    def _span(self, line: str, finding: Finding) -> tuple[int, int] | None:
        """Return the part of the line that the finding is about: the value, the property or the node."""
        if not line:
            return None
        others = [*(() if finding.path is None else properties_of(finding.path)), finding.focus]
        about_property = finding.component in {SH.ClosedConstraintComponent, SH.MaxCountConstraintComponent}
        return find_span(line, None if about_property else finding.value, others)

    def _what(self, message: Literal | None, expected: str) -> str:
        if message is None:
            return phrase("generic", self.language, expected=expected)
        return visible(str(message), _ONE_MESSAGE)

    def label(self, node: Term) -> str:
        """Return the name of a node, followed by its label where it has one."""
        names = [name for key in LABEL_PROPERTIES for name in self._objects(node, key)]
        texts = [name for name in names if isinstance(name, Literal)]
        best = pick_label(texts, self.language)
        name = self.name(node)
        return name if best is None else f"{name} “{visible(str(best), 80)}”"

    def name(self, node: Term, depth: int = 0) -> str:
        """Return the name of a node; that of a blank node says what it is and what leads to it."""
        if not isinstance(node, BNode):
            return write_term(node)
        classes = sorted(
            write_term(sort) for sort in self._objects(node, RDF.type) if isinstance(sort, URIRef)
        )
        own = f"[ a {', '.join(classes)} ]" if classes else "[]"
        owners = sorted(
            (self.name(subject, depth + 1), write_term(predicate))
            for subject, predicate in self.mixed.subject_predicates(node)
            if isinstance(subject, Term) and isinstance(predicate, URIRef) and depth < _LONGEST_CHAIN
        )
        return f"{owners[0][0]} → {owners[0][1]} → {own}" if owners else own

    def _expects(self, finding: Finding) -> str:
        if finding.component == UNDECLARED_SHAPE:
            return expected_term(finding.value, self.language)
        return Expectation(self.shapes, finding.shape, self.language).of(finding.component)

    def _objects(self, node: Node, predicate: URIRef) -> list[Node]:
        return [] if isinstance(node, Literal) else list(self.mixed.objects(node, predicate))

    def _messages(self, finding: Finding) -> tuple[Literal, ...]:
        """Return the message in every language; the engine drops it where it fills in a variable."""
        if finding.component in _OWN_COMPONENTS:
            return finding.messages
        holders = (finding.constraint, finding.shape)
        templates: list[Literal] = []
        for holder in holders:
            if holder is not None and not templates:
                found = self.shapes.rules.objects(holder, SH.message)
                templates = sorted((text for text in found if isinstance(text, Literal)), key=_by_language)
        return tuple(self._filled(template, finding) for template in templates)

    def _filled(self, template: Literal, finding: Finding) -> Literal:
        names = PLACEHOLDER.findall(template)
        if not names:
            return template
        values = {"this": self.name(finding.focus)}
        if finding.value is not None:
            values["value"] = write_term(finding.value)
        if finding.path is not None:
            values["path"] = write_path(finding.path)
        values = {**_matched(str(template), finding.messages), **values}
        text = PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)
        return Literal(text, lang=template.language)

    def _details(self, finding: Finding) -> tuple[str, ...]:
        """Return the reasons why a value does not conform to the shape asked of it, innermost ones too."""
        texts = set()
        for inner in finding.details:
            best = pick_label(self._messages(inner), self.language)
            told = str(best) if best is not None else self._expects(inner)
            where = f"{self.name(inner.focus)}{' ' + write_path(inner.path) if inner.path else ''}"
            texts.add(f"{where}: {visible(told, _ONE_MESSAGE)}")
            texts.update(self._details(inner))
        return tuple(sorted(texts))

    def _found(self, finding: Finding) -> str:
        if finding.value is not None:
            return self.label(finding.value)
        if finding.path is None:
            return self.name(finding.focus)
        values = sorted(self.name(value) for value in reach(self.mixed, finding.focus, finding.path))
        if not values:
            return phrase("found-nothing", self.language)
        shown = ", ".join([*values[:_MOST_VALUES], *(["…"] if len(values) > _MOST_VALUES else [])])
        return (
            shown if len(values) == 1 else phrase("found-values", self.language, n=len(values), values=shown)
        )

    def _fix(self, finding: Finding, expected: str, what: str) -> str:
        """Return the advice that a property shape gives, else what follows from the constraint.

        The description of a node shape tells what the shape is for, not what to do; where nothing follows
        from the constraint, the message must be the advice.
        """
        rules = self.shapes.rules
        is_about_property = (finding.shape, SH.path, None) in rules
        texts = rules.objects(finding.shape, SH.description) if is_about_property else ()
        advice = pick_label((text for text in texts if isinstance(text, Literal)), self.language)
        if advice is not None:
            fix = visible(str(advice), _ONE_MESSAGE)
        else:
            fix = self._derived_fix(finding, expected) or what
        near = near_names(finding.value, self.shapes) if isinstance(finding.value, URIRef) else ()
        return f"{fix.rstrip('.')}; {_near(near, self.language)}" if near else fix

    def _derived_fix(self, finding: Finding, expected: str) -> str:
        path = "" if finding.path is None else write_path(finding.path)
        if (key := _FIXES.get(finding.component, "fix-change" if path else "")) == "":
            return ""
        if (finding.shape, SH.maxCount, Literal(0)) in self.shapes.rules:
            key = "fix-remove"
        count = Expectation(self.shapes, finding.shape, self.language).count()
        return phrase(key, self.language, path=path, expected=expected, count=count)


def _near(names: tuple[str, ...], language: str) -> str:
    return phrase("fix-near", language, values=join_words(names, language))


def _by_language(text: Literal) -> tuple[str, str]:
    return text.language or "", str(text)


def _matched(template: str, messages: tuple[Literal, ...]) -> dict[str, str]:
    """Return the variables of a template as they stand in the message that the engine made of it."""
    parts = PLACEHOLDER.split(template)
    for message in messages:
        texts = _between(parts[::2], str(message))
        if texts is not None:
            return {name: visible(text) for name, text in zip(parts[1::2], texts, strict=True)}
    return {}


def _between(fixed: list[str], message: str) -> list[str] | None:
    """Return what stands between the fixed parts of a message, in one pass, or ``None``."""
    first, *middle, last = fixed
    if not (message.startswith(first) and message.endswith(last)):
        return None
    texts, start, end = [], len(first), len(message) - len(last)
    for part in middle:
        found = message.find(part, start, end)
        if found < 0:
            return None
        texts.append(message[start:found])
        start = found + len(part)
    return [*texts, message[start:end]] if start <= end else None
