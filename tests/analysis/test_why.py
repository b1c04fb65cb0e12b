"""Every triple leads to a document, a row, a rule, a file or the catalogue, and to nothing else."""

import re

import pytest
from rdflib import RDF, BNode, Literal, URIRef

from poca_kg.analysis import why
from poca_kg.analysis.explanation import FromCatalogue, FromDocument, FromFile, FromRow, FromRule
from poca_kg.errors import NotFoundError, PocaError
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.places import Places
from poca_kg.vocabulary.iris import graph_iri
from poca_kg.vocabulary.prefixes import expand_curie, prefix_header


def store_of(trig: str) -> EmbeddedStore:
    store = EmbeddedStore.in_memory()
    store.load((prefix_header() + trig).encode(), format=RdfSyntax.TRIG)
    return store


def unexplained(store, places, *, names: str = ".*") -> list[str]:
    """Return every quad whose explanation fails, lacks its file, or names no row, file, field or input."""
    found = []
    for s, p, o, graph in store.quads():
        if not re.fullmatch(names, graph.rpartition("/")[2]):
            continue
        try:
            explanations = why(store, places, s, p, o)
        except PocaError as error:
            found.append(f"{s} {p} {o} in {graph}: {error}")
            continue
        mine = [one for one in explanations if str(one.graph) == graph]
        found += [f"{s} {p} {o} in {graph}" for one in mine or [None] if not is_whole(one)]
    return found


def is_whole(explanation) -> bool:
    match explanation:
        case FromDocument():
            return bool(explanation.places) and explanation.row.place is not None
        case FromRow():
            return explanation.row.place is not None
        case FromRule():
            return bool(explanation.inputs) and all(
                one.again or one.explanations for one in explanation.inputs
            )
        case FromFile():
            return explanation.place is not None
        case FromCatalogue():
            return explanation.field == "count" or explanation.place is not None
    return False


@pytest.mark.slow
def test_every_quad_of_the_tiny_dataset_is_explained(tiny):
    """The graphs of the ontology are those of the real graph, and are walked there."""
    assert unexplained(tiny.store, tiny.places, names="tiny|derived|catalogue") == []


@pytest.mark.slow
def test_every_quad_of_the_real_graph_is_explained(core):
    assert unexplained(core.store, core.places) == []


def test_a_quad_without_an_origin_is_found_by_the_walk():
    store = store_of("graph:stray { city:turin rdfs:label 'Turin'@en }")
    assert len(unexplained(store, Places.empty())) == 1


def test_a_statement_stands_in_a_document_and_in_a_row(core):
    (told,) = core.why("statement:s24", "poca:about", "field:research-and-development")
    (place,) = told.places
    assert (place.paragraph, place.sentence, place.locator) == (3, 2, "3.2")
    assert place.document.iri.endswith("/document/cities-do-not-act-alone")
    assert place.address.startswith("https://pocacito.eu/blog/")
    assert [name.label for name in told.voices.held_by] == ["Turin's stakeholders"]
    assert [name.label for name in told.voices.reported_by] == ["Ecologic Institute"]
    assert [name.iri.rpartition("/")[2] for name in told.voices.attribution] == ["inferred"]
    assert (told.row.source, told.row.table, told.row.key) == ("cities-do-not-act-alone", "statements", "s24")
    assert str(told.row.place).startswith("data/sources/cities-do-not-act-alone/tables/statements.csv:")
    assert told.row.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert told.row.attribution


def test_a_thing_in_several_graphs_is_explained_once_for_each(core):
    found = core.why("organisation:ecologic-institute", "a", "poca:Organisation")
    assert [str(one.graph) for one in found] == sorted({str(one.graph) for one in found})
    assert len(found) > 1


def test_a_corrected_cell_leads_to_its_row_and_to_the_line_of_the_correction(tiny):
    (told,) = tiny.why("unit:it-reg-03", "rdfs:label", '"Lombardy"@en')
    (correction,) = told.row.corrections
    assert (correction.column, correction.old, correction.new) == ("label_en", "Lombardia", "Lombardy")
    assert (correction.reason, correction.by) == ("the English name", "A. Curator")
    assert correction.date == "2026-11-22"
    assert str(correction.place) == "data/sources/tiny/curation.csv:2"
    assert str(told.row.place) == "data/sources/tiny/tables/units.csv:5"
    assert "label_en corrected from “Lombardia” to “Lombardy” by A. Curator" in str(told)


def test_a_row_that_nobody_corrected_has_no_corrections(tiny):
    (told,) = tiny.why("unit:it", "rdfs:label", '"Italy"@en')
    assert told.row.corrections == ()


def test_a_correction_is_itself_explained_by_its_line(tiny):
    (correction,) = tiny.query("SELECT ?c { ?c a poca:Correction }").rows[0]
    (told,) = tiny.why(correction, "poca:oldText", '"Lombardia"')
    assert (told.field, str(told.place)) == ("old", "data/sources/tiny/curation.csv:2")


