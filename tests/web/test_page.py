"""The page: questions, answers, mistakes, both languages; nothing that the graph holds becomes markup."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from lxml import html

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.web import create_app
from poca_kg.web.texts import TEXTS


def _page(client: FlaskClient, address: str = "/", status: int = 200) -> html.HtmlElement:
    response = client.get(address)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    return html.document_fromstring(response.text)


def _text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_page_lists_the_questions_with_a_link_that_runs_each(client: FlaskClient) -> None:
    links = _page(client).xpath("//section[@class='questions']//li/a")
    assert [(_text(link), link.get("href")) for link in links] == [
        ("Which cities are there?", "/?question=cq-001"),
        ("Which dragons are there?", "/?question=cq-002"),
    ]


def test_a_question_is_answered_in_an_accessible_table(client: FlaskClient) -> None:
    page = _page(client, "/?question=cq-001")
    (table,) = page.xpath("//table")
    assert _text(table.xpath("caption")[0]) == "2 rows"
    assert [(_text(th), th.get("scope")) for th in table.xpath(".//th")] == [("city", "col")]
    assert [_text(td) for td in table.xpath(".//td")] == ["Milan city:milan", "Turin city:turin"]
    assert table.xpath(".//td//code/@title")[1] == "https://w3id.org/poca-kg/id/city/turin"
    assert table.xpath(".//td//a") == []
    assert page.xpath("//h2[@id='answer-title']/text()") == ["Which cities are there?"]
    assert page.xpath("//a[@aria-current='page']/text()") == ["Which cities are there?"]
    assert "poca:City" in page.xpath("//textarea")[0].text


def test_the_page_speaks_italian(client: FlaskClient) -> None:
    page = _page(client, "/?lang=it&question=cq-001")
    assert page.get("lang") == "it"
    assert page.xpath("//h2[@id='answer-title']/text()") == ["Quali città ci sono?"]
    assert _text(page.xpath("//td")[1]) == "Torino city:turin"
    assert page.xpath("//nav/a/@href") == ["/?lang=en&question=cq-001"]
    assert page.xpath("//input[@name='lang']/@value") == ["it"]
    assert _page(client, "/?lang=xx").get("lang") == "en"


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["en"].keys() == TEXTS["it"].keys()
    for key, text in TEXTS["en"].items():
        assert sorted(part.split("}")[0] for part in text.split("{")[1:]) == sorted(
            part.split("}")[0] for part in TEXTS["it"][key].split("{")[1:]
        )


def test_an_empty_answer_says_so(client: FlaskClient) -> None:
    page = _page(client, "/?question=cq-002")
    assert _text(page.xpath("//p[@class='empty']")[0]) == TEXTS["en"]["empty"]
    assert page.xpath("//table") == []


def test_a_truth_value_is_said_in_a_word(client: FlaskClient) -> None:
    assert _text(_page(client, "/?query=ASK%7B%7D").xpath("//p[@class='truth']")[0]) == "Yes"
    assert _text(_page(client, "/?lang=it&query=ASK%7B<a:a>?p ?o%7D").xpath("//p[@class='truth']")[0]) == "No"


def test_triples_are_a_table_of_three_columns(client: FlaskClient) -> None:
    page = _page(client, "/?query=" + quote("CONSTRUCT WHERE { ?s a poca:City }"))
    assert [_text(th) for th in page.xpath("//th")] == ["subject", "predicate", "object"]
    assert _text(page.xpath("//caption")[0]) == "2 triples"
    assert page.xpath("//p[@class='downloads']/a/text()") == ["turtle", "ntriples", "rdfxml", "jsonld"]


def test_the_files_beside_an_answer_hold_it(client: FlaskClient) -> None:
    links = _page(client, "/?question=cq-001").xpath("//p[@class='downloads']/a/@href")
    assert [client.get(link).status_code for link in links] == [200] * 4


def test_a_mistake_is_shown_with_line_column_and_caret(client: FlaskClient) -> None:
    query = "SELECT *\r\nWHERE { ?s ?p ?o FITLER(?o) }"
    page = _page(client, "/?query=" + quote(query), status=400)
    (failure,) = page.xpath("//div[@role='alert']")
    assert "Unexpected 'FITLER'. Did you mean FILTER?" in _text(failure)
    assert "Line 2, column 18" in _text(failure)
    shown, caret = failure.xpath(".//pre")[0].text_content().rstrip("\n").split("\n")
    assert shown[caret.index("^") :].startswith("FITLER")
    area = page.xpath("//textarea")[0]
    assert area.get("aria-invalid") == "true"
    assert "failure" in area.get("aria-describedby")
    assert "FITLER" in area.text


@pytest.mark.parametrize(
    ("query", "status"),
    [("ASK { SERVICE <http://127.0.0.1:9/> {} }", 403), ("ASK " + "{" * 300, 400), ("#" + "x" * 10_000, 414)],
)
def test_other_refusals_are_told_on_the_page_too(client: FlaskClient, query: str, status: int) -> None:
    assert _page(client, "/?query=" + quote(query), status=status).xpath("//div[@role='alert']")


def test_hostile_content_never_becomes_markup(client: FlaskClient) -> None:
    query = "SELECT ?s ?p ?o { GRAPH graph:hostile { ?s ?p ?o } }"
    page = _page(client, "/?query=" + quote(query))
    assert page.xpath("//script | //img") == []
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []
    assert not any(address.lower().startswith("javascript") for address in page.xpath("//@href"))
    texts = [_text(cell) for cell in page.xpath("//td")]
    for expected in ("<script>alert('x')</script>", "{{ 7 * 7 }}", "javascript:alert(1)"):
        assert expected in texts
    assert any("<img src=x onerror=alert(4)>" in text for text in texts)


def test_a_hostile_query_never_becomes_markup(client: FlaskClient) -> None:
    hostile = "</textarea><script>alert(1)</script>\"'>"
    address = f"/?query={quote(hostile)}&lang={quote(hostile)}"
    for page in (
        _page(client, address, status=400),
        _page(client, f"{address}&question={quote(hostile)}", status=404),
    ):
        assert page.xpath("//script") == []
        assert page.xpath("//textarea")[0].text.strip() == hostile


def test_only_addresses_of_the_web_are_linked_and_only_carefully(client: FlaskClient) -> None:
    page = _page(
        client, "/?query=" + quote("SELECT ?o { city:turin schema:url|dcterms:source ?o } ORDER BY ?o")
    )
    links = page.xpath("//td//a")
    assert [link.get("href") for link in links] == ["http://example.org/source", "https://example.org/turin"]
    assert {link.get("rel") for link in links} == {"noopener nofollow"}


def test_a_text_in_another_language_is_marked(client: FlaskClient) -> None:
    page = _page(client, "/?query=" + quote("SELECT ?l { city:turin rdfs:label ?l FILTER(LANG(?l) = 'it') }"))
    assert page.xpath("//td/span/@lang") == ["it"]
    assert _text(page.xpath("//td")[0]) == "Torino it"


def test_a_long_answer_is_cut_on_the_page_and_says_so(client: FlaskClient) -> None:
    numbers = " ".join(str(number) for number in range(1200))
    page = _page(client, "/?query=" + quote(f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}"))
    assert len(page.xpath("//tbody/tr")) == 500
    assert _text(page.xpath("//caption")[0]) == "1,200 rows"
    assert "The first 500 are shown" in _text(page.xpath("//section[@id='answer']")[0])


def test_the_page_needs_no_script_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = _page(client, "/?question=cq-001")
    assert page.xpath("//script") == []
    assert page.xpath("//@style") == []
    (style,) = page.xpath("//link[@rel='stylesheet']/@href")
    with client.get(style) as sheet:
        assert sheet.mimetype == "text/css"
        assert "url(" not in sheet.text
        assert "@import" not in sheet.text


def test_every_control_has_a_name_and_every_id_stands_once(client: FlaskClient) -> None:
    for address in ("/", "/?question=cq-001"):
        page = _page(client, address)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert page.xpath("//label/@for") == ["query"]
        for reference in page.xpath("//@aria-labelledby | //@aria-describedby"):
            assert set(reference.split()) <= set(ids)
        assert len(page.xpath("//h1")) == 1


DOCUMENT = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://w3id.org/poca-kg/id/document/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix stance: <https://w3id.org/poca-kg/scheme/stance/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
document:page dcterms:title "The page"@en ;
  schema:url "https://example.org/page"^^xsd:anyURI, "https://example.org/z"^^xsd:anyURI .
document:trap dcterms:title "A trap"@en ; schema:url "javascript:alert(1)"^^xsd:anyURI .
stance:effective rdfs:label "effective"@en, "efficace"@it .
"""
TITLED = "?document dcterms:title ?title ; schema:url ?address"


