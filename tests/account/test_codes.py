"""Adding a code app and activating a hardware token: each counts once it has shown a right code."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from idp.management.hardware_tokens import import_tokens


@pytest.fixture
def newcomer(federation, account):
    """A user without any method, at security info."""
    visit = account(federation.add_user(phone=None))
    visit.enter()
    return visit


def begin(visit):
    """Open the page of a code app, and return the step with the app's codes."""
    page = visit.browser.get(f"{visit.home}code-app")
    step = visit.federation.resume(visit.browser, page, visit.user)
    secret = parse_qs(urlsplit(page.link("otpauth")).query)["secret"][0]
    return step, pyotp.TOTP(secret)


def now(visit):
    return visit.federation.clock.now()


def test_an_app_is_added_by_its_code_with_its_name(newcomer):
    step, app = begin(newcomer)

    page = step.post(VerificationCode=app.at(now(newcomer)), name="My key ring")

    assert newcomer.methods() == ["totp"]
    assert "My key ring" in page.html


def test_buttons_of_an_app_without_a_name_say_what_it_is_in_the_users_language(federation, account):
    visit = account(federation.add_user(phone=None, totp=True))
    (form,) = [each for each in visit.enter().forms if each.id == "languageForm"]

    page = visit.browser.submit(form, Language="de")

    assert 'aria-label="Codes einer anderen App umbenennen"' in page.html
    assert 'aria-label="Codes einer anderen App entfernen"' in page.html


def test_the_page_shows_the_secret_of_the_qr_code(newcomer):
    step, app = begin(newcomer)

    assert step.page.text("secret").replace(" ", "") == app.secret


def test_a_wrong_code_stores_nothing_and_the_same_secret_stays(newcomer):
    step, app = begin(newcomer)
    secret = step.page.text("secret")

    step.post(VerificationCode="000000")
    assert "not right" in step.error
    assert step.page.text("secret") == secret
    assert newcomer.methods() == []

    step.post(VerificationCode=app.at(now(newcomer)))
    assert newcomer.methods() == ["totp"]


def test_the_code_that_was_used_to_add_the_app_does_not_sign_in(newcomer, federation, sp):
    step, app = begin(newcomer)
    code = app.at(now(newcomer))
    step.post(VerificationCode=code)

    sign_in = federation.sign_in(sp.url(), newcomer.user)
    sign_in.enter_code(code)
    assert "used already" in sign_in.error

    federation.clock.advance(30)
    sign_in.enter_code(app.at(now(newcomer)))
    assert sign_in.finish().name_id is not None


def test_a_page_of_another_user_adds_nothing(newcomer, federation, account):
    other = account(federation.add_user(phone=None))
    other.enter()
    theirs, app = begin(other)
    mine, _ = begin(newcomer)

    context = theirs.page.form.fields["Context"]
    page = mine.post(Context=context, VerificationCode=app.at(now(newcomer)))

    assert page.text("errorCode") == "registration_ended"
    assert newcomer.methods() == []


def test_an_app_that_no_policy_allows_is_neither_offered_nor_added(newcomer, federation):
    federation.policy({"SoftwareOath.state": "disabled"})

    assert "addCodeApp" not in newcomer.browser.get(newcomer.home).ids()
    page = newcomer.browser.get(f"{newcomer.home}code-app")
    assert page.text("errorCode") == "registration_not_allowed"


def test_a_token_of_the_administrator_is_activated_by_its_code(newcomer, federation):
    secret = base64.b32encode(hashlib.sha256(b"token").digest()[:20]).decode()
    columns = "upn,serial number,secret key,time interval,manufacturer,model"
    row = f"{newcomer.user.name},1234567,{secret},60,Maker,One"
    import_tokens(federation.services, f"{columns}\n{row}\n")
    page = newcomer.browser.get(newcomer.browser.get(newcomer.home).link("addToken"))
    step = federation.resume(newcomer.browser, page, newcomer.user)

    step.post(serial="7654321", VerificationCode="123456")
    assert "serial number" in step.error
    step.post(serial="1234567", VerificationCode="123456")
    assert "not right" in step.error
    assert newcomer.methods() == []

    step.post(serial="1234567", VerificationCode=pyotp.TOTP(secret, interval=60).at(now(newcomer)))
    assert newcomer.methods() == ["totp"]


def test_a_method_is_renamed_and_a_name_that_cannot_be_is_refused(account):
    visit = account()
    visit.enter()
    page = visit.browser.get(visit.home)
    form = next(form for form in page.forms if form.action.endswith("/rename"))
    step = visit.federation.resume(visit.browser, visit.browser.submit(form), visit.user)

    step.post(name="")
    assert "1 to 64" in step.error
    page = step.post(name="Phone on my desk")

    assert "Phone on my desk" in page.html
