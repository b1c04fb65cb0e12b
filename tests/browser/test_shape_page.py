"""The pages of the rules in a real browser: from rule to rule, on any screen, with keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.web import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(served: Callable[[Flask], AbstractContextManager[str]]) -> Iterator[str]:
    """Give the address of a server that shows the rules and judges nothing."""
    app = create_app(KnowledgeGraph(EmbeddedStore.in_memory()), judges=False)
    with served(app) as found:
        yield found


def test_the_list_leads_to_a_rule_and_a_rule_to_its_whole(browser, address):
    browser.get(f"{address}shape/?lang=it")
    browser.find_element(By.LINK_TEXT, "livello di una città").click()
    whole = WebDriverWait(browser, 30).until(presence_of_element_located((By.LINK_TEXT, "pocash:CityShape")))
    assert browser.find_element(By.TAG_NAME, "h1").text.lower() == "livello di una città"
    whole.click()
    WebDriverWait(browser, 30).until(presence_of_element_located((By.LINK_TEXT, "pocash:City-atLevel")))
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "it"


def test_the_whole_example_is_opened_with_keys_alone(browser, address):
    browser.get(f"{address}shape/Statement-contradicts")
    summary = browser.find_element(By.TAG_NAME, "summary")
    whole = browser.find_element(By.CSS_SELECTOR, "details pre")
    assert not whole.is_displayed()
    summary.send_keys(Keys.ENTER)
    assert whole.is_displayed()
    assert "@prefix poca:" in whole.text


@pytest.mark.parametrize("path", ["shape/", "shape/Statement-contradicts", "shape/BilingualLabel?lang=it"])
def test_nothing_runs_off_a_narrow_screen(browser, address, path):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True},
    )
    browser.get(address + path)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320


def test_the_policy_blocks_nothing_that_the_page_needs(browser, address):
    browser.get(f"{address}shape/City-atLevel")
    assert (
        browser.find_element(By.CSS_SELECTOR, ".bad > pre").value_of_css_property("border-left-width")
        == "3px"
    )
    assert not [
        entry for entry in browser.get_log("browser") if "Content Security Policy" in entry["message"]
    ]
