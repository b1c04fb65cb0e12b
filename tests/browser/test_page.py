"""The page in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.web import create_app

FIXTURE = Path(__file__).parents[1] / "web" / "fixtures" / "small.trig"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(served: Callable[[Flask], AbstractContextManager[str]]) -> Iterator[str]:
    """Give the address of a server over the small graph of the web tests."""
    store = EmbeddedStore.in_memory()
    store.load(FIXTURE.read_bytes(), format=RdfSyntax.TRIG)
    with served(create_app(KnowledgeGraph(store))) as found:
        yield found


def awaited(browser: webdriver.Chrome, by: str, value: str) -> WebElement:
    """Return an element of the page that a click leads to; the click itself may return before it is there."""
    return WebDriverWait(browser, 30).until(presence_of_element_located((by, value)))


def test_a_question_leads_to_its_table(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address)
    browser.find_element(By.LINK_TEXT, "Which cities are there?").click()
    table = awaited(browser, By.CSS_SELECTOR, "table:has(caption)")
    assert table.find_element(By.TAG_NAME, "caption").text == "2 rows"
    assert "Turin" in table.text


def test_a_wrong_query_shows_the_place_of_the_mistake(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address)
    area = browser.find_element(By.ID, "query")
    area.clear()
    area.send_keys("SELECT *\nWHERE { ?s ?p ?o FITLER(?o) }")
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    failure = awaited(browser, By.CSS_SELECTOR, "[role=alert]")
    assert "Line 2, column 18" in failure.text
    assert "Did you mean FILTER?" in failure.text
    assert "FITLER" in browser.find_element(By.ID, "query").get_attribute("value")


def test_the_language_can_be_changed_and_stays(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address)
    browser.find_element(By.LINK_TEXT, "Italiano").click()
    awaited(browser, By.LINK_TEXT, "Quali città ci sono?").click()
    assert "Torino" in awaited(browser, By.CSS_SELECTOR, "html[lang=it] table:has(caption)").text


def test_hostile_content_does_nothing(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}?query=SELECT * {{ GRAPH graph:hostile {{ ?s ?p ?o }} }}")
    assert "<script>" in browser.find_element(By.TAG_NAME, "table").text
    assert browser.find_elements(By.CSS_SELECTOR, "table script, table img, a[href^=javascript]") == []


WIDE = "?query=SELECT * { VALUES (?a ?b ?c ?d ?e ?f ?g ?h) { (city:turin 2 3 4 5 6 7 'a long reason') } }"


@pytest.mark.parametrize("width", [320, 900, 1200])
def test_no_value_of_a_wide_answer_lies_beyond_the_edge(
    browser: webdriver.Chrome, address: str, width: int
) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address + WIDE)
    edges = browser.execute_script(
        "return [...document.querySelectorAll('.records th, .records td')]"
        ".map(cell => cell.getBoundingClientRect().right)"
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert len(edges) == 8
    assert max(edges) <= width


@pytest.mark.parametrize("path", ["", "?question=cq-001", "?query=SELEC", WIDE])
def test_nothing_runs_off_a_narrow_screen(browser: webdriver.Chrome, address: str, path: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True},
    )
    browser.get(address + path)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320


def test_the_policy_blocks_nothing_that_the_page_needs(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}?question=cq-001")
    colour = browser.find_element(By.TAG_NAME, "button").value_of_css_property("cursor")
    assert colour == "pointer"
    assert not [
        entry for entry in browser.get_log("browser") if "Content Security Policy" in entry["message"]
    ]
