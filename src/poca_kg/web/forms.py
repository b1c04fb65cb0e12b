"""What a request says: its fields, decoded once and strictly, and the type of its body."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Sequence
from typing import NoReturn, TypeAlias
from urllib.parse import parse_qsl

from poca_kg.web.problems import RefusedError

__all__ = [
    "FORM",
    "Fields",
    "Sent",
    "decode_fields",
    "media_type_of",
    "only_one",
    "read_fields",
    "refuse_packed",
    "refuse_type",
    "unescaped",
]

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Fields: TypeAlias = list[tuple[str, str]]


Sent: TypeAlias = tuple[str | None, str | None, bytes]
"""The headers Content-Type and Content-Encoding, and the body."""


def media_type_of(content_type: str | None) -> str:
    """Return a media type without its parameters.

    >>> media_type_of("Text/Turtle; charset=utf-8")
    'text/turtle'
    """
    return (content_type or "").partition(";")[0].strip().lower()


def decode_fields(data: bytes, where: str) -> Fields:
    """Return the fields of a form or query string, decoded once and strictly.

    >>> decode_fields(b"query=ASK+%7B%7D&format=csv", "the query string")
    [('query', 'ASK {}'), ('format', 'csv')]
    """
    try:
        if data.count(b"&") >= _MOST_FIELDS or _BROKEN_ESCAPE.search(data):
            text = data.decode("utf-8")
            return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        pairs = [pair.partition(b"=") for pair in data.split(b"&") if pair]
        return [(unescaped(name), unescaped(value)) for name, _, value in pairs]
    except ValueError as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeError) else "it has too many fields"
        raise RefusedError("malformed-request", f"{where} cannot be read: {reason}") from None


def unescaped(data: bytes) -> str:
    """Return text whose escapes are all whole: quoted-printable but for its sign, which is read in C.

    Raises
    ------
    UnicodeDecodeError
        If it is not UTF-8.
    """
    if b"%" not in data:
        return data.replace(b"+", b" ").decode("utf-8")
    return a2b_qp(data.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")).decode("utf-8")


def read_fields(query_string: bytes, sent: Sent | None, *, bare: str, name: str) -> Fields:
    """Return the fields of query string and body; a body of the type ``bare`` is the field ``name``."""
    fields = decode_fields(query_string, "the query string")
    if sent is None:
        return fields
    media_type, body = media_type_of(sent[0]), sent[2]
    refuse_packed(sent[1])
    if media_type == FORM:
        return fields + decode_fields(body, "the form")
    if media_type != bare:
        refuse_type(media_type, [FORM, bare])
    try:
        return [*fields, (name, body.decode("utf-8"))]
    except UnicodeDecodeError:
        raise RefusedError("malformed-request", f"the {name} is not UTF-8") from None


def only_one(fields: Fields, name: str, *, example: str) -> str:
    """Return the field that a request has to have once."""
    found = [value for field, value in fields if field == name]
    if len(found) > 1:
        what = f"the parameter `{name}` is there {len(found)} times"
        raise RefusedError(f"duplicate-{name}", what, advice="send one at a time")
    if not found:
        raise RefusedError(f"missing-{name}", f"there is no parameter `{name}`", advice=f"send {example}")
    return found[0]


def refuse_packed(content_encoding: str | None) -> None:
    """Refuse a body that is packed: nobody knows how large it is before it is unpacked."""
    if (content_encoding or "identity").strip().lower() != "identity":
        what = "a packed body is not read here"
        raise RefusedError("unsupported-media-type", what, advice="send it without Content-Encoding")


def refuse_type(media_type: str, accepted: Sequence[str]) -> NoReturn:
    """Refuse a body for its type, and say which types are read."""
    what = f"{media_type or 'a body without a type'} is not read here"
    advice = f"send {' or '.join(accepted)}"
    raise RefusedError("unsupported-media-type", what, advice=advice, accepted=list(accepted))
