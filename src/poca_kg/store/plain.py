"""Plain queries over a store that no longer changes, with nothing between that a light one would feel."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from poca_kg.errors import UsageError
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.glance import prefixes_at_a_glance
from poca_kg.store.protocol import Sink
from poca_kg.store.writing import XmlSink, stream_triples
from poca_kg.vocabulary.iris import BASE

__all__ = ["PlainReader"]

_ENGINE_ERRORS = (SyntaxError, RuntimeError, ValueError, OSError)
_FORMATS = {media: ox.QueryResultsFormat.from_media_type(media.media_type) for media in ResultFormat}


class PlainReader:
    """Answers queries that ``gate.plain_form`` knows; :meth:`EmbeddedStore.plain_reader` makes one."""

    def __init__(self, engine: ox.Store, arguments: dict[str, Any]) -> None:
        self._engine, self._arguments = engine, arguments

    def write(self, out: Sink, text: str, media: ResultFormat | RdfSyntax) -> None:
        """Write the answer to a query in a format that fits its form.

        Raises
        ------
        UsageError
            If the query does not parse or cannot be evaluated, without more to it: whoever wants to know why
            asks the store. What ``out`` raises comes through, or as this.
        """
        prefixes = prefixes_at_a_glance(text)
        try:
            result: Any = self._engine.query(text, base_iri=BASE, prefixes=prefixes, **self._arguments)
            if isinstance(media, RdfSyntax):
                stream_triples(result, media, out)
            else:
                result.serialize(XmlSink(out) if media is ResultFormat.XML else out, format=_FORMATS[media])
        except _ENGINE_ERRORS as error:
            raise UsageError(f"the query cannot be answered: {error}") from None
