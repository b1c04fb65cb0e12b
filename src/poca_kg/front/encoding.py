"""Content codings of a response: which one a client wants, and bodies in it, whole or piece by piece."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import Protocol

import zstandard

from poca_kg.web.headers import Headers

__all__ = [
    "ENCODINGS",
    "SMALLEST_BYTES",
    "Packer",
    "choose_encoding",
    "is_packable",
    "make_packer",
    "pack",
    "vary",
]

ENCODINGS = ("zstd", "gzip")
"""The codings on offer, the preferred one first."""

SMALLEST_BYTES = 1024
"""A body with fewer bytes is sent as it is."""

_VARY = "Vary"
_ZSTD_LEVEL, _GZIP_LEVEL = 3, 5
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_CODING = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII)
_PACKABLE = re.compile(r"text/.*|.*[/+](?:json|xml|javascript)|application/(?:n-triples|n-quads|trig)")


def choose_encoding(header: str) -> str:
    """Return the coding that an ``Accept-Encoding`` header likes best, empty for none (RFC 9110, 12.5.3).

    >>> choose_encoding("gzip, deflate, br, zstd"), choose_encoding("gzip;q=1, zstd;q=0.5")
    ('zstd', 'gzip')
    >>> choose_encoding(""), choose_encoding("*;q=0"), choose_encoding("identity, gzip;q=0.5")
    ('', '', '')
    """
    if not header:
        return ""
    liked: dict[str, float] = {}
    for part in header.lower().split(","):
        match = _CODING.fullmatch(part)
        if match:
            liked[match[1].removeprefix("x-")] = float(match[2] or 1)
    others = liked.get("*", 0.0)
    best = max(ENCODINGS, key=lambda coding: liked.get(coding, others))
    quality = liked.get(best, others)
    return best if quality > 0 and quality >= liked.get("identity", 0.0) else ""


def is_packable(media_type: str) -> bool:
    """Whether packing makes a body of this type smaller.

    >>> is_packable("application/sparql-results+json"), is_packable("text/csv; charset=utf-8")
    (True, True)
    >>> is_packable("image/png")
    False
    """
    return _PACKABLE.fullmatch(media_type.partition(";")[0].strip().lower()) is not None


def pack(body: bytes, encoding: str) -> bytes:
    """Return a body in a coding; the same bytes whenever it is packed.

    >>> gzip.decompress(pack(b"Milan", "gzip"))
    b'Milan'
    """
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


def vary(headers: Headers) -> Headers:
    """Return headers that say that the answer depends on the coding, too.

    >>> vary([("Vary", "Accept")]), vary([])
    ([('Vary', 'Accept, Accept-Encoding')], [('Vary', 'Accept-Encoding')])
    """
    named = [value for name, value in headers if name == _VARY]
    if any("accept-encoding" in value.lower() for value in named):
        return headers
    others = [pair for pair in headers if pair[0] != _VARY]
    return [*others, (_VARY, ", ".join([*named, "Accept-Encoding"]))]


def make_packer(encoding: str) -> Packer:
    """Return what packs a body piece by piece; each piece can be read as soon as it is there.

    Without its end a packed body is none, so that nobody takes a part for the whole.

    >>> packer = make_packer("gzip")
    >>> gzip.decompress(packer.add(b"Mi") + packer.add(b"lan") + packer.end())
    b'Milan'
    """
    return _Zstd() if encoding == "zstd" else _Gzip()


class Packer(Protocol):
    """Packs a body."""

    def add(self, piece: bytes) -> bytes:
        """Return a piece, packed."""

    def end(self) -> bytes:
        """Return the end of the packed body."""


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)

    def add(self, piece: bytes) -> bytes:
        return self._stream.compress(piece) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._stream.flush()


class _Zstd:
    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()

    def add(self, piece: bytes) -> bytes:
        return self._stream.compress(piece) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def end(self) -> bytes:
        return self._stream.flush()
