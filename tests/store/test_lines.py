"""The scanner agrees with the engine's parser about every triple, and so its lines are right."""

import random
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, XSD

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexical_store import LexicalStore
from poca_kg.store.lines import DocumentLines
from poca_kg.store.protocol import Document
from poca_kg.store.scanner import object_offsets

DOCUMENTS = 400
TERMS: tuple[Callable[[int], str], ...] = (
    lambda n: f"<http://e/o{n}>",
    lambda n: f"e:o{n}",
    lambda n: f'"o{n}"',
    lambda n: f'"o{n}"@en',
    lambda n: f'"o{n}"^^e:t',
    lambda n: f'"""o{n}\n] . "" \\""""',
    lambda n: f"'o{n} # ;'",
    lambda n: f"'''o{n}'''@en-gb",
    lambda n: f"{n}",
    lambda n: f"{n}.5",
    lambda n: f"-{n}e3",
    lambda n: "true",
    lambda n: f"_:o{n}",
    lambda n: f"e:o{n}.x",
    lambda n: f"e:o{n}\\,b",
)


class Writer:
    """Writes random Turtle or TriG, well-formed and as odd as the grammar allows."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.count = 0

    def space(self) -> str:
        return self.chance.choice([" ", "\n", " ", "\t\r\n", " # ] ( . \n"])

    def object(self, depth: int) -> str:
        kind = self.chance.random()
        if depth < 4 and kind < 0.2:
            inner = self.predicates(depth + 1) if self.chance.random() < 0.7 else ""
            return f"[{self.space()}{inner}{self.space()}]"
        if depth < 4 and kind < 0.4:
            return self.list(depth + 1)
        self.count += 1
        return self.chance.choice(TERMS)(self.count)

    def list(self, depth: int) -> str:
        items = [self.object(depth) for _ in range(self.chance.choice([0, 1, 2, 3]))]
        return f"({self.space()}{self.space().join(items)}{self.space()})"

    def predicates(self, depth: int) -> str:
        parts = []
        for _ in range(self.chance.choice([1, 1, 2, 3])):
            objects = [self.object(depth) for _ in range(self.chance.choice([1, 1, 2]))]
            verb = self.chance.choice(["a", "e:p", "<http://e/q>"])
            parts.append(f"{verb}{self.space()}{(self.space() + ',' + self.space()).join(objects)}")
        return f"{self.space()};{self.chance.choice(['', ' ;'])} ".join(parts) + self.chance.choice(
            ["", " ;"]
        )

    def statement(self) -> str:
        kind = self.chance.random()
        if kind < 0.15:
            more = self.chance.choice(["", self.predicates(0)])
            return f"[{self.space()}{self.predicates(1)}{self.space()}]{self.space()}{more} ."
        if kind < 0.3:
            return f"{self.list(1)}{self.space()}{self.predicates(0)}{self.space()}."
        subject = self.chance.choice(["e:s", "<http://e/s>", "_:s", "[]"])
        return f"{subject}{self.space()}{self.predicates(0)}{self.space()}."

    def document(self, syntax: RdfSyntax) -> bytes:
        parts = ["@prefix e: <http://e/> ."]
        for _ in range(self.chance.choice([1, 2, 3])):
            if syntax is RdfSyntax.TRIG and self.chance.random() < 0.6:
                name = self.chance.choice(
                    ["", "GRAPH e:g ", "e:g ", "<http://e/g> ", "_:g ", "graph <http://g>", "[] "]
                )
                body = self.space().join(self.statement() for _ in range(self.chance.choice([0, 1, 2])))
                parts.append(f"{name}{{{self.space()}{body}{self.space()}}}")
            elif self.chance.random() < 0.2:
                directives = [
                    "@prefix f: <http://f/> .",
                    "PREFIX f: <http://f/>",
                    "@base <http://b/> .",
                    "base <http://b/>",
                ]
                parts.append(self.chance.choice(directives))
            else:
                parts.append(self.statement())
        return self.space().join(parts).encode()


def stands_there(quad: ox.Quad, there: str) -> bool:
    term = quad.object
    if quad.predicate.value == str(RDF.rest):
        return True  # a cell of a list is written nowhere
    if isinstance(term, ox.BlankNode):
        return there.startswith(("[", "(", "_:"))
    if isinstance(term, ox.NamedNode):
        return (
            there[0] == "(" if term.value == str(RDF.nil) else term.value.rpartition("/")[2][:2] in there[:16]
        )
    return there.lstrip("'\"").startswith(term.value[:2])


@pytest.mark.parametrize("syntax", [RdfSyntax.TURTLE, RdfSyntax.TRIG])
def test_the_offsets_of_random_documents_are_those_of_the_objects(syntax):
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  (a failure must be repeatable)
    for number in range(DOCUMENTS):
        data = Writer(seed + number).document(syntax)
        quads = list(ox.parse(data, format=ox.RdfFormat.from_media_type(syntax.media_type)))
        offsets = object_offsets(data, syntax)
        assert offsets is not None, data
        assert len(offsets) == len(quads), data
        assert all(
            stands_there(*pair) for pair in zip(quads, (data[at:].decode() for at in offsets), strict=True)
        ), data


TURTLE = '''@prefix e: <http://e/> .
e:a e:p 1 ,
    01 ;
  e:q [ e:r """x
