"""A request is answered once; until then the same browser may load it again."""

from __future__ import annotations

import pytest
from asking import Asking
from second_factors import at_once


@pytest.fixture
def signed_in(federation, easy):
    return federation.sign_in(easy.url()).browser


def answers(pages) -> list[int]:
    return [page.status for page in pages if "SAMLResponse" in page.html]


def test_until_it_is_answered_a_request_may_be_loaded_again(federation, sp, phone):
    url, browser = sp.url(), federation.browser()
    for _ in range(3):
        assert browser.get(url).title == "Sign In"

    sign_in = federation.sign_in(url, browser=browser)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_an_answered_request_shows_a_page(signed_in, federation, easy, lines):
    url = easy.url()
    assert federation.sign_in(url, browser=signed_in).is_finished

    again = signed_in.get(url)

    assert (again.status, again.form) == (400, None)
    assert "request_replayed" in again.text("errorCode")
    assert lines.refusals() == ["request_replayed"]


def test_an_answered_request_asks_nobody_for_a_password(signed_in, federation, easy):
    url = easy.url()
    signed_in.get(url)
    assert federation.browser().get(url).status == 400


def test_an_answered_request_sends_no_push(federation, sp, pairs, phone):
    url = sp.url()
    sign_in = federation.sign_in(url)
    phone.approve(sign_in.number)
    sign_in.finish()
    half_way = federation.sign_in(sp.url()).browser
    phone.deny()

    assert half_way.get(url).status == 400
    assert phone.pending() == ()


def test_a_page_kept_from_before_the_answer_is_worth_nothing_after_it(federation, easy, lines):
    browser = federation.browser()
    kept = browser.get(easy.url()).form
    user = federation.user
    browser.submit(kept, UserName=user.name, Password=user.password)

    again = federation.browser().submit(kept, UserName=user.name, Password=user.password)

    assert (again.status, lines.refusals()) == (400, ["request_replayed"])


def test_ids_of_two_service_providers_do_not_collide(signed_in, federation, easy, pairs):
    other = Asking(federation, pairs("sp"), "https://other.example.test").register()
    other.set(second_factor="never")
    for each in (easy, other):
        assert federation.sign_in(each.url(ID="_same"), browser=signed_in).is_finished


def test_a_request_is_still_known_when_it_could_be_loaded_for_the_last_time(
    signed_in, federation, easy
):
    url = easy.url()
    signed_in.get(url)
    federation.clock.advance(8 * 60 - 1)
    assert "request_replayed" in signed_in.get(url).text("errorCode")


def test_of_many_that_load_it_at_once_one_gets_the_answer(signed_in, federation, easy):
    url = easy.url()
    pages = at_once(lambda _: signed_in.get(url), range(20))

    assert answers(pages) == [200]
    assert [row.event_id for row in federation.log].count(1200) == 2  # with the one before


def test_two_posts_of_the_last_step_at_once_give_one_assertion(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    form, browser = sign_in.page.form, sign_in.browser

    pages = at_once(lambda _: browser.submit(form), range(2))

    assert answers(pages) == [200]
    assert [row.event_id for row in federation.log].count(1200) == 1


def test_fifty_posts_of_one_context_at_once_give_one_assertion(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    form, browser = sign_in.page.form, sign_in.browser

    pages = at_once(lambda _: browser.submit(form), range(50))

    assert answers(pages) == [200]
    assert {page.status for page in pages} <= {200, 400}
    assert [row.event_id for row in federation.log].count(1200) == 1


def test_fifty_posts_of_one_code_at_once_give_one_assertion(federation, sp):
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(sp.url(), user)
    form, browser, code = sign_in.page.form, sign_in.browser, user.code()

    pages = at_once(lambda _: browser.submit(form, VerificationCode=code), range(50))

    assert answers(pages) == [200]
    assert [row.event_id for row in federation.log].count(1200) == 1


def test_a_sign_in_that_began_here_is_answered_once_too(federation, sp, phone):
    sign_in = federation.sign_in(sp.initiated_url())
    phone.approve(sign_in.number)
    form, browser = sign_in.page.form, sign_in.browser

    pages = at_once(lambda _: browser.submit(form), range(8))

    assert answers(pages) == [200]
