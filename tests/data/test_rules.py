"""What the rules conclude from the real tables, and that each conclusion falls with what it rests on."""

from pathlib import Path

import pytest
from rdflib import SH, Graph

from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.protocol import Solutions, Triples, Truth

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "ontology" / "rules").glob("*.ttl"))
CLOSURE, LIFT, CONTRADICTION, CONTAINER = RULES
FIELDS_SHUT_OUT = {
    "common-post-carbon-future", "competitiveness", "development-of-the-area-between-cities",
    "housing-market", "labour-market", "policies-beyond-the-city", "pollution", "post-carbon-policies",
    "post-carbon-vision", "technology-and-innovation", "waste",
}  # fmt: skip
MAPPING = "mapping:technology-and-innovation--research-and-development"


@pytest.fixture
def store(built):
    """Give the built dataset in a store of its own, which a test may change."""
    with_everything = EmbeddedStore.from_nquads(built.nquads)
    yield with_everything
    with_everything.close()


def column(store, text: str) -> set[str]:
    answer = store.query(text)
    assert isinstance(answer, Solutions)
    return {str(row[0]).rsplit("/", 1)[-1] for row in answer.rows}


def concluded(store, rule: Path) -> set[str]:
    """Run a rule once more, on the store as it is now; give the keys of what it concludes."""
    (query,) = Graph().parse(rule).objects(None, SH.construct)
    answer = store.query(str(query))
    assert isinstance(answer, Triples)
    return {str(subject).rsplit("/", 1)[-1] for subject, _, _ in answer.triples}


def inputs_of(store, conclusion: str) -> set[str]:
    return column(store, f"SELECT ?input WHERE {{ statement:{conclusion} prov:wasDerivedFrom ?input }}")


def forget(store, subject: str) -> None:
    """Take a thing out of the graph, with everything that leads to it."""
    store.update(f"DELETE WHERE {{ GRAPH ?graph {{ {subject} ?property ?value }} }}")
    store.update(f"DELETE WHERE {{ GRAPH ?graph {{ ?other ?property {subject} }} }}")


def test_a_rule_says_what_it_does_and_why_in_both_languages():
    for path in RULES:
        rule = Graph().parse(path)
        for name in ("rdfs:label", "skos:definition", "skos:scopeNote"):
            languages = {str(row[0]) for row in rule.query(f"SELECT (LANG(?t) AS ?l) {{ ?r {name} ?t }}")}
            assert languages == {"en", "it"}, (path.name, name)


def test_the_rules_run_in_the_order_of_their_files():
    orders = [
        int(next(iter(Graph().parse(path).query("SELECT ?o { ?r poca:ruleOrder ?o }")))[0]) for path in RULES
    ]
    assert orders == [1, 2, 3, 4]


def test_only_shuts_out_the_other_fields_of_the_page_and_no_field_of_another_document(store):
    prefix = "derived-exclusivity-closure-c-only-fields-"
    assert concluded(store, CLOSURE) == {prefix + field for field in FIELDS_SHUT_OUT}
    assert inputs_of(store, prefix + "housing-market") == {"s08", "s24", "s25"}


def test_nothing_is_shut_out_without_the_word_only(store):
    store.update("DELETE WHERE { GRAPH ?graph { claim:c-only-fields poca:operator ?operator } }")
    assert concluded(store, CLOSURE) == set()


def test_a_field_that_nobody_speaks_of_any_more_is_not_shut_out(store):
    forget(store, "statement:s15")
    assert "derived-exclusivity-closure-c-only-fields-waste" not in concluded(store, CLOSURE)


def test_what_exceeds_the_city_could_move_to_each_level_and_unit_that_is_asked_for(store):
    places = {"wider-than-city", "metropolitan", "region", "it-reg-01", "it-macro-1"}
    assert concluded(store, LIFT) == {f"derived-lift-candidate-s13-{place}" for place in places}
    assert inputs_of(store, "derived-lift-candidate-s13-it-reg-01") == {"s13", "s20", "s21"}
    assert column(
        store, "SELECT ?q WHERE { statement:derived-lift-candidate-s13-metropolitan poca:quantifier ?q }"
    ) == {"most"}


