"""RDF files, places in them, manifests, formats."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, BNode, Dataset, Literal, URIRef

from poca_kg.errors import FilePlace, InputError, UnknownNameError
from poca_kg.store.formats import RdfSyntax, ResultFormat, find_syntax, syntax_of_path
from poca_kg.store.manifest import GraphEntry, Manifest, TableEntry
from poca_kg.store.parsing import parse_bytes, parse_file, turtle_lines
from poca_kg.store.places import Places, write_places

TURTLE = '''\
@prefix e: <http://e/> .

e:a e:p 1 ;
   e:q
      [ e:r """x
y""" ;
        e:s 1.50 , true ] ,
      e:z ;
   e:l ( e:1
         e:2 ) . # a comment
# another
e:b a e:C
  .
'''
E = "http://e/"


def _lines() -> dict[tuple[str, str], int]:
    found = turtle_lines(TURTLE.encode(), "a.ttl")
    return {(p.rpartition("/")[2], str(o)): line for (_, p, o), line in found if not isinstance(o, BNode)}


@pytest.mark.parametrize(
    ("predicate", "object_", "line"),
    [("p", "1", 3), ("r", "x\ny", 5), ("s", "1.50", 7), ("s", "true", 7), ("q", E + "z", 8)],
)
def test_each_triple_has_the_line_of_its_object(predicate: str, object_: str, line: int) -> None:
    assert _lines()[(predicate, object_)] == line


def test_the_triple_that_leads_to_a_blank_node_has_the_line_where_it_opens() -> None:
    found = turtle_lines(TURTLE.encode(), "a.ttl")
    assert [line for (_, p, o), line in found if isinstance(o, BNode) and p == URIRef(E + "q")] == [5]
    assert [line for (_, p, o), line in found if o == URIRef(E + "C")] == [12]
    assert [line for (_, p, _), line in found if p == RDF.first] == [9, 9]


def test_positions_and_parsing_agree_on_the_triples() -> None:
    graph = parse_bytes(TURTLE.encode(), syntax=RdfSyntax.TURTLE, name="a.ttl")
    found = turtle_lines(TURTLE.encode(), "a.ttl")
    ground = {t for t, _ in found if not any(isinstance(term, BNode) for term in t)}
    assert ground == {t for t in graph if not any(isinstance(term, BNode) for term in t)}
    assert len(found) == len(graph)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "\n", " # note\n", "\n\n"])), min_size=1))
def test_the_line_is_right_however_the_file_is_laid_out(parts: list[tuple[int, str]]) -> None:
    text, expected = "@prefix e: <http://e/> .\n", []
    for number, (name, gap) in enumerate(parts):
        text += f"e:s{number}{gap} e:p{gap} e:o{name}{gap} .{gap}\n"
        expected.append(text[: text.rindex(f"e:o{name}")].count("\n") + 1)
    assert [line for _, line in turtle_lines(text.encode(), "a.ttl")] == expected


def test_ntriples_have_lines_too_and_keep_lexical_forms() -> None:
    data = b'<a:a> <a:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .\n\n<a:b> <a:c> <a:d> .\n'
    ((first, one), (_, three)) = turtle_lines(data, "a.nt")
    assert (str(first[2]), one, three) == ("01", 1, 3)


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"e:a e:b 1 .", 1), (b"\n\n<a:b> <c:d> .", 3), (b"# x\n\xff", 2), (b"<a:b> <c:d> 'x\n' .", 1)],
)
def test_both_parsers_name_file_and_line_of_what_does_not_parse(data: bytes, line: int) -> None:
    for parse in (
        lambda: turtle_lines(data, "bad.ttl"),
        lambda: parse_bytes(data, syntax=RdfSyntax.TURTLE, name="bad.ttl"),
    ):
        with pytest.raises(InputError) as caught:
            parse()
        assert caught.value.place is not None
        assert (caught.value.place.file, caught.value.place.line) == ("bad.ttl", line)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ttl", b"<http://e/a> <http://e/p> 1 ."),
        ("a.nt", b'<http://e/a> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .'),
        ("a.jsonld", b'{"@id": "http://e/a", "http://e/p": 1}'),
        ("a.json", b'{"@id": "http://e/a", "http://e/p": 1}'),
        ("a.trig", b"<http://e/g> { <http://e/a> <http://e/p> 1 }"),
        ("a.nq", b'<a:a> <a:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <a:g> .'),
        (
            "a.rdf",
            b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            b"<r:Description "
            b'r:about="http://e/a"><e:p r:datatype="http://www.w3.org/2001/XMLSchema#integer">1</e:p>'
            b"</r:Description></r:RDF>",
        ),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_each_syntax_is_known_by_its_suffix(tmp_path: Path, name: str, data: bytes, packed: bool) -> None:
    path = tmp_path / (name + ".gz" * packed)
    path.write_bytes(gzip.compress(data) if packed else data)
    graph = parse_file(path)
    found = [o for _, _, o, _ in graph.quads()] if isinstance(graph, Dataset) else list(graph.objects())
    assert found == [Literal(1)]
    assert isinstance(graph, Dataset) == (name in ("a.trig", "a.nq"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.ttl: cannot be read"):
        parse_file(tmp_path / "none.ttl")
    with pytest.raises(InputError, match="cannot be read"):
        parse_file(tmp_path, syntax=RdfSyntax.TURTLE)
    with pytest.raises(UnknownNameError, match="suffix"):
        parse_file(tmp_path / "a.docx")


def test_the_prefixes_of_a_file_are_bound() -> None:
    graph = parse_bytes(TURTLE.encode(), syntax=RdfSyntax.TURTLE, name="a.ttl")
    assert dict(graph.namespaces())["e"] == URIRef(E)


def test_relative_iris_need_a_base() -> None:
    data = b"<a> <b> <c> ."
    with pytest.raises(InputError):
        parse_bytes(data, syntax=RdfSyntax.TURTLE, name="a.ttl")
    graph = parse_bytes(data, syntax=RdfSyntax.TURTLE, name="a.ttl", base="http://e/")
    assert (URIRef(E + "a"), URIRef(E + "b"), URIRef(E + "c")) in graph


def test_nothing_is_fetched_or_expanded_while_parsing() -> None:
    remote = b'{"@context": "http://127.0.0.1:9/c", "@id": "http://e/a", "p": 1}'
    with pytest.raises(InputError):
        parse_bytes(remote, syntax=RdfSyntax.JSON_LD, name="a.jsonld")
    laughs = b'<?xml version="1.0"?>\n<!DOCTYPE r [\n<!ENTITY a "ha">]><r/>'
    with pytest.raises(InputError, match=r"a\.rdf:2:1: RDF/XML with declarations .* is not read"):
        parse_bytes(laughs, syntax=RdfSyntax.RDF_XML, name="a.rdf")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_declarations_are_found_in_any_encoding(encoding: str) -> None:
    bomb = '<!-- x -->\n<!DOCTYPE r SYSTEM "a[>" [<!ENTITY a "ha">]><r/>'.encode(encoding)
    with pytest.raises(InputError, match=r"a\.rdf:2:\d+: RDF/XML with declarations"):
        parse_bytes(bomb, syntax=RdfSyntax.RDF_XML, name="a.rdf")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("outside", ['SYSTEM "http://127.0.0.1:9/d"', 'PUBLIC "-//E//D" "file:///d"'])
def test_a_document_type_that_lies_elsewhere_is_refused(outside: str, encoding: str) -> None:
    document = f'<?xml version="1.0"?>\n<!DOCTYPE r {outside}>\n<r/>'.encode(encoding)
    with pytest.raises(InputError, match=r"a\.rdf:2:\d+: RDF/XML with a DTD that lies elsewhere"):
        parse_bytes(document, syntax=RdfSyntax.RDF_XML, name="a.rdf")


def test_a_document_type_that_is_only_a_name_is_read() -> None:
    document = b'<!DOCTYPE r:RDF><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    assert not len(parse_bytes(document, syntax=RdfSyntax.RDF_XML, name="a.rdf"))


def test_what_only_looks_like_a_declaration_is_a_text() -> None:
    data = (
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"><r:Description '
        b'r:about="http://e/a"><e:p><![CDATA[<!DOCTYPE r [<!ENTITY]]></e:p></r:Description></r:RDF>'
    )
    graph = parse_bytes(data, syntax=RdfSyntax.RDF_XML, name="a.rdf")
    assert list(graph.objects()) == [Literal("<!DOCTYPE r [<!ENTITY")]


@given(st.text("<>abr:/&;\"'= \n\xe0", max_size=40))
def test_no_document_makes_the_search_for_a_place_fail(text: str) -> None:
    head = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://e/">\n'
    data = (head + text + "</r:RDF>").encode()
    place: FilePlace | None = FilePlace("a.rdf", 1, 1)
    try:
        parse_bytes(data, syntax=RdfSyntax.RDF_XML, name="a.rdf")
    except InputError as error:
        place = error.place
    assert place is not None
    assert 1 <= (place.line or 0) <= data.count(b"\n") + 1


ROW = "https://w3id.org/poca-kg/graph/x/row/statements.s01"
TRIPLE = (URIRef(E + "a"), URIRef(E + "p"), Literal('a\t"b"\n', lang="en"))


def _written(*triples: tuple[tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal], FilePlace]) -> bytes:
    out = io.BytesIO()
    write_places([(ROW, FilePlace("data/statements.csv", 2))], triples, out)
    return out.getvalue()


def test_places_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "places.tsv"
    path.write_bytes(_written((TRIPLE, FilePlace("poca.ttl", 7))))
    places = Places.read(path)
    assert places.of_row(ROW) == FilePlace("data/statements.csv", 2)
    assert places.of_triple(*TRIPLE) == FilePlace("poca.ttl", 7)
    assert places.of_row(ROW + "x") is None
    assert places.of_triple(URIRef(E + "z"), TRIPLE[1], TRIPLE[2]) is None


def test_a_blank_object_is_found_by_subject_and_predicate(tmp_path: Path) -> None:
    path = tmp_path / "places.tsv"
    path.write_bytes(_written(((TRIPLE[0], TRIPLE[1], BNode("x")), FilePlace("poca.ttl", 9))))
    assert Places.read(path).of_triple(TRIPLE[0], TRIPLE[1], BNode("y")) == FilePlace("poca.ttl", 9)


def test_places_are_the_same_bytes_in_whatever_order_they_come() -> None:
    entries = [
        (TRIPLE, FilePlace("poca.ttl", 7)),
        ((TRIPLE[0], TRIPLE[1], URIRef(E)), FilePlace("poca.ttl", 3)),
        (TRIPLE, FilePlace("poca.ttl", 5)),
        ((BNode("x"), TRIPLE[1], URIRef(E)), FilePlace("poca.ttl", 3)),
    ]
    assert _written(*entries) == _written(*reversed(entries))
    assert b"poca.ttl\t5" in _written(*entries)
    assert b"poca.ttl\t7" not in _written(*entries)


@pytest.mark.parametrize("data", ["", "no header\n", "subject\tpredicate\tobject\tfile\tline\na\tb\n"])
def test_a_broken_places_file_is_refused_with_its_line(tmp_path: Path, data: str) -> None:
    path = tmp_path / "places.tsv"
    path.write_text(data)
    with pytest.raises(InputError, match=r"places\.tsv:[12]"):
        Places.read(path)


MANIFEST = Manifest(
    "0.1.0-abc",
    "0.1.0",
    3,
    (
        GraphEntry("http://e/h", 2, "CC0-1.0", "Città", "00"),
        GraphEntry("http://e/g", 1, "CC-BY-4.0", "One", "ff"),
    ),
    (TableEntry("x", "statements", 2, 2, "aa"),),
)


def test_a_manifest_comes_back_as_it_was_written_and_is_sorted() -> None:
    assert Manifest.from_json(MANIFEST.to_json()) == MANIFEST
    assert [graph.iri for graph in MANIFEST.graphs] == ["http://e/g", "http://e/h"]
    assert "Città".encode() in MANIFEST.to_json()


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"graphs": [{}], "tables": []}', b"\xff", b"null"]
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"manifest\.json"):
        Manifest.from_json(data)


def test_names_media_types_and_suffixes_belong_to_one_format_each() -> None:
    for formats in (RdfSyntax, ResultFormat):
        for chosen in formats:
            assert {chosen.short, chosen.media_type, chosen.suffix} <= chosen.names
        names = [name for chosen in formats for name in chosen.names]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["ttl", "turtle", "text/turtle", ".ttl", "TTL"])
def test_a_syntax_is_found_by_any_of_its_names(name: str) -> None:
    assert find_syntax(name) is RdfSyntax.TURTLE


def test_an_unknown_syntax_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="turtle"):
        find_syntax("turtel")
    assert syntax_of_path(Path("a.owl")) is RdfSyntax.RDF_XML
