"""The report as the W3C's validation report, in Turtle that is always the same for the same report.

A result never stands twice, messages keep their languages, and the result of a shape without any gets one.
``sh:conforms`` is that of the standard: false as soon as there is any result, be it a warning. Source: SHACL,
section 3.6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from poca_kg.store.protocol import Term
from poca_kg.validate.paths import Alternative, Inverse, Predicate, PropertyPath, Repeated, Sequence
from poca_kg.validate.renderings.view import DEFAULT_VIEW, View
from poca_kg.validate.report import Report, Result
from poca_kg.vocabulary.prefixes import PREFIXES, shorten_iri

__all__ = ["render_turtle"]

_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\ud800-\udfff]')
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_REPEATED = {"*": "sh:zeroOrMorePath", "+": "sh:oneOrMorePath", "?": "sh:zeroOrOnePath"}


def render_turtle(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Return the validation report as Turtle, with every result that the report holds.

    >>> print(render_turtle(Report(results=())))
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    <BLANKLINE>
    [] a sh:ValidationReport ;
        sh:conforms true .
    """
    del view  # programs get every result
    writer = _Writer(report.language)
    results = " ,\n        ".join(writer.result(result) for result in report.results)
    lines = ["[] a sh:ValidationReport ;", f"    sh:conforms {str(not report.results).lower()} ."]
    if results:
        lines[1:] = ["    sh:conforms false ;", f"    sh:result {results} ."]
    header = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in sorted(writer.prefixes))
    return header + "\n" + "\n".join(lines) + "\n"


@dataclass(eq=False)
class _Writer:
    """Writes terms, and remembers which prefixes and blank nodes it met."""

    language: str
    prefixes: set[str] = field(default_factory=lambda: {"sh"})
    numbers: dict[BNode, str] = field(default_factory=dict)

    def result(self, result: Result, depth: int = 2) -> str:
        indent = "    " * (depth + 1)
        messages = result.messages or (Literal(result.what, lang=self.language),)
        pairs = [
            ("a", "sh:ValidationResult"),
            ("sh:focusNode", self.term(result.focus_node)),
            ("sh:resultPath", "" if result.property_path is None else self.path(result.property_path)),
            ("sh:value", "" if result.value is None else self.term(result.value)),
            ("sh:resultSeverity", self.term(result.severity_iri or result.severity.iri)),
            ("sh:sourceShape", self.term(result.source_shape or result.shape)),
            ("sh:sourceConstraintComponent", self.term(result.component)),
            ("sh:sourceConstraint", "" if result.constraint is None else self.term(result.constraint)),
            ("sh:resultMessage", " , ".join(self.term(text) for text in messages)),
            ("sh:detail", " , ".join(self.result(inner, depth + 1) for inner in result.nested)),
        ]
        inner = f" ;\n{indent}".join(f"{name} {text}" for name, text in pairs if text)
        return f"[\n{indent}{inner}\n{indent[4:]}]"

    def path(self, path: PropertyPath) -> str:
        match path:
            case Predicate(iri):
                return self.term(iri)
            case Inverse(inner):
                return f"[ sh:inversePath {self.path(inner)} ]"
            case Repeated(inner, sign):
                return f"[ {_REPEATED[sign]} {self.path(inner)} ]"
            case Sequence(paths):
                return f"( {' '.join(self.path(step) for step in paths)} )"
            case Alternative(paths):
                return f"[ sh:alternativePath ( {' '.join(self.path(branch) for branch in paths)} ) ]"

    def term(self, term: Term) -> str:
        match term:
            case URIRef():
                return self._iri(term)
            case BNode():
                return self.numbers.setdefault(term, f"_:b{len(self.numbers)}")
            case Literal():
                text = f'"{"".join(_escaped(character) for character in term)}"'
                if term.language:
                    return f"{text}@{term.language}"
                plain = term.datatype is None or term.datatype == XSD.string
                return text if plain else f"{text}^^{self._iri(term.datatype or XSD.string)}"

    def _iri(self, iri: URIRef) -> str:
        """Write an IRI; what may not stand in one (rdflib lets it pass) is percent-encoded."""
        legal = _NOT_IN_IRI.sub(_percent, iri)
        short = shorten_iri(legal)
        if not short.startswith("<"):
            self.prefixes.add(short.partition(":")[0])
        return short


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))


def _escaped(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if "\ud800" <= character <= "\udfff":
        return "?"
    return f"\\u{ord(character):04X}" if ord(character) < 0x20 or ord(character) == 0x7F else character
