"""The register: every name that a cell or a mapping may use, and the nearest ones for an unknown name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SKOS, URIRef

from poca_kg.build.folder import SourceFolder
from poca_kg.build.ontology import Ontology
from poca_kg.errors import UsageError, nearest_names
from poca_kg.vocabulary.iris import BASE, KINDS, OWN_GRAPHS, SCHEMES, graph_iri, reference_iri
from poca_kg.vocabulary.prefixes import PREFIXES, expand_curie, shorten_iri

__all__ = ["Register", "make_register"]

_MANY = 12
_CLASS_TYPES = (OWL.Class, RDFS.Class)
_PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)


@dataclass(frozen=True)
class Register:
    """What exists: things by kind, concepts by scheme, classes and properties, other IRIs of ours.

    ``unsure`` holds the kinds of which a table could not be read in full: a thing of such a kind may well
    exist in the part that is missing, so it is not called unknown.
    """

    things: Mapping[str, frozenset[str]]
    concepts: Mapping[str, frozenset[str]]
    classes: frozenset[str]
    properties: frozenset[str]
    others: frozenset[str]
    unsure: frozenset[str] = frozenset()

    def resolve(self, text: str, prefixes: tuple[str, ...]) -> URIRef:
        """Return the IRI of the thing or concept that a text names.

        Parameters
        ----------
        text
            ``prefix:slug``; the slug alone will do where only one prefix is allowed.
        prefixes
            The kinds and schemes that are allowed here.

        Raises
        ------
        UsageError
            If the prefix is not allowed or nothing has that name.
        """
        prefix, colon, slug = text.partition(":")
        if not colon and len(prefixes) == 1:
            prefix, slug = prefixes[0], text
        elif not colon:
            what = f"{text!r} does not say what it is"
            raise UsageError(what, advice=f"write {_either(f'{prefix}:{text}' for prefix in prefixes)}")
        if prefix not in prefixes:
            raise UsageError(f"{text!r} is not a {_either(prefixes)}", advice=nearest_names(prefix, prefixes))
        known = self._slugs(prefix)
        if slug not in known and prefix not in self.unsure:
            sort = "concept" if prefix in SCHEMES else "thing"
            raise UsageError(f"there is no {sort} {prefix}:{slug}", advice=_advice(prefix, slug, known=known))
        return reference_iri(prefix, slug)

    def resolve_class(self, name: str) -> URIRef:
        """Return the IRI of a class of ``def/`` by its local name."""
        return _of_vocabulary(name, self.classes, sort="class")

    def resolve_term(self, curie: str, *, sort: str = "property") -> URIRef:
        """Return the IRI of a property (or class, by ``sort``) given as a prefixed name.

        A name with the prefix ``poca`` must be declared in the ontology; other vocabularies are taken
        at their word.
        """
        prefix, _, local = curie.partition(":")
        if prefix == "poca":
            return _of_vocabulary(local, self.classes if sort == "class" else self.properties, sort=sort)
        if prefix in KINDS or prefix in SCHEMES or not local:
            raise UsageError(f"{curie!r} is not a {sort}", advice="write it as prefix:name")
        return _checked(str(expand_curie(curie)))

    def resolve_iri(self, text: str) -> URIRef:
        """Return the IRI of a cell that holds any prefixed name or ``<IRI>``; ours must exist."""
        prefix, colon, local = text.partition(":")
        if text.startswith("<") and text.endswith(">"):
            iri = _checked(text[1:-1])
        elif colon and (prefix in KINDS or prefix in SCHEMES):
            return self.resolve(text, (prefix,))
        elif colon and prefix in PREFIXES:
            iri = _checked(PREFIXES[prefix] + local)
        else:
            what = f"{text!r} is neither a prefixed name nor an <IRI>"
            raise UsageError(what, advice="write for instance skos:exactMatch or <https://example.org/a>")
        if iri.startswith(BASE) and str(iri) not in self.others:
            names = [shorten_iri(other) for other in self.others]
            raise UsageError(f"nothing is called {text}", advice=nearest_names(text, names))
        return iri

    def _slugs(self, prefix: str) -> frozenset[str]:
        return (self.concepts if prefix in SCHEMES else self.things).get(prefix, frozenset())


def make_register(ontology: Ontology, folders: Iterable[SourceFolder], *, unsure: frozenset[str]) -> Register:
    """Return the register of everything that the ontology declares and the tables describe."""
    things: dict[str, set[str]] = {}
    graphs = {str(graph_iri(name)) for name in OWN_GRAPHS}
    for folder in folders:
        graphs.add(str(graph_iri(folder.source.id)))
        for item in folder.tables:
            keys = {row.cells[item.head.key] for row in item.table.rows}
            things.setdefault(item.head.kind, set()).update(keys)
    typed = [(str(s), o) for s, p, o, _ in ontology.quads if p == RDF.type]
    return Register(
        things={kind: frozenset(slugs) for kind, slugs in things.items()},
        concepts=_concepts(ontology),
        classes=_local_names(iri for iri, sort in typed if sort in _CLASS_TYPES),
        properties=_local_names(iri for iri, sort in typed if sort in _PROPERTY_TYPES),
        others=frozenset(graphs | {str(s) for s, _, _, _ in ontology.quads if str(s).startswith(BASE)}),
        unsure=unsure,
    )


def _concepts(ontology: Ontology) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {scheme: set() for scheme in SCHEMES}
    for subject, predicate, value, _ in ontology.quads:
        scheme = str(value).removeprefix(PREFIXES["scheme"])
        if predicate == SKOS.inScheme and scheme in found:
            found[scheme].add(str(subject).removeprefix(PREFIXES[scheme]))
    return {scheme: frozenset(slugs) for scheme, slugs in found.items()}


def _local_names(iris: Iterable[str]) -> frozenset[str]:
    namespace = PREFIXES["poca"]
    return frozenset(iri.removeprefix(namespace) for iri in iris if iri.startswith(namespace))


def _of_vocabulary(name: str, known: frozenset[str], *, sort: str) -> URIRef:
    if name not in known:
        raise UsageError(f"the ontology has no {sort} poca:{name}", advice=nearest_names(name, known))
    return URIRef(PREFIXES["poca"] + name)


def _checked(iri: str) -> URIRef:
    if not iri.startswith(("http://", "https://", "urn:")) or any(c in '<>"{}|\\^`' or c <= " " for c in iri):
        raise UsageError(
            f"{iri!r} is not an IRI", advice="write http:// or https:// and so on, without blanks"
        )
    return URIRef(iri)


def _advice(prefix: str, slug: str, *, known: frozenset[str]) -> str:
    near = nearest_names(slug, known)
    if near.startswith("did you mean"):
        return near
    if len(known) <= _MANY:
        return f"known: {', '.join(sorted(known))}" if known else f"nothing of the sort {prefix} exists"
    where = f"ontology/schemes/{prefix}.ttl" if prefix in SCHEMES else "the table that describes it"
    return f"add it to {where} first"


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)
