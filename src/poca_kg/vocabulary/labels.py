"""Labels: one text out of several, by language, with an honest fallback.

:data:`LABEL_PROPERTIES` are those that name a thing; nothing carries both of the first two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, RDFS, SKOS

from poca_kg.vocabulary.prefixes import shorten_iri
from poca_kg.vocabulary.terms import POCA

__all__ = ["LABEL_PATH", "LABEL_PROPERTIES", "LANGUAGES", "label_or_name", "pick_label"]

LANGUAGES = ("en", "it")
LABEL_PROPERTIES: tuple[URIRef, ...] = (SKOS.prefLabel, RDFS.label, DCTERMS.title, POCA.nameAsStated)
LABEL_PATH = f"({'|'.join(name.n3() for name in LABEL_PROPERTIES)})"
"""The same as a property path for a query."""


def pick_label(labels: Iterable[Literal], language: str = "en") -> Literal | None:
    """Return the label in ``language``, else in the first of our languages that has one, else any.

    Among several of one language the alphabetically first is returned, so that the answer never varies.

    >>> pick_label([Literal("Torino", lang="it"), Literal("Turin", lang="en")], "de")
    rdflib.term.Literal('Turin', lang='en')
    >>> pick_label([]) is None
    True
    """
    wanted = _order(language)
    return min(
        labels,
        key=lambda label: (_rank(label.language, wanted), label.language or "", str(label)),
        default=None,
    )


def label_or_name(iri: str, labels: Iterable[Literal], language: str = "en") -> str:
    """Return the text of the best label, or the prefixed name where a thing has none.

    >>> label_or_name("https://w3id.org/poca-kg/id/city/turin", [])
    'city:turin'
    """
    best = pick_label(labels, language)
    return shorten_iri(iri) if best is None else str(best)


def _order(language: str) -> Sequence[str]:
    return (language, *(other for other in LANGUAGES if other != language))


def _rank(tag: str | None, wanted: Sequence[str]) -> int:
    if not tag:
        return len(wanted)
    primary = tag.lower().partition("-")[0]
    return wanted.index(primary) if primary in wanted else len(wanted) + 1
