"""The messages of shapes, with the values of a finding in the place of their variables.

Source: SHACL, sections 2.1.5 (``sh:message``) and 5.3.2 (variables within messages).
"""

from __future__ import annotations

from collections.abc import Mapping

from rdflib import Graph, Literal
from rdflib.namespace import SH

from poca_kg.store.protocol import Term
from poca_kg.validate.phrases import visible
from poca_kg.validate.shape_graph.values import PLACEHOLDER

__all__ = ["fill_in", "message_templates"]


def message_templates(rules: Graph, *holders: Term | None) -> tuple[Literal, ...]:
    """Return the messages of the first holder that has any, by language: a constraint comes before its shape.

    >>> message_templates(Graph(), None)
    ()
    """
    for holder in holders:
        found = () if holder is None else rules.objects(holder, SH.message)
        if texts := sorted((text for text in found if isinstance(text, Literal)), key=_by_language):
            return tuple(texts)
    return ()


def fill_in(template: Literal, values: Mapping[str, str], engine: tuple[Literal, ...]) -> Literal:
    """Return a message without variables, as far as anybody knows their values.

    Parameters
    ----------
    template
        The message as the shape has it.
    values
        The names of ``this``, ``value`` and ``path``.
    engine
        The messages that the engine made: only it knows the other variables of a SPARQL constraint.

    Examples
    --------
    >>> str(fill_in(Literal("{?value} is none"), {"value": "level:x"}, ()))
    'level:x is none'
    """
    if not PLACEHOLDER.search(template):
        return template
    known = {**_matched(str(template), engine), **values}
    text = PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), template)
    return Literal(text, lang=template.language)


def _by_language(text: Literal) -> tuple[str, str]:
    return text.language or "", str(text)


def _matched(template: str, messages: tuple[Literal, ...]) -> dict[str, str]:
    """Return the variables of a template as they stand in the message that the engine made of it."""
    parts = PLACEHOLDER.split(template)
    for message in messages:
        texts = _between(parts[::2], str(message))
        if texts is not None:
            return {name: visible(text) for name, text in zip(parts[1::2], texts, strict=True)}
    return {}


def _between(fixed: list[str], message: str) -> list[str] | None:
    """Return what stands between the fixed parts of a message, in one pass, or ``None``."""
    first, *middle, last = fixed
    if not (message.startswith(first) and message.endswith(last)):
        return None
    texts, start, end = [], len(first), len(message) - len(last)
    for part in middle:
        found = message.find(part, start, end)
        if found < 0:
            return None
        texts.append(message[start:found])
        start = found + len(part)
    return [*texts, message[start:end]] if start <= end else None
