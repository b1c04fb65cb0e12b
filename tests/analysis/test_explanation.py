"""Explanations in words and as JSON."""

import json

from poca_kg.analysis import explanation_lines, explanation_to_json
from poca_kg.analysis.explanation import FromCatalogue, FromDocument, FromFile, FromRow, FromRule, RuleInput
from poca_kg.analysis.explanation_parts import DocumentPlace, Named, TableRow, Voices
from poca_kg.errors import FilePlace

S24 = Named("statement:s24", "S24 “Cooperation works.”")
ROW = TableRow(
    "row", "page", "statements", "s24", FilePlace("statements.csv", 25), "the page", "CC BY", "the curators"
)


def place(confidence: str, locator: str = "3.2", paragraph: int | None = 3) -> DocumentPlace:
    sentence = None if paragraph is None else 2
    return DocumentPlace(
        "e",
        Named("d", "Cities"),
        "https://e.org/",
        locator,
        paragraph,
        sentence,
        Named(confidence, confidence),
    )


def test_a_statement_in_a_document_is_told_in_one_sentence():
    voices = Voices(
        held_by=(Named("g", "Turin's stakeholders"),),
        reported_by=(Named("o", "Ecologic Institute"),),
        attribution=(Named("attribution/inferred", "inferred"),),
        workshop=(Named("w", "Turin's second workshop"),),
    )
    told = str(FromDocument("g", S24, (place("read"),), voices, ROW))
    assert told == (
        "S24 “Cooperation works.” stands in paragraph 3, sentence 2 of Cities <https://e.org/> (read); "
        "held by Turin's stakeholders; expressed at Turin's second workshop; "
        "as reported by Ecologic Institute; the speaker is inferred; "
        "row statements.s24 of the page (statements.csv:25) [the curators, CC BY]"
    )


def test_places_of_several_confidences_are_told_apart():
    told = str(FromDocument("g", S24, (place("read"), place("cut", "abstract", None)), Voices(), ROW))
    assert "place abstract of Cities <https://e.org/> (cut); and in paragraph 3, sentence 2" in told


def test_a_row_a_file_and_a_field_are_told_with_their_places():
    city = Named("city:turin", "Turin")
    assert str(FromRow("g", city, ROW)).startswith("Turin is recorded in row statements.s24")
    assert str(FromFile("graph:x", city, None)).startswith("Turin is written in a file")
    field = FromCatalogue("g", city, "licence.address", FilePlace("source.toml", 4))
    assert str(field) == "Turin: the field licence.address of source.toml:4"
    assert "count" in str(FromCatalogue("g", city, "count", None))


def test_the_inputs_of_a_rule_are_indented_and_a_cycle_is_named():
    inputs = (RuleInput(S24, (FromRow("g", S24, ROW),)), RuleInput(Named("x", "the first"), (), again=True))
    told = str(FromRule("g", Named("d", "D1"), Named("r", "closure"), inputs)).splitlines()
    assert told[0] == "D1 is concluded by the rule closure from:"
    assert told[1].startswith("  S24")
    assert told[2] == "  the first (explained above)"


def test_json_names_the_kind_of_each_nested_explanation():
    inputs = (RuleInput(S24, (FromRow("g", S24, ROW),)),)
    told = explanation_to_json(FromRule("g", Named("d", "D1"), Named("r", "closure"), inputs))
    assert told["kind"] == "rule"
    assert told["inputs"][0]["explanations"][0]["kind"] == "row"
    assert told["inputs"][0]["explanations"][0]["row"]["place"] == "statements.csv:25"
    json.dumps(told)


def test_real_explanations_are_told_in_words(core):
    (told,) = core.why("statement:s24", "poca:stance", "stance:effective")
    words = str(told)
    assert "paragraph 3, sentence 2 of Cities do not act alone" in words
    assert "the speaker is inferred" in words
    assert "row statements.s24 of" in words


def test_an_explanation_is_told_item_by_item_with_its_depth():
    city = Named("city:turin", "Turin")
    voices = Voices(held_by=(Named("g", "Turin's stakeholders"),))
    document = FromDocument("g", S24, (place("read"),), voices, ROW)
    inputs = (RuleInput(S24, (document,)), RuleInput(city, (FromRow("g", city, ROW),), again=True))
    told = list(explanation_lines(FromRule("g", Named("d", "D1"), Named("r", "closure"), inputs)))
    assert told == [
        (0, "D1 is concluded by the rule closure from:"),
        (1, "S24 “Cooperation works.” stands in paragraph 3, sentence 2 of Cities <https://e.org/> (read)"),
        (2, "held by Turin's stakeholders"),
        (2, "row statements.s24 of the page (statements.csv:25)"),
        (2, "[the curators, CC BY]"),
        (1, "Turin (explained above)"),
    ]
    assert list(explanation_lines(FromRow("g", city, ROW)))[1:] == [(1, "[the curators, CC BY]")]
    assert list(explanation_lines(FromFile("graph:x", city, FilePlace("terms.ttl", 7)))) == [
        (0, "Turin is written in terms.ttl:7 (<graph:x>)")
    ]
