"""A real browser, and servers for it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from selenium import webdriver

from poca_kg.web import make_http_server
from poca_kg.web.serving import address_of

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1200,900",
)  # fmt: skip


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_http_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield address_of(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def served() -> Callable[[Flask], AbstractContextManager[str]]:
    """Give what serves an application for a time, and its address."""
    return _served


@pytest.fixture(scope="module")
def preferences() -> dict[str, object]:
    """Give the preferences of the browser; a module may have others."""
    return {}


@pytest.fixture(scope="module")
def browser(
    tmp_path_factory: pytest.TempPathFactory, preferences: dict[str, object]
) -> Iterator[webdriver.Chrome]:
    """Give a browser with a profile of its own."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("needs a browser and its driver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    if preferences:
        options.add_experimental_option("prefs", preferences)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()
