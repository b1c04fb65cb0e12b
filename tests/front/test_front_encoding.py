"""Content codings: which one is chosen, and that nothing is lost in it."""

import asyncio
import gzip
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.front.encoding import ENCODINGS, choose_encoding, is_packable, make_packer, pack
from poca_kg.front.streams import Stream


def unpack(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd", "zstd"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=0.9, zstd;q=0.8", "gzip"),
        ("br", ""),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("*;q=0", ""),
        ("gzip;q=0", ""),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=1", "gzip"),
        ("gzip;q=nonsense", ""),
        (",,;;", ""),
    ],
)
def test_the_coding_is_the_one_that_is_liked_best(header, chosen):
    assert choose_encoding(header) == chosen


@given(st.text(max_size=80))
def test_any_header_gives_a_coding_on_offer_or_none(header):
    assert choose_encoding(header) in {"", *ENCODINGS}


@pytest.mark.parametrize(
    ("media_type", "can_be"),
    [
        ("application/sparql-results+json", True),
        ("application/sparql-results+xml", True),
        ("application/rdf+xml", True),
        ("application/ld+json", True),
        ("application/problem+json", True),
        ("application/n-triples", True),
        ("application/n-quads", True),
        ("text/turtle; charset=utf-8", True),
        ("text/tab-separated-values", True),
        ("TEXT/HTML", True),
        ("image/png", False),
        ("application/zip", False),
        ("", False),
    ],
)
def test_only_texts_are_packed(media_type, can_be):
    assert is_packable(media_type) is can_be


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(pieces=st.lists(st.binary(max_size=2000), max_size=6))
def test_a_body_comes_out_as_it_went_in(encoding, pieces):
    body = b"".join(pieces)
    assert unpack(pack(body, encoding), encoding) == body
    assert pack(body, encoding) == pack(body, encoding)
    packer = make_packer(encoding)
    assert unpack(b"".join([*map(packer.add, pieces), packer.end()]), encoding) == body


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_piece_can_be_read_before_the_next_one_is_there(encoding):
    first = make_packer(encoding).add(b"Milan and Turin")
    reader = zlib.decompressobj(31) if encoding == "gzip" else zstandard.ZstdDecompressor().decompressobj()
    assert reader.decompress(first) == b"Milan and Turin"
    assert not reader.eof


class Pieces:
    """An iterator that fails or ends, and knows whether it was closed."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self._pieces, self._error = list(pieces), error
        self.is_closed = False

    def __aiter__(self):
        return self

    async def __anext__(self) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self.is_closed = True


def read(stream: Stream) -> bytes:
    async def gather() -> bytes:
        return b"".join([piece async for piece in stream])

    return asyncio.run(gather())


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.mark.parametrize("encoding", ["", *ENCODINGS])
def test_a_stream_gives_all_and_says_once_that_it_is_over(encoding, threads):
    ends: list[object] = []
    stream = Stream(Pieces(b"Mi", b"lan"), ends.append, threads=threads, encoding=encoding)
    body = read(stream)
    assert (unpack(body, encoding) if encoding else body) == b"Milan"
    asyncio.run(stream.aclose())
    assert ends == [None]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_stream_that_fails_leaves_no_body_that_could_pass_for_whole(encoding, threads):
    ends: list[object] = []
    fault = RuntimeError("no more")
    stream = Stream(Pieces(b"Mi", error=fault), ends.append, threads=threads, encoding=encoding)
    sent: list[bytes] = []

    async def gather() -> None:
        while True:
            sent.append(await anext(stream))

    with pytest.raises(RuntimeError):
        asyncio.run(gather())
    assert ends == [fault]
    reader = zlib.decompressobj(31) if encoding == "gzip" else zstandard.ZstdDecompressor().decompressobj()
    reader.decompress(b"".join(sent))
    assert not reader.eof


def test_a_stream_that_is_closed_before_its_first_piece_is_over_and_closes_what_it_reads(threads):
    ends: list[object] = []
    pieces = Pieces(b"Milan")
    asyncio.run(Stream(pieces, ends.append, threads=threads).aclose())
    assert pieces.is_closed
    assert [type(one) for one in ends] == [GeneratorExit]
