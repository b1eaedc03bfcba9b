"""A real browser for the tests: people with and without script, and how their pages are judged.

It is Chromium, or with ``--firefox`` Firefox for the tests that have the marker ``main_flow``.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from weakref import WeakSet

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from support.browsers.administrator import signed_in
from support.browsers.chromium import find_chromium
from support.browsers.firefox import Firefox
from support.browsers.fit import UNTIL_NOTHING_MOVES
from support.languages.samples import SAMPLES
from support.phones.phone_host import PhoneHost
from support.phones.phone_page import PHONE, add
from werkzeug.serving import make_server

import adapter.entra_mfa
import adapter.mfa_server
import idp
import idp.account
from idp.app import create_app
from idp.services import Services

MILLISECONDS = 60_000
SCREENSHOTS = "TALLYSTICK_SCREENSHOTS"
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
VIEWS = {
    "wide-light": (WIDE, "light"),
    "wide-dark": (WIDE, "dark"),
    "narrow-light": (NARROW, "light"),
    "narrow-dark": (NARROW, "dark"),
}
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
# The hash of "body {}", which Playwright adds to a page of Firefox whose picture it takes.
PLAYWRIGHTS_STYLE = "sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT+SmwNZWA="

expect.set_options(timeout=MILLISECONDS)

FOLDERS = {
    "static": tuple(Path(each.__file__).parent / "static" for each in (idp, idp.account)),
    "P": tuple(
        Path(each.__file__).parent / "static" for each in (adapter.entra_mfa, adapter.mfa_server)
    ),
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

NewPage = Callable[..., Page]
_without_script: WeakSet[BrowserContext] = WeakSet()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--firefox``, keep only the main flows of this folder."""
    if not config.getoption("--firefox"):
        return
    here = Path(__file__).parent
    others = {
        item
        for item in items
        if here in item.path.parents and item.get_closest_marker("main_flow") is None
    }
    config.hook.pytest_deselected(items=list(others))
    items[:] = [item for item in items if item not in others]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With ``--firefox``, run what has ``main_flow(dark=True)`` in the dark, too.

    Firefox cannot change the colour scheme of a page that is open.
    """
    marker = metafunc.definition.get_closest_marker("main_flow")
    if metafunc.config.getoption("--firefox") and marker and marker.kwargs.get("dark"):
        metafunc.parametrize("scheme", ["light", "dark"], indirect=True)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser | Firefox]:
    """One browser for all tests of a worker; its pages are kept apart by contexts."""
    with sync_playwright() as playwright:
        if request.config.getoption("--firefox"):
            running = Firefox(playwright)
        else:
            running = playwright.chromium.launch(
                executable_path=find_chromium(), timeout=MILLISECONDS
            )
        yield running
        running.close()


@pytest.fixture
def scheme(request: pytest.FixtureRequest) -> str:
    """The colour scheme in which pages open: light, or what ``pytest_generate_tests`` gives."""
    chosen: str = getattr(request, "param", "light")
    return chosen


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What scripts threw, and how pages broke their own policy; the test fails if any is left."""
    noted: list[str] = []
    yield noted
    assert noted == []


@pytest.fixture
def new_page(browser: Browser | Firefox, scheme: str, complaints: list[str]) -> Iterator[NewPage]:
    """Open pages of fresh, separate browsers; takes the options of Playwright's ``new_context``."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**{"viewport": WIDE, "color_scheme": scheme, **options})
        contexts.append(context)
        if options.get("java_script_enabled") is False:
            _without_script.add(context)
        context.set_default_timeout(MILLISECONDS)
        context.on("weberror", lambda failure: _note_error(str(failure.error), complaints))
        context.on("console", lambda message: _note_violation(message.text, complaints))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def _note_error(text: str, complaints: list[str]) -> None:
    if PLAYWRIGHTS_STYLE not in text:
        complaints.append(text)


def _note_violation(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of a fresh browser; ``page.context.new_page()`` is a second tab of it."""
    return new_page()


@pytest.fixture
def page_without_script(new_page: NewPage) -> Page:
    """A page of a browser in which no script of ours runs."""
    return new_page(java_script_enabled=False)


@pytest.fixture(scope="session")
def axe(browser: Browser | Firefox) -> Callable[[Page], None]:
    """Judge a page by axe: ``axe(page)`` fails with the list of what it violates.

    A click ends when the next page has begun to arrive; the judge waits until it is all there. Of
    a key that is pressed it knows nothing: expect something of the next page first.
    """
    script = Axe().axe_script

    def check(page: Page) -> None:
        page.wait_for_load_state("load")
        with _judged(page, browser) as look:
            look.evaluate(UNTIL_NOTHING_MOVES)
            if look.evaluate("!window.axe"):  # once a document: it is half a megabyte of script
                look.evaluate(script)
            result = AxeResults(look.evaluate("axe.run({resultTypes: ['violations']})"))
        assert result.violations_count == 0, result.generate_report()

    return check


