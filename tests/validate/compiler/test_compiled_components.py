"""Each constraint component of SHACL Core, compiled: what conforms, and what is found where it does not."""

import pytest

# name: (constraint of the property e:v, data of e:x, values that are wrong; None for a result without value)
ON_A_PROPERTY = {
    "a class": ("sh:class e:C", "e:x e:v e:a, e:b, 5 . e:a a e:C .", ["5", "b"]),
    "a subclass": ("sh:class e:C", "e:x e:v e:a . e:a a e:D . e:D rdfs:subClassOf e:C .", []),
    "a class twice removed": (
        "sh:class e:C",
        "e:x e:v e:a . e:a a e:B . e:B rdfs:subClassOf e:D . e:D rdfs:subClassOf e:C, e:B .",
        [],
    ),
    "a datatype": (
        "sh:datatype xsd:integer",
        'e:x e:v 1, 1.0, "1", e:a, [], "x"^^xsd:integer .',
        "1 1.0 _ a x",
    ),
    "a datatype as written": ("sh:datatype xsd:int", 'e:x e:v "007"^^xsd:int, 7 .', ["7"]),
    "a datatype of a language": ("sh:datatype rdf:langString", 'e:x e:v "a"@en, "a" .', ["a"]),
    "a kind of node": ("sh:nodeKind sh:BlankNodeOrIRI", 'e:x e:v e:a, [], "a" .', ["a"]),
    "too few": ("sh:minCount 2", "e:x e:v 1 .", [None]),
    "none at all": ("sh:minCount 1", "e:x e:w 1 .", [None]),
    "enough": ("sh:minCount 2", "e:x e:v 1, 2 .", []),
    "a count of nothing": ("sh:minCount 0", "e:x e:w 1 .", []),
    "at least itself": (
        "sh:minCount 0 ; sh:property [ sh:path [ sh:zeroOrMorePath e:w ] ; sh:minCount 1 ]",
        "e:x e:v 1 .",
        [],
    ),
    "too many": ("sh:maxCount 1", "e:x e:v 1, 2 .", [None]),
    "any is too many": ("sh:maxCount 0", "e:x e:v 1 .", [None]),
    "one value written twice is two": ("sh:maxCount 1", 'e:x e:v 1, "01"^^xsd:integer .', [None]),
    "below a bound": ("sh:minInclusive 5", "e:x e:v 5, 4.9, 5.0 .", ["4.9"]),
    "at a bound": ("sh:minExclusive 5", "e:x e:v 5, 5.1, 5.0 .", ["5", "5.0"]),
    "above a bound": ("sh:maxInclusive 5", "e:x e:v 5, 6 .", ["6"]),
    "not below a bound": ("sh:maxExclusive 5", "e:x e:v 5, 4 .", ["5"]),
    "a value that cannot be compared": ("sh:maxInclusive 5", 'e:x e:v "a", e:a, "x"^^xsd:integer .', "a a x"),
    "a date below a bound": (
        'sh:minInclusive "2020-01-01"^^xsd:date',
        'e:x e:v "2019-12-31"^^xsd:date, "2020-01-01"^^xsd:date .',
        ["2019-12-31"],
    ),
    "a time with a zone beside one without": (
        'sh:minInclusive "2020-01-01T00:00:00"^^xsd:dateTime',
        'e:x e:v "2020-01-01T00:00:00Z"^^xsd:dateTime, "2021-01-01T00:00:00Z"^^xsd:dateTime .',
        ["2020-01-01T00:00:00Z"],
    ),
    "too short": ("sh:minLength 3", 'e:x e:v "ab", "abc", 12, [], "àéî" .', ["12", "_", "ab"]),
    "a length of nothing": ("sh:minLength 0", 'e:x e:v "", [] .', ["_"]),
    "too long": ("sh:maxLength 10", 'e:x e:v "abc", e:a, e:abc, [] .', ["_", "abc"]),
    "a pattern": ('sh:pattern "^0[0-9]$"', 'e:x e:v "01", 01, 1, [] .', ["1", "_"]),
    "a pattern without case": ('sh:pattern "^a" ; sh:flags "i"', 'e:x e:v "Ab", "b" .', ["b"]),
    "a pattern of an address": ('sh:pattern "^http://e/[a-c]$"', "e:x e:v e:a, e:z .", ["z"]),
    "a pattern with a quotation mark": (r'sh:pattern "\"\\d"', r'e:x e:v "\"1", "1" .', ["1"]),
    "languages": ('sh:languageIn ( "en" "it-CH" )', 'e:x e:v "a"@en-GB, "b"@it, "c", e:d .', ["b", "c", "d"]),
    "no language": ("sh:languageIn ( )", 'e:x e:v "a"@en .', ["a"]),
    "two texts in two languages": (
        "sh:uniqueLang true",
        'e:x e:v "a"@en, "b"@EN, "c"@it, "d"@it, "e"@de, "f", "g" .',
        [None, None],
    ),
    "other values": ("sh:equals e:w", "e:x e:v 1, 2 ; e:w 2, 3 .", ["1", "3"]),
    "the same values": ("sh:equals e:w", "e:x e:v 1, 2 ; e:w 2, 1 .", []),
    "shared values": ("sh:disjoint e:w", "e:x e:v 1, 2 ; e:w 2, 3 .", ["2"]),
    "not less": ("sh:lessThan e:w", "e:x e:v 1, 3 ; e:w 2, 3 .", ["3", "3"]),
    "greater": ("sh:lessThanOrEquals e:w", "e:x e:v 3, 4 ; e:w 3 .", ["4"]),
    "less than what is no number": ("sh:lessThan e:w", "e:x e:v 1 ; e:w e:a .", ["1"]),
    "less than nothing": ("sh:lessThan e:w", "e:x e:v 1 .", []),
    "a value that is missing": ("sh:hasValue e:a", "e:x e:v e:b .", [None]),
    "a value that is there": ("sh:hasValue e:a", "e:x e:v e:b, e:a .", []),
    "a value as it is written": ("sh:hasValue 01", "e:x e:v 1 .", [None]),
    "one of some": (
        'sh:in ( e:a "b" 1 )',
        'e:x e:v e:a, "b", 1, 1.0, "b"@en, "c"^^e:own .',
        ["1.0", "b", "c"],
    ),
    "one of none": ("sh:in ( )", "e:x e:v 1 .", ["1"]),
    "a shape": (
        "sh:node [ sh:property [ sh:path e:w ; sh:minCount 1 ] ]",
        "e:x e:v e:a, e:b . e:a e:w 1 .",
        ["b"],
    ),
    "not a shape": ("sh:not [ sh:class e:C ]", "e:x e:v e:a, e:b . e:a a e:C .", ["a"]),
    "not a condition": ("sh:not [ sh:datatype xsd:string ]", 'e:x e:v 1, "a" .', ["a"]),
    "not a shape that all conform to": (
        "sh:not [ sh:deactivated true ; sh:class e:C ]",
        "e:x e:v e:a .",
        ["a"],
    ),
    "both": (
        "sh:and ( [ sh:class e:C ] [ sh:class e:D ] )",
        "e:x e:v e:a, e:b . e:a a e:C, e:D . e:b a e:D .",
        "b",
    ),
    "all of none": ("sh:and ( )", "e:x e:v 1 .", []),
    "either": (
        "sh:or ( [ sh:class e:C ] [ sh:datatype xsd:string ] )",
        'e:x e:v e:a, e:b, "c", 4 . e:a a e:C .',
        ["4", "b"],
    ),
    "either of two conditions": (
        "sh:or ( [ sh:datatype xsd:string ] [ sh:minInclusive 5 ] )",
        'e:x e:v "c", 4, 5 .',
        "4",
    ),
    "any of none": ("sh:or ( )", "e:x e:v 1 .", ["1"]),
    "one alone": (
        "sh:xone ( [ sh:class e:C ] [ sh:class e:D ] [ sh:class e:E ] )",
        "e:x e:v e:a, e:b, e:c . e:a a e:C . e:b a e:C, e:D .",
        ["b", "c"],
    ),
    "one condition alone": (
        "sh:xone ( [ sh:minInclusive 1 ] [ sh:minInclusive 3 ] )",
        "e:x e:v 0, 1, 3 .",
        ["0", "3"],
    ),
    "the only one": ("sh:xone ( [ sh:class e:C ] )", "e:x e:v e:a, e:b . e:a a e:C .", ["b"]),
    "one alone of none": ("sh:xone ( )", "e:x e:v 1 .", ["1"]),
    "one of two that both conform to": (
        "sh:xone ( [ sh:path e:w ; sh:minCount 0 ] [ sh:path e:w ; sh:minCount 0 ] )",
        "e:x e:v e:a .",
        ["a"],
    ),
    "too few of a shape": (
        "sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMinCount 2",
        "e:x e:v e:a, e:b . e:a a e:C .",
        [None],
    ),
    "too many of a shape": (
        "sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMaxCount 1",
        "e:x e:v e:a, e:b . e:a a e:C . e:b a e:C .",
        [None],
    ),
    "any number of a shape": (
        "sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMinCount 0 ; sh:qualifiedMaxCount 9",
        "e:x e:v e:a .",
        [],
    ),
    "a shape of the values of a value": (
        "sh:property [ sh:path e:w ; sh:property [ sh:path e:u ; sh:maxCount 0 ] ]",
        "e:x e:v e:a . e:a e:w e:b . e:b e:u 1 .",
        [],
    ),
}


