"""Passkeys at security info: added by the user, removed, and used instead of a number or a code."""

from __future__ import annotations

import pytest
from support.passkeys import USER_PRESENT, SoftwareAuthenticator
from support.sessions.passkey_sign_in import options_of, register_passkey, sign_in_by_passkey

from adapter.mfa.passkeys.limits import MAX_PASSKEYS
from adapter.mfa.policy import PasskeyConfiguration, Policies

FIDO = "http://schemas.microsoft.com/ws/2012/12/authmethod/fido"


class PasskeyVisit:
    """A user at security info with a browser that makes passkeys."""

    def __init__(self, visit) -> None:
        self.visit = visit
        self.url = visit.home + "passkey"
        self.device = SoftwareAuthenticator(visit.federation.url)

    def page(self):
        return self.visit.browser.get(self.url)

    def post(self, page, answer, **fields):
        return self.visit.browser.submit(page.form, Passkey=answer, **fields)

    def add(self, *, name="Laptop", **wrong):
        page = self.page()
        return self.post(page, self.device.create(options_of(page), **wrong), name=name)


@pytest.fixture
def newcomer(federation, account):
    """A user without any method, at security info."""
    visit = account(federation.add_user(phone=None))
    visit.enter()
    return PasskeyVisit(visit)


@pytest.fixture
def at_home(account):
    """A user with a phone, at security info."""
    visit = account()
    visit.enter()
    return PasskeyVisit(visit)


def passkeys_of(federation, user):
    return federation.services.mfa.methods_of(user.name).of_kind("passkey")


@pytest.mark.parametrize("who", ["newcomer", "at_home"])
def test_a_passkey_is_added_with_its_name_and_signs_in(who, request, federation, sp):
    visitor = request.getfixturevalue(who)
    page = visitor.add(name="My laptop")

    assert page.url.startswith(visitor.visit.home + "?added=1")
    assert "My laptop" in page.html
    (method,) = passkeys_of(federation, visitor.visit.user)
    assert method.name == "My laptop"
    last = federation.log[-1]
    assert (last.event_id, last.outcome, last.detail) == (1202, "right_passkey", "registration")
    browser = federation.browser()
    page = sign_in_by_passkey(browser, sp.url(), visitor.device)
    assert federation.resume(browser, page).is_finished


def test_the_page_of_methods_leads_to_it_and_the_user_can_remove_it(federation, at_home):
    browser, user = at_home.visit.browser, at_home.visit.user
    assert browser.get(at_home.visit.home).link("addPasskey") == at_home.url
    at_home.add()
    (method,) = passkeys_of(federation, user)
    page = browser.get(at_home.visit.home)
    form = next(
        form
        for form in page.forms
        if form.action.endswith("/remove") and form.fields["id"] == method.id
    )

    browser.submit(browser.submit(form).form, confirmed="1")

    assert passkeys_of(federation, user) == ()


def test_an_answer_is_good_for_the_session_of_its_page_alone_and_once(federation, at_home):
    page = at_home.page()
    answer = at_home.device.create(options_of(page))
    other = PasskeyVisit(type(at_home.visit)(federation, at_home.visit._folder, federation.user))
    federation.clock.advance(61)
    other.visit.enter()

    assert "too long" in other.post(other.page(), answer).error
    assert passkeys_of(federation, federation.user) == ()
    at_home.post(page, answer)
    assert len(passkeys_of(federation, federation.user)) == 1
    assert other.post(other.page(), answer).error


@pytest.mark.parametrize(
    "wrong", [{"flags": USER_PRESENT | 0x40}, {"origin": "https://sts.attacker.test"}], ids=str
)
def test_a_wrong_answer_adds_nothing_and_keeps_the_typed_name(wrong, federation, at_home):
    page = at_home.add(name="My laptop", **wrong)

    assert "not accepted" in page.error
    assert page.form.fields["name"] == "My laptop"
    assert passkeys_of(federation, federation.user) == ()
    last = federation.log[-1]
    assert (last.event_id, last.outcome) == (1203, "passkey_invalid")
    assert last.detail.startswith("registration: ")


def test_a_device_that_has_one_already_is_named_to_the_browser(at_home):
    at_home.add()

    (excluded,) = options_of(at_home.page())["excludeCredentials"]
    assert excluded["type"] == "public-key"


def test_a_user_with_as_many_as_may_be_is_told_so(federation, at_home):
    for _ in range(MAX_PASSKEYS):
        register_passkey(federation)

    assert at_home.page().text("errorCode") == "too_many_passkeys"


