"""Why a shape is asked: what it says itself, what its wholes say, and what each kind of constraint is for."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SH

from poca_kg.validate.phrases import visible
from poca_kg.validate.rulebook.structure import Structure
from poca_kg.vocabulary.labels import LANGUAGES, pick_label

__all__ = ["REASONS", "reasons_for"]

_MOST_OF_A_KIND = 3
_ONE_TEXT = 600

REASONS: dict[str, tuple[str, str]] = {
    "needed": (
        "What is missing is left out of every answer, and nobody notices.",
        "Ciò che manca resta fuori da ogni risposta, e nessuno se ne accorge.",
    ),
    "one": (
        "Where several stand, nobody can tell which one holds.",
        "Dove ce n'è più d'uno, nessuno sa quale vale.",
    ),
    "none": (
        "What does not belong here would be counted and shown as if it did.",
        "Ciò che qui non ha posto sarebbe contato e mostrato come se lo avesse.",
    ),
    "kind": (
        "Who follows the link must come to a thing of the right kind that is described, not to a dead end.",
        "Chi segue il legame deve arrivare a una cosa del tipo giusto e descritta, non a un vicolo cieco.",
    ),
    "type": (
        "Which rules and which questions apply to a thing depends on its class.",
        "Dalla classe di una cosa dipende quali regole e quali domande la riguardano.",
    ),
    "datatype": (
        "Values are compared, sorted and reckoned with by their datatype; text that looks like a number or a "
        "day takes no part in that.",
        "I valori si confrontano, si ordinano e si calcolano secondo il tipo; un testo che sembra un numero "
        "o un giorno ne resta fuori.",
    ),
    "language": (
        "Everything is shown in English and in Italian, so each language has one text, and its tag says "
        "which.",
        "Tutto si mostra in inglese e in italiano; ogni lingua ha quindi un testo, e l'etichetta dice quale.",
    ),
    "iri": (
        "Only what has an IRI can be looked up and linked to.",
        "Solo ciò che ha un IRI si può consultare e collegare.",
    ),
    "spelling": (
        "One way of writing it is found by one search; every other way is found by none.",
        "Un solo modo di scriverlo si trova con una sola ricerca; ogni altro modo non si trova.",
    ),
    "length": (
        "An empty text counts as an answer and says nothing, and a long one belongs elsewhere.",
        "Un testo vuoto vale come risposta e non dice nulla, e uno lungo va messo altrove.",
    ),
    "value": (
        "Questions ask for these very values.",
        "Le domande cercano proprio questi valori.",
    ),
    "range": (
        "A number outside these limits is a slip of the pen.",
        "Un numero fuori da questi limiti è una svista.",
    ),
    "pair": (
        "Two properties speak of the same here; where they contradict each other, one of them is wrong.",
        "Qui due proprietà parlano della stessa cosa; se si contraddicono, una delle due è sbagliata.",
    ),
    "choice": (
        "Each of the alternatives is whole in itself; what lies between them cannot be read in one way.",
        "Ogni alternativa è completa in sé; ciò che sta in mezzo non si può leggere in un solo modo.",
    ),
    "apart": (
        "Two things that are easily confused are kept apart here.",
        "Qui si tengono distinte due cose che si confondono facilmente.",
    ),
    "query": (
        "It takes several triples together to see the mistake, so a query looks for it.",
        "L'errore si vede solo da più triple insieme; lo cerca quindi una query.",
    ),
}

_OF_PARAMETER = {
    "minCount": "needed",
    "qualifiedMinCount": "needed",
    "maxCount": "one",
    "class": "kind",
    "node": "kind",
    "datatype": "datatype",
    "uniqueLang": "language",
    "languageIn": "language",
    "nodeKind": "iri",
    "pattern": "spelling",
    "minLength": "length",
    "maxLength": "length",
    "hasValue": "value",
    "in": "value",
    "minInclusive": "range",
    "maxInclusive": "range",
    "minExclusive": "range",
    "maxExclusive": "range",
    "equals": "pair",
    "disjoint": "apart",
    "lessThan": "pair",
    "lessThanOrEquals": "pair",
    "or": "choice",
    "xone": "choice",
    "not": "apart",
    "sparql": "query",
}


def reasons_for(structure: Structure, shape: URIRef, language: str) -> tuple[str, ...]:
    """Return why a shape is asked, the most particular reason first; each once."""
    own = _purposes(structure, [shape], language)
    if not own:
        own = _purposes(structure, structure.around(shape, structure.wholes), language)
    position = LANGUAGES.index(language) if language in LANGUAGES else 0
    general = [REASONS[key][position] for key in _keys(structure, shape)]
    return tuple(dict.fromkeys([*own[:_MOST_OF_A_KIND], *general]))


def _purposes(structure: Structure, shapes: Iterable[URIRef], language: str) -> list[str]:
    """Return what shapes say of their purpose, in their order."""
    found = []
    for shape in shapes:
        texts = structure.shapes.rules.objects(shape, SH.description)
        best = pick_label((text for text in texts if isinstance(text, Literal)), language)
        found += [visible(str(best), _ONE_TEXT)] if best is not None else []
    return found


def _keys(structure: Structure, shape: URIRef) -> list[str]:
    """Return what the constraints of a shape are for, in the order of the table."""
    rules = structure.shapes.rules
    given = {
        str(term).rpartition("#")[2] for term in rules.predicates(shape) if str(term).startswith(str(SH))
    }
    keys = {_OF_PARAMETER[name] for name in given & _OF_PARAMETER.keys()}
    if (shape, SH.maxCount, Literal(0)) in rules:
        keys = keys - {"one"} | {"none"}
    if (shape, SH.maxCount, Literal(2)) in rules:
        keys.discard("one")
    if "kind" in keys and structure.path(shape) is None:
        keys = keys - {"kind"} | {"type"}
    if "language" in keys or (shape, SH.datatype, RDF.langString) in rules:
        keys = keys - {"datatype"} | {"language"}
    return [key for key in REASONS if key in keys]
