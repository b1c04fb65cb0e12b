"""Rules must account for what they conclude; checks lead from an offender to the row behind it."""

from __future__ import annotations

import pytest

RULE = "ontology/rules/1-wider-level.ttl"
CHECK = "ontology/checks/a-territory-lies-in-itself.rq"

RULE_CASES = {
    "a conclusion without inputs": (" ;\n    prov:wasDerivedFrom ?statement .", " .", 15, "names no inputs"),
    "a conclusion without its rule": (
        "    poca:byRule rule:wider-level ;\n",
        "",
        15,
        "does not name its rule",
    ),
    "a conclusion of another rule": (
        "byRule rule:wider-level",
        "byRule rule:other",
        15,
        "does not name its rule",
    ),
    "an input that does not exist": (
        "wasDerivedFrom ?statement",
        "wasDerivedFrom statement:s99",
        15,
        "statement:s99, which nothing describes",
    ),
    "a word about an asserted thing": (
        "?derived a poca",
        "?statement poca:byRule rule:wider-level . ?derived a poca",
        15,
        "statement:s01, which is there already",
    ),
    "a conclusion without an IRI": (
        "?derived a poca",
        "[] poca:about ?topic . ?derived a poca",
        15,
        "something without an IRI",
    ),
    "a query that does not parse": ("WHERE {\n", "WHERE {{\n", None, "the query of the rule"),
    "a query that goes elsewhere": (
        "  BIND",
        "  SERVICE <http://example.org/> { ?a ?b ?c } BIND",
        15,
        "the query of the rule",
    ),
    "a rule without its turn": (
        "    poca:ruleOrder 1 ;\n",
        "",
        12,
        "has not one poca:ruleOrder and one sh:construct",
    ),
    "a turn that is no number": ("ruleOrder 1", 'ruleOrder "first"', 12, "has not one poca:ruleOrder"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), RULE_CASES.values(), ids=RULE_CASES.keys())
def test_a_rule_that_does_not_account_for_itself_stops_the_build(tree, old, new, line, says):
    tree.replace(RULE, old, new)
    problems = tree.problems()
    assert {problem.place.file for problem in problems} == {RULE}
    if line:
        assert {problem.place.line for problem in problems} == {line}
    assert any(says in str(problem) for problem in problems), "\n".join(map(str, problems))


def test_a_rule_draws_triples(tree, place):
    tree.write(
        RULE, tree.path(RULE).read_text("utf-8").partition("sh:construct")[0] + 'sh:construct "ASK {}" .\n'
    )
    problem = tree.only_problem()
    assert problem.place == place(f"{RULE}:15")
    assert str(problem).endswith("the query of the rule: it gives no triples; write CONSTRUCT")


def test_the_line_of_a_mistake_in_a_rule_is_that_of_the_file(tree, place):
    tree.replace(RULE, "  ?statement poca:stance", "  ?statement poca:stance poca:stance poca:stance")
    problem = tree.only_problem()
    line = tree.path(RULE).read_text("utf-8").splitlines().index(
        "  ?statement poca:stance poca:stance poca:stance stance:not-sufficient ; poca:about ?topic ."
    ) + 1  # fmt: skip
    assert problem.place == place(f"{RULE}:{line}")


def test_a_later_rule_sees_what_an_earlier_one_concluded(tree):
    text = tree.path(RULE).read_text("utf-8")
    second = (
        text.replace("rule:wider-level", "rule:second")
        .replace("wider level", "second rule")
        .replace("ruleOrder 1", "ruleOrder 2")
        .replace("?statement poca:stance stance:not-sufficient", "?statement poca:byRule rule:wider-level")
        .replace("-derived", "-again")
    )
    tree.write("ontology/rules/0-second.ttl", second)
    nquads = tree.build().nquads.decode()
    assert "id/statement/s01-derived-again> <https://w3id.org/poca-kg/def/byRule>" in nquads


def test_an_offender_that_a_rule_concluded_leads_to_the_rule(tree, place):
    tree.write(
        "ontology/checks/a-conclusion.rq",
        "# title: A conclusion stands here.\n# advice: Look.\n# scope: data\n"
        "SELECT ?offender { ?offender a poca:DerivedStatement }\n",
    )
    problem = tree.only_problem()
    assert problem.place == place(f"{RULE}:12")
    assert str(problem).endswith("A conclusion stands here: statement:s01-derived; look")


def test_an_offender_of_the_ontology_leads_to_its_line(tree, place):
    tree.append("ontology/schemes/level.ttl", "level:sea a skos:Concept ; skos:inScheme scheme:level .\n")
    problem = tree.only_problem()
    lines = tree.path("ontology/schemes/level.ttl").read_text("utf-8").splitlines()
    assert problem.place == place(f"ontology/schemes/level.ttl:{len(lines)}")
    assert str(problem).endswith("A concept has a label: level:sea; give it one")


def test_an_offender_that_is_described_nowhere_leads_to_the_check(tree):
    tree.write(
        "ontology/checks/words.rq",
        "# title: Words.\n# advice: Look.\n# scope: data\n"
        'SELECT ?offender ?detail { VALUES (?offender ?detail) { ("a word" city:turin) (UNDEF UNDEF) } }\n',
    )
    assert [str(problem) for problem in tree.problems()] == [
        "ontology/checks/words.rq: Words; look",
        "ontology/checks/words.rq: Words: 'a word', Turin (city:turin); look",
    ]


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("# title:", "# titel:", ":1", "does not begin with its title, advice and scope"),
        ("# scope: data", "# scope: dates", ":1", "'# scope: data|ontology'"),
        ("?offender ;", "?offender )(", ":6", "the query of the check"),
        ("SELECT ?offender ?detail", "SELECT ?detail", ":1", "does not ask for ?offender"),
        ("SELECT ?offender ?detail\nWHERE", "ASK", ":1", "does not ask for ?offender"),
        (
            "poca:partOf ?detail",
            "poca:partOf ?detail . SERVICE <http://e/> { ?a ?b ?c }",
            ":1",
            "query of the check",
        ),
    ],
    ids=["title", "scope", "syntax", "variable", "form", "service"],
)
def test_a_check_that_cannot_run_stops_the_build(tree, place, old, new, at, says):
    tree.replace(CHECK, old, new)
    problem = tree.only_problem()
    assert (problem.place.file, problem.place.line) == (CHECK, place(f"{CHECK}{at}").line)
    assert says in str(problem)


def test_labels_may_be_missing_and_the_prefixed_name_stands_for_them(tree):
    tree.write(
        "ontology/checks/cities.rq",
        "# title: Cities.\n# advice: Look.\n# scope: data\n"
        "SELECT ?offender { VALUES ?offender { statement:s01 } }\n",
    )
    assert str(tree.only_problem()).endswith(":2: Cities: statement:s01; look")