def test_a_unit_comes_from_a_row_alone(core):
    (told,) = core.why("city:turin", "poca:partOf", "unit:it-uts-201")
    assert isinstance(told, FromRow)
    assert told.row.table == "cities"


def test_an_identifier_comes_from_the_row_of_what_it_identifies(core):
    (told,) = core.why("identifier:istat-municipality-001272", "skos:notation", '"001272"')
    assert (told.row.table, told.row.key) == ("cities", "turin")


def test_an_evidence_node_names_its_own_place(core):
    evidence = core.query("SELECT ?e { statement:s24 poca:evidence ?e }").rows[0][0]
    (told,) = core.why(evidence, RDF.type, expand_curie("poca:Evidence"))
    assert [place.locator for place in told.places] == ["3.2"]


def test_a_conclusion_names_its_rule_and_explains_its_inputs(core):
    derived = core.query("SELECT ?s { ?s poca:byRule rule:exclusivity-closure } ORDER BY ?s LIMIT 1").rows[0][
        0
    ]
    (told,) = core.why(derived, RDF.type, expand_curie("poca:DerivedStatement"))
    assert isinstance(told, FromRule)
    assert told.rule.iri.endswith("/rule/exclusivity-closure")
    assert {"S24", "S25"} <= {used.thing.label.split()[0] for used in told.inputs}
    assert all(used.explanations for used in told.inputs)


def test_a_term_leads_to_file_and_line(core):
    (told,) = core.why("poca:City", "rdfs:subClassOf", "poca:AdministrativeUnit")
    assert told.place.file == "ontology/modules/territory/terms.ttl"
    assert told.place.line > 1


def test_a_triple_of_a_list_is_explained_by_the_triple_that_leads_to_it(core):
    s, p, o = next((s, p, o) for s, p, o, _ in core.store.quads() if p == RDF.first and isinstance(s, BNode))
    (told, *_) = core.why(s, p, o)
    assert told.place.line is not None
    assert told.subject.iri.startswith("https://w3id.org/poca-kg/")


def test_a_catalogue_triple_names_its_field_and_a_count_says_so(core):
    graph = graph_iri("territory")
    version = core.query("SELECT ?v { graph:territory schema:version ?v }").rows[0][0]
    (told,) = core.why(graph, expand_curie("schema:version"), version)
    assert (told.field, told.place.file) == ("version", "data/sources/territory/source.toml")
    size = core.query("SELECT ?n { graph:territory void:triples ?n }").rows[0][0]
    (counted,) = core.why(graph, expand_curie("void:triples"), size)
    assert (counted.field, counted.place) == ("count", None)


def test_rules_that_use_each_others_conclusions_end():
    store = store_of("""
        graph:derived {
          statement:a a poca:DerivedStatement ; poca:byRule rule:r ; prov:wasDerivedFrom statement:b .
          statement:b a poca:DerivedStatement ; poca:byRule rule:r ; prov:wasDerivedFrom statement:a .
        }""")
    (told,) = why(
        store, Places.empty(), expand_curie("statement:a"), RDF.type, expand_curie("poca:DerivedStatement")
    )
    ((inner,),) = [used.explanations for used in told.inputs]
    assert [used.again for used in inner.inputs] == [True]


def test_a_blank_node_that_nothing_leads_to_is_an_error_and_no_endless_walk():
    store = store_of("graph:stray { [] sh:path sh:this }")
    ((s, p, o, _),) = store.quads()
    with pytest.raises(PocaError):
        why(store, Places.empty(), s, p, o)


@pytest.mark.parametrize(
    ("triple", "help_given"),
    [
        (("city:turin", "poca:partOf", "unit:it"), "unit:it-uts-201"),
        (("city:turin", "poca:heldBy", "unit:it"), "rdfs:label"),
        (("city:torin", "poca:partOf", "unit:it"), "city:turin"),
        (("city:turin", "rdfs:label", '"Turin"'), '"Turin"@en'),
    ],
)
def test_a_triple_that_is_not_there_is_answered_with_what_is(core, triple, help_given):
    with pytest.raises(NotFoundError) as caught:
        core.why(*triple)
    assert help_given in str(caught.value)


def test_a_graph_of_unknown_origin_says_so():
    store = store_of("graph:mine { city:turin a poca:City }")
    with pytest.raises(NotFoundError, match="made by poca-kg build"):
        why(store, Places.empty(), expand_curie("city:turin"), RDF.type, expand_curie("poca:City"))


def test_a_dataset_without_its_list_of_places_still_explains(core):
    (told,) = why(
        core.store,
        Places.empty(),
        expand_curie("city:turin"),
        expand_curie("rdfs:label"),
        Literal("Turin", "en"),
    )
    assert (told.row.key, told.row.place) == ("turin", None)


def test_the_graph_of_an_explanation_is_an_iri(core):
    assert all(isinstance(one.graph, URIRef) for one in core.why("city:turin", "a", "poca:City"))
