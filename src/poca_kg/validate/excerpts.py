"""Lines of a user's file as a report shows them: the part that a result is about, and nothing that does harm.

The part is found by the tokens of the line, which are those of Turtle and N-Triples. Prefixes are not looked
up: a prefixed name writes an IRI that ends with its local part. Source: Turtle, section 6.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from poca_kg.store.protocol import Term
from poca_kg.validate.phrases import visible

__all__ = ["ShownLine", "find_span", "show_line"]

_WIDTH = 96
_LONGEST_READ = 4_000
_TOKEN = re.compile(
    r"""(?P<iri><[^<>"{}|^`\s]*>)
    |(?P<string>\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
        (?P<rest>@[A-Za-z0-9-]+|\^\^(?:<[^<>\s]*>|[^\s;,()\[\]]*[^\s;,.()\[\]]))?
    |(?P<name>[^\s<>"'();,\[\]{}:#]*:(?:\\.|[^\s<>"'();,\[\]{}#\\])*)
    |(?P<word>[^\s<>"'();,\[\]{}#]+)
    |(?P<comment>\#.*)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class ShownLine:
    """A line fit to be shown: harmless, without its indent, cut where it is long.

    Attributes
    ----------
    text
        What to show.
    start, end
        The part that is meant, in characters of ``text``; the same number twice where none is.
    """

    text: str
    start: int = 0
    end: int = 0

    @property
    def carets(self) -> str:
        """What to put under the text: spaces and carets, empty where no part is meant."""
        return " " * self.start + "^" * (self.end - self.start) if self.end > self.start else ""


def find_span(line: str, value: Term | None, others: Sequence[Term] = ()) -> tuple[int, int] | None:
    """Return where in a line a value is written, or else the first of some other terms that is.

    Parameters
    ----------
    line
        A line of Turtle, TriG, N-Triples or N-Quads.
    value
        What to look for from behind, since objects stand behind what they are said of.
    others
        What to look for from the front where the value is not written there, the most telling first.

    Returns
    -------
    tuple of int or None
        The first character, counted from 0, and the one after the last.

    Examples
    --------
    >>> find_span("city:turin poca:atLevel level:citty .", URIRef("https://w3id.org/poca-kg/level/citty"))
    (24, 35)
    """
    tokens = [match for match in _TOKEN.finditer(line[:_LONGEST_READ]) if match["comment"] is None]
    for term, order in ((value, tokens[::-1]), *((other, tokens) for other in others)):
        for token in order:
            if term is not None and _writes(token, term):
                return _span(token)
    return None


def show_line(line: str, span: tuple[int, int] | None = None, width: int = _WIDTH) -> ShownLine:
    r"""Return a line as it can be shown, at most ``width`` characters of it, those around ``span``.

    >>> show_line("    poca:year '20\x1b' ;", (14, 19))
    ShownLine(text="poca:year '20\\u001b' ;", start=10, end=20)
    """
    indent = len(line) - len(line.lstrip())
    first, last = span or (indent, indent)
    start = max(min(first - width // 4, len(line.rstrip()) - width), indent)
    end = min(start + width, len(line.rstrip()))
    head = "…" if start > indent else ""
    tail = "…" if end < len(line.rstrip()) else ""
    before, meant, after = (
        visible(line[low:high], 2 * width)
        for low, high in (
            (start, max(start, min(first, end))),
            (max(start, first), min(last, end)),
            (max(start, min(last, end)), end),
        )
    )
    begin = len(head) + len(before)
    return ShownLine(head + before + meant + after + tail, begin, begin + len(meant))


def _span(token: re.Match[str]) -> tuple[int, int]:
    text = token[0]
    trailing = len(text) - len(text.rstrip(".")) if token["name"] or token["word"] else 0
    return token.start(), token.end() - trailing


def _writes(token: re.Match[str], term: Term) -> bool:
    match term:
        case URIRef():
            return _writes_iri(token, str(term))
        case Literal():
            return _writes_literal(token, term)
    return False


def _writes_iri(token: re.Match[str], iri: str) -> bool:
    if token["iri"] is not None:
        written = _unescaped(token["iri"][1:-1])
        return written == iri or (written != "" and ":" not in written and iri.endswith(written))
    if token["name"] is not None:
        local = _unescaped(token["name"].partition(":")[2]).rstrip(".")
        before = iri[: len(iri) - len(local)]
        return iri.endswith(local) and before.endswith(("/", "#", ":", "="))
    return token["word"] == "a" and iri == str(RDF.type)


def _writes_literal(token: re.Match[str], literal: Literal) -> bool:
    if (string := token["string"]) is not None:
        quotes = 3 if string.startswith(('"""', "'''")) else 1
        rest = token["rest"] or ""
        language = rest[1:].lower() if rest.startswith("@") else ""
        same = _unescaped(string[quotes:-quotes]) == str(literal)
        return same and language == (literal.language or "").lower()
    if token["word"] is None or literal.language:
        return False
    word = token["word"].rstrip(".")
    return word != "" and (word == str(literal) or _same_number(word, str(literal)))


def _same_number(word: str, text: str) -> bool:
    try:
        return Decimal(word) == Decimal(text)
    except InvalidOperation:
        return False


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: "".join(_characters(match)), text)


def _characters(match: re.Match[str]) -> Iterator[str]:
    code = match[1] or match[2]
    if code is not None:
        number = int(code, 16)
        yield chr(number) if number <= 0x10FFFF else "\ufffd"
    else:
        yield _CONTROL.get(match[3], match[3])
