"""What the engine may read by itself: just what it keeps as written; blank nodes go the slower way."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.store.formats import RdfSyntax
from poca_kg.store.lexical_store import LexicalStore
from poca_kg.store.protocol import Document
from poca_kg.store.verbatim import is_verbatim

XSD = "http://www.w3.org/2001/XMLSchema#"
START = "<http://e/s> <http://e/p> "


@pytest.mark.parametrize(
    ("value", "verbatim"),
    [
        ('"a text"', True),
        ('"a text"@en', True),
        ("<http://e/o>", True),
        (f'"7"^^<{XSD}integer>', True),
        ('"x"^^<http://e/kind>', True),
        (f'"07"^^<{XSD}integer>', False),
        (f'"1.50"^^<{XSD}decimal>', False),
        (f'"7"^^<{XSD}int>', False),
        (f'"\\u0030\\u0037"^^<{XSD}integer>', False),
        ('"07"^^<http://www.w3.org/2001/XMLSchema#\\u0069nteger>', False),
        (f'"07" ^^ <{XSD}integer>', False),
        (f'"07"^^ <{XSD}integer>', False),
        (f'"say \\"07\\"^^<{XSD}integer>"', False),
        ('"7"^^<https://w3id.org/poca-kg/lexical/http://e/kind>', False),
        ("_:b", False),
        ('"a text"@en--ltr', False),
    ],
)
def test_a_document_is_verbatim_only_if_every_term_is_kept(value: str, verbatim: bool) -> None:
    assert is_verbatim(f"{START}{value} .\n".encode()) is verbatim


def test_one_line_among_many_is_enough_to_be_read_the_slower_way() -> None:
    lines = [f'{START}"{number}"^^<{XSD}integer> .\n' for number in range(100_000)]
    assert is_verbatim("".join(lines).encode())
    assert not is_verbatim("".join([*lines, f'{START}"007"^^<{XSD}integer> .\n']).encode())


_TEXTS = st.one_of(
    st.from_regex(r"[-+]?0?\d{1,3}(\.\d{0,2})?(e\d)?", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=6),
)
_DATATYPES = st.sampled_from(
    [f"{XSD}{name}" for name in ("integer", "decimal", "double", "boolean", "date", "int", "string")]
)


@given(st.lists(st.tuples(_TEXTS, _DATATYPES), max_size=6))
def test_what_is_verbatim_is_held_as_the_parser_reads_it(literals: list[tuple[str, str]]) -> None:
    subject = ox.NamedNode("http://e/s")
    written = [
        ox.Triple(subject, ox.NamedNode("http://e/p"), ox.Literal(text, datatype=ox.NamedNode(datatype)))
        for text, datatype in literals
    ]
    data = ox.serialize(written, format=ox.RdfFormat.N_TRIPLES)
    assert data is not None
    lexical = LexicalStore()
    lexical.judge(Document(data, RdfSyntax.N_TRIPLES), "d")
    held = {(str(value), str(value.datatype or f"{XSD}string")) for value in lexical.judged.objects()}  # type: ignore[union-attr]
    assert held == {(one.object.value, one.object.datatype.value) for one in written}  # type: ignore[union-attr]
    if is_verbatim(data):
        assert lexical.surrogates == 0
