"""A store somewhere else, asked by its SPARQL endpoint: queries go there, and only what they find comes back.

Source: SPARQL 1.1 Protocol, section 2.1.2 (a query by POST with URL-encoded parameters, which every store
takes), and SPARQL 1.1 Query Results JSON Format.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from rdflib import URIRef

from poca_kg.errors import InputError, LimitError, UsageError
from poca_kg.settings import package_version
from poca_kg.store.protocol import Term
from poca_kg.store.results import iter_json_rows

__all__ = ["EndpointSource"]

_TIMEOUT_S = 120.0
_TRIES = 2
_TOLD = 300
_RETRIED = frozenset({502, 503, 504})
_CUT_OFF = "S1TAT"
"""The state by which Virtuoso says that an answer is a part of the whole."""


class EndpointSource:
    """A SPARQL endpoint as a source of the compiler; see ``Source`` for what its methods do.

    Parameters
    ----------
    url
        The address of the endpoint, ``http`` or ``https``.
    graphs
        The named graphs that together are the data; by default what the endpoint takes for its default graph.
    timeout_s
        Seconds that the endpoint may be silent.

    Attributes
    ----------
    requests, sent_bytes, received_bytes
        How many requests were made, and how much went over the wire in their bodies.

    Raises
    ------
    UsageError
        If the address is none.
    """

    surrogates = False
    lexical = False
    carriers = frozenset[URIRef]()

    def __init__(self, url: str, *, graphs: Sequence[str] = (), timeout_s: float = _TIMEOUT_S) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            advice = "give the address of its SPARQL endpoint, such as http://localhost:7878/query"
            raise UsageError(f"{url!r} is no address of a store", advice=advice)
        self.url, self._parts, self.graphs, self._timeout_s = url, parts, tuple(graphs), timeout_s
        self.requests = self.sent_bytes = self.received_bytes = 0
        self._idle: list[http.client.HTTPConnection] = []

    def select(self, query: str) -> Iterator[tuple[Term | None, ...]]:
        """Iterate over the rows of a SELECT query as they come.

        Raises
        ------
        InputError
            If the endpoint cannot be reached, refuses the query, or breaks off its answer.
        LimitError
            If it takes too long, or says that its answer is only a part.
        """
        parameters = [("query", query), *(("default-graph-uri", graph) for graph in self.graphs)]
        connection, response = self._ask(urlencode(parameters).encode())
        most = response.headers.get("X-SPARQL-MaxRows", "")
        count = 0
        try:
            for row in iter_json_rows(_Counted(self, response)):
                count += 1
                yield row
            response.read()
        except TimeoutError as error:
            raise self._silent() from error
        except (OSError, http.client.HTTPException) as error:
            raise InputError(f"the store at {self.url} broke off its answer: {error}") from error
        finally:
            self._give_back(connection, response)
        if most.isdigit() and count >= int(most):
            raise LimitError(f"the store at {self.url} gives at most {most} rows", advice="raise its limit")

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()

    def _ask(self, body: bytes) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        for attempt in range(_TRIES):
            is_last = attempt + 1 == _TRIES
            connection = self._idle.pop() if self._idle else self._connect()
            self.requests += 1
            self.sent_bytes += len(body)
            try:
                connection.request("POST", self._target, body, _HEADERS | {"User-Agent": _agent()})
                response = connection.getresponse()
            except TimeoutError as error:
                connection.close()
                raise self._silent() from error
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if is_last:
                    what = f"the store at {self.url} cannot be reached: {error}"
                    raise InputError(what, advice="is the address right, and does the store run?") from error
                continue
            if response.status in _RETRIED and not is_last:
                _close(connection, response)
                continue
            try:
                self._check(response)
            except (InputError, LimitError):
                _close(connection, response)
                raise
            return connection, response
        raise AssertionError("the last attempt returns or raises")

    @property
    def _target(self) -> str:
        query = f"?{self._parts.query}" if self._parts.query else ""
        return (self._parts.path or "/") + query

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=self._timeout_s)

    def _check(self, response: http.client.HTTPResponse) -> None:
        if response.headers.get("X-SQL-State") == _CUT_OFF:
            raise LimitError(f"the store at {self.url} gave a part of the answer", advice="raise its limits")
        if response.status != 200:
            told = response.read(_TOLD).decode("utf-8", errors="replace")
            text = " ".join("".join(one if one.isprintable() else " " for one in told).split())
            raise InputError(f"the store at {self.url} answered {response.status} {response.reason}: {text}")
        media = response.headers.get_content_type()
        if media not in {"application/sparql-results+json", "application/json"}:
            what = f"the store at {self.url} answered with {media}, not with rows in JSON"
            raise InputError(what, advice="give the address of its SPARQL endpoint")

    def _silent(self) -> LimitError:
        what = f"the store at {self.url} said nothing for {self._timeout_s:g} seconds"
        return LimitError(what, advice="give it more time", limit=self._timeout_s)

    def _give_back(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        """Keep a connection whose answer was read to its end; close any other."""
        if response.isclosed() and connection.sock is not None:
            self._idle.append(connection)
        else:
            _close(connection, response)


_HEADERS = {
    "Accept": "application/sparql-results+json",
    "Content-Type": "application/x-www-form-urlencoded",
}


def _agent() -> str:
    return f"poca-kg/{package_version()}"


def _close(connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
    response.close()
    connection.close()


class _Counted(io.RawIOBase):
    """The body of an answer, whose bytes are counted as they are read."""

    def __init__(self, source: EndpointSource, response: http.client.HTTPResponse) -> None:
        self._source, self._response = source, response

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        number = self._response.readinto(buffer)
        self._source.received_bytes += number
        return number
