"""Mutations of queries and documents: the same seed gives the same mutants, whatever the machine.

Wild ones break a text anywhere. Gentle ones exchange like for like and wrap or double what is in brackets, so
that most still parse and what lies behind the parser has its share.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CHANGES", "CORPUS", "GENTLE", "TYPES", "Mutant", "corpus", "mutants", "words"]

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
TYPES = {
    ".rq": "application/sparql-query",
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}
MOST_BYTES = 65_536
ALIKE = (
    re.compile(rb"[?$][A-Za-z]\w*"),
    re.compile(rb"<[^<>\s]*>"),
    re.compile(rb'"[^"\\\n]*"'),
    re.compile(rb"(?<![\w.])[0-9]+(?:\.[0-9]+)?"),
    re.compile(rb"\b(?:STR|UCASE|STRLEN|ISLITERAL|BOUND|MAX|COUNT|SAMPLE|ROUND|MD5)(?=\()"),
    re.compile(rb"(?<=\s)(?:=|!=|<|>|<=|>=|&&|\|\||\+|\*|-|/)(?=\s)"),
    re.compile(rb"\b(?:OPTIONAL|MINUS|UNION|FILTER EXISTS|FILTER NOT EXISTS)(?= ?\{)"),
    re.compile(rb"(?<=/|\^)<[^<>\s]*>|(?<=>)[*+?]"),
)
GROUP = re.compile(rb"\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]")
AROUND = (
    (b"{ ", b" }"), (b"{ OPTIONAL ", b" }"), (b"{ MINUS ", b" }"), (b"{ {} UNION ", b" }"),
    (b"{ FILTER EXISTS ", b" }"), (b"{ GRAPH ?g ", b" }"), (b"{ SELECT * ", b" }"),
    (b"{ { SELECT DISTINCT * ", b" } }"),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A mutated text; ``born`` says from which file, seed and number."""

    born: str
    type: str
    text: bytes


Change = Callable[[random.Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]


def corpus(kind: str) -> list[tuple[str, str, bytes]]:
    """Return name, media type and bytes of the texts that mutants of a kind come from."""
    paths = sorted((CORPUS / kind).iterdir())
    return [(path.name, TYPES[path.suffix], path.read_bytes()) for path in paths]


def words(kind: str) -> list[bytes]:
    """Return what a mutation may put into a text of a kind."""
    read = tomllib.loads((CORPUS / "words.toml").read_text("utf-8"))
    return [*(word.encode() for word in read[kind].split()), *(bytes.fromhex(text) for text in read["bytes"])]


def mutants(kind: str, seed: int, count: int) -> Iterator[Mutant]:
    """Give so many mutants of ``queries`` or ``documents``."""
    texts = corpus(kind)
    known = words(kind)
    for number in range(count):
        chance = random.Random(f"{kind}-{seed}-{number}")
        name, media, text = chance.choice(texts)
        others = [other for _, same, other in texts if same == media]
        changes = chance.choice((GENTLE, GENTLE, CHANGES))
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8, 13))):
            text = chance.choice(changes)(chance, text, known, others)[:MOST_BYTES]
        yield Mutant(f"{name} seed {seed} number {number}", media, text)


def _span(chance: random.Random, text: bytes, longest: int = 40) -> tuple[int, int]:
    start = chance.randint(0, len(text))
    return start, min(len(text), start + chance.randint(0, longest))


def _flip(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    if not text:
        return text
    place = chance.randrange(len(text))
    return text[:place] + bytes([text[place] ^ (1 << chance.randrange(8))]) + text[place + 1 :]


def _remove(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, text)
    return text[:start] + text[end:]


def _repeat(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, text)
    return text[:end] + text[start:end] * chance.choice((1, 2, 10, 100, 400)) + text[end:]


def _word(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    place = chance.randint(0, len(text))
    around = chance.choice((b" ", b""))
    return text[:place] + around + chance.choice(words) + around + text[place:]


def _replace(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    tokens = text.split(b" ")
    tokens[chance.randrange(len(tokens))] = chance.choice(words)
    return b" ".join(tokens)


def _nest(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, text, 200)
    opener, closer = chance.choice(
        ((b"{", b"}"), (b"(", b")"), (b"[", b"]"), (b"<<(", b")>>"), (b"!", b""), (b"OPTIONAL {", b"}"),
         (b"<e:a xmlns:e='http://e/'>", b"</e:a>"), (b'{"http://e/p":', b"}"))
    )  # fmt: skip
    times = chance.choice((1, 2, 20, 127, 128, 129, 300, 2000))
    return text[:start] + opener * times + text[start:end] + closer * times + text[end:]


def _cross(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    return text[: chance.randint(0, len(text))] + other[chance.randint(0, len(other)) :]


def _swap(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    tokens = text.split(b" ")
    one, two = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[one], tokens[two] = tokens[two], tokens[one]
    return b" ".join(tokens)


def _cut(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    return text[: chance.randint(0, len(text))]


def _alike(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """Exchange a token for one of the same sort, from this text or another."""
    sort = chance.choice([one for one in ALIKE if one.search(text)] or ALIKE[:1])
    found = list(sort.finditer(text))
    if not found:
        return text
    place = chance.choice(found)
    known = [one for other in (text, *others) for one in sort.findall(other)]
    return text[: place.start()] + chance.choice(known) + text[place.end() :]


def _wrap(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """Put something around a group."""
    found = [one for one in GROUP.finditer(text) if one.group().startswith(b"{")]
    if not found:
        return _alike(chance, text, words, others)
    place, (before, after) = chance.choice(found), chance.choice(AROUND)
    times = chance.choice((1, 1, 1, 2, 5, 40))
    return text[: place.start()] + before * times + place.group() + after * times + text[place.end() :]


def _double(chance: random.Random, text: bytes, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """Repeat what stands within a group, or put another text's in its place."""
    found = list(GROUP.finditer(text))
    if not found:
        return _alike(chance, text, words, others)
    place = chance.choice(found)
    inner = place.group()[1:-1]
    foreign = [
        one.group()[1:-1]
        for other in others
        for one in GROUP.finditer(other)
        if one.group()[:1] == place.group()[:1]
    ]
    more = chance.choice((inner, inner, *foreign))
    link = b" " if chance.random() < 0.3 else b" . "
    whole = inner + (link + more) * chance.choice((1, 1, 2, 8))
    return text[: place.start() + 1] + whole + text[place.end() - 1 :]


GENTLE: tuple[Change, ...] = (_alike, _alike, _alike, _wrap, _double)
CHANGES: tuple[Change, ...] = (
    _flip, _remove, _repeat, _word, _word, _replace, _replace, _nest, _cross, _swap, _cut,
)  # fmt: skip
