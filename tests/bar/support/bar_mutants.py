"""Mutations of queries and documents: the same seed gives the same mutants, whatever the machine."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CORPUS", "TYPES", "Mutant", "corpus", "mutants", "words"]

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
TYPES = {
    ".rq": "application/sparql-query",
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}
MOST_BYTES = 65_536


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
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8, 13))):
            text = chance.choice(CHANGES)(chance, text, known, others)[:MOST_BYTES]
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


CHANGES: tuple[Change, ...] = (
    _flip, _remove, _repeat, _word, _word, _replace, _replace, _nest, _cross, _swap, _cut,
)  # fmt: skip