@pytest.mark.parametrize("off", [{"self_service": False}, {"is_enabled": False}], ids=str)
def test_what_the_policy_does_not_allow_is_neither_offered_nor_taken(off, federation, at_home):
    page = at_home.page()
    answer = at_home.device.create(options_of(page))
    policies = Policies(passkeys=PasskeyConfiguration(**off))
    federation.services.mfa.policies.replace(policies, None)

    assert "addPasskey" not in at_home.visit.browser.get(at_home.visit.home).ids()
    assert at_home.page().text("errorCode") == "registration_not_allowed"
    assert at_home.post(page, answer).text("errorCode") == "registration_not_allowed"
    assert passkeys_of(federation, federation.user) == ()


def test_adding_one_needs_a_proof_of_just_before_and_a_form_of_this_session(federation, at_home):
    page = at_home.page()
    answer = at_home.device.create(options_of(page))
    session = at_home.visit.browser.session

    forged = session.post(page.form.action, data={"Passkey": answer})
    assert "csrf" in forged.text
    foreign = session.post(
        page.form.action,
        data={**page.form.fields, "Passkey": answer},
        headers={"Origin": "https://sts.attacker.test"},
    )
    assert "foreign_origin" in foreign.text
    federation.clock.advance(601)
    assert "/account/verify" in at_home.post(page, answer).url
    assert passkeys_of(federation, federation.user) == ()


# Instead of a number or a code


@pytest.fixture
def device(federation):
    return register_passkey(federation)


def test_a_passkey_may_be_used_instead_of_typing_the_number(federation, account, device):
    visit = account()
    sign_in = visit.sign_in()
    assert sign_in.number is not None

    page = sign_in.post(Passkey=device.get(options_of(sign_in.page)))

    assert page.url == visit.home
    last = federation.log[-1]
    assert (last.outcome, last.experience, last.detail) == (
        "right_passkey", "passkey", "security info",
    )  # fmt: skip


def test_a_user_with_passkeys_alone_is_asked_for_one(federation, account):
    user = federation.add_user(phone=None)
    device = register_passkey(federation, user.name)
    visit = account(user)

    sign_in = visit.sign_in()
    assert sign_in.page.text("instructions").startswith("Your device asks")
    assert "verificationCodeInput" not in sign_in.page.ids()

    assert sign_in.post(Passkey=device.get(options_of(sign_in.page))).url == visit.home


def test_a_passkey_at_the_log_in_page_is_the_proof_for_security_info(federation, account, device):
    visit = account()

    page = sign_in_by_passkey(visit.browser, visit.home, device)

    assert "methods" in page.ids()


def test_a_look_at_the_phone_uses_no_passkey_up(account, device):
    """The script of the page may look once more while the passkey is already in the form."""
    visit = account()
    sign_in = visit.sign_in()
    answer = device.get(options_of(sign_in.page))

    looked = visit.browser.submit(sign_in.page.form, Passkey=answer, Poll="1")
    assert looked.text("validEntropyNumber") == sign_in.number

    assert sign_in.post(Passkey=answer).url == visit.home


@pytest.mark.parametrize("wrong", [{"flags": USER_PRESENT}, {"handle": b"somebody else"}], ids=str)
def test_a_wrong_passkey_leaves_the_number_as_it_was(wrong, account, device):
    visit = account()
    sign_in = visit.sign_in()
    number = sign_in.number

    sign_in.post(Passkey=device.get(options_of(sign_in.page), **wrong))

    assert "not accepted" in sign_in.error
    assert sign_in.number == number
    visit.user.phone.approve(number=number)
    assert sign_in.poll().url == visit.home


def test_the_passkey_of_somebody_else_is_not_taken(federation, account, device):
    theirs = register_passkey(federation, federation.add_user(phone=None).name)
    sign_in = account().sign_in()

    sign_in.post(Passkey=theirs.get(options_of(sign_in.page)))

    assert "not one of yours" in sign_in.error


def test_an_answer_of_the_log_in_page_is_none_here(federation, account, device, sp):
    answer = device.get(options_of(federation.browser().get(sp.url())))
    sign_in = account().sign_in()

    sign_in.post(Passkey=answer)

    assert "too long" in sign_in.error


def test_where_the_policy_excludes_the_user_no_passkey_is_offered_or_taken(
    federation, account, device
):
    sign_in = account().sign_in()
    answer = device.get(options_of(sign_in.page))
    policies = Policies(passkeys=PasskeyConfiguration(is_enabled=False))
    federation.services.mfa.policies.replace(policies, None)

    sign_in.post(Passkey=answer)

    assert "not switched on" in sign_in.error
    assert options_of(sign_in.page) is None


def test_a_blocked_user_is_offered_no_passkey_and_none_is_taken(federation, account, device):
    sign_in = account().sign_in()
    answer = device.get(options_of(sign_in.page))
    federation.services.mfa.protection.block(federation.user.name)

    sign_in.post(Passkey=answer)

    assert sign_in.error
    assert options_of(sign_in.page) is None


def test_a_user_without_a_passkey_is_offered_none(account):
    assert options_of(account().sign_in().page) is None
