"""A passkey as the second factor of a user who has nothing else and typed the password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.passkeys import USER_PRESENT
from support.service_providers.service_provider import requested_context
from support.sessions.passkey_sign_in import answer, options_of, register_passkey

from adapter.mfa.policy import PasskeyConfiguration, Policies
from idp.saml.contexts import FIDO, MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT
from idp.signin.pages import PASSKEY_NOT_ACCEPTED

MFA = "Multi-Factor Authentication"
METHODS = "authnmethodsreferences"


@pytest.fixture
def user(federation):
    """A user without a phone and without codes."""
    return federation.add_user(phone=None)


@pytest.fixture
def device(federation, user):
    """The user's passkey."""
    return register_passkey(federation, user.name)


@pytest.fixture
def asked(federation, sp, user, device):
    """Type the password; what comes then is the page that asks for the passkey."""

    def asked(url=""):
        sign_in = federation.sign_in(url or sp.url(), user)
        assert (sign_in.page.status, sign_in.page.title) == (200, MFA)
        assert options_of(sign_in.page) is not None
        return sign_in

    return asked


@pytest.fixture
def use(federation):
    """Use a passkey on the page of a sign-in."""

    def use(sign_in, device, **wrong):
        fields = answer(sign_in.page, device, **wrong)
        page = sign_in.browser.post(sign_in.page.form.action, fields)
        return federation.resume(sign_in.browser, page)

    return use


@pytest.mark.each_database
def test_a_user_who_has_only_a_passkey_is_asked_for_it_after_the_password(
    federation, sp, user, device, asked, use
):
    finished = use(asked(), device).finish()

    assert finished.assertion.name_id.value == user.name
    methods = finished.assertion.values_of(METHODS)
    assert methods == (PASSWORD_PROTECTED_TRANSPORT, FIDO, MULTIPLE_AUTHN)
    rows = [(row.event_id, row.experience, row.reason, row.outcome) for row in federation.log]
    assert rows == [
        (1202, "", "", "right_password"),
        (1200, "passkey", "user_verified", "issued"),
    ]


def test_so_is_one_where_the_request_accepts_a_password_alone(sp, device, asked, use):
    """A sign-in with the passkey alone does not meet such a request."""
    url = sp.url(children=requested_context(PASSWORD_PROTECTED_TRANSPORT))

    finished = use(asked(url), device).finish()

    assert finished.assertion.authn_context_class == PASSWORD_PROTECTED_TRANSPORT


def test_the_session_is_used_again(federation, sp, device, asked, use):
    sign_in = use(asked(), device)

    again = federation.resume(sign_in.browser, sign_in.browser.get(sp.url()))
    assert again.is_finished


def test_whoever_has_something_for_an_adapter_is_asked_by_it(federation, sp):
    register_passkey(federation)

    sign_in = federation.sign_in(sp.url())

    assert sign_in.number
    assert "passkey" not in sign_in.page.html


def test_a_request_for_another_method_is_not_met(federation, sp, user, device):
    push = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"

    sign_in = federation.sign_in(sp.url(children=requested_context(push)), user)

    assert options_of(sign_in.page) is None
    assert sign_in.is_finished, "with a status that is no success"
    assert sign_in.finish().status[-1].endswith("NoAuthnContext")


# Refusals


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"origin": "https://sts.attacker.test"}, "passkey_invalid"),
        ({"flags": USER_PRESENT}, "passkey_invalid"),
        ({"challenge": "AAAA"}, "passkey_expired"),
    ],
    ids=str,
)
def test_a_wrong_answer_shows_the_page_again_and_the_right_one_passes(
    wrong, code, federation, user, device, asked, use
):
    sign_in = use(asked(), device, **wrong)

    assert (sign_in.page.title, sign_in.error) == (MFA, PASSKEY_NOT_ACCEPTED)
    row = federation.log[-1]
    assert (row.event_id, row.user, row.experience, row.outcome) == (
        1201, user.name, "passkey", code
    )  # fmt: skip
    assert use(sign_in, device).is_finished


@pytest.mark.parametrize("text", ["", "{}", "x" * 20_000, "\0"])
def test_whatever_is_posted_as_a_passkey_shows_the_page_again(text, asked):
    sign_in = asked()

    page = sign_in.browser.submit(sign_in.page.form, Passkey=text)

    assert (page.status, page.error) == (200, PASSKEY_NOT_ACCEPTED)


def test_the_passkey_of_another_user_does_not_count(federation, asked, use):
    other = register_passkey(federation)

    assert use(asked(), other).error == PASSKEY_NOT_ACCEPTED


def test_an_answer_to_the_log_in_page_does_not_count(federation, sp, user, device):
    """Its challenge belongs to no user, and to another step."""
    log_in = federation.browser().get(sp.url())
    for_log_in = answer(log_in, device)["Passkey"]

    sign_in = federation.sign_in(sp.url(), user)
    page = sign_in.browser.submit(sign_in.page.form, Passkey=for_log_in)

    assert page.error == PASSKEY_NOT_ACCEPTED


def test_of_many_posts_of_one_answer_one_passes(federation, user, asked):
    device = register_passkey(federation, user.name, counts=False)
    sign_in = asked()
    fields, action = answer(sign_in.page, device), sign_in.page.form.action

    def post(_turn):
        return sign_in.browser.session.post(action, data=fields, allow_redirects=False)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))

    assert [each.status_code for each in answers].count(302) == 1


def test_a_page_that_has_passed_passes_nobody_again(federation, device, asked, use):
    sign_in = asked()
    kept = sign_in.page.form
    assert use(sign_in, device).is_finished
    federation.clock.advance(60)

    page = sign_in.browser.submit(kept, Passkey="{}")

    assert "hiddenform" not in page.html
    assert page.status == 400


def block(federation, user):
    federation.services.mfa.protection.block(user.name)


def switch_off(federation, user):
    off = Policies(passkeys=PasskeyConfiguration(is_enabled=False))
    federation.services.mfa.policies.replace(off, None)


def make_unreadable(federation, user):
    with federation.services.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO policies VALUES ('authentication_methods', '[')")


FORBIDDEN = pytest.mark.parametrize("forbid", [block, switch_off, make_unreadable])


@FORBIDDEN
def test_who_may_not_use_passkeys_meanwhile_does_not_pass(
    forbid, federation, user, device, asked, use
):
    sign_in = asked()
    forbid(federation, user)

    assert use(sign_in, device).error == PASSKEY_NOT_ACCEPTED
    assert federation.log[-1].outcome == "passkey_not_allowed"


@FORBIDDEN
def test_who_may_not_use_passkeys_is_not_asked_for_one(forbid, federation, sp, user, device):
    forbid(federation, user)

    sign_in = federation.sign_in(sp.url(), user)

    assert sign_in.page.status == 403
    assert "method_not_available" in sign_in.page.html


def test_another_language_may_be_chosen_on_the_page(asked):
    sign_in = asked()
    options = next(form for form in sign_in.page.forms if form.id == "options")

    page = sign_in.browser.submit(options, Language="de")

    assert "Passkey" in page.text("instructions") or "PIN" in page.text("instructions")
    assert 'lang="de"' in page.html
    assert options_of(page) is not None
