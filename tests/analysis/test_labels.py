"""Labels by language."""

from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal

from poca_kg.vocabulary.labels import label_or_name, pick_label

LABELS = st.lists(
    st.builds(Literal, st.text(st.characters(codec="utf-8")), lang=st.sampled_from(["en", "it", "de", None])),
    min_size=1,
)


def test_the_language_asked_for_wins_then_english_then_any():
    turin, torino, plain = Literal("Turin", "en"), Literal("Torino", "it"), Literal("TO")
    assert pick_label([turin, torino, plain], "it") == torino
    assert pick_label([torino, turin, plain], "fr") == turin
    assert pick_label([plain, Literal("Turyn", "pl")], "en") == plain


def test_a_regional_variety_counts_as_its_language():
    assert pick_label([Literal("colour", "en-GB"), Literal("colore", "it")], "en") == Literal(
        "colour", "en-GB"
    )


def test_a_thing_without_a_label_goes_by_its_prefixed_name():
    assert label_or_name("http://example.org/x", []) == "<http://example.org/x>"


@given(LABELS, st.sampled_from(["en", "it", "de"]))
def test_the_choice_is_one_of_the_labels_and_does_not_depend_on_their_order(labels, language):
    chosen = pick_label(labels, language)
    assert chosen in labels
    assert pick_label(reversed(labels), language) == chosen