@pytest.fixture
def library() -> FlaskClient:
    """Give a client of a graph with documents."""
    store = EmbeddedStore.in_memory()
    store.load(DOCUMENT.encode(), format=RdfSyntax.TURTLE, graph="http://example.org/g")
    return create_app(KnowledgeGraph(store)).test_client()


def _ask(client: FlaskClient, query: str, language: str = "en") -> html.HtmlElement:
    return _page(client, f"/?lang={language}&query={quote(query)}")


def test_a_document_is_one_link_though_the_query_asks_for_title_and_address(library: FlaskClient) -> None:
    query = (
        "SELECT ?document ?title (MIN(STR(?url)) AS ?address) { ?document dcterms:title ?title ; "
        "schema:url ?url FILTER(?document = document:page) } GROUP BY ?document ?title"
    )
    page = _ask(library, query)
    assert [_text(th) for th in page.xpath("//th")] == ["document"]
    (link,) = page.xpath("//td//a")
    assert (_text(link), link.get("href")) == ("The page", "https://example.org/page")


def test_two_addresses_of_a_document_are_both_shown(library: FlaskClient) -> None:
    page = _ask(library, f"SELECT * {{ {TITLED} FILTER(?document = document:page) }}")
    assert {_text(th) for th in page.xpath("//th")} == {"document", "address"}
    assert len(page.xpath("//tbody/tr")) == 2


