"""The judges of our pages see the faults they are there for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route
from werkzeug.serving import make_server

GOOD = """<!doctype html><html lang="en"><title>A page</title><main><h1>Hello</h1>
<script>document.querySelector('h1').textContent = 'Scripted'</script></main></html>"""
UNNAMED_FIELD = GOOD.replace("</main>", "<input></main>")
PALE_IN_THE_DARK = GOOD.replace(
    "<main>", "<style>@media (prefers-color-scheme: dark) { h1 { color: #eee } }</style><main>"
)
TOO_WIDE = GOOD.replace("<h1>", '<h1 style="width: 500px">')


@pytest.fixture
def show() -> Iterator[Callable[..., None]]:
    """Put a text before a page as if a server had sent it."""

    def answer(page: Page, html: str, **headers: str) -> None:
        def fulfill(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html", headers=headers)

        page.route("**/*", fulfill)
        page.goto("http://localhost/")

    return answer


@pytest.mark.main_flow
def test_axe_finds_a_field_without_a_name(show, page, axe):
    show(page, UNNAMED_FIELD)
    with pytest.raises(AssertionError, match="label"):
        axe(page)


def test_axe_waits_until_a_page_has_faded_in(show, page, axe):
    fading = "<style>@keyframes fade { from { opacity: 0 } } h1 { animation: fade 1s }</style>"
    turning = "<style>@keyframes turn { to { rotate: 1turn } } main { animation: turn 9s infinite }"
    show(page, GOOD.replace("<main>", f"{fading}{turning}</style><main>"))
    axe(page)


@pytest.fixture
def late_url() -> Iterator[str]:
    """The address of a page whose first bytes come at once, and the others a little later."""
    go_on = threading.Event()

    def answer(environ: object, start: Callable[..., object]) -> Iterator[bytes]:
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        yield b"<!doctype html>"
        threading.Timer(0.3, go_on.set).start()
        go_on.wait()
        yield GOOD.encode()

    server = make_server("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_is_judged_when_all_of_it_has_come(late_url, page, looks):
    page.goto(late_url, wait_until="commit")
    looks(page, "late")


def test_axe_judges_pages_without_script(show, page_without_script, axe):
    show(page_without_script, UNNAMED_FIELD)
    with pytest.raises(AssertionError, match="label"):
        axe(page_without_script)


@pytest.mark.main_flow
def test_no_script_runs_in_the_browser_without_script(show, page, page_without_script):
    show(page, GOOD)
    show(page_without_script, GOOD)
    assert page.inner_text("h1") == "Scripted"
    assert page_without_script.inner_text("h1") == "Hello"


def test_a_faultless_page_is_kept_in_four_pictures(show, page, looks, tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_SCREENSHOTS", str(tmp_path))
    show(page, GOOD)
    looks(page, "hello")
    assert len(list(tmp_path.glob("hello-*.png"))) == 4


def test_a_page_that_is_pale_in_the_dark_is_refused(show, page, looks):
    show(page, PALE_IN_THE_DARK)
    with pytest.raises(AssertionError, match="contrast"):
        looks(page, "pale")


def test_a_page_that_is_pale_in_the_dark_without_script_is_refused(
    show, page_without_script, looks
):
    show(page_without_script, PALE_IN_THE_DARK)
    with pytest.raises(AssertionError, match="contrast"):
        looks(page_without_script, "pale")


def test_a_page_too_wide_for_a_phone_is_refused(show, page, looks):
    show(page, TOO_WIDE)
    with pytest.raises(AssertionError, match="stick out"):
        looks(page, "wide")


def test_a_page_under_a_strict_policy_is_judged_too(show, page, axe):
    policy = {"Content-Security-Policy": "default-src 'none'"}
    show(page, GOOD.replace("<script", "<template").replace("</script", "</template"), **policy)
    axe(page)


def test_a_page_that_breaks_its_own_policy_is_noted(show, page, complaints):
    show(page, GOOD, **{"Content-Security-Policy": "default-src 'none'"})
    assert "Content Security Policy" in complaints.pop()


@pytest.mark.main_flow
def test_an_error_of_a_script_is_noted(show, page, complaints):
    show(page, GOOD.replace("document", "nowhere"))
    assert "nowhere" in complaints.pop()
