"""Chromium with nothing but this machine to talk to, and screenshots of what it shows."""

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from autograder.render.chromium import HOW_TO_GET_IT, find_chromium, launch_flags

from .course import Course
from .server import Server, jupyter

WAIT_MS = 30_000  # for anything on a page
LOCAL_SCHEMES = ("data", "blob", "about", "file")

Show = Callable[..., None]  # show(step) or show(step, place)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots",
        metavar="DIR",
        default=os.environ.get("SCREENSHOTS"),
        help="Write a picture of each step there (or set SCREENSHOTS).",
    )


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(HOW_TO_GET_IT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=launch_flags())
        yield browser
        browser.close()


@pytest.fixture
def known_hosts() -> set[str]:
    """Hosts that a page may ask for, in vain."""
    return set()


@pytest.fixture
def page(browser: Browser, known_hosts: set[str]) -> Iterator[Page]:
    """A fresh page; the test fails if it asked for anything beyond this machine."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(WAIT_MS)
    abroad: list[str] = []

    def record(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in LOCAL_SCHEMES and parts.hostname not in {"127.0.0.1", *known_hosts}:
            abroad.append(url)

    context.on("request", lambda request: record(request.url))
    page = context.new_page()
    page.on("websocket", lambda socket: record(socket.url))
    yield page
    context.close()
    assert abroad == []


@pytest.fixture
def show(page: Page, request: pytest.FixtureRequest) -> Show:
    """show(step, place): keep a picture of the page, if pictures are wanted."""
    folder = request.config.getoption("--screenshots")
    numbers = itertools.count(1)

    def keep(step: str, place: Locator | None = None) -> None:
        if folder:
            if place is not None:
                place.scroll_into_view_if_needed()
            name = f"{request.node.name.removeprefix('test_')}-{next(numbers):02}-{step}.png"
            page.screenshot(path=Path(folder) / name)

    return keep


@pytest.fixture
def server(course: Course, tmp_path: Path) -> Iterator[Server]:
    """JupyterLab in the folder of a file's own `course`."""
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    with jupyter(command, course.folder, tmp_path) as server:
        yield server
