"""Data made to hang or end the process: refused with its place, or read as it is."""

from __future__ import annotations

import contextlib
import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, URIRef

from poca_kg.errors import InputError, LimitError
from poca_kg.store import parsing
from poca_kg.store.bridge import typed_literal
from poca_kg.store.depth import MOST_NESTED, check_depth
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.parsing import parse_bytes, parse_file, turtle_lines
from poca_kg.store.rdf_xml import MOST_NESTED as MOST_ELEMENTS

A, P = "<http://e/a>", "<http://e/p>"
XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">%s%s</rdf:RDF>'
NESTED = {
    "triple terms": (RdfSyntax.TURTLE, f"{A} {P} ", f"<<( {A} {P} ", "1", " )>>", " ."),
    "reified triples": (RdfSyntax.TURTLE, f"{A} {P} ", f"<< {A} {P} ", "1", " >>", " ."),
    "annotations": (RdfSyntax.TURTLE, f"{A} {P} 1 ", f"{{| {P} 1 ", "", " |}", " ."),
    "blank nodes": (RdfSyntax.TURTLE, f"{A} {P} ", f"[ {P} ", "1", " ]", " ."),
    "lists": (RdfSyntax.TURTLE, f"{A} {P} ", "( ", "", " )", " ."),
    "triple terms of TriG": (RdfSyntax.TRIG, f"{A} {P} ", f"<<( {A} {P} ", "1", " )>>", " ."),
    "graphs": (RdfSyntax.TRIG, "", "{ ", "", " }", ""),
    "triple terms of N-Triples": (RdfSyntax.N_TRIPLES, f"{A} {P} ", f"<<( {A} {P} ", f"{A}", " )>>", " .\n"),
    "triple terms of N-Quads": (RdfSyntax.N_QUADS, f"{A} {P} ", f"<<( {A} {P} ", f"{A}", " )>>", " .\n"),
    "objects of JSON-LD": (RdfSyntax.JSON_LD, "", '{"http://e/p": ', "1", "}", ""),
    "arrays of JSON-LD": (RdfSyntax.JSON_LD, "", "[", "", "]", ""),
    "behind a text that is never closed": (RdfSyntax.TURTLE, f"{A} {P} 'it\n", "[ ", "", " ]", " ."),
}


def _nested(kind: str, depth: int) -> tuple[bytes, RdfSyntax]:
    syntax, before, opener, inner, closer, after = NESTED[kind]
    return (before + opener * depth + inner + closer * depth + after).encode(), syntax


@pytest.mark.parametrize("depth", [MOST_NESTED + 1, 1_000_000])
@pytest.mark.parametrize("kind", sorted(NESTED))
def test_data_nested_too_deep_is_refused_before_any_parser_sees_it(kind: str, depth: int) -> None:
    data, syntax = _nested(kind, depth)
    for read in (
        lambda: parse_bytes(data, syntax=syntax, name="deep"),
        lambda: EmbeddedStore.in_memory().load(data, format=syntax),
    ):
        with pytest.raises(InputError, match=f"nested more than {MOST_NESTED} levels") as caught:
            read()
        assert caught.value.place is not None
        assert caught.value.place.column is not None
    if syntax is RdfSyntax.N_QUADS:
        with pytest.raises(InputError, match="nested"):
            EmbeddedStore.from_nquads(data)


