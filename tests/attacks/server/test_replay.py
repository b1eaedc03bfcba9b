"""A request is answered once; until then the same browser may load it again."""

from __future__ import annotations

import pytest
from support.adapters import probe_adapters
from support.adapters.mfa_node import at_once
from support.service_providers.service_provider import ServiceProvider

from idp.embedded.page import Page
from idp.store.maintenance import purge

NOBODY = {
    "access_control_policy": "Permit specific group",
    "access_control_parameters.GroupParameter": "nobody",
}
EVERYBODY = {"access_control_policy": "Permit everyone"}

pytestmark = pytest.mark.each_database


@pytest.fixture
def signed_in_browser(federation, easy):
    return federation.sign_in(easy.url()).browser


def answers(pages) -> list[int]:
    return [page.status for page in pages if "SAMLResponse" in page.html]


def test_a_request_may_be_loaded_again_until_it_is_answered(federation, sp, phone):
    url, browser = sp.url(), federation.browser()
    for _ in range(3):
        assert browser.get(url).title == "Sign In"

    sign_in = federation.sign_in(url, browser=browser)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_an_answered_request_shows_a_page(signed_in_browser, federation, easy, lines):
    url = easy.url()
    assert federation.sign_in(url, browser=signed_in_browser).is_finished

    again = signed_in_browser.get(url)

    assert (again.status, again.form) == (400, None)
    assert "request_replayed" in again.text("errorCode")
    assert lines.refusals() == ["request_replayed"]


def test_an_answered_request_does_not_ask_for_a_password(signed_in_browser, federation, easy):
    url = easy.url()
    signed_in_browser.get(url)
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


def test_ids_of_two_service_providers_do_not_collide(signed_in_browser, federation, easy, pairs):
    other = ServiceProvider(federation, pairs("sp"), "other").register()
    other.set(second_factor="never")
    for each in (easy, other):
        assert federation.sign_in(each.url(ID="_same"), browser=signed_in_browser).is_finished


def test_a_request_is_still_known_when_it_could_be_loaded_for_the_last_time(
    signed_in_browser, federation, easy
):
    url = easy.url()
    signed_in_browser.get(url)
    federation.clock.advance(8 * 60 - 1)
    assert "request_replayed" in signed_in_browser.get(url).text("errorCode")


def test_an_answer_is_remembered_for_as_long_as_a_page_of_the_request_is_good(
    federation, sp, phone
):
    """One request, two browsers: one is answered, the other keeps its page for two hours."""
    url = sp.url()
    slow, quick = federation.sign_in(url), federation.sign_in(url)
    phone.approve(quick.number)
    assert quick.finish().status == ("Success",)
    for _ in range(7):
        federation.clock.advance(17 * 60)
        purge(federation.services.database, federation.clock.now())
        assert slow.poll().status == 200
    slow.try_again()
    phone.approve(slow.number)

    assert slow.poll().status == 400


def test_of_many_that_load_a_request_at_once_one_gets_the_answer(
    signed_in_browser, federation, easy
):
    url = easy.url()
    pages = at_once(lambda _: signed_in_browser.get(url), range(20))

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


@pytest.fixture
def post_kept_form(federation, sp):
    """A sign-in that began here, by a factor that lets in as often as it is asked.

    What is kept is the form before the end, and the session's cookie of that moment.
    """
    federation.services.providers.register("Good", "support.adapters.probe_adapters:Good")
    federation.services.providers.enable(("Good",))
    sign_in = federation.sign_in(sp.initiated_url())
    cookie = f"MSISAuth={sign_in.browser.session.cookies['MSISAuth']}"
    form = sign_in.page.form

    def post(**fields):
        """Post it from a browser that keeps nothing new."""
        data = {**form.fields, **fields}
        session = federation.browser().session
        answer = session.post(form.action, data=data, headers={"Cookie": cookie})
        return Page(answer.url, answer.status_code, answer.text)

    return post


def test_of_many_posts_at_once_of_a_factor_that_always_lets_in_one_is_answered(
    federation, post_kept_form
):
    pages = at_once(lambda _: post_kept_form(Answer="yes"), range(12))

    assert answers(pages) == [200]
    assert [row.event_id for row in federation.log].count(1200) == 1


def test_a_form_and_cookie_from_before_are_refused_after_the_end(post_kept_form, lines):
    assert post_kept_form(Answer="no").status == 200
    assert answers([post_kept_form(Answer="yes")]) == [200]

    for answer in ("yes", "no"):
        assert post_kept_form(Answer=answer).status == 400
    assert lines.refusals() == ["MSIS7001"] * 2


def test_a_sign_in_that_began_here_is_answered_once_too(federation, sp, phone):
    sign_in = federation.sign_in(sp.initiated_url())
    phone.approve(sign_in.number)
    form, browser = sign_in.page.form, sign_in.browser

    pages = at_once(lambda _: browser.submit(form), range(8))

    assert answers(pages) == [200]


REFUSING = {
    # what happens while the adapter judges, and what undoes it
    "a policy denies": (
        lambda rooms, trust, user: rooms.trusts.change_from_text(trust, NOBODY),
        lambda rooms, trust, user: rooms.trusts.change_from_text(trust, EVERYBODY),
    ),
    "the account is locked": (
        lambda rooms, trust, user: [
            rooms.directory.check_password(user, "wrong") for _ in range(10)
        ],
        lambda rooms, trust, user: rooms.directory.unlock(user),
    ),
    "there is no key for what must be encrypted": (
        lambda rooms, trust, user: rooms.trusts.change_from_text(
            trust, {"encrypted_name_id_required": "true"}
        ),
        lambda rooms, trust, user: rooms.trusts.change_from_text(
            trust, {"encrypted_name_id_required": "false"}
        ),
    ),
}


@pytest.mark.parametrize(("refuse", "undo"), REFUSING.values(), ids=REFUSING.keys())
def test_a_factor_that_passed_is_spent_although_the_sign_in_is_refused(
    refuse, undo, federation, sp, monkeypatch
):
    """Whoever kept the page would get in later, without a factor, once the reason is gone."""
    rooms, user = federation.services, federation.user.name
    rooms.providers.register("Meanwhile", "support.adapters.probe_adapters:Meanwhile")
    rooms.providers.enable(("Meanwhile",))
    sign_in = federation.sign_in(sp.initiated_url())
    form = {**sign_in.page.form.fields, "Answer": "yes"}
    cookie = {"Cookie": f"MSISAuth={sign_in.browser.session.cookies['MSISAuth']}"}

    def post():
        session = federation.browser().session
        return session.post(sign_in.page.form.action, data=form, headers=cookie)

    def happens():
        monkeypatch.setattr(probe_adapters.Meanwhile, "happens", lambda: None)
        refuse(rooms, sp.entity_id, user)

    monkeypatch.setattr(probe_adapters.Meanwhile, "happens", happens)
    assert "SAMLResponse" not in post().text
    undo(rooms, sp.entity_id, user)

    again = post()

    assert (again.status_code, "SAMLResponse" in again.text) == (400, False)
    assert [row.event_id for row in federation.log].count(1200) == 0


def test_of_many_posts_at_once_that_a_policy_denies_one_is_told_so(sp, post_kept_form):
    sp.set(**NOBODY)
    pages = at_once(lambda _: post_kept_form(Answer="yes"), range(8))
    assert sorted(page.status for page in pages) == [400] * 7 + [403]
