"""One write as data: what a front asks of the writer, and how the two speak over a local socket.

A request is a header of JSON and a body of bytes; an answer is a packet of JSON. The writer sends
``{"begun": true}`` before it does anything, then ``{"done": value}`` or ``{"refused": report}``.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from poca_kg.errors import LimitError
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document, Writer

__all__ = ["Action", "Write", "receive_packet", "receive_write", "send_packet", "send_write"]

Action: TypeAlias = Literal["holds", "update", "put", "merge", "drop"]

_HEAD = struct.Struct("!IQ")
_PACKET = struct.Struct("!I")
_MOST_HEAD = 1 << 20
_PIECE = 1 << 16


@dataclass(frozen=True)
class Write:
    """A call of one method of :class:`~poca_kg.store.protocol.Writer`; ``holds`` only asks.

    >>> one = Write("put", graph="http://e/g", documents=(Document(b"", RdfSyntax.TURTLE),))
    >>> Write.from_parts(one.header(), one.body()) == one
    True
    """

    action: Action
    graph: str = ""
    text: str = field(default="", repr=False)
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()
    documents: tuple[Document, ...] = field(default=(), repr=False)

    def header(self) -> dict[str, Any]:
        """Return what JSON can hold: all but the text or the documents' bytes."""
        documents = [
            {"syntax": one.syntax.name, "name": one.name, "base": one.base, "size": len(one.data)}
            for one in self.documents
        ]
        named = {"action": self.action, "graph": self.graph, "documents": documents}
        using = {"using_graphs": self.using_graphs, "using_named_graphs": self.using_named_graphs}
        return named | using

    def body(self) -> bytes:
        """Return the text of an update, or the documents one behind the other."""
        if self.action == "update":
            return self.text.encode("utf-8", "surrogatepass")
        return b"".join(one.data for one in self.documents)

    @classmethod
    def from_parts(cls, header: Mapping[str, Any], body: bytes) -> Write:
        """Return the write of a header and a body."""
        start, documents = 0, []
        for told in header["documents"]:
            data = body[start : start + told["size"]]
            documents.append(Document(data, RdfSyntax[told["syntax"]], told["name"], told["base"]))
            start += told["size"]
        return cls(
            header["action"],
            graph=header["graph"],
            text=body.decode("utf-8", "surrogatepass") if header["action"] == "update" else "",
            using_graphs=tuple(header["using_graphs"]),
            using_named_graphs=tuple(header["using_named_graphs"]),
            documents=tuple(documents),
        )

    def apply(self, writer: Writer) -> None:
        """Have a writer do it.

        Raises
        ------
        PocaError
            Whatever the writer raises.
        """
        match self.action:
            case "update":
                default, named = self.using_graphs, self.using_named_graphs
                writer.update(self.text, using_graphs=default, using_named_graphs=named)
            case "put":
                writer.put(self.graph, self.documents)
            case "merge":
                writer.merge(self.graph, self.documents)
            case "drop":
                writer.drop(self.graph)
            case "holds":
                writer.holds(self.graph)


def send_write(out: socket.socket, write: Write) -> None:
    """Send a request."""
    head, body = json.dumps(write.header()).encode(), write.body()
    out.sendall(_HEAD.pack(len(head), len(body)) + head)
    if body:  # the writer may have answered and closed already: then even sending nothing fails
        out.sendall(body)


def receive_write(source: socket.socket, *, most: int) -> Write:
    """Return the request that comes in, if its body is no longer than it may be.

    Raises
    ------
    LimitError
        If it is too long.
    EOFError
        If it breaks off.
    """
    head_length, body_length = _HEAD.unpack(_receive(source, _HEAD.size))
    if head_length > _MOST_HEAD or body_length > most:
        what = f"the write has {body_length} bytes; the limit is {most}"
        raise LimitError(what, advice="write in several parts", limit=most)
    header = json.loads(_receive(source, head_length))
    return Write.from_parts(header, bytes(_receive(source, body_length)))


def send_packet(out: socket.socket, message: Mapping[str, Any]) -> None:
    """Send a part of the answer."""
    data = json.dumps(message).encode()
    out.sendall(_PACKET.pack(len(data)) + data)


def receive_packet(source: socket.socket) -> dict[str, Any]:
    """Return the next part of the answer.

    Raises
    ------
    EOFError
        If none comes.
    """
    (length,) = _PACKET.unpack(_receive(source, _PACKET.size))
    told: dict[str, Any] = json.loads(_receive(source, length))
    return told


def _receive(source: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view, got = memoryview(data), 0
    while got < length:
        count = source.recv_into(view[got : got + _PIECE * 16])
        if not count:
            raise EOFError
        got += count
    return data