def test_a_document_links_to_the_web_only(library: FlaskClient) -> None:
    page = _ask(library, "SELECT ?document { ?document dcterms:title ?title FILTER(?title = 'A trap'@en) }")
    assert page.xpath("//td//a") == []


@pytest.mark.parametrize(("language", "shown"), [("en", "effective"), ("it", "efficace")])
def test_a_label_is_shown_once_and_in_the_language_of_the_page(
    library: FlaskClient, language: str, shown: str
) -> None:
    query = "SELECT ?s ?sLabel { ?s rdfs:label ?sLabel FILTER(LANG(?sLabel) = 'en') }"
    page = _ask(library, query, language)
    assert [_text(th) for th in page.xpath("//th")] == ["s"]
    assert _text(page.xpath("//td")[0]) == f"{shown} stance:effective"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s ?sLabel { ?s rdfs:label ?sLabel }",
        "SELECT ?s ?sLabel { VALUES (?s ?sLabel) { (stance:effective 'another') } }",
        "SELECT ?s ?sLabel { VALUES (?s ?sLabel) { (UNDEF 'effective') } }",
    ],
)
def test_a_column_that_says_more_than_the_label_is_kept(library: FlaskClient, query: str) -> None:
    page = _ask(library, query)
    assert [_text(th) for th in page.xpath("//th")] == ["s", "sLabel"]


WIDE = """SELECT ?field ?holder ?onlyReason ?d ?e ?f ?g ?h {
  VALUES (?field ?holder ?onlyReason ?d ?e ?f ?g ?h) {
  ("research" 1 "first" 4 5 6 7 8) ("research" 1 "second" 4 5 6 7 8) ("education" 1 "first" UNDEF 5 6 7 8)
} }"""


def test_an_answer_with_many_columns_is_shown_as_records(client: FlaskClient) -> None:
    page = _ask(client, WIDE)
    (table,) = page.xpath("//table[@class='records']")
    assert _text(table.xpath("caption")[0]) == "3 rows · rows that differ in one value only stand together"
    first, second = table.xpath(".//tr")
    (heading,) = first.xpath("th[@scope='row']")
    assert _text(heading) == "field research"
    assert [_text(cell) for cell in first.xpath("td")][:2] == ["holder 1", "only reason firstsecond"]
    assert [_text(item) for item in first.xpath("td//li")] == ["first", "second"]
    assert [cell.get("aria-colindex") for cell in second.xpath("th | td")] == list("1235678")
    assert page.xpath("//p[@class='downloads']/a")


def test_records_speak_italian_and_hold_no_markup_of_the_data(client: FlaskClient) -> None:
    assert "3 righe · le righe che" in _text(_ask(client, WIDE, "it").xpath("//caption")[0])
    page = _ask(client, WIDE.replace('"second"', '"<script>alert(1)</script>"'))
    assert page.xpath("//script") == []
    assert "<script>" in page.xpath("//table")[0].text_content()


def test_a_question_that_is_not_there_is_not_found_and_the_others_are_listed(client: FlaskClient) -> None:
    page = _page(client, "/?question=cq-999", status=404)
    assert "The graph has no question “cq-999”." in _text(page.xpath("//div[@role='alert']")[0])
    assert page.xpath("//main/section/@class") == ["answer", "questions", "ask"]
    assert page.xpath("//textarea/@aria-invalid") == []
    assert "non ha una domanda" in _text(_page(client, "/?lang=it&question=%3Cb%3E", status=404))
    assert _page(client, "/?question=").xpath("//div[@role='alert']") == []


@pytest.mark.parametrize(
    "address", ["/?question=cq-001", "/?query=ASK%7B%7D&lang=it", "/?query=SELECT+*+%7B%7D%23%26%22"]
)
def test_the_permanent_link_shows_the_same_page(client: FlaskClient, address: str) -> None:
    (link,) = _page(client, address).xpath("//a[@rel='bookmark']/@href")
    (again,) = _page(client, link).xpath("//a[@rel='bookmark']/@href")
    assert link == again
    assert client.get(link).data == client.get(address).data


def test_without_an_answer_there_is_nothing_to_link_to(client: FlaskClient) -> None:
    for address in ("/", "/?query=SELEC"):
        assert "bookmark" not in client.get(address).text
