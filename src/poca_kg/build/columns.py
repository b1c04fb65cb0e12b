"""Columns: what a mapping says about one column of a table, as one small class per kind of column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import URIRef

from poca_kg.build.literals import DATATYPES, is_web_address
from poca_kg.build.register import Register
from poca_kg.errors import UnknownNameError, UsageError, nearest_names
from poca_kg.vocabulary.iris import KINDS, SCHEMES
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.vocabulary.prefixes import expand_curie

__all__ = [
    "Column",
    "ConfidenceColumn",
    "EvidenceColumn",
    "IdentifierColumn",
    "IgnoredColumn",
    "IriColumn",
    "ReferenceColumn",
    "TextColumn",
    "ValueColumn",
    "read_column",
]


@dataclass(frozen=True, kw_only=True)
class Column:
    """What every column says: its name, whether it holds several values, and why it cannot be empty."""

    name: str
    many: bool = False
    required: str = ""


@dataclass(frozen=True, kw_only=True)
class ReferenceColumn(Column):
    """Names of things or concepts; ``refs`` are the kinds and schemes allowed."""

    property: URIRef
    refs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TextColumn(Column):
    """Text, with a language or without."""

    property: URIRef
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class ValueColumn(Column):
    """A typed value; ``as_published`` is the property that keeps the text of the cell beside it."""

    property: URIRef
    datatypes: tuple[URIRef, ...]
    as_published: URIRef | None = None


@dataclass(frozen=True, kw_only=True)
class IriColumn(Column):
    """A prefixed name or ``<IRI>`` of anything."""

    property: URIRef


@dataclass(frozen=True, kw_only=True)
class IdentifierColumn(Column):
    """An official code: a typed identifier; ``link`` also ties the thing to the ``address`` of the code."""

    scheme: URIRef
    scheme_slug: str
    version: str
    link: URIRef | None = None
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class EvidenceColumn(Column):
    """Places in documents, ``document#locator`` each."""


@dataclass(frozen=True, kw_only=True)
class ConfidenceColumn(Column):
    """How surely the evidence of the row was read."""


@dataclass(frozen=True, kw_only=True)
class IgnoredColumn(Column):
    """A column that is not represented, with the reason."""

    reason: str


def read_column(name: str, spec: Mapping[str, Any], *, register: Register) -> Column:
    """Return the column that a mapping describes.

    The key that stands alone for a kind (``refs``, ``datatype``, ``identifier``, …) decides which it is; a
    column with a ``property`` and nothing else holds plain text.

    Raises
    ------
    UsageError
        If a key is unknown or missing, or names something that does not exist.
    """
    sort = next((key for key in _SORTS if key in spec), "property")
    build, allowed = _SORTS.get(sort, (_text, ("property",)))
    known = (*allowed, "many", "required")
    for key in spec:
        if key not in known:
            raise UsageError(f"the key {key!r} does not go with {sort!r}", advice=nearest_names(key, known))
    return build(_Spec(name, spec), register)


class _Spec:
    """Typed access to the keys of one column."""

    def __init__(self, name: str, spec: Mapping[str, Any]) -> None:
        self.name, self._spec = name, spec

    def text(self, key: str, default: str | None = None) -> str:
        value = self._spec.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise UsageError(f"the key {key!r} is missing or not a text", advice=f'write {key} = "…"')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._spec.get(key)
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values or not all(isinstance(v, str) and v for v in values):
            raise UsageError(f"the key {key!r} is not a list of texts", advice=f'write {key} = ["…", "…"]')
        return tuple(values)

    def marked(self, key: str) -> None:
        if self._spec[key] is not True:
            raise UsageError(f"the key {key!r} is not true", advice="write true or take it out")

    def shared(self) -> dict[str, Any]:
        many, required = self._spec.get("many", False), self._spec.get("required", False)
        if not isinstance(many, bool):
            raise UsageError("the key 'many' is neither true nor false", advice="write many = true")
        if required is True:
            required = "fill it"
        if not isinstance(required, str) and required is not False:
            raise UsageError("the key 'required' is no reason", advice='write required = "why"')
        return {"name": self.name, "many": many, "required": required or ""}


def _reference(spec: _Spec, register: Register) -> Column:
    refs = spec.texts("refs")
    for prefix in refs:
        if prefix not in KINDS and prefix not in SCHEMES:
            raise UnknownNameError("kind of thing or scheme", prefix, (*KINDS, *SCHEMES))
    return ReferenceColumn(property=register.resolve_term(spec.text("property")), refs=refs, **spec.shared())


def _language(spec: _Spec, register: Register) -> Column:
    language = spec.text("language")
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    return TextColumn(
        property=register.resolve_term(spec.text("property")), language=language, **spec.shared()
    )


def _value(spec: _Spec, register: Register) -> Column:
    datatypes = spec.texts("datatype")
    for datatype in datatypes:
        if datatype not in DATATYPES:
            raise UnknownNameError("datatype", datatype, DATATYPES)
    published = spec.text("as_published", "")
    return ValueColumn(
        property=register.resolve_term(spec.text("property")),
        datatypes=tuple(expand_curie(datatype) for datatype in datatypes),
        as_published=register.resolve_term(published) if published else None,
        **spec.shared(),
    )


def _iri(spec: _Spec, register: Register) -> Column:
    spec.marked("iri")
    return IriColumn(property=register.resolve_term(spec.text("property")), **spec.shared())


def _identifier(spec: _Spec, register: Register) -> Column:
    slug = spec.text("identifier")
    link, address = spec.text("link", ""), spec.text("address", "")
    if bool(link) != bool(address) or (address and address.count("{}") != 1):
        what = "a link needs an address with {} in the code's place"
        raise UsageError(what, advice='write for instance address = "http://www.wikidata.org/entity/{}"')
    if address and not is_web_address(address.replace("{}", "code")):
        raise UsageError(f"{address!r} is not a web address", advice="write http:// or https:// and so on")
    return IdentifierColumn(
        scheme=register.resolve(slug, ("identifier-scheme",)),
        scheme_slug=slug,
        version=spec.text("version"),
        link=register.resolve_term(link) if link else None,
        address=address,
        **spec.shared(),
    )


def _evidence(spec: _Spec, register: Register) -> Column:
    del register
    spec.marked("evidence")
    return EvidenceColumn(**{**spec.shared(), "many": True})


def _confidence(spec: _Spec, register: Register) -> Column:
    del register
    spec.marked("evidence_confidence")
    shared = spec.shared()
    if shared["many"]:
        raise UsageError("a row has one confidence for its evidence", advice="take out the key 'many'")
    return ConfidenceColumn(**shared)


def _ignored(spec: _Spec, register: Register) -> Column:
    del register
    return IgnoredColumn(reason=spec.text("ignore"), **spec.shared())


def _text(spec: _Spec, register: Register) -> Column:
    return TextColumn(property=register.resolve_term(spec.text("property")), **spec.shared())


_SORTS: dict[str, tuple[Callable[[_Spec, Register], Column], tuple[str, ...]]] = {
    "refs": (_reference, ("property", "refs")),
    "language": (_language, ("property", "language")),
    "datatype": (_value, ("property", "datatype", "as_published")),
    "iri": (_iri, ("property", "iri")),
    "identifier": (_identifier, ("identifier", "version", "link", "address")),
    "evidence": (_evidence, ("evidence",)),
    "evidence_confidence": (_confidence, ("evidence_confidence",)),
    "ignore": (_ignored, ("ignore",)),
}
