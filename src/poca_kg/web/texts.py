"""What the page says, in English and in Italian."""

from __future__ import annotations

__all__ = ["TEXTS", "counted", "grouped", "sentence"]

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Who should act, at which level, with whom — and who says so?",
        "lead": (
            "A knowledge graph of post-carbon cities, policies and institutions that answers with evidence."
        ),
        "skip": "Skip to the content",
        "other_language": "Italiano",
        "questions": "Questions",
        "questions_lead": "Each of them is a query; follow one to see its answer.",
        "no_questions": "This graph carries no questions of its own.",
        "ask": "Ask in SPARQL",
        "ask_lead": (
            "The prefixes of the project need no declaration. The default graph is the union of all graphs."
        ),
        "run": "Ask",
        "answer": "Answer",
        "yes": "Yes",
        "no": "No",
        "empty": "The query was understood, and nothing in the graph answers it.",
        "row": "row",
        "rows": "rows",
        "triple": "triple",
        "triples": "triples",
        "shown": "The first {shown} are shown; the files below hold all of them.",
        "download": "Take it along:",
        "permanent": "Permanent link",
        "error": "The query cannot be answered",
        "unknown": "There is no such question",
        "unknown_what": "The graph has no question “{name}”.",
        "unknown_advice": "Here are those that it has",
        "together": "rows that differ in one value only stand together",
        "place": "Line {line}, column {column}",
        "subject": "subject",
        "predicate": "predicate",
        "object": "object",
        "unbound": "no value",
        "size": "{triples} triples in {graphs} named graphs",
        "version": "version {version}",
        "endpoint": "SPARQL endpoint",
        "validator": "Check your own data",
        "licence": "Data under CC BY 4.0, code under MIT.",
    },
    "it": {
        "title": "Chi deve agire, a quale livello, con chi — e chi lo dice?",
        "lead": (
            "Un grafo di conoscenza su città post-carbonio, politiche e "
            "istituzioni che risponde con le prove."
        ),
        "skip": "Vai al contenuto",
        "other_language": "English",
        "questions": "Domande",
        "questions_lead": "Ognuna è una query: seguendola se ne vede la risposta.",
        "no_questions": "Questo grafo non porta domande proprie.",
        "ask": "Chiedi in SPARQL",
        "ask_lead": (
            "I prefissi del progetto non vanno dichiarati. Il grafo predefinito è l’unione di tutti i grafi."
        ),
        "run": "Chiedi",
        "answer": "Risposta",
        "yes": "Sì",
        "no": "No",
        "empty": "La query è corretta, ma nulla nel grafo le risponde.",
        "row": "riga",
        "rows": "righe",
        "triple": "tripla",
        "triples": "triple",
        "shown": "Qui le prime {shown}; i file qui sotto le contengono tutte.",
        "download": "Da portare via:",
        "permanent": "Link permanente",
        "error": "Non è possibile rispondere alla query",
        "unknown": "Questa domanda non c’è",
        "unknown_what": "Il grafo non ha una domanda «{name}».",
        "unknown_advice": "Ecco quelle che ha",
        "together": "le righe che differiscono in un solo valore stanno insieme",
        "place": "Riga {line}, colonna {column}",
        "subject": "soggetto",
        "predicate": "predicato",
        "object": "oggetto",
        "unbound": "nessun valore",
        "size": "{triples} triple in {graphs} grafi",
        "version": "versione {version}",
        "endpoint": "Endpoint SPARQL",
        "validator": "Controllare i propri dati",
        "licence": "Dati con licenza CC BY 4.0, codice con licenza MIT.",
    },
}


def grouped(count: int, language: str) -> str:
    """Return a number with its thousands apart, as a language writes them.

    >>> grouped(13039, "en"), grouped(13039, "it")
    ('13,039', '13.039')
    """
    return f"{count:,}".replace(",", "." if language == "it" else ",")


def counted(count: int, noun: str, language: str) -> str:
    """Return a number with its noun, in a language.

    >>> counted(1, "row", "en"), counted(2000, "row", "it")
    ('1 row', '2.000 righe')
    """
    return f"{grouped(count, language)} {TEXTS[language][noun if count == 1 else noun + 's']}"


def sentence(text: str) -> str:
    """Return a text with a capital in front and a mark at its end.

    >>> sentence("did you mean FILTER?"), sentence("write ORDER BY")
    ('Did you mean FILTER?', 'Write ORDER BY.')
    """
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
