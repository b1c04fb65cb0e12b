"""The words of a report, in English and Italian, and terms written so that they cannot harm a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from poca_kg.store.protocol import Term
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = ["PHRASES", "join_words", "phrase", "visible", "write_term"]

_LONGEST = 160
_BARE = {
    XSD.integer: re.compile(r"[+-]?[0-9]{1,40}"),
    XSD.decimal: re.compile(r"[+-]?[0-9]{0,40}\.[0-9]{1,40}"),
    XSD.boolean: re.compile("true|false"),
}

PHRASES: dict[str, tuple[str, str]] = {
    # what is expected
    "count-exact-one": ("exactly one value", "esattamente un valore"),
    "count-exact": ("exactly {n} values", "esattamente {n} valori"),
    "count-min-one": ("at least one value", "almeno un valore"),
    "count-min": ("at least {n} values", "almeno {n} valori"),
    "count-max-none": ("no value", "nessun valore"),
    "count-max-one": ("at most one value", "al massimo un valore"),
    "count-max": ("at most {n} values", "al massimo {n} valori"),
    "count-range": ("{low} to {high} values", "da {low} a {high} valori"),
    "concept": ("a concept of scheme {scheme}", "un concetto dello schema {scheme}"),
    "instance": ("a thing of class {name}", "una cosa di classe {name}"),
    "datatype": ("a value of datatype {name}", "un valore di tipo {name}"),
    "language-text": ("a text with a language tag", "un testo con etichetta di lingua"),
    "kind-IRI": ("an IRI", "un IRI"),
    "kind-BlankNode": ("a blank node", "un nodo vuoto"),
    "kind-Literal": ("a literal", "un letterale"),
    "kind-BlankNodeOrIRI": ("an IRI or a blank node", "un IRI o un nodo vuoto"),
    "kind-BlankNodeOrLiteral": ("a blank node or a literal", "un nodo vuoto o un letterale"),
    "kind-IRIOrLiteral": ("an IRI or a literal", "un IRI o un letterale"),
    "in": ("one of {values}", "uno fra {values}"),
    "pattern": ("a text that matches {pattern}", "un testo che corrisponde a {pattern}"),
    "min-length": ("a text of at least {n} characters", "un testo di almeno {n} caratteri"),
    "max-length": ("a text of at most {n} characters", "un testo di al massimo {n} caratteri"),
    "min-inclusive": ("a value not below {value}", "un valore non inferiore a {value}"),
    "min-exclusive": ("a value above {value}", "un valore superiore a {value}"),
    "max-inclusive": ("a value not above {value}", "un valore non superiore a {value}"),
    "max-exclusive": ("a value below {value}", "un valore inferiore a {value}"),
    "languages": ("a text in one of the languages {values}", "un testo in una delle lingue {values}"),
    "unique-language": ("at most one text per language", "al massimo un testo per lingua"),
    "equals": ("the same values as {path}", "gli stessi valori di {path}"),
    "disjoint": ("no value that {path} has too", "nessun valore che abbia anche {path}"),
    "less-than": ("a value below each value of {path}", "un valore inferiore a ogni valore di {path}"),
    "less-than-or-equals": (
        "a value not above any value of {path}",
        "un valore non superiore ad alcun valore di {path}",
    ),
    "has-value": ("the value {value}", "il valore {value}"),
    "closed": ("none but the properties {values}", "nessuna proprietà oltre a {values}"),
    "not": ("anything but: {inner}", "tutto tranne: {inner}"),
    "any-of": ("one of these: {inner}", "una di queste: {inner}"),
    "only-one-of": ("exactly one of these: {inner}", "esattamente una di queste: {inner}"),
    "qualified": ("{count} of this kind: {inner}", "{count} di questo tipo: {inner}"),
    "qualified-disjoint": (
        "{inner} (and not of a kind that another rule here counts)",
        "{inner} (e non di un tipo che qui un'altra regola conta)",
    ),
    "thing-with": ("a thing {inner}", "una cosa {inner}"),
    "path-values": ("with {path}: {inner}", "con {path}: {inner}"),
    "query": ("nothing that the query of the rule finds", "nulla che la query della regola trovi"),
    "rule": ("what the rule says", "quanto dice la regola"),
    "declared": ("a term that the ontology declares", "un termine dichiarato dall'ontologia"),
    "generic": ("expected {expected}", "atteso {expected}"),
    "generic-path": ("{path}: expected {expected}", "{path}: atteso {expected}"),
    "generic-missing": ("{path} is missing: expected {expected}", "manca {path}: atteso {expected}"),
    "generic-many": (
        "{path} has too many values: expected {expected}",
        "{path} ha troppi valori: atteso {expected}",
    ),
    "generic-closed": (
        "{path} has no place here: expected {expected}",
        "{path} non ha posto qui: atteso {expected}",
    ),
    # why a value does not conform to shapes within a shape
    "choice-fails": (
        "choice {n} of {of} ({wanted}) fails: {reasons}",
        "scelta {n} di {of} ({wanted}) non vale: {reasons}",
    ),
    "choice-holds": ("choice {n} of {of} holds: {wanted}", "scelta {n} di {of} vale: {wanted}"),
    "part-fails": ("part {n} of {of} fails: {reasons}", "parte {n} di {of} non vale: {reasons}"),
    "whole-holds": ("{value} is just that: {wanted}", "{value} è proprio questo: {wanted}"),
    "value-fails": ("{value} does not count: {reasons}", "{value} non conta: {reasons}"),
    "value-holds": ("{value} counts: {wanted}", "{value} conta: {wanted}"),
    # what was found
    "found-nothing": ("nothing", "nulla"),
    "found-values": ("{n} values: {values}", "{n} valori: {values}"),
    # how to fix it
    "fix-add": ("add {path}", "aggiungere {path}"),
    "fix-add-value": ("give {path} {expected}", "dare a {path} {expected}"),
    "fix-remove-values": (
        "keep {count} of {path} and remove the rest",
        "tenere {count} di {path}, togliere il resto",
    ),
    "fix-remove": ("remove {path}", "togliere {path}"),
    "fix-add-there": (
        "add {path} to something else, leading here",
        "aggiungere {path} a qualcos'altro, che conduca qui",
    ),
    "fix-remove-there": ("remove {path} where it leads here", "togliere {path} dove conduce qui"),
    "fix-change": ("correct the value", "correggere il valore"),
    "fix-replace": ("put in its place: {expected}", "mettere al suo posto: {expected}"),
    "fix-choose": ("choose from what is expected", "scegliere tra quanto è atteso"),
    "fix-class": (
        "lead to {expected}, or give what stands there that type: a {name}",
        "rinviare a {expected}, o dare questo tipo a ciò che vi sta: a {name}",
    ),
    "fix-not-text": (
        "lead to the thing itself by its IRI, not to a text",
        "rinviare alla cosa stessa con il suo IRI, non a un testo",
    ),
    "fix-datatype": ("write it in this form: {example}", "scriverlo in questa forma: {example}"),
    "fix-ill-typed": (
        "there is no such value; write one that exists, such as {example}",
        "un valore così non esiste; scriverne uno che esiste, per esempio {example}",
    ),
    "fix-iri": (
        "write an IRI, such as <https://…>, or a name with a prefix, not a text",
        "scrivere un IRI, per esempio <https://…>, o un nome con un prefisso, non un testo",
    ),
    "fix-equals": ("make {path} and {other} say the same", "far dire lo stesso a {path} e {other}"),
    "fix-disjoint": (
        "take the value away from {path} or from {other}",
        "togliere il valore da {path} o da {other}",
    ),
    "fix-one-way": ("keep {other} in one direction only", "tenere {other} in una sola direzione"),
    "fix-order": ("correct {path} or {other}", "correggere {path} o {other}"),
    "fix-fewer": ("remove {path} or change its values", "togliere {path} o cambiarne i valori"),
    "fix-tag": (
        "mark the text with one of these languages, such as @en",
        "segnare il testo con una di queste lingue, per esempio @it",
    ),
    "fix-language": ("keep one text per language", "tenere un testo per lingua"),
    "fix-near": ("did you mean {values}?", "forse {values}?"),
    "fix-declare": (
        "use a term of the ontology, or a namespace of your own",
        "usare un termine dell'ontologia, o un namespace proprio",
    ),
    # undeclared terms
    "undeclared": (
        "{name} is not declared in the ontology: no shape and no question sees it",
        "{name} non è dichiarato nell'ontologia: nessuna regola e nessuna domanda lo vede",
    ),
    "undeclared-concept": (
        "{name} is not a concept of scheme {scheme}",
        "{name} non è un concetto dello schema {scheme}",
    ),
    # the frame of the text report
    "and": ("and", "e"),
    "or": ("or", "o"),
    "violation": ("violation", "violazione"),
    "warning": ("warning", "avviso"),
    "info": ("note", "nota"),
    "violation-many": ("violations", "violazioni"),
    "warning-many": ("warnings", "avvisi"),
    "info-many": ("notes", "note"),
    "found": ("found", "trovato"),
    "path": ("at", "presso"),
    "expected": ("expected", "atteso"),
    "fix": ("fix", "rimedio"),
    "rule-label": ("rule", "regola"),
    "detail": ("because", "perché"),
    "conforms": ("Conforms ({name})", "Conforme ({name})"),
    "conforms-not": ("Does not conform ({name})", "Non conforme ({name})"),
    "files": ("{n} files", "{n} file"),
    "checked": (
        "triples: {triples}, nodes checked: {nodes}, shapes: {shapes}",
        "triple: {triples}, nodi controllati: {nodes}, regole: {shapes}",
    ),
    "more": ("… and {n} more of this rule", "… e altri {n} casi di questa regola"),
    "node": ("node", "nodo"),
    "page": ("see", "si veda"),
    "place": ("where", "dove"),
    "line": ("line", "riga"),
    "cases": ("cases", "casi"),
    "what": ("what is wrong", "che cosa non va"),
    "severity": ("severity", "gravità"),
    "more-rules": ("… and {n} more rules", "… e altre {n} regole"),
    "report-title": ("Validation report", "Rapporto di validazione"),
    "by-rule": ("Cases by rule:", "Casi per regola:"),
    "by-file": ("Cases by file:", "Casi per file:"),
    "more-files": ("… and {n} more files", "… e altri {n} file"),
    "left-out": (
        "{n} more results are counted, but not shown: the limit is {shown}",
        "altri {n} risultati sono contati, ma non mostrati: il limite è {shown}",
    ),
    "judged-by": ("engine: {engine}", "motore: {engine}"),
    "judged-by-because": ("engine: {engine} ({reason})", "motore: {engine} ({reason})"),
    "engine-covers": (
        "every construct of the shapes is in its tested subset",
        "ogni costrutto delle regole rientra in ciò che è provato",
    ),
    "engine-asked": ("it was asked for", "è stato richiesto"),
    "since": (
        "only what the changes since {version} can matter to was judged again: nodes {nodes}, whole shapes"
        " {shapes}",
        "è stato giudicato di nuovo solo ciò che le modifiche da {version} possono toccare: nodi {nodes},"
        " regole intere {shapes}",
    ),
    "since-doubt": (
        "everything was judged again and not only what changed since {version}: {doubt}",
        "è stato giudicato di nuovo tutto e non solo ciò che è cambiato da {version}: {doubt}",
    ),
    "since-unknown": ("what was found then is not known", "non si sa che cosa fu trovato allora"),
    "since-other": (
        "it was judged by other shapes, by another ontology or by another release",
        "fu giudicata con altre regole, con un'altra ontologia o da un'altra versione del programma",
    ),
    "since-ontology": ("the graph does not hold the ontology", "il grafo non contiene l'ontologia"),
    "since-lexical": (
        "the file writes literals in another way than a store keeps them",
        "il file scrive dei letterali in modo diverso da come li conserva un archivio",
    ),
    "since-engine": (
        "the engine that judges does not work by changes",
        "il motore che giudica non lavora per modifiche",
    ),
    "since-much": ("too much changed", "è cambiato troppo"),
    "since-blank": ("a blank node is in what changed", "in ciò che è cambiato c'è un nodo anonimo"),
    "since-blank-found": (
        "something was found at a blank node then",
        "allora qualcosa fu trovato in un nodo anonimo",
    ),
    "engine-doubt": (
        "the compiler leaves to it what it does not cover: {doubt}",
        "il compilatore gli lascia ciò che non copre: {doubt}",
    ),
    "store-rewrote": (
        "judged on the literals that the store holds, which need not be written as in the source (1 for 01)",
        "giudicato sui letterali che il deposito contiene, forse non scritti come nella fonte (1 per 01)",
    ),
    "undeclared-not-sought": (
        "terms that the ontology does not declare are not looked for in a store elsewhere",
        "in un deposito altrove non si cercano i termini che l'ontologia non dichiara",
    ),
    "empty-default": (
        "the default graph of the store is empty; name the graphs to check",
        "il grafo predefinito del deposito è vuoto; nominare i grafi da controllare",
    ),
    "empty-graphs": (
        "the named graphs hold no triple; correct the names of the graphs to check",
        "i grafi nominati non contengono triple; correggere i nomi dei grafi da controllare",
    ),
    "pyshacl-inverse": (
        "pyshacl walks the inverse of a sequence path in the wrong order; results of {shapes} may be wrong",
        "pyshacl percorre l'inverso di una sequenza nell'ordine sbagliato; {shapes}: risultati incerti",
    ),
    "pyshacl-pairs": (
        "pyshacl cannot compare some values, such as blank nodes; sh:lessThan in {shapes} may be unchecked",
        "pyshacl non confronta certi valori, come i nodi vuoti; sh:lessThan in {shapes} può restare incerto",
    ),
    "pyshacl-range": (
        "pyshacl lets pass some values that cannot be compared with a bound; see {shapes}",
        "pyshacl lascia passare certi valori non confrontabili con un limite; si veda {shapes}",
    ),
    "no-shapes": (
        "there was nothing to check by: no active shape with a target stands in the shapes",
        "non c'era nulla con cui controllare: nessuna regola attiva ha un bersaglio",
    ),
    "no-target-own": (
        "no shape applies to anything here: no node of the data is a target of these shapes",
        "nessuna regola si applica: nessun nodo dei dati è un bersaglio di queste regole",
    ),
    "nothing-to-check": (
        "there was nothing to check: {name} holds no triple",
        "non c'era nulla da controllare: {name} non contiene triple",
    ),
    "no-target": (
        "no shape applies to anything here: things need a type of this ontology, such as poca:Viewpoint",
        "nessuna regola si applica: alle cose serve un tipo dell'ontologia, come poca:Viewpoint",
    ),
}


def phrase(key: str, language: str, **parts: object) -> str:
    """Return a phrase in a language (English where we have no such language), with its parts filled in.

    >>> phrase("count-max", "it", n=3)
    'al massimo 3 valori'
    """
    position = LANGUAGES.index(language) if language in LANGUAGES else 0
    return PHRASES[key][position].format(**parts)


def join_words(words: Iterable[str], language: str, conjunction: str = "or") -> str:
    """Return words as a list in a sentence.

    >>> join_words(["one", "two", "three"], "en")
    'one, two or three'
    """
    *first, last = list(words) or [""]
    return f"{', '.join(first)} {phrase(conjunction, language)} {last}" if first else last


def visible(text: str, longest: int = _LONGEST) -> str:
    r"""Return a text in one line, cut to a length, with control and direction characters shown, not obeyed.

    >>> visible("red \x1b[31m, two\nlines")
    'red \\u001b[31m, two\\u000alines'
    """
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    # What the first question lets through holds none of the characters that the second looks for.
    return short if short.isprintable() else "".join(map(_shown, short))


def write_term(term: Term) -> str:
    """Return a term for people, as Turtle would write it, but cut where it is long.

    Blank nodes have no name that lasts, so each is written ``[]``.

    >>> write_term(Literal("Torino", lang="it")), write_term(Literal(5)), write_term(XSD.date)
    ('"Torino"@it', '5', 'xsd:date')
    """
    match term:
        case BNode():
            return "[]"
        case URIRef():
            return visible(shorten_iri(term))
        case Literal():
            if (bare := _BARE.get(term.datatype or XSD.string)) and bare.fullmatch(term):
                return str(term)
            text = '"' + visible(str(term)).replace('"', '\\"') + '"'
            if term.language:
                return f"{text}@{visible(term.language)}"
            if term.datatype is None or term.datatype == XSD.string:
                return text
            return f"{text}^^{visible(shorten_iri(term.datatype))}"


def _shown(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        code = ord(character)
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return character
