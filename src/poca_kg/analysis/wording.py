"""An explanation in words: one sentence, and one indented line per input of a rule."""

from __future__ import annotations

from poca_kg.analysis.explanation import (
    DocumentPlace,
    Explanation,
    FromCatalogue,
    FromDocument,
    FromFile,
    FromRow,
    FromRule,
    Named,
    RuleInput,
    TableRow,
    Voices,
)
from poca_kg.errors import FilePlace
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["explain_in_words"]

_SPEAKER = {
    "explicit": "the speaker is named",
    "inferred": "the speaker is inferred",
    "ambiguous": "who speaks is ambiguous",
}


def explain_in_words(explanation: Explanation) -> str:
    """Return an explanation as text.

    >>> from poca_kg.errors import FilePlace
    >>> city = Named("https://w3id.org/poca-kg/def/City", "City")
    >>> explain_in_words(FromFile("https://w3id.org/poca-kg/graph/ontology", city, FilePlace("terms.ttl", 7)))
    'City is written in terms.ttl:7 (graph:ontology)'
    """
    return "\n".join(_lines(explanation))


def _lines(explanation: Explanation) -> list[str]:
    match explanation:
        case FromDocument():
            return [_document_sentence(explanation)]
        case FromRow():
            return [f"{explanation.subject.label} is recorded in {_row(explanation.row)}"]
        case FromRule():
            return _rule_lines(explanation)
        case FromFile():
            place = explanation.place or "a file of the ontology (this dataset has no list of places)"
            return [f"{explanation.subject.label} is written in {place} ({shorten_iri(explanation.graph)})"]
        case FromCatalogue():
            return [_catalogue_sentence(explanation)]


def _catalogue_sentence(told: FromCatalogue) -> str:
    if told.field == "count":
        return f"{told.subject.label}: a count, made when the graph was built"
    where = f" of {told.place}" if told.place else " of its description"
    return f"{told.subject.label}: the field {told.field}{where}"


def _document_sentence(told: FromDocument) -> str:
    by_confidence: dict[str, list[DocumentPlace]] = {}
    for place in told.places:
        by_confidence.setdefault(place.confidence.label, []).append(place)
    stands = "; and in ".join(
        " and in ".join(map(_place, places)) + f" ({confidence})"
        for confidence, places in sorted(by_confidence.items())
    )
    parts = [f"{told.subject.label} stands in {stands}", *_voices(told.voices), _row(told.row)]
    return "; ".join(part for part in parts if part)


def _place(place: DocumentPlace) -> str:
    if place.paragraph is not None and place.sentence is not None:
        where = f"paragraph {place.paragraph}, sentence {place.sentence}"
    else:
        where = f"place {place.locator}"
    address = f" <{place.address}>" if place.address else ""
    return f"{where} of {place.document.label}{address}"


def _voices(voices: Voices) -> list[str]:
    attribution = [_SPEAKER.get(shown.iri.rpartition("/")[2], shown.label) for shown in voices.attribution]
    told = (
        ("held by ", voices.held_by),
        ("expressed at ", voices.workshop),
        ("as reported by ", voices.reported_by),
        ("curated by ", voices.curated_by),
    )
    return [lead + _names(named) for lead, named in told if named] + attribution


def _names(named: tuple[Named, ...]) -> str:
    return " and ".join(name.label for name in named)


def _row(row: TableRow) -> str:
    where = f" ({row.place})" if isinstance(row.place, FilePlace) else ""
    terms = ", ".join(part for part in (row.attribution, row.licence) if part)
    return f"row {row.table}.{row.key} of {row.title}{where}" + (f" [{terms}]" if terms else "")


def _rule_lines(told: FromRule) -> list[str]:
    lines = [f"{told.subject.label} is concluded by the rule {told.rule.label} from:"]
    return lines + [f"  {line}" for used in told.inputs for line in _input_lines(used)]


def _input_lines(used: RuleInput) -> list[str]:
    if used.again:
        return [f"{used.thing.label} (explained above)"]
    return [line for explanation in used.explanations for line in _lines(explanation)]