def sentence(name: str) -> str:
    return name.replace(" ", "-")


@pytest.mark.parametrize("case", ON_A_PROPERTY.values(), ids=map(sentence, ON_A_PROPERTY))
def test_a_property_shape_finds_the_values_that_are_wrong(compiled, case):
    constraint, triples, wrong = case
    shapes = f"e:S sh:targetNode e:x ; sh:property [ sh:path e:v ; {constraint} ] ."
    expected = wrong.split() if isinstance(wrong, str) else wrong
    found = compiled.told(compiled.run(shapes, triples))
    assert sorted((value for focus, value, _ in found if focus == "x"), key=str) == sorted(expected, key=str)


ELSEWHERE = {"a time with a zone beside one without"}
"""Cases in which rdflib's engine takes liberties: it compares what cannot be compared."""


@pytest.mark.parametrize("name", ON_A_PROPERTY, ids=map(sentence, ON_A_PROPERTY))
def test_another_engine_of_sparql_finds_the_same(compiled, name):
    constraint, triples, _ = ON_A_PROPERTY[name]
    shapes = f"e:S sh:targetNode e:x ; sh:property [ sh:path e:v ; {constraint} ] ."
    same = compiled.told(compiled.elsewhere(shapes, triples)) == compiled.told(compiled.run(shapes, triples))
    assert same is (name not in ELSEWHERE)


