"""What an administrator changes between two pages of a sign-in, and which node answers them."""

from __future__ import annotations

import pytest
from second_factors import at_once

NUMBER, NO_NUMBER = "20348.350", "20348.349"


@pytest.fixture
def approved(federation, sp, phone):
    """A sign-in of which nothing is missing but the last post."""
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    return sign_in


def is_refused(page) -> bool:
    return page.status == 400 and page.form is None


def issued(federation) -> int:
    return [row.event_id for row in federation.log].count(1200)


def test_a_user_disabled_before_the_last_step_is_not_let_in(approved, federation):
    federation.services.directory.disable(federation.user.name)

    assert is_refused(approved.poll())
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


def test_a_disabled_user_has_no_session_any_more(federation, easy):
    browser = federation.sign_in(easy.url()).browser
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


def test_a_trust_enabled_again_is_served_at_once(federation, easy):
    easy.set(enabled="false")
    assert federation.browser().get(easy.url()).status == 400
    easy.set(enabled="true")
    assert federation.sign_in(easy.url()).is_finished


def test_an_adapter_switched_off_lets_nobody_in(approved, federation):
    federation.services.providers.enable(())
    assert approved.poll().status == 403
    assert issued(federation) == 0


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


def test_one_assertion_comes_of_two_nodes_that_are_asked_at_once(federation, sp, phone, elsewhere):
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
