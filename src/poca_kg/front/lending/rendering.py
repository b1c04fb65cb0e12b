"""Heads of answers as templates: what is the same in all of them is rendered once, as a front renders it."""

from __future__ import annotations

from typing import NamedTuple

from poca_kg.front.encoding import vary
from poca_kg.front.heads import Asked, render_head
from poca_kg.front.messages import Response
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.web.asking import answer_headers
from poca_kg.web.headers import standard_headers

__all__ = ["Rendered", "Template"]

_DATE, _TAG, _LINK, _NAME = "Date: <date>\r\n", "<tag>", "<link>", "<name>"
_LENGTH = b"Content-Length: 0\r\n\r\n"


class Rendered(NamedTuple):
    """A response without its date and its request's name.

    What stands before, between and behind them in the head, and the body.
    """

    start: bytes
    middle: bytes
    rest: bytes
    body: bytes | bytearray

    def head(self, date: bytes, name: bytes) -> bytes:
        """Return the head of the response to one request; ``date`` is the whole field."""
        return b"".join((self.start, date, self.middle, name, self.rest))


class Template:
    r"""The head of every answer in a format and a content coding, from one version of the graph.

    >>> template = Template(ResultFormat.CSV, "", "v1")
    >>> rendered = template.render('W/"1"', "/sparql?query=ASK%7B%7D&format=csv", b"true")
    >>> rendered.head(b"Date: now\r\n", b"7f").splitlines()[:2]
    [b'HTTP/1.1 200 OK', b'Date: now']
    """

    __slots__ = ("_before_link", "_before_name", "_before_tag", "_rest", "_start")

    def __init__(self, media: ResultFormat | RdfSyntax, encoding: str, version: str) -> None:
        headers = [*vary(answer_headers(media, _TAG, _LINK)), *standard_headers(_NAME, version)]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        head = render_head(Response(200, headers), Asked(keeps_alive=True), _DATE).data
        self._start, _, head = head.partition(_DATE.encode())
        self._before_tag, _, head = head.partition(_TAG.encode())
        self._before_link, _, head = head.partition(_LINK.encode())
        self._before_name, _, head = head.partition(_NAME.encode())
        self._rest = head.removesuffix(_LENGTH)

    def render(self, tag: str, link: str, body: bytes | bytearray) -> Rendered:
        """Return a response with an entity tag, the address of the answer, and a body."""
        middle = (self._before_tag, tag.encode(), self._before_link, link.encode(), self._before_name)
        rest = b"%bContent-Length: %d\r\n\r\n" % (self._rest, len(body))
        return Rendered(self._start, b"".join(middle), rest, body)