# name: (constraint of the node shape, focus nodes, data, focus nodes that are wrong)
ON_A_NODE = {
    "a class": ("sh:class e:C", "e:a, e:b, 5", "e:a a e:C .", ["5", "b"]),
    "a datatype": ("sh:datatype xsd:integer", '1, "a", e:a', "", ["a", "a"]),
    "a kind of node": ("sh:nodeKind sh:Literal", "1, e:a", "", ["a"]),
    "a bound": ("sh:minInclusive 5", '4, 5, "a"', "", ["4", "a"]),
    "a pattern": ('sh:pattern "^a"', '"ab", "b"', "", ["b"]),
    "a value": ("sh:hasValue 5", "5, 6", "", ["6"]),
    "one of some": ("sh:in ( 5 e:a )", "5, e:a, e:b", "", ["b"]),
    "itself": ("sh:equals e:p", "e:a, e:b", "e:a e:p e:a . e:b e:p e:c .", ["b", "b"]),
    "not itself": ("sh:disjoint e:p", "e:a, e:b", "e:a e:p e:a . e:b e:p e:c .", ["a"]),
    "another shape": (
        "sh:node [ sh:property [ sh:path e:p ; sh:minCount 1 ] ]",
        "e:a, e:b",
        "e:a e:p 1 .",
        ["b"],
    ),
    "either": (
        "sh:or ( [ sh:path e:p ; sh:minCount 1 ] [ sh:class e:C ] )",
        "e:a, e:b, e:c",
        "e:a e:p 1 . e:b a e:C .",
        ["c"],
    ),
    "not": ("sh:not [ sh:path e:p ; sh:minCount 1 ]", "e:a, e:b", "e:a e:p 1 .", ["a"]),
    "one alone": (
        "sh:xone ( [ sh:path e:p ; sh:minCount 1 ] [ sh:path e:q ; sh:minCount 1 ] )",
        "e:a, e:b, e:c",
        "e:a e:p 1 . e:b e:p 1 ; e:q 2 .",
        ["b", "c"],
    ),
}


