"""An entry of the rulebook as text for a terminal, as Markdown, as JSON and as the Turtle of the shape."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from rdflib import BNode, Graph
from rdflib.term import Node

from poca_kg.validate.phrases import join_words, phrase
from poca_kg.validate.rulebook.entry import Entry, Example, Shown
from poca_kg.validate.rulebook.reading import Rulebook
from poca_kg.validate.rulebook.words import say
from poca_kg.vocabulary.prefixes import PREFIXES, shorten_iri

__all__ = ["as_json", "as_markdown", "as_text", "as_turtle", "looks_at"]

_WIDTH = 100
_TURTLE_PREFIXES = ("pocash", "poca", "sh", "rdf", "rdfs", "skos", "xsd")


def looks_at(entry: Entry, language: str) -> tuple[str, ...]:
    """Return what a shape looks at, one phrase each; never empty."""
    return entry.applies_to or (say("whole", language),)


def as_text(entry: Entry, language: str) -> str:
    """Return an entry for a terminal: the examples set in, lines of at most 100 characters."""
    blocks = [f"pocash:{entry.name}: {entry.title}", _facts(entry, language)]
    blocks += [_titled("why", language, " ".join(entry.reasons))]
    blocks += [_titled("says", language, entry.message)]
    blocks += [f"{say('query', language)}\n{_set_in(entry.query)}"] if entry.query else []
    for key, shown in (("good", entry.good), ("bad", entry.bad)):
        if shown is not None:
            lead = f"{say(key, language)} ({shown.example.path.name}). {_judged(shown.example, language)}"
            blocks.append(f"{lead}\n{_set_in(shown.text)}")
    return "\n\n".join(blocks)


def as_markdown(
    entry: Entry,
    language: str,
    link: Callable[[str], str],
    *,
    file_link: Callable[[Path], str] | None = None,
    more: Sequence[str] = (),
) -> str:
    """Return an entry as Markdown, a page of its own.

    ``link`` gives the address of another entry by its name, ``file_link`` that of the file of an example;
    ``more`` are further blocks under the message.
    """
    marks, below = "#", "##"
    facts = [
        *(f"- {say('looks-at', language)}: {_plain(one)}" for one in looks_at(entry, language)),
        *(f"- {say('expects', language)}: {_plain(one)}" for one in _demands(entry, language)),
        *_linked("parts", entry.parts, language, link),
        *_linked("wholes", entry.wholes, language, link),
        f"- {say('severity', language)}: {phrase(entry.severity.value, language)}",
        f"- {say('iri', language)}: <{entry.iri}>",
    ]
    blocks = [f"{marks} pocash:{entry.name}", f"{entry.title}."[:1].upper() + f"{entry.title}."[1:]]
    blocks += [f"{below} {say('checks', language)}", "\n".join(facts)]
    blocks += [f"{below} {say('why', language)}", _plain(" ".join(entry.reasons))]
    blocks += [f"{below} {say('says', language)}", f"> {_plain(entry.message)}", *more]
    if entry.query:
        blocks += [f"{below} {say('query', language)}", _fenced("sparql", entry.query)]
    for key, shown in (("good", entry.good), ("bad", entry.bad)):
        if shown is not None:
            blocks += [f"{below} {say(key, language)}", _lead(shown, language, link, file_link)]
            blocks += [_fenced("turtle", shown.text)]
    return "\n\n".join(blocks) + "\n"


def as_json(entries: Sequence[Entry], language: str) -> str:
    """Return entries as a JSON array, one object each."""
    told = [
        {
            "name": f"pocash:{entry.name}",
            "iri": entry.iri,
            "module": entry.module,
            "title": entry.title,
            "severity": entry.severity.value,
            "path": entry.path,
            "looks_at": list(looks_at(entry, language)),
            "expects": list(_demands(entry, language)),
            "message": entry.message,
            "reasons": list(entry.reasons),
            "parts": [f"pocash:{name}" for name in entry.parts],
            "wholes": [f"pocash:{name}" for name in entry.wholes],
            "good": _example(entry.good),
            "bad": _example(entry.bad),
        }
        for entry in entries
    ]
    return json.dumps(told, indent=2, ensure_ascii=False)


def as_turtle(book: Rulebook, entries: Sequence[Entry]) -> str:
    """Return shapes as they stand in the ontology, with whatever blank nodes and queries belong to them."""
    graph = Graph(bind_namespaces="none")
    for prefix in _TURTLE_PREFIXES:
        graph.bind(prefix, PREFIXES[prefix])
    todo: list[Node] = [entry.iri for entry in entries]
    seen: set[Node] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for predicate, value in book.shapes.rules.predicate_objects(node):
            graph.add((node, predicate, value))
            if isinstance(value, BNode) or shorten_iri(str(predicate)) == "sh:sparql":
                todo.append(value)
    return graph.serialize(format="turtle")


def _demands(entry: Entry, language: str) -> tuple[str, ...]:
    if entry.demands:
        return entry.demands
    return (say("parts-ask" if entry.parts else "declared", language),)


def _facts(entry: Entry, language: str) -> str:
    names = {key: say(key, language) for key in ("looks-at", "expects", "parts", "wholes", "severity", "iri")}
    rows = [
        *(("looks-at", one) for one in looks_at(entry, language)),
        *(("expects", one) for one in _demands(entry, language)),
        *([("parts", ", ".join(f"pocash:{name}" for name in entry.parts))] if entry.parts else []),
        *([("wholes", ", ".join(f"pocash:{name}" for name in entry.wholes))] if entry.wholes else []),
        ("severity", phrase(entry.severity.value, language)),
        ("iri", entry.iri),
    ]
    width = max(map(len, names.values())) + 2
    return "\n".join(_wrapped(f"  {names[key]:<{width}}", text, width + 2) for key, text in rows)


def _titled(key: str, language: str, text: str) -> str:
    return f"{say(key, language)}\n{_wrapped('  ', text, 2)}"


def _wrapped(lead: str, text: str, indent: int) -> str:
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _set_in(text: str) -> str:
    return textwrap.indent(text.rstrip(), "    ")


def _lead(
    shown: Shown, language: str, link: Callable[[str], str], file_link: Callable[[Path], str] | None
) -> str:
    """Return what is said above an example: its note, what a report says of it, and where the rest is."""
    example = shown.example
    name = f"`{example.path.name}`"
    file = f"[{name}]({file_link(example.path)})" if file_link else name
    rest = "" if shown.is_whole else say("part-of-file", language, file=file)
    return " ".join(filter(None, (_plain(example.note), _judged(example, language, link), rest)))


def _judged(example: Example, language: str, link: Callable[[str], str] | None = None) -> str:
    if not example.breaks:
        return say("conforms", language)
    names = [_reference(name, link) if link else f"pocash:{name}" for name in example.breaks]
    return say("reports", language, names=join_words(names, language, "and"))


def _linked(key: str, names: Sequence[str], language: str, link: Callable[[str], str]) -> list[str]:
    shown = ", ".join(_reference(name, link) for name in names)
    return [f"- {say(key, language)}: {shown}"] if names else []


def _reference(name: str, link: Callable[[str], str]) -> str:
    return f"[`pocash:{name}`]({link(name)})"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    plain = "".join(f"\\{sign}" if sign in "\\`*_<>[]|{}#" else sign for sign in text)
    return plain.replace("](", "]\\(")


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def _example(shown: Shown | None) -> dict[str, object] | None:
    if shown is None:
        return None
    example = shown.example
    breaks = [f"pocash:{name}" for name in example.breaks]
    return {"file": example.path.name, "note": example.note, "breaks": breaks, "turtle": example.text}