def test_nothing_could_move_without_the_curated_scope(store):
    store.update("DELETE WHERE { GRAPH ?graph { ?wanted poca:scope ?short } }")
    assert concluded(store, LIFT) == set()


CANDIDATE = (
    "derived-contradiction-candidate-s07--derived-exclusivity-closure-c-only-fields-technology-and-innovation"
)


def label(store, conclusion: str, language: str) -> str:
    answer = store.query(
        f"SELECT ?l WHERE {{ statement:{conclusion} rdfs:label ?l FILTER(LANG(?l) = '{language}') }}"
    )
    assert isinstance(answer, Solutions)
    return str(answer.rows[0][0])


def test_milans_innovation_against_turins_only_is_shown_with_the_mapping_that_may_settle_it(store):
    assert concluded(store, CONTRADICTION) == {CANDIDATE}
    assert MAPPING.split(":")[1] in inputs_of(store, CANDIDATE)
    assert label(store, CANDIDATE, "en").startswith("No contradiction if")
    assert label(store, CANDIDATE, "it").startswith("Nessuna contraddizione, se")


def test_without_the_mapping_it_is_an_open_question(store):
    forget(store, MAPPING)
    (query,) = Graph().parse(CONTRADICTION).objects(None, SH.construct)
    answer = store.query(str(query))
    assert isinstance(answer, Triples)
    texts = {str(value) for _, _, value in answer.triples}
    assert any(text.startswith("Open question: ") for text in texts)
    assert any(text.startswith("Questione aperta: ") for text in texts)


def test_views_of_phases_that_do_not_overlap_are_no_contradiction(store):
    store.update(
        "DELETE WHERE { GRAPH ?graph { statement:s07 poca:phase ?phase } } ;"
        "INSERT DATA { GRAPH graph:cities-do-not-act-alone {"
        " statement:s07 poca:phase phase:before-workshops } }"
    )
    assert concluded(store, CONTRADICTION) == set()


def test_the_smallest_unit_that_contains_both_cities_is_north_western_italy(store):
    (conclusion,) = concluded(store, CONTAINER)
    assert column(store, f"SELECT ?u WHERE {{ statement:{conclusion} poca:target ?u }}") == {"it-macro-1"}
    assert inputs_of(store, conclusion) >= {"milan", "turin", "it-reg-01", "it-reg-03", "it-macro-1"}


def test_without_the_macro_region_it_is_italy(store):
    store.update(
        "DELETE WHERE { GRAPH ?graph { ?unit poca:partOf unit:it-macro-1 } } ;"
        "INSERT DATA { GRAPH graph:territory {"
        " unit:it-reg-01 poca:partOf unit:it . unit:it-reg-03 poca:partOf unit:it } }"
    )
    (query,) = Graph().parse(CONTAINER).objects(None, SH.construct)
    answer = store.query(str(query))
    assert isinstance(answer, Triples)
    targets = {str(value) for _, predicate, value in answer.triples if str(predicate).endswith("/target")}
    assert {target.rsplit("/", 1)[-1] for target in targets} == {"it"}


def test_no_conclusion_says_that_cities_cooperate(store):
    answer = store.query("ASK { GRAPH graph:derived { ?thing a poca:Cooperation } }")
    assert answer == Truth(False)


def test_every_conclusion_leads_to_its_rule_and_to_inputs_that_are_described(store):
    unfounded = """SELECT ?s WHERE { GRAPH graph:derived { ?s a poca:DerivedStatement }
      MINUS { ?s poca:byRule/sh:construct ?query ; prov:wasDerivedFrom/a ?type } }"""
    assert column(store, unfounded) == set()
    assert len(column(store, "SELECT ?s WHERE { GRAPH graph:derived { ?s a poca:DerivedStatement } }")) == 18
