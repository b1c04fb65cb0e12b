"""What is plain enough to be answered by a worker on its own: a request whose head it has seen before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from poca_kg.front.messages import Request

__all__ = ["LARGEST_REQUEST", "PlainHead", "encoded_query", "plain_head"]

LARGEST_REQUEST = 4096
"""A request with more bytes is not plain."""

_LONGEST_QUERY = 1800
_LINE_END = b"\r\n"
_HEAD_END = b"\r\n\r\n"
_LINE = re.compile(rb"GET /sparql\?query=((?:[A-Za-z0-9+._~!$'()*,;:@/?-]++|%[0-9A-Fa-f]{2})++) HTTP/1\.1")
_START = b"GET /sparql?query="
_BARRED = frozenset(
    {
        "authorization", "content-length", "expect", "if-match", "if-none-match", "range",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip


class PlainHead(NamedTuple):
    """The fields of a request's head, as bytes and as what bears on the answer.

    Attributes
    ----------
    block
        Everything behind the request line: its end, the fields, the empty line.
    accept, accept_encoding
        The values of those fields; ``None`` where there is none.
    """

    block: bytes
    accept: str | None
    accept_encoding: str | None


def encoded_query(data: bytes, head: PlainHead) -> bytes:
    r"""Return the query of a request as its address has it, if just this one request was read, else nothing.

    >>> head = PlainHead(b"\r\nHost: e\r\n\r\n", None, None)
    >>> encoded_query(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: e\r\n\r\n", head)
    b'ASK%7B%7D'
    >>> encoded_query(b"GET /sparql?query=ASK%7B%7D&timeout=1 HTTP/1.1\r\nHost: e\r\n\r\n", head)
    b''
    """
    end = data.find(_LINE_END)
    if data[end:] != head.block or len(data) > LARGEST_REQUEST or end > _LONGEST_QUERY:
        return b""
    line = _LINE.fullmatch(data, 0, end)
    return line[1] if line else b""


def plain_head(data: bytes, request: Request) -> PlainHead | None:
    """Return the head of a request that came as ``data``, if more of its kind may be answered by a worker."""
    is_one_head = data.find(_HEAD_END) == len(data) - len(_HEAD_END)
    if not is_one_head or not data.startswith(_START) or len(data) > LARGEST_REQUEST:
        return None
    headers: Mapping[str, str] = request.headers
    if not _BARRED.isdisjoint(headers):
        return None
    block = data[data.find(_LINE_END) :]
    head = PlainHead(block, headers.get("accept"), headers.get("accept-encoding"))
    return head if encoded_query(data, head) else None
