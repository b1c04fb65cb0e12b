"""Answers to plain queries, made where the graph is: the same bytes as the front would send."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from poca_kg.errors import PocaError
from poca_kg.front.encoding import SMALLEST_BYTES, choose_encoding, is_packable, pack
from poca_kg.front.lending.plain import PlainHead
from poca_kg.front.lending.rendering import Rendered, Template
from poca_kg.store.gate import QueryForm, plain_form
from poca_kg.web.asking import ENDPOINT, is_repeatable, media_for
from poca_kg.web.forms import unescaped
from poca_kg.web.tags import tag_of

if TYPE_CHECKING:
    from poca_kg.store.embedded import EmbeddedStore
    from poca_kg.store.formats import RdfSyntax, ResultFormat

__all__ = ["LARGEST_ANSWER", "Answered", "Answerer"]

LARGEST_ANSWER = 4 << 20
"""The bytes of the largest answer that a worker sends itself."""

_LARGEST_PACKED = 32_768
_OVERHEAD_BYTES = 1024


class Answered(NamedTuple):
    """A response, the SHA-256 of the query, and whether the answer was kept from before."""

    rendered: Rendered
    sha256: bytes
    was_kept: bool


class _TooLargeError(PocaError):
    """The answer is not for a worker to send."""


class _Body:
    """Takes the bytes of an answer, up to a size."""

    __slots__ = ("data",)

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        if len(self.data) > LARGEST_ANSWER:
            raise _TooLargeError("the answer is large")
        return len(data)

    def flush(self) -> None:
        """Do nothing: it is all in memory."""


class Answerer:
    """Answers plain queries over one version of a graph; what was asked before it has at hand.

    Answers are kept in two halves of ``most_kept_bytes``: when the younger is full the older goes; what is
    asked again stays.
    """

    def __init__(self, store: EmbeddedStore, version: str, most_kept_bytes: int) -> None:
        self._reader, self._version = store.plain_reader(), version
        self._most_young_bytes = most_kept_bytes // 2
        self._templates: dict[tuple[ResultFormat | RdfSyntax, str], Template] = {}
        self._media: dict[tuple[QueryForm, str | None], ResultFormat | RdfSyntax] = {}
        self._young: dict[tuple[bytes, PlainHead], Answered] = {}
        self._old: dict[tuple[bytes, PlainHead], Answered] = {}
        self._young_bytes = 0

    def answer(self, encoded: bytes, head: PlainHead) -> Answered | None:
        """Return the response to a query as an address has it, or ``None`` where a front has to answer."""
        key = (encoded, head)
        kept = self._young.get(key)
        if kept is None and (kept := self._old.get(key)) is not None:
            self._keep(key, kept)
        if kept is not None:
            return kept
        try:
            answered = self._ask(encoded, head)
        except (PocaError, UnicodeDecodeError):
            return None
        if answered is not None:
            self._keep(key, Answered(answered.rendered, answered.sha256, was_kept=True))
        return answered

    def _ask(self, encoded: bytes, head: PlainHead) -> Answered | None:
        query = unescaped(encoded)
        form = plain_form(query)
        if form is None or not is_repeatable(query):
            return None
        media = self._media_for(form, head.accept)
        out = _Body()
        self._reader.write(out, query, media)
        body: bytes | bytearray = out.data
        encoding = self._encoding_for(media, head, len(body))
        if encoding:
            if len(body) > _LARGEST_PACKED:  # that takes a thread
                return None
            body = pack(bytes(body), encoding)
        template = self._templates.get((media, encoding))
        if template is None:
            template = self._templates[media, encoding] = Template(media, encoding, self._version)
        link = f"{ENDPOINT}?query={encoded.decode('ascii')}&format={media.short}"
        tag = tag_of(self._version, media.name, query, "")
        return Answered(template.render(tag, link, body), sha256(query.encode()).digest(), was_kept=False)

    def _media_for(self, form: QueryForm, accept: str | None) -> ResultFormat | RdfSyntax:
        media = self._media.get((form, accept))
        if media is None:
            if len(self._media) > 100:
                self._media.clear()
            media = self._media[form, accept] = media_for(form, None, accept)
        return media

    @staticmethod
    def _encoding_for(media: ResultFormat | RdfSyntax, head: PlainHead, size: int) -> str:
        if head.accept_encoding is None or size < SMALLEST_BYTES or not is_packable(media.media_type):
            return ""
        return choose_encoding(head.accept_encoding)

    def _keep(self, key: tuple[bytes, PlainHead], answered: Answered) -> None:
        self._young[key] = answered
        self._young_bytes += len(answered.rendered.body) + _OVERHEAD_BYTES
        if self._young_bytes > self._most_young_bytes:
            self._old, self._young, self._young_bytes = self._young, {}, 0
