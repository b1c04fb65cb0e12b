"""From what an engine found to what a person can act on: messages, names, what stands there, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.store.protocol import Term
from poca_kg.validate.excerpts import find_span
from poca_kg.validate.expected import Expectation
from poca_kg.validate.findings import Finding
from poca_kg.validate.fixes import derive_fix, sort_of_value
from poca_kg.validate.messages import fill_in, message_templates
from poca_kg.validate.naming import Names
from poca_kg.validate.nested import QUALIFIED, Branch, BranchKind, Judge, find_branches
from poca_kg.validate.paths import PropertyPath, properties_of, reach, write_path
from poca_kg.validate.phrases import join_words, phrase, visible, write_term
from poca_kg.validate.places import Locator
from poca_kg.validate.report import Result
from poca_kg.validate.result_order import order_of
from poca_kg.validate.shapes import Shapes
from poca_kg.validate.undeclared import UNDECLARED_SHAPE, expected_term, near_names
from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.labels import pick_label

__all__ = ["Explainer", "Values"]

Values: TypeAlias = Mapping[tuple[Term, PropertyPath], tuple[Term, ...]]
"""The value nodes of focus nodes, for data that cannot be walked: a remote store's."""

_MOST_VALUES = 5
_MOST_WALKED = 100
_DEEPEST = 3
_MOST_REASONS = 8
_MOST_COMPARED = 50
_OWN_COMPONENTS = {UNDECLARED_SHAPE, SH.ConstraintComponent}
_OF_PROPERTY = {SH.ClosedConstraintComponent, SH.MaxCountConstraintComponent}
_ONE_MESSAGE = 600
_GENERIC = {
    SH.MaxCountConstraintComponent: "generic-many",
    SH.ClosedConstraintComponent: "generic-closed",
}


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explains findings about one graph in one language.

    Attributes
    ----------
    mixed
        The data, or a view of it.
    shapes
        The shapes that the findings are of.
    locator
        Knows the lines of files.
    language
        ``en`` or ``it``.
    judge
        Asks a shape of a node again, to say why the alternatives of a constraint fail.
    values
        What paths lead to, where ``mixed`` does not hold what is needed to walk them.
    """

    mixed: Graph
    shapes: Shapes
    locator: Locator
    language: str = "en"
    judge: Judge | None = None
    values: Values = field(default_factory=dict)
    _told: dict[tuple[object, ...], str] = field(default_factory=dict, init=False, repr=False)
    _templates: dict[tuple[object, ...], tuple[Literal, ...]] = field(
        default_factory=dict, init=False, repr=False
    )
    _named: dict[URIRef | BNode, URIRef | BNode] = field(default_factory=dict, init=False, repr=False)

    def result(self, finding: Finding) -> Result:
        """Return a finding as a result of the report, without the reasons of the shapes within its shape."""
        expected = self._expects(finding)
        messages = self._messages(finding)
        found = self._found(finding)
        what = self._what(finding, pick_label(messages, self.language), expected)
        place = self.locator.place(self.mixed, finding)
        line = self.locator.excerpt(place)
        shape = self._rule(finding.shape)
        return Result(
            what=what,
            focus_node=finding.focus,
            focus_label=self._names.label(finding.focus),
            property_path=finding.path,
            value=finding.value,
            found=found,
            expected=expected,
            how_to_fix=self._fix(finding, expected, what),
            severity=finding.severity,
            shape=shape,
            component=finding.component,
            messages=messages,
            place=place,
            excerpt=line,
            span=self._span(line, finding),
            source_shape=finding.shape,
            constraint=finding.constraint,
            severity_iri=finding.severity_iri,
            page=str(shape) if shape.startswith(f"{BASE}shape/") else "",
        )

    def reasoned(self, result: Result, finding: Finding, *, ask: bool = True, depth: int = 0) -> Result:
        """Return the result of a finding with what it rests on.

        Parameters
        ----------
        result, finding
            The finding, and the result that :meth:`result` made of it.
        ask
            Whether shapes within the shape are asked again where the engine told nothing about them.
        depth
            How many results this one stands in; it ends at three.
        """
        if depth == _DEEPEST:
            return result
        walked = finding.component in QUALIFIED and ask and self.judge is not None
        values = self._walk(finding)[:_MOST_WALKED] if walked else ()
        branches = find_branches(finding, self.shapes.rules, self.judge if ask else None, values)
        if not branches:
            return result
        nested: list[Result] = []
        reasons: list[str] = []
        for branch in branches:
            told = [(self.result(each), each) for each in branch.findings[:_MOST_COMPARED]]
            told.sort(key=lambda pair: order_of(pair[0], self.mixed))
            first = told[:_MOST_REASONS]
            inner = [(self.reasoned(one, each, ask=ask, depth=depth + 1), each) for one, each in first]
            nested += [one for one, _ in inner]
            reasons += self._reasons(branch, inner)
        details = tuple(dict.fromkeys(reasons))[:_MOST_REASONS]
        return replace(result, details=details, nested=tuple(nested)[:_MOST_REASONS])

    @cached_property
    def _names(self) -> Names:
        return Names(self.mixed, self.shapes.ontology, self.language)

    def _say(self, key: str, **parts: object) -> str:
        return phrase(key, self.language, **parts)

    def _once(self, key: tuple[object, ...], make: Callable[[], str]) -> str:
        """Return a text that is the same for all findings of a shape, made once."""
        if key not in self._told:
            self._told[key] = make()
        return self._told[key]

    def _rule(self, shape: URIRef | BNode) -> URIRef | BNode:
        if shape not in self._named:
            self._named[shape] = self.shapes.named_shape(shape)
        return self._named[shape]

    def _span(self, line: str, finding: Finding) -> tuple[int, int] | None:
        """Return the part of the line that the finding is about: the value, the property or the node."""
        if not line:
            return None
        # A property that leads nowhere from here is not on the line, unless something else has it there.
        leads = finding.path is not None and (finding.value is not None or self._walk(finding))
        others = [*(properties_of(finding.path) if finding.path and leads else ()), finding.focus]
        return find_span(line, None if finding.component in _OF_PROPERTY else finding.value, others)

    def _what(self, finding: Finding, message: Literal | None, expected: str) -> str:
        """Return what is wrong: the message of the shape, else what follows from the constraint."""
        if message is not None:
            return visible(str(message), _ONE_MESSAGE)
        path = "" if finding.path is None else write_path(finding.path)
        key = _GENERIC.get(finding.component, "generic-path" if path else "generic")
        if finding.component == SH.MinCountConstraintComponent and not self._walk(finding):
            key = "generic-missing"
        return self._say(key, path=path, expected=expected)

    def _expects(self, finding: Finding) -> str:
        if finding.component == UNDECLARED_SHAPE:
            return expected_term(finding.value, self.language)
        return self._once(
            (finding.shape, finding.component),
            lambda: Expectation(self.shapes, finding.shape, self.language).of(finding.component),
        )

    def _messages(self, finding: Finding) -> tuple[Literal, ...]:
        """Return the message in every language; an engine drops it where it fills in a variable."""
        if finding.component in _OWN_COMPONENTS:
            return finding.messages
        if finding.own_message is not None:
            return (finding.own_message,)
        key = (finding.constraint, finding.shape)
        if key not in self._templates:
            self._templates[key] = message_templates(self.shapes.rules, *key)
        if not self._templates[key] and not finding.component.startswith(str(SH)):
            # The message stands at the validator of the component, and the engine has filled it in.
            return finding.messages
        values = {}
        if self._templates[key]:
            values["this"] = self._names.name(finding.focus)
            if finding.value is not None:
                values["value"] = write_term(finding.value)
            if finding.path is not None:
                values["path"] = values["PATH"] = write_path(finding.path)
        return tuple(fill_in(template, values, finding.messages) for template in self._templates[key])

    def _reasons(self, branch: Branch, nested: list[tuple[Result, Finding]]) -> list[str]:
        """Return why a branch fails, or that it holds where it should not."""
        told: list[str] = []
        for result, inner in nested:
            # A shape within this one that has no words of its own says no more than what it rests on.
            if not result.details or inner.path is not None or result.messages:
                told.append(self._reason(inner, branch))
            told += result.details
        if branch.kind is BranchKind.WHOLE and told:
            return told
        wanted = "" if branch.shape is None else Expectation(self.shapes, branch.shape, self.language).whole()
        key = f"{branch.kind.value}-{'holds' if branch.holds else 'fails'}"
        value = self._names.label(branch.value)
        reasons = "; ".join(dict.fromkeys(told))
        return [self._say(key, n=branch.number, of=branch.of, value=value, wanted=wanted, reasons=reasons)]

    def _reason(self, inner: Finding, branch: Branch) -> str:
        best = pick_label(self._messages(inner), self.language)
        told = self._say("generic", expected=self._expects(inner)) if best is None else str(best)
        path = "" if inner.path is None else write_path(inner.path)
        is_same = inner.focus == branch.value and branch.kind is not BranchKind.WHOLE
        where = " ".join(part for part in ("" if is_same else self._names.name(inner.focus), path) if part)
        return f"{where}: {visible(told, _ONE_MESSAGE)}" if where else visible(told, _ONE_MESSAGE)

    def _walk(self, finding: Finding) -> list[Term]:
        """Return the value nodes of the path of a finding, sorted by their names."""
        if finding.path is None:
            return []
        known = self.values.get((finding.focus, finding.path))
        values = reach(self.mixed, finding.focus, finding.path) if known is None else known
        return sorted(values, key=lambda value: (self._names.name(value), value))

    def _found(self, finding: Finding) -> str:
        if finding.value is not None:
            return self._names.label(finding.value)
        if finding.path is None:
            return self._names.name(finding.focus)
        values = [self._names.name(value) for value in self._walk(finding)]
        if not values:
            return self._say("found-nothing")
        shown = ", ".join([*values[:_MOST_VALUES], *(["…"] if len(values) > _MOST_VALUES else [])])
        return shown if len(values) == 1 else self._say("found-values", n=len(values), values=shown)

    def _fix(self, finding: Finding, expected: str, what: str) -> str:
        """Return the advice that a property shape gives, else what follows from the constraint.

        The description of a node shape tells what the shape is for, not what to do; where nothing follows
        from the constraint, the message must be the advice.
        """
        path = "" if finding.path is None else write_path(finding.path)
        key = ("fix", finding.shape, finding.component, path, sort_of_value(self.shapes, finding))
        fix = self._once(key, lambda: self._advice(finding) or self._derived(finding, expected)) or what
        near = near_names(finding.value, self.shapes) if isinstance(finding.value, URIRef) else ()
        if not near:
            return fix
        return f"{fix.rstrip('.')}; {self._say('fix-near', values=join_words(near, self.language))}"

    def _advice(self, finding: Finding) -> str:
        rules = self.shapes.rules
        is_about_property = (finding.shape, SH.path, None) in rules
        texts = rules.objects(finding.shape, SH.description) if is_about_property else ()
        best = pick_label((text for text in texts if isinstance(text, Literal)), self.language)
        return "" if best is None else visible(str(best), _ONE_MESSAGE)

    def _derived(self, finding: Finding, expected: str) -> str:
        return derive_fix(self.shapes, finding, expected, self.language)
