"""The page of the validator in a real browser, without JavaScript."""

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
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.validating import start_validation
from poca_kg.settings import read_settings
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.web import create_app

LIMITS = Limits(timeout_s=20.0, memory_bytes=512 * 2**20, workers=1, express=0, spares=0)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def preferences() -> dict[str, object]:
    """Run no script of a page."""
    return {"profile.managed_default_content_settings.javascript": 2}


@pytest.fixture(scope="module")
def address(served: Callable[[Flask], AbstractContextManager[str]]) -> Iterator[str]:
    """Give the address of a server that validates."""
    with start_validation(read_settings().ontology_dir, LIMITS) as judges:
        app = create_app(KnowledgeGraph(EmbeddedStore.in_memory()), judges=judges)
        with served(app) as found:
            yield f"{found}validate"


def awaited(browser: webdriver.Chrome, value: str) -> WebElement:
    """Return an element of the page that a click leads to."""
    return WebDriverWait(browser, 30).until(presence_of_element_located((By.CSS_SELECTOR, value)))


def check(browser: webdriver.Chrome) -> None:
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()


def test_the_example_leads_to_its_report(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address)
    check(browser)
    assert "The data do not conform." in awaited(browser, ".verdict").text
    line = browser.find_element(By.CSS_SELECTOR, ".cases .place a")
    line.click()
    target = browser.find_element(By.CSS_SELECTOR, "tr:target")
    assert target.find_element(By.TAG_NAME, "code").text in browser.find_element(By.ID, "data").text
    target.find_element(By.CSS_SELECTOR, ".marks a").click()
    assert browser.find_element(By.CSS_SELECTOR, "li:target").is_displayed()


def test_files_are_chosen_and_checked_by_shapes_of_ones_own(
    browser: webdriver.Chrome, address: str, tmp_path: Path
) -> None:
    data, shapes = tmp_path / "people.ttl", tmp_path / "shapes.ttl"
    data.write_text("<http://e/ann> a <http://e/Person> .\n")
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://e/S> a sh:NodeShape ;\n"
        "  sh:targetClass <http://e/Person> ; sh:property [ sh:path <http://e/age> ; sh:minCount 1 ;\n"
        '  sh:message "Say how old."@en ] .\n'
    )
    browser.get(address)
    browser.find_element(By.ID, "data").clear()
    browser.find_element(By.ID, "files").send_keys(str(data))
    browser.find_element(By.TAG_NAME, "summary").click()
    browser.find_element(By.ID, "shape-files").send_keys(str(shapes))
    check(browser)
    assert "Say how old." in awaited(browser, ".rule h3").text


def test_a_mistake_is_shown_where_it_is_and_can_be_corrected(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}?lang=it")
    area = browser.find_element(By.ID, "data")
    area.clear()
    area.send_keys("<http://e/a> <http://e/b> ")
    check(browser)
    assert "riga 1" in awaited(browser, "[role=alert]").text
    browser.find_element(By.ID, "data").send_keys("<http://e/c> .")
    check(browser)
    assert "I dati sono conformi." in awaited(browser, ".verdict").text


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_runs_over_the_edge(browser: webdriver.Chrome, address: str, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(address)
    assert scroll_width(browser) <= width
    check(browser)
    awaited(browser, ".verdict")
    assert scroll_width(browser) <= width


def scroll_width(browser: webdriver.Chrome) -> int:
    """Return how wide the page is."""
    return int(browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["width"])
