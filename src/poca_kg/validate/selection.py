"""Which engine judges: the compiler wherever it covers what the shapes say, else pyshacl; and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rdflib import URIRef
from rdflib.namespace import SH

from poca_kg.errors import UsageError
from poca_kg.validate.paths import Alternative, Inverse, PropertyPath, Repeated
from poca_kg.validate.paths import Sequence as SequencePath
from poca_kg.validate.phrases import join_words, phrase, write_term
from poca_kg.validate.shape_graph import Shape, ShapeGraph

__all__ = ["Choice", "Engine", "choose", "known_errors"]

_MOST_NAMED = 3
_PAIRS = {SH.LessThanConstraintComponent, SH.LessThanOrEqualsConstraintComponent}
_RANGES = {
    SH.MinInclusiveConstraintComponent,
    SH.MinExclusiveConstraintComponent,
    SH.MaxInclusiveConstraintComponent,
    SH.MaxExclusiveConstraintComponent,
}


class Engine(StrEnum):
    """The engines, and the wish to have the better one chosen."""

    AUTO = "auto"
    COMPILED = "compiled"
    PYSHACL = "pyshacl"


@dataclass(frozen=True)
class Choice:
    """The engine that judges, and the reason in one sentence."""

    engine: Engine
    reason: str


def choose(doubts: Sequence[str], wish: Engine = Engine.AUTO, language: str = "en") -> Choice:
    """Return the engine to judge with.

    Parameters
    ----------
    doubts
        What speaks against the compiler: constructs of the shapes, or facts of the data, that it does not
        cover. Empty if it covers everything.
    wish
        What the user asked for.
    language
        Of the reason.

    Raises
    ------
    UsageError
        If the compiler was asked for and does not cover the shapes.

    Examples
    --------
    >>> choose([]).engine.value, choose(["sh:js"]).reason
    ('compiled', 'the compiler leaves to it what it does not cover: sh:js')
    """
    if wish is Engine.PYSHACL:
        return Choice(wish, phrase("engine-asked", language))
    if not doubts:
        asked = wish is Engine.COMPILED
        return Choice(Engine.COMPILED, phrase("engine-asked" if asked else "engine-covers", language))
    if wish is Engine.COMPILED:
        raise UsageError(f"the compiler does not cover {doubts[0]}", advice="leave the engine open")
    return Choice(Engine.PYSHACL, phrase("engine-doubt", language, doubt=doubts[0]))


def known_errors(shapes: ShapeGraph, language: str = "en") -> tuple[str, ...]:
    """Return a note for each known error of pyshacl that the shapes touch."""
    active = [shape for shape in shapes.shapes.values() if not shape.deactivated]
    touched = {
        "pyshacl-inverse": [shape for shape in active if shape.path and _inverts_a_sequence(shape.path)],
        "pyshacl-pairs": list(_with_components(active, _PAIRS)),
        "pyshacl-range": list(_with_components(active, _RANGES)),
    }
    return tuple(
        phrase(key, language, shapes=_named(found, language)) for key, found in touched.items() if found
    )


def _with_components(shapes: Iterable[Shape], components: set[URIRef]) -> Iterator[Shape]:
    return (shape for shape in shapes if components & {one.component for one in shape.constraints})


def _inverts_a_sequence(path: PropertyPath) -> bool:
    match path:
        case Inverse():
            return isinstance(path.path, SequencePath) or _inverts_a_sequence(path.path)
        case SequencePath() | Alternative():
            return any(map(_inverts_a_sequence, path.paths))
        case Repeated():
            return _inverts_a_sequence(path.path)
    return False


def _named(shapes: Sequence[Shape], language: str) -> str:
    names = sorted({write_term(shape.node) for shape in shapes})
    shown = names[:_MOST_NAMED]
    return join_words([*shown, *(["…"] if len(names) > _MOST_NAMED else [])], language, "and")
