"""The formats on offer, and which of them a request gets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol, TypeVar, cast

from poca_kg.errors import UnknownNameError
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.web.negotiation import choose
from poca_kg.web.problems import RefusedError

__all__ = ["DATASET_FORMATS", "GRAPH_FORMATS", "ROW_FORMATS", "Format", "content_type", "media_types", "pick"]

ROW_FORMATS = (ResultFormat.JSON, ResultFormat.XML, ResultFormat.CSV, ResultFormat.TSV)
GRAPH_FORMATS = (RdfSyntax.TURTLE, RdfSyntax.N_TRIPLES, RdfSyntax.RDF_XML, RdfSyntax.JSON_LD)
DATASET_FORMATS = (RdfSyntax.TRIG, RdfSyntax.N_QUADS)

_SHORT, _REMEMBERED = 512, 256


class Format(Protocol):
    """Something to choose from: what it is called in an address, what it is sent as, all its names."""

    @property
    def short(self) -> str:
        """The name in an address."""

    @property
    def media_type(self) -> str:
        """The media type."""

    @property
    def names(self) -> frozenset[str]:
        """Every name by which it may be asked for, media types among them."""


_Media = TypeVar("_Media", bound=Format)


def pick(formats: Sequence[_Media], what: str, *, name: str | None, accept: str | None) -> _Media:
    """Return the format to send ``what`` in: the one named in the address, else the one negotiated.

    >>> pick(ROW_FORMATS, "the answer", name=None, accept="text/csv").short
    'csv'
    """
    if name is not None:
        for media in formats:
            if name.lower() in media.names:
                return media
        raise UnknownNameError(f"format for {what}", name, [media.short for media in formats])
    is_short = accept is None or len(accept) <= _SHORT
    chosen = (_choose if is_short else _choose.__wrapped__)(tuple(formats), accept)
    if chosen is None:
        offered = [media.media_type for media in formats]
        raise RefusedError("not-acceptable", f"on offer are {', '.join(offered)}", offered=offered)
    return cast(_Media, chosen)


@lru_cache(maxsize=_REMEMBERED)
def _choose(formats: tuple[Format, ...], accept: str | None) -> Format | None:
    return choose(accept, [(media, media_types(media)) for media in formats])


def media_types(media: Format) -> list[str]:
    """Return the media types by which a format may be asked for, the one it is sent as first."""
    return [
        media.media_type,
        *sorted(name for name in media.names if "/" in name and name != media.media_type),
    ]


def content_type(media: Format) -> str:
    """Return what ``Content-Type`` says of a format.

    >>> content_type(ResultFormat.CSV), content_type(ResultFormat.JSON)
    ('text/csv; charset=utf-8', 'application/sparql-results+json')
    """
    return f"{media.media_type}; charset=utf-8" if media.media_type.startswith("text/") else media.media_type
