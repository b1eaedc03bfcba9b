"""When the database is away, everybody is told to come back; when it is back, they may."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from support.adapters.by_name import type_name
from support.nets import NET_SECONDS
from support.servers.raw_http import call

from idp.store import request_reads


@pytest.fixture
def database_file(federation):
    """The file under the server's feet."""
    return Path(federation.services.config.store.url.removeprefix("sqlite:///"))


@pytest.fixture
def gone(database_file):
    """Takes the database away, and puts it back."""
    aside = database_file.with_suffix(".aside")

    class Gone:
        def __enter__(self):
            database_file.rename(aside)

        def __exit__(self, *_):
            aside.rename(database_file)

    return Gone()


def is_told_to_come_back(page) -> bool:
    return page.status == 503 and page.headers["Retry-After"] == "5" and page.title == "Error"


def test_every_step_answers_503_and_goes_on_afterwards(federation, sp, phone, gone, lines):
    browser, user = federation.browser(), federation.user
    url = sp.url()
    with gone:
        assert is_told_to_come_back(browser.get(url))
    form = browser.get(url).form
    with gone:
        assert is_told_to_come_back(
            browser.submit(form, UserName=user.name, Password=user.password)
        )
    page = browser.submit(form, UserName=user.name, Password=user.password)
    sign_in = federation.resume(browser, page)
    with gone:
        assert is_told_to_come_back(browser.submit(sign_in.page.form))
    phone.approve(sign_in.number)
    with gone:
        assert is_told_to_come_back(browser.submit(sign_in.page.form))

    assert sign_in.finish().status == ("Success",)
    assert set(lines.refusals()) == {"store_unavailable"}
    assert [row.event_id for row in federation.log] == [1202, 1200]


def test_nobody_is_signed_in_without_a_row(federation, easy, gone):
    browser = federation.sign_in(easy.url()).browser
    url = easy.url()
    with gone:
        page = browser.get(url)
    assert is_told_to_come_back(page)
    assert "SAMLResponse" not in page.html
    assert federation.resume(browser, browser.get(url)).is_finished


@pytest.fixture
def careless(federation, database_file):
    """Enable an adapter under which the database goes: the host has had its look by then."""

    def enable(name: str) -> None:
        config = str(database_file).encode()
        federation.services.providers.register(name, type_name(name), config)
        federation.services.providers.enable((name,))

    return enable


def test_the_adapter_is_not_blamed(careless, federation, sp, phone, lines):
    careless("LosesTheDatabase")
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    form = sign_in.page.form

    assert is_told_to_come_back(sign_in.browser.submit(form, Lose="1"))

    assert lines.refusals() == ["store_unavailable"]
    assert "SAMLResponse" in sign_in.browser.submit(form).html


def test_the_page_does_not_say_that_the_user_has_no_second_factor(
    careless, federation, sp, lines, monkeypatch
):
    monkeypatch.setattr(request_reads, "MAX_SECONDS", -1)  # else it reads on as it has begun
    careless("LosesTheDatabaseAtFirst")

    assert is_told_to_come_back(federation.sign_in(sp.url()).page)
    assert lines.refusals() == ["store_unavailable"]


def test_bad_messages_are_still_refused_as_such(federation, easy, gone, lines):
    with gone:
        page = federation.browser().get(f"{easy.ls_url}?SAMLRequest=x")
    assert (page.status, lines.refusals()) == (400, ["not_base64"])
    assert "unknown" in page.text("workArea")


def test_the_probe_takes_the_node_out_and_in_again(federation, gone):
    probe = f"{federation.url}/adfs/probe"
    with gone:
        answer = requests.get(probe, timeout=NET_SECONDS)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert requests.get(probe, timeout=NET_SECONDS).status_code == 200


def test_pages_that_need_no_database_are_served_without_it(federation, gone):
    with gone:
        assert call(federation, "GET", "/static/tallystick.css").status == 200
        assert requests.get(federation.metadata_url, timeout=NET_SECONDS).status_code == 200


def test_the_page_does_not_say_where_the_database_is(federation, easy, gone, database_file):
    with gone:
        page = federation.browser().get(easy.url())
    assert str(database_file.parent) not in page.html
    assert "store_unavailable" in page.text("errorCode")


def test_a_flood_of_passwords_is_answered_503(federation, easy, lines):
    """No place to wait is left: whoever comes then is not kept, and nobody is let in."""
    hasher = federation.services.directory._hasher
    with ExitStack() as crowd:
        for _ in range(hasher._turns._free):
            crowd.enter_context(hasher.slot())
        for number in range(hasher.room.places):
            crowd.callback(hasher.room.leave, hasher.room.enter(str(number), lambda: None))
        page = federation.sign_in(easy.url()).page

    assert is_told_to_come_back(page)
    assert lines.refusals() == ["too_busy"]
    assert federation.sign_in(easy.url()).is_finished