@pytest.fixture
def looks(
    axe: Callable[[Page], None], browser: Browser | Firefox, scheme: str
) -> Callable[[Page, str], None]:
    """Judge how a page looks, light and dark, wide and narrow: ``looks(page, "number")``.

    In each view it is axe clean and nothing sticks out at the side. With the variable
    ``TALLYSTICK_SCREENSHOTS`` naming a folder, each view is kept there as a picture. In Firefox
    the views are those of the test's own colour scheme.
    """
    only = scheme if isinstance(browser, Firefox) else None

    def check(page: Page, name: str) -> None:
        before = page.viewport_size
        for view, (size, shown) in VIEWS.items():
            if only not in (None, shown):
                continue
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=shown)
            assert page.evaluate(IS_DARK) == (shown == "dark")
            axe(page)
            _keep(page, f"{name}-{view}.png")
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert too_wide <= 0, f"{name}, {view}: {too_wide} pixels stick out at the side"
        page.set_viewport_size(before or WIDE)
        page.emulate_media(color_scheme="null")

    return check


@contextmanager
def _judged(page: Page, browser: Browser | Firefox) -> Iterator[Page]:
    """Give the page that axe looks at: itself, or where no script runs (axe would wait for ever)
    a twin at the same address, of what the reader without script has before them.
    """
    if page.context not in _without_script:
        yield page
        return
    html = re.sub(r"(?s)<script\b.*?</script>|</?noscript[^>]*>", "", page.content())
    twin = browser.new_context(
        viewport=page.viewport_size, color_scheme="dark" if page.evaluate(IS_DARK) else "light"
    )
    twin.route(
        lambda url: url == page.url,
        lambda route: route.fulfill(body=html, content_type="text/html"),
    )
    with closing(twin):
        look = twin.new_page()
        look.goto(page.url)
        yield look


def _keep(page: Page, file: str) -> None:
    folder = os.environ.get(SCREENSHOTS)
    if folder:
        page.screenshot(path=Path(folder) / file, full_page=True)


@pytest.fixture
def show(page: Page) -> Callable[..., None]:
    """Show a sample page, or HTML, as a server would send it, with its style and scripts."""
    sample: list[bytes] = []
    themed: dict[str, bytes] = {}

    def answer(route: Route) -> None:
        path = Path(route.request.url.partition("?")[0])
        files = [folder / path.name for folder in FOLDERS.get(path.parent.name, ())]
        found = next((file for file in files if file.is_file()), None)
        if path.name in themed:
            route.fulfill(body=themed[path.name], content_type=TYPES[path.suffix])
        elif found:
            route.fulfill(body=found.read_bytes(), content_type=TYPES[found.suffix])
        elif route.request.frame != page.main_frame:
            route.fulfill(body="", content_type="text/html")
        else:
            route.fulfill(body=sample[-1], content_type="text/html")

    def load(name: str | bytes, theme_files: Mapping[str, bytes] | None = None) -> None:
        sample.append(SAMPLES[name]() if isinstance(name, str) else name)
        themed.update(theme_files or {})
        page.goto("http://localhost/adfs/ls/")

    page.route("**/*", answer)
    return load


@pytest.fixture
def phone_page(page: Page, phone_host: PhoneHost) -> Page:
    """Alice's phone page, activated by the address in her QR code."""
    page.set_viewport_size(PHONE)
    add(page, phone_host)
    return page


@pytest.fixture
def farm_url(
    farm_folder: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of a running server with three nodes; its services are the test's own."""
    server = make_server("localhost", 0, lambda *_: [], threaded=True)
    base_url = f"http://localhost:{server.port}"
    monkeypatch.setenv("TALLYSTICK__SERVER__BASE_URL", base_url)
    rooms: Services = request.getfixturevalue("services")
    for name, build in (("sts1", "20348.350"), ("sts2", "17763.2299"), ("sts3", "26100.1742")):
        rooms.farm.set_build(name, build, "set-up")
    server.app = create_app(rooms.config, services=rooms)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield base_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def farm_page(page: Page, farm_url: str) -> Page:
    """The Farm page of an administrator who has just signed in."""
    return signed_in(page, farm_url)
