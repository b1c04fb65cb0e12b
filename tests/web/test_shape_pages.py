"""The rules under /shape/: for people in two languages, for programs in three formats."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from poca_kg.cli import run
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.web import create_app
from poca_kg.web.shape_texts import SHAPE_TEXTS

SHAPE = "https://w3id.org/poca-kg/shape/"


@pytest.fixture(scope="module")
def rules() -> FlaskClient:
    """Give a client of an application that judges nothing; the rules do not depend on the graph."""
    return create_app(KnowledgeGraph(EmbeddedStore.in_memory()), judges=False).test_client()


class Links(HTMLParser):
    """Collects where a page leads, its ids, and whether each thing with a role for readers has a name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.unnamed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "a":
            self.hrefs.append(found["href"])
        if "id" in found:
            self.ids.append(found["id"])
        if found.get("role") == "region" and not found.get("aria-label"):
            self.unnamed.append(tag)


def test_the_list_leads_to_every_rule_and_each_has_its_page(rules):
    page = Links(rules.get("/shape/").text)
    addresses = [href for href in page.hrefs if href.startswith("/shape/")]
    assert len(addresses) == len(set(addresses)) > 400
    for address in addresses[::10]:
        assert rules.get(address).status_code == 200


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_page_tells_everything_in_its_language(rules, language):
    page = rules.get(f"/shape/City-atLevel?lang={language}")
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page.text
    for key in ("checks", "why", "report", "good", "bad"):
        assert f">{SHAPE_TEXTS[language][key]}</h2>" in page.text
    assert "poca:atLevel level:metropolitan" in page.text


def test_every_text_stands_in_both_languages():
    assert SHAPE_TEXTS["en"].keys() == SHAPE_TEXTS["it"].keys()


@pytest.mark.parametrize(
    "name", ["City-atLevel", "AttendanceSumShape", "Statement-contradicts", "PhaseOrder"]
)
def test_a_page_can_be_read_with_any_device(rules, name):
    page = Links(rules.get(f"/shape/{name}").text)
    assert page.unnamed == []
    assert len(page.ids) == len(set(page.ids))
    assert "main" in page.ids
    assert all(href.startswith(("/", "#")) for href in page.hrefs)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/json", "application/json"),
        ("text/markdown", "text/markdown; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ],
)
def test_a_rule_is_sent_as_it_is_asked_for(rules, accept, media_type):
    response = rules.get("/shape/City-atLevel", headers={"Accept": accept})
    assert response.content_type == media_type
    assert "Accept" in response.headers["Vary"]


def test_the_turtle_of_a_rule_describes_its_iri(rules):
    graph = Graph().parse(data=rules.get("/shape/City-atLevel?format=ttl").text)
    assert set(graph.subjects(SH.path)) == {URIRef(f"{SHAPE}City-atLevel")}


def test_the_service_says_what_the_command_says(rules, capsys):
    assert run(["shapes", "City-atLevel", "--format", "json", "--lang", "it"]) == 0
    assert rules.get("/shape/City-atLevel?format=json&lang=it").json == json.loads(capsys.readouterr().out)


def test_what_nobody_offers_is_refused(rules):
    assert rules.get("/shape/City-atLevel", headers={"Accept": "image/png"}).status_code == 406
    assert rules.get("/shape/City-atLevel?format=png").status_code == 400


@pytest.mark.parametrize("name", ["City-atlvel", "%3Cscript%3E", "x" * 2000, "%00"])
def test_an_unknown_rule_is_not_found(rules, name):
    response = rules.get(f"/shape/{name}")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_an_unknown_rule_is_told_the_nearest_ones(rules):
    assert "City-atLevel" in rules.get("/shape/City-atlvel").text


def test_the_query_of_a_rule_leads_to_the_rule(rules):
    response = rules.get("/shape/AttendanceSum-fits?lang=it")
    assert response.status_code == 303
    assert response.headers["Location"].endswith("/shape/AttendanceSumShape?lang=it")


def test_an_unchanged_page_is_not_sent_again(rules):
    tag = rules.get("/shape/").headers["ETag"]
    response = rules.get("/shape/", headers={"If-None-Match": tag})
    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize("address", ["/shape/", "/shape/City-atLevel"])
def test_rules_are_only_read(rules, address):
    assert rules.options(address).status_code == 204
    assert rules.post(address).status_code == 405
    assert rules.head(address).data == b""


def test_an_application_that_nobody_asks_for_rules_carries_no_engine():
    code = "import sys, poca_kg.web; print('pyshacl' in sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == "False"
