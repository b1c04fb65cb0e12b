"""The page of a report in a real browser: its style is let in, nothing hostile runs, nothing is cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from poca_kg.validate import RENDERINGS

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1200,900",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER),
        reason="needs a browser and its driver: apt-get install chromium chromium-driver",
    ),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Give a browser with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


@pytest.mark.parametrize("which", ["report", "hostile"])
def test_a_page_is_styled_runs_nothing_and_fits_a_narrow_screen(which, browser, tmp_path, report, hostile):
    page = tmp_path / "report.html"
    page.write_bytes(RENDERINGS["html"].render({"report": report, "hostile": hostile}[which]).encode())
    browser.get(page.as_uri())
    # Emulated, since a window cannot be made that narrow.
    screen = {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    width, back = browser.execute_script(
        "return [document.documentElement.scrollWidth, getComputedStyle(document.querySelector('pre'))"
        ".backgroundColor]"
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320
    assert back != "rgba(0, 0, 0, 0)"
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_a_rule_of_the_table_leads_to_its_cases(browser, tmp_path, report):
    page = tmp_path / "report.html"
    page.write_bytes(RENDERINGS["html"].render(report).encode())
    browser.get(page.as_uri())
    browser.find_element(By.CSS_SELECTOR, "a[href='#rule-4']").click()
    assert browser.execute_script("return document.querySelector(':target').id") == "rule-4"
