"""Pieces of the reference pages: what the ontology says of a thing, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from poca_kg.vocabulary.prefixes import shorten_iri

__all__ = [
    "ONTOLOGY",
    "ROOT",
    "address",
    "anchor",
    "code",
    "file_link",
    "in_both",
    "in_order",
    "listed",
    "page",
    "read",
    "sources",
    "text_in",
]

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = ROOT / "ontology"
FROM_PAGE = "../.."
OURS = ("poca:", "pocash:", "question:")


@cache
def read(pattern: str) -> Graph:
    """Return the union of the files of the ontology that match a pattern."""
    graph = Graph()
    for path in sorted(ONTOLOGY.glob(pattern)):
        graph.parse(path)
    return graph


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """Return nodes sorted by their text."""
    return sorted(nodes, key=str)


def text_in(graph: Graph, subject: Node, predicate: URIRef, language: str) -> str:
    """Return the text of a property in a language, or nothing; of several the first."""
    texts = (str(o) for o in graph.objects(subject, predicate) if getattr(o, "language", None) == language)
    return min(texts, default="")


def in_both(graph: Graph, subject: Node, predicate: URIRef, lead: str = "") -> list[str]:
    """Return a paragraph with the English text, led by a word, and one with the Italian text."""
    english, italian = (text_in(graph, subject, predicate, language) for language in ("en", "it"))
    return [*([f"{lead}{english}"] if english else []), *([f"*{italian}*"] if italian else [])]


def listed(title: str, nodes: Iterable[Node], *, page: str = "") -> list[str]:
    """Return one line ``- title: a, b``, our own names linked to their headings on a page, or no line."""
    names = sorted({shorten_iri(str(node)) for node in nodes})
    shown = [
        f"[`{name}`]({address(page, name)})" if page and name.startswith(OURS) else f"`{name}`"
        for name in names
    ]
    return [f"- {title}: {', '.join(shown)}"] if shown else []


def address(page: str, name: str) -> str:
    """Return where a name of ours is told of: a page of its own for a shape, a heading for anything else."""
    if page == "shapes":
        return f"shapes/{name.partition(':')[2]}.md"
    return f"{page}.md#{anchor(name)}"


def sources(graph: Graph, subject: Node) -> list[str]:
    """Return the line with the sources of a definition."""
    found = sorted(str(source) for source in graph.objects(subject, DCTERMS.source))
    return [f"- source: {', '.join(f'<{source}>' for source in found)}"] if found else []


def anchor(heading: str) -> str:
    """Return the fragment that a Markdown renderer gives to a heading.

    >>> anchor("pocash:Statement-heldBy")
    'pocashstatement-heldby'
    """
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def code(language: str, text: Node | None) -> list[str]:
    """Return a fenced block of code, or nothing."""
    return [f"```{language}\n{str(text).strip()}\n```"] if text else []


def file_link(path: Path) -> str:
    """Return a link from a reference page to a file of the repository."""
    return f"[{path.name}]({FROM_PAGE}/{path.relative_to(ROOT).as_posix()})"


def page(title: str, introduction: str, sections: Iterable[list[str]]) -> str:
    """Return the text of a page: blocks with an empty line between them, but none within a list.

    >>> page("Terms", "All.", [["## City", "- below: unit", "- source: law"]]).splitlines()[4:]
    ['## City', '', '- below: unit', '- source: law']
    """
    text = f"# {title}\n\n{introduction} This page is written by `tools/generate_reference.py`."
    in_list = False
    for block in (block for section in sections for block in section if block):
        text += ("\n" if in_list and block.startswith("- ") else "\n\n") + block
        in_list = block.startswith("- ")
    return text + "\n"