y""" ;
        e:s e:o ] .

e:b e:l (
  7
  8 ) .
'''
NQUADS = """# towns

<http://e/a> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g> .
   <http://e/a>   <http://e/q> <http://e/b>  .
"""


def of(text: str) -> tuple[URIRef, ...]:
    return tuple(URIRef(f"http://e/{name}") for name in text.split())


def number(text: str) -> Literal:
    return Literal(text, datatype=XSD.integer, normalize=False)


@pytest.mark.parametrize(
    ("triple", "line"),
    [
        ((*of("a p"), number("1")), 2),
        ((*of("a p"), number("01")), 3),
        ((*of("a p"), number("001")), None),
        ((*of("b l"), None), 8),
        ((None, *of("s o")), 6),
        ((None, RDF.first, number("8")), 10),
    ],
)
def test_the_line_of_a_triple_is_that_of_its_object(triple, line):
    document = Document(TURTLE.encode(), RdfSyntax.TURTLE)
    store = LexicalStore()
    store.judge(document, "f0")
    lines = DocumentLines(document, "f0")
    found = next(store.judged.triples(triple), triple)
    assert lines.find(found) == line


def test_a_statement_of_n_quads_bears_its_own_line():
    lines = DocumentLines(Document(NQUADS.encode(), RdfSyntax.N_QUADS), "f0")
    assert lines.find((*of("a p"), number("1"))) == 3
    assert lines.find(of("a q b")) == 4


@pytest.mark.parametrize("text", ["\ufeffe:a e:p e:o .", "e:a\r\n e:p\r\n e:o ."])
def test_marks_and_line_ends_of_other_systems_do_not_count(text):
    data = text.replace("e:a", "<http://e/a>").replace("e:p", "<http://e/p>").replace("e:o", "<http://e/o>")
    lines = DocumentLines(Document(data.encode(), RdfSyntax.TURTLE), "f0")
    line = lines.find(of("a p o"))
    assert line == data.count("\n") + 1
    assert "\r" not in lines.text(line)
    assert not lines.text(line).startswith("\ufeff")


@pytest.mark.parametrize("syntax", [RdfSyntax.JSON_LD, RdfSyntax.RDF_XML])
def test_a_syntax_without_lines_has_none(syntax):
    lines = DocumentLines(
        Document(b'{"@id": "http://e/a", "http://e/p": {"@id": "http://e/o"}}', syntax), "f0"
    )
    assert not lines.has_lines
    assert lines.find(of("a p o")) is None


def test_a_triple_that_is_written_twice_is_on_the_line_of_the_first():
    data = b"<http://e/a> <http://e/p> <http://e/o> .\n" * 2
    for syntax in (RdfSyntax.TURTLE, RdfSyntax.N_TRIPLES):
        assert DocumentLines(Document(data, syntax), "f0").find(of("a p o")) == 1


def test_where_scanner_and_parser_disagree_no_line_is_told(monkeypatch):
    """A wrong line is worse than none."""
    document = Document(TURTLE.encode(), RdfSyntax.TURTLE)
    monkeypatch.setattr(
        "poca_kg.store.lines.object_offsets", lambda data, syntax: object_offsets(data[:30], syntax)
    )
    assert DocumentLines(document, "f0").find((*of("a p"), number("1"))) is None


def test_a_line_that_is_not_there_is_empty():
    lines = DocumentLines(Document(b"one\ntwo", RdfSyntax.TURTLE), "f0")
    assert [lines.text(number) for number in (0, 1, 2, 3)] == ["", "one", "two", ""]


def test_a_million_of_brackets_in_texts_are_no_brackets():
    data = b'<http://e/a> <http://e/p> "' + b"[(" * 100_000 + b'" .'
    assert list(object_offsets(data, RdfSyntax.TURTLE)) == [26]


def test_every_line_of_a_long_document_is_found_and_told_as_it_stands() -> None:
    chance = random.Random(7)
    written = [
        f'<http://e/s{n}> <http://e/p> "{"x" * chance.choice((1, 40, 90_000))}" .'
        if n % 700 == 5
        else f"<http://e/s{n}> <http://e/p> <http://e/o> ."
        for n in range(5000)
    ]
    written += ["", written[5], written[6]]  # what stands there twice is told where it stands first
    for end in ("", "\n"):
        data = ("\n".join(written) + end).encode()
        lines = DocumentLines(Document(data, RdfSyntax.N_TRIPLES), "d")
        assert [lines.text(number) for number in range(1, len(written) + 1)] == written
        assert [lines.text(number) for number in (-1, 0, len(written) + 2)] == ["", "", ""]
        for number in (0, 1, 2500, 4999):
            triple = (URIRef(f"http://e/s{number}"), URIRef("http://e/p"), URIRef("http://e/o"))
            assert lines.find(triple) == number + 1
        long = Literal(written[5].split('"')[1])
        assert lines.find((URIRef("http://e/s5"), URIRef("http://e/p"), long)) == 6


def test_an_empty_document_has_one_empty_line() -> None:
    lines = DocumentLines(Document(b"", RdfSyntax.TURTLE), "d")
    assert [lines.text(number) for number in (0, 1, 2)] == ["", "", ""]