@pytest.mark.parametrize("case", ON_A_NODE.values(), ids=map(sentence, ON_A_NODE))
def test_a_node_shape_finds_the_focus_nodes_that_are_wrong(compiled, case):
    constraint, nodes, triples, wrong = case
    shapes = f"e:S sh:targetNode {nodes} ; {constraint} ."
    assert sorted(focus for focus, _, _ in compiled.told(compiled.run(shapes, triples))) == sorted(wrong)


def test_a_closed_shape_tells_the_property_and_the_value(compiled):
    shapes = """e:S sh:targetNode e:x ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
        sh:property [ sh:path e:p ] , [ sh:path [ sh:inversePath e:q ] ] ."""
    findings = compiled.run(shapes, "e:x a e:C ; e:p 1 ; e:q 2 ; e:r e:s .")
    assert sorted((str(one.path.iri)[-1], str(one.value)[-1]) for one in findings) == [("q", "2"), ("r", "s")]


def test_qualified_shapes_that_are_disjoint_do_not_count_what_conforms_to_a_sibling(compiled):
    shapes = """e:S sh:targetNode e:x ; sh:property
        [ sh:path e:v ; sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMinCount 1 ;
            sh:qualifiedValueShapesDisjoint true ] ,
        [ sh:path e:v ; sh:qualifiedValueShape [ sh:class e:D ] ; sh:qualifiedMinCount 1 ;
            sh:qualifiedValueShapesDisjoint true ] ."""
    both = "e:x e:v e:a, e:b . e:a a e:C, e:D . e:b a e:D ."
    assert compiled.told(compiled.run(shapes, both)) == [("x", None, "QualifiedMinCount")]
    assert compiled.run(shapes, f"{both} e:x e:v e:c . e:c a e:C .") == ()


def test_a_value_that_two_lead_to_is_told_for_each(compiled):
    shapes = """e:S sh:targetClass e:C ;
        sh:property [ sh:path e:v ; sh:property [ sh:path e:w ; sh:datatype xsd:string ] ] ."""
    findings = compiled.run(shapes, "e:x a e:C ; e:v e:a . e:y a e:C ; e:v e:a . e:a e:w 1 .")
    assert compiled.told(findings) == [("a", "1", "Datatype")] * 2
    assert sorted(one.repetition for one in findings) == [0, 1]


def test_a_result_has_the_severity_and_the_messages_of_its_shape(compiled):
    shapes = """e:S sh:targetNode e:x ; sh:message "outer" ; sh:property e:T .
        e:T sh:path e:v ; sh:minCount 1 ; sh:severity sh:Info ; sh:message "inner"@en ."""
    (finding,) = compiled.run(shapes, "")
    assert (finding.severity.value, [str(text) for text in finding.messages]) == ("info", ["inner"])


def test_what_is_deactivated_is_not_asked(compiled):
    shapes = """e:S sh:targetNode e:x ; sh:property e:T ; sh:node [ sh:deactivated true ; sh:class e:C ] .
        e:T sh:path e:v ; sh:minCount 1 ; sh:deactivated true ."""
    assert compiled.run(shapes, "") == ()
