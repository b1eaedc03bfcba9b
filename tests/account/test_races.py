"""Many posts of one page at the same time: exactly one of them counts, on both databases."""

from __future__ import annotations

import pytest
import requests
from support.tools.threads import at_once

from adapter.mfa.registration import Registrations
from adapter.mfa.verification.verifier import Asker

pytestmark = pytest.mark.each_database

MANY = 50
ASKER = Asker("Security info", "192.0.2.1", "")


@pytest.fixture
def tested(federation, account):
    """A registration whose phone has typed the right number, and the user's registrations."""
    visit = account(federation.add_user(phone=None))
    registrations = Registrations(federation.services.mfa)
    codes = registrations.begin(visit.user.name)
    phone = visit.new_phone()
    phone.activate(f"{federation.url}/authenticator/#{codes.link}")
    state = registrations.test(registrations.phone(visit.user.name, codes.id), ASKER)
    phone.approve(number=state.number)
    return visit, registrations, state


def test_of_many_looks_at_a_passed_test_one_registers_the_phone(tested):
    visit, registrations, state = tested

    judged = at_once(MANY, lambda _: registrations.judge(state, {}))

    assert [each.passed_by for each in judged].count("push") == 1
    assert visit.methods().count("push") == 1


def test_of_many_phones_one_uses_an_activation_code(federation, account, tmp_path):
    visit = account(federation.add_user(phone=None))
    registrations = Registrations(federation.services.mfa)
    codes = registrations.begin(visit.user.name)
    address = f"{federation.url}/authenticator/#{codes.link}"

    def activate(number: int) -> str:
        try:
            visit.new_phone(f"{number}.json").activate(address)
        except Exception as refused:
            return getattr(refused, "code", repr(refused))
        return "activated"

    outcomes = at_once(20, activate)

    assert sorted(set(outcomes)) == ["activated", "activation_unknown"]
    assert outcomes.count("activated") == 1


def test_of_many_posts_of_an_approved_page_one_lets_in(account):
    visit = account()
    sign_in = visit.sign_in()
    form, cookies = sign_in.page.form, visit.browser.session.cookies.get_dict()
    visit.user.phone.approve(number=sign_in.number)

    answers = at_once(
        MANY,
        lambda _: requests.post(
            form.action, data=form.fields, cookies=cookies, allow_redirects=False, timeout=60
        ),
    )

    let_in = [each for each in answers if "MSISAuth" in each.cookies]
    assert len(let_in) == 1
    assert let_in[0].headers["Location"] == "/account/"
    assert {each.status_code for each in answers} <= {200, 303, 400}
