"""What the page of the validator says, in English and in Italian."""

from __future__ import annotations

__all__ = ["VALIDATION_TEXTS", "counted_severities"]

VALIDATION_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Check data before you publish it",
        "lead": (
            "Paste or choose RDF, and read what is wrong, where, and what to do. "
            "Nothing that you send is kept."
        ),
        "skip": "Skip to the content",
        "other_language": "Italiano",
        "form": "Data to check",
        "data": "Paste data",
        "syntax": "Syntax of what you paste",
        "files": "Or choose files; they are checked together",
        "own": "Use shapes of your own",
        "own_note": "Without them the shapes of this project are used. Yours are used alone.",
        "shapes": "Paste shapes, in Turtle",
        "shape_files": "Or choose files of shapes",
        "format": "Report",
        "on_page": "on this page",
        "run": "Check",
        "report": "Report",
        "conforms": "The data conform.",
        "conforms_not": "The data do not conform.",
        "violation": "violation",
        "violations": "violations",
        "warning": "warning",
        "warnings": "warnings",
        "info": "note",
        "infos": "notes",
        "checked": "{triples} triples read, {nodes} nodes checked, {shapes} shapes.",
        "engine": "Judged by {name}: {reason}",
        "shown": "The first {shown} of {total} are shown; choose another format below for all of them.",
        "more": "{count} more cases of this rule",
        "more_one": "1 more case of this rule",
        "path": "Property",
        "found": "Found",
        "expected": "Expected",
        "how_to_fix": "What to do",
        "why": "Why",
        "rule": "Rule",
        "no_line": "no line known",
        "line": "line {line}",
        "line_of": "{file}, line {line}",
        "source": "Your data, with what was found",
        "source_note": "The numbers beside a line lead to what was found in it.",
        "gap": "{count} lines without a finding",
        "gap_one": "1 line without a finding",
        "error": "This could not be checked",
        "place": "{file}, line {line}, column {column}",
        "not_kept": "The text was too long to be shown again here.",
        "home": "The graph",
    },
    "it": {
        "title": "Controllare i dati prima di pubblicarli",
        "lead": (
            "Incollare o scegliere RDF e leggere che cosa non va, dove, e che cosa fare. "
            "Nulla di ciò che si invia è conservato."
        ),
        "skip": "Vai al contenuto",
        "other_language": "English",
        "form": "Dati da controllare",
        "data": "Incollare i dati",
        "syntax": "Sintassi di ciò che si incolla",
        "files": "Oppure scegliere dei file; sono controllati insieme",
        "own": "Usare shape proprie",
        "own_note": "Senza, si usano le shape di questo progetto. Le proprie sono usate da sole.",
        "shapes": "Incollare le shape, in Turtle",
        "shape_files": "Oppure scegliere file di shape",
        "format": "Rapporto",
        "on_page": "su questa pagina",
        "run": "Controlla",
        "report": "Rapporto",
        "conforms": "I dati sono conformi.",
        "conforms_not": "I dati non sono conformi.",
        "violation": "violazione",
        "violations": "violazioni",
        "warning": "avviso",
        "warnings": "avvisi",
        "info": "nota",
        "infos": "note",
        "checked": "{triples} triple lette, {nodes} nodi controllati, {shapes} shape.",
        "engine": "Giudicato da {name}: {reason}",
        "shown": "Qui i primi {shown} di {total}; un altro formato, qui sotto, li contiene tutti.",
        "more": "altri {count} casi di questa regola",
        "more_one": "un altro caso di questa regola",
        "path": "Proprietà",
        "found": "Trovato",
        "expected": "Atteso",
        "how_to_fix": "Che cosa fare",
        "why": "Perché",
        "rule": "Regola",
        "no_line": "riga non nota",
        "line": "riga {line}",
        "line_of": "{file}, riga {line}",
        "source": "I dati, con ciò che è stato trovato",
        "source_note": "I numeri accanto a una riga portano a ciò che vi è stato trovato.",
        "gap": "{count} righe senza nulla da segnalare",
        "gap_one": "1 riga senza nulla da segnalare",
        "error": "Non è stato possibile controllare",
        "place": "{file}, riga {line}, colonna {column}",
        "not_kept": "Il testo era troppo lungo per essere mostrato di nuovo qui.",
        "home": "Il grafo",
    },
}


def counted_severities(counts: dict[str, int], language: str) -> str:
    """Return how much of each severity there is, leaving out what there is none of.

    >>> counted_severities({"violation": 1, "warning": 2, "info": 0}, "en")
    '1 violation, 2 warnings'
    """
    texts = VALIDATION_TEXTS[language]
    return ", ".join(
        f"{count} {texts[name if count == 1 else name + 's']}" for name, count in counts.items() if count
    )
