"""Labels: one text out of several, by language, with an honest fallback.

The properties of :data:`LABEL_PATH` are those that name a thing; nothing carries both of the first two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import Literal
from rdflib.namespace import DCTERMS, RDFS, SKOS

from poca_kg.vocabulary.iris import BASE
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["LABEL_PATH", "LANGUAGES", "label_or_name", "pick_label"]

LANGUAGES = ("en", "it")
LABEL_PATH = f"(<{SKOS.prefLabel}>|<{RDFS.label}>|<{DCTERMS.title}>|<{BASE}def/nameAsStated>)"


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
