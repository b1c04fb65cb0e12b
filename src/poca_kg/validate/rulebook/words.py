"""The words of the rulebook, in English and Italian."""

from __future__ import annotations

from poca_kg.vocabulary.labels import LANGUAGES

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    "each-of-class": ("each {name}", "ogni {name}"),
    "each-with": ("whatever has {name}", "ciò che ha {name}"),
    "each-under": ("whatever {name} leads to", "ciò a cui conduce {name}"),
    "the-node": ("{name}", "{name}"),
    "checks": ("What it checks", "Che cosa controlla"),
    "why": ("Why", "Perché"),
    "says": ("What a report says", "Che cosa dice un rapporto"),
    "good": ("A good example", "Un esempio giusto"),
    "bad": ("A bad example", "Un esempio sbagliato"),
    "looks-at": ("looks at", "guarda"),
    "looks-at-values": ("{path} of {targets}", "{path} di {targets}"),
    "expects": ("expects", "richiede"),
    "by-query": ("nothing that the query below finds", "nulla che la query qui sotto trovi"),
    "whole": (
        "the names and values that no other shape sees; the validator asks this by itself",
        "i nomi e i valori che nessun'altra regola vede; lo controlla il validatore stesso",
    ),
    "parts-ask": (
        "whatever its parts ask for",
        "quanto richiedono le sue parti",
    ),
    "declared": ("only names that the ontology declares", "solo nomi che l'ontologia dichiara"),
    "part-of-file": ("A part of {file}.", "Una parte di {file}."),
    "parts": ("made of", "composta da"),
    "wholes": ("part of", "parte di"),
    "severity": ("severity", "gravità"),
    "iri": ("rule IRI", "IRI della regola"),
    "query": ("The query that finds it", "La query che lo trova"),
    "reports": ("The report names: {names}.", "Il rapporto indica: {names}."),
    "conforms": ("It conforms.", "È conforme."),
}


def say(key: str, language: str, **parts: object) -> str:
    """Return a phrase in a language (English where we have no such language), with its parts filled in.

    >>> say("each-of-class", "it", name="poca:City")
    'ogni poca:City'
    """
    position = LANGUAGES.index(language) if language in LANGUAGES else 0
    return WORDS[key][position].format(**parts)