def test_the_engine_itself_would_end_the_process() -> None:
    code = (
        "import pyoxigraph as ox; a = b'<http://e/a> <http://e/p> '; n = 200_000;"
        "list(ox.parse(a + (b'<<( ' + a) * n + b'1' + b' )>>' * n + b' .', format=ox.RdfFormat.TURTLE))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode < 0


@pytest.mark.parametrize("kind", ["blank nodes", "lists"])
def test_what_is_as_deep_as_allowed_is_read_with_its_lines(kind: str) -> None:
    data, syntax = _nested(kind, MOST_NESTED)
    parsed = parse_bytes(data, syntax=syntax, name="deep")
    assert len(turtle_lines(data, "deep")) == len(parsed)


def test_rdflibs_own_depth_is_told_as_ours() -> None:
    with pytest.raises(InputError, match="nested too deep"):
        turtle_lines(_nested("lists", 5000)[0], "deep")


@pytest.mark.parametrize(
    "flat",
    [
        f"{A} {P} [] ; {P} [] .\n" * 200,
        f'{A} {P} "((((((((((" .\n' * 200,
        f"{A} {P} '[', \"\"\"[\n\"[\"\"\", '''['[''' . # ((((\n" * 200,
        "<http://e/((((> <http://e/p> <http://e/#((> .\n" * 200,
        "@prefix e: <http://e/> .\n" + "e:\\(\\( e:p 1 .\n" * 200,
        f"{A} {P} '\\'[[[' .\n" * 200,
    ],
)
def test_brackets_in_texts_iris_comments_and_names_are_no_depth(flat: str) -> None:
    check_depth(flat.encode(), RdfSyntax.TURTLE, "flat")
    assert len(parse_bytes(flat.encode(), syntax=RdfSyntax.TURTLE, name="flat")) > 0


@pytest.mark.parametrize(
    "piece", [b'"""[', b"'''(", b'"[', b"<[", b"<<", b"\\", b"#[", b"<\\u0041[", b'""" [', b"[]"]
)
def test_depth_is_found_in_linear_time(piece: bytes) -> None:
    def cost(size: int) -> float:
        data = b"[] " * 70 + piece * (size // len(piece))
        start = time.perf_counter()
        with contextlib.suppress(InputError):
            check_depth(data, RdfSyntax.TURTLE, "any")
        return time.perf_counter() - start

    small = min(cost(50_000) for _ in range(3))
    assert min(cost(200_000) for _ in range(3)) < 12 * small + 0.05


@pytest.mark.parametrize("depth", [MOST_ELEMENTS, 100_000])
def test_rdf_xml_nested_too_deep_is_refused(depth: int) -> None:
    data = (XML % ("<rdf:Description><e:p>" * depth, "</e:p></rdf:Description>" * depth)).encode()
    with pytest.raises(InputError, match=f"nested more than {MOST_ELEMENTS} elements"):
        parse_bytes(data, syntax=RdfSyntax.RDF_XML, name="deep.rdf")


def test_json_ld_nested_too_deep_is_refused() -> None:
    data = b'{"http://e/p":' * 200_000 + b"1" + b"}" * 200_000
    with pytest.raises(InputError, match=f"nested more than {MOST_NESTED} levels"):
        parse_bytes(data, syntax=RdfSyntax.JSON_LD, name="deep.jsonld")


@pytest.mark.parametrize("name", ["HTML", "XMLLiteral"])
def test_markup_is_kept_as_text_and_never_parsed(name: str) -> None:
    text, datatype = "<div>" * 30_000, RDF[name]
    data = f'{A} {P} "{text}"^^<{datatype}> .'.encode()
    start = time.perf_counter()
    (parsed,) = parse_bytes(data, syntax=RdfSyntax.TURTLE, name="a").objects()
    ((triple, _),) = turtle_lines(data, "a")
    store = EmbeddedStore.in_memory()
    store.load(data, format=RdfSyntax.TURTLE, graph="http://e/g")
    ((_, _, stored, _),) = store.quads()
    assert time.perf_counter() - start < 5
    assert str(parsed) == text
    assert parsed == triple[2] == stored
    assert hash(parsed) == hash(stored)
    assert isinstance(parsed, Literal)
    assert parsed.datatype == datatype


def test_markup_that_is_short_equals_rdflibs_own() -> None:
    own = typed_literal("<b>x</b>", RDF.HTML)
    assert own == Literal("<b>x</b>", datatype=RDF.HTML, normalize=False)
    assert own != Literal("<b>x</b>")
    graph = Graph().add((URIRef("http://e/a"), URIRef("http://e/p"), own))
    assert "HTML" in graph.serialize(format="nt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{A} {P} {'9' * 5000} .", "more digits than can be read"),
        (f"{A} {P} << {A} {P} 1 >> .", "RDF 1.2"),
        (f"{A} {P} <<( {A} {P} 1 )>> .", "RDF 1.2"),
    ],
)
def test_what_rdflib_cannot_hold_is_an_error_of_the_file(text: str, said: str) -> None:
    def read() -> None:
        parse_bytes(text.encode(), syntax=RdfSyntax.TURTLE, name="a.ttl")
        turtle_lines(text.encode(), "a.ttl")

    with pytest.raises(InputError, match=said) as caught:
        read()
    assert caught.value.place is not None
    assert caught.value.place.file == "a.ttl"


def test_long_numbers_with_a_datatype_stay_as_they_are() -> None:
    data = f'{A} {P} "{"9" * 5000}"^^<http://www.w3.org/2001/XMLSchema#integer> .'.encode()
    ((triple, _),) = turtle_lines(data, "a.ttl")
    assert str(triple[2]) == "9" * 5000
    assert triple in parse_bytes(data, syntax=RdfSyntax.TURTLE, name="a.ttl")


def test_a_term_too_long_for_the_engine_is_told() -> None:
    data = f'{A} {P} "{"a" * 17_000_000}" .'.encode()
    with pytest.raises(InputError, match="more than 16 MB"):
        parse_bytes(data, syntax=RdfSyntax.TURTLE, name="long.ttl")


def test_a_byte_order_mark_is_passed_over() -> None:
    data = b"\xef\xbb\xbf" + f"{A} {P} 1 .".encode()
    assert len(parse_bytes(data, syntax=RdfSyntax.TURTLE, name="a.ttl")) == 1


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.nt.gz"
    path.write_bytes(gzip.compress(b"#" * 100_000))
    monkeypatch.setattr(parsing, "MOST_UNPACKED", 99_999)
    with pytest.raises(LimitError, match="more than 99999 bytes"):
        parse_file(path)
    monkeypatch.setattr(parsing, "MOST_UNPACKED", 100_000)
    assert len(parse_file(path)) == 0


@pytest.mark.parametrize(
    "context", ['"http://127.0.0.1:9/c"', '"file:///etc/passwd"', '{"@import": "http://127.0.0.1:9/c"}']
)
def test_no_context_is_fetched(context: str) -> None:
    data = f'{{"@context": {context}, "http://e/p": 1}}'.encode()
    with pytest.raises(InputError, match="does not parse"):
        parse_bytes(data, syntax=RdfSyntax.JSON_LD, name="a.jsonld")
