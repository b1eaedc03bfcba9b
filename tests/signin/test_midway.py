"""What an administrator changes between two pages of a sign-in, and which node answers them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from support.adapters import probe_adapters
from support.adapters.mfa_node import at_once
from support.browsers.redirects import answer_to, password_of, set_cookies
from support.service_providers.metadata_parts import DEFAULT_ACS_URL

from idp.session.cookie import SessionCookie
from idp.signin.paths import IDP_INITIATED

pytestmark = pytest.mark.each_database

NUMBER, NO_NUMBER = "20348.350", "20348.349"


def is_refused(page) -> bool:
    return page.status == 400 and page.form is None


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


def test_a_user_disabled_before_the_last_step_is_not_let_in(approved, federation):
    federation.services.directory.disable(federation.user.name)

    page = approved.poll()

    assert is_refused(page)
    assert "was ended: the account was disabled" in page.text("errorCode")
    assert issued(federation) == 0


def test_enabled_again_the_user_has_to_begin_again(approved, federation):
    federation.services.directory.disable(federation.user.name)
    federation.services.directory.enable(federation.user.name)
    assert is_refused(approved.poll())


def test_a_removed_user_is_not_let_in(approved, federation):
    federation.services.directory.remove(federation.user.name)
    assert is_refused(approved.poll())


def test_a_namesake_made_meanwhile_is_somebody_else(approved, federation):
    federation.services.directory.remove(federation.user.name)
    federation.clock.advance(1)
    federation.add_user(federation.user.name)
    assert is_refused(approved.poll())


def test_a_new_password_ends_the_sign_in_and_every_session(approved, federation, easy, lines):
    signed_in = federation.sign_in(easy.url()).browser
    federation.clock.advance(1)
    federation.services.directory.set_password(federation.user.name, "another one")

    assert is_refused(approved.poll())
    assert signed_in.get(easy.url()).title == "Sign In"
    assert federation.sign_in(easy.url(), password="another one").is_finished


def lock(federation):
    for _ in range(10):
        federation.services.directory.check_password(federation.user.name, "wrong")


def test_an_account_that_was_locked_before_the_last_step_gets_no_token(approved, federation):
    lock(federation)
    assert is_refused(approved.poll())
    assert issued(federation) == 0


def test_a_right_password_is_answered_by_the_page_if_the_account_is_locked_before_the_answer(
    federation, easy, sp, phone, monkeypatch
):
    """Between the check and the answer others guess wrong: a redirect would say it was right."""
    directory, user = federation.services.directory, federation.user
    check = directory.check_password

    def then_locked(name, password, origin):
        checked = check(name, password, origin)
        for _ in range(10):
            check(name, "wrong")
        return checked

    for url in (easy.url(), sp.url(), easy.initiated_url()):
        browser = federation.browser()
        form = browser.get(url).form
        monkeypatch.setattr(directory, "check_password", then_locked)
        answer = answer_to(browser, form, **password_of(user))
        monkeypatch.undo()
        wrong = answer_to(browser, form, UserName=user.name, Password="wrong")

        assert (
            (answer.status_code, set_cookies(answer)) == (wrong.status_code, set()) == (200, set())
        )
        assert page_text(answer) == page_text(wrong)
        directory.unlock(user.name)
    assert issued(federation) == 0
    assert not phone.pending()


def page_text(answer) -> str:
    """Return a log-in page without what is sealed anew in each."""
    return re.sub(r'(name="SamlSession" value|data-options)="[^"]*"', "", answer.text)


def test_an_account_that_was_locked_gets_no_push(federation, sp, phone):
    """A session with the right password alone does not begin the second factor either."""
    sign_in = federation.sign_in(sp.url())
    phone.deny()
    lock(federation)

    page = sign_in.browser.get(sp.url())

    assert "passwordInput" in page.ids()
    assert not phone.pending()


def test_a_locked_account_gets_nothing_by_a_session_that_was_given_nothing_yet(
    federation, sp, easy, phone
):
    """Else the lock would not hold for one of many guesses at once that was right."""
    sp.set(second_factor="always")
    browser = federation.sign_in(sp.url()).browser
    phone.deny()
    sp.set(second_factor="never")
    lock(federation)
    for url in (easy.url(), easy.initiated_url(), f"{federation.url}{IDP_INITIATED}"):
        assert "passwordInput" in browser.get(url).ids()

    federation.services.directory.unlock(federation.user.name)

    assert "SAMLResponse" in browser.get(easy.url()).form.fields


def test_a_disabled_user_has_no_session_any_more(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    federation.services.directory.disable(federation.user.name)
    assert browser.get(easy.url()).title == "Sign In"


def test_a_change_counts_even_if_the_clock_went_back_before(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    federation.clock.advance(-600)
    federation.services.directory.disable(federation.user.name)
    assert browser.get(easy.url()).title == "Sign In"


def test_a_trust_disabled_before_the_last_step_gets_nothing(approved, federation, sp, lines):
    sp.set(enabled="false")

    assert is_refused(approved.poll())
    assert lines.refusals() == ["MSIS7007"]
    assert issued(federation) == 0


def test_a_removed_trust_gets_nothing(approved, federation, sp):
    federation.services.trusts.remove(sp.entity_id)
    assert is_refused(approved.poll())


def test_an_address_taken_from_the_metadata_gets_nothing(approved, federation, sp, lines):
    moved = sp.metadata().replace(DEFAULT_ACS_URL, "https://sp.example.test/moved")
    federation.add_service_provider(moved)

    assert is_refused(approved.poll())
    assert lines.refusals() == ["MSIS3200"]
    assert issued(federation) == 0


def test_a_trust_enabled_again_is_served_at_once(federation, easy):
    easy.set(enabled="false")
    assert federation.browser().get(easy.url()).status == 400
    easy.set(enabled="true")
    assert federation.sign_in(easy.url()).is_finished


def test_an_adapter_switched_off_midway_signs_nobody_in(approved, federation):
    federation.services.providers.enable(())
    assert approved.poll().status == 403
    assert issued(federation) == 0


MEANWHILE = {
    "user disabled": lambda rooms, sp: rooms.directory.disable("user@example.test"),
    "user removed": lambda rooms, sp: rooms.directory.remove("user@example.test"),
    "new password": lambda rooms, sp: rooms.directory.set_password("user@example.test", "new"),
    "trust disabled": lambda rooms, sp: rooms.trusts.change_from_text(
        sp.entity_id, {"enabled": "false"}
    ),
    "trust removed": lambda rooms, sp: rooms.trusts.remove(sp.entity_id),
}


@pytest.mark.parametrize("change", MEANWHILE.values(), ids=MEANWHILE.keys())
def test_a_user_who_lost_the_right_while_the_adapter_judged_is_denied(
    change, federation, sp, monkeypatch
):
    """The look at the sign-in was good, and so is the proof; it is asked again before the end."""
    rooms = federation.services
    rooms.providers.register("Meanwhile", "support.adapters.probe_adapters:Meanwhile")
    rooms.providers.enable(("Meanwhile",))
    sign_in = federation.sign_in(sp.url())
    monkeypatch.setattr(probe_adapters.Meanwhile, "happens", lambda: change(rooms, sp))
    before = sign_in.browser.session.cookies["MSISAuth"]

    assert is_refused(sign_in.post(Answer="yes"))
    assert issued(federation) == 0
    assert sign_in.browser.session.cookies["MSISAuth"] == before


def test_an_ended_session_is_not_accepted(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    rooms = federation.services
    session = SessionCookie(rooms.config, rooms.sealer, rooms.clock).read(browser.session.cookies)
    assert rooms.once.claim("session-ended", session.root, rooms.clock.now() + timedelta(hours=8))

    assert browser.get(easy.url()).title == "Sign In"


@pytest.mark.parametrize(("before", "after"), [(NUMBER, NO_NUMBER), (NO_NUMBER, NUMBER)])
def test_a_build_changed_meanwhile_does_not_flip_the_experience(
    before, after, federation, sp, phone
):
    federation.set_build(before)
    sign_in = federation.sign_in(sp.url())
    number = sign_in.number
    federation.set_build(after)
    assert sign_in.poll().text("validEntropyNumber") == number

    phone.approve(number)
    sign_in.finish()

    expected = "number_match" if before == NUMBER else "approve_deny"
    assert federation.log[-1].experience == expected
    assert (federation.sign_in(sp.url()).number is None) == (after == NO_NUMBER)


def test_another_node_answers_the_poll_and_ends_the_sign_in(federation, sp, phone, elsewhere):
    federation.set_build(NO_NUMBER, "srv2019")
    sign_in = federation.sign_in(sp.url())
    number = sign_in.number
    node = elsewhere("srv2019", sign_in.browser)

    assert number in node.post(sign_in.page).text
    assert len(phone.pending()) == 1
    phone.approve(number)
    answer = node.post(sign_in.page)

    assert "SAMLResponse" in answer.text
    assert (federation.log[-1].node, federation.log[-1].experience) == ("srv2019", "number_match")


def test_two_nodes_that_are_asked_at_once_issue_one_assertion(federation, sp, phone, elsewhere):
    federation.set_build(NUMBER, "srv2019")
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    nodes = [elsewhere(name, sign_in.browser) for name in ("srv2022", "srv2019")] * 4

    answers = at_once(lambda node: node.post(sign_in.page), nodes)

    assert ["SAMLResponse" in answer.text for answer in answers].count(True) == 1
    assert issued(federation) == 1


def test_a_node_that_is_no_node_any_more_answers_503_and_comes_back(approved, federation):
    form, browser = approved.page.form, approved.browser
    federation.services.farm.remove("srv2022")
    page = browser.submit(form)
    assert (page.status, page.headers["Retry-After"]) == (503, "5")

    federation.set_build(NUMBER, "srv2022")
    assert "SAMLResponse" in browser.submit(form).html
