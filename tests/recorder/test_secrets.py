"""No secret of any sign-in stands anywhere in what is recorded, shown, exported or logged.

The recorder keeps what is on its list; here whole sign-ins with every factor are recorded, and all
that their users typed and their browsers sent is looked for.
"""

from __future__ import annotations

import gc
import re
from types import FunctionType, ModuleType

import pyotp
import pytest
from sqlalchemy import select
from support.service_providers.service_provider import ServiceProvider
from support.sessions.passkey_sign_in import answer, register_passkey

from idp.config.schema import SignInSection
from idp.embedded import browser as browsers
from idp.management import timeline_export, timelines
from idp.management.timeline_texts import views_of
from idp.recorder.recorder import Recorder
from idp.recorder.store import TimelineQuery
from idp.signin.browser_request import BrowserRequest
from idp.store.recorder_schema import recorded_parts
from idp.store.recorder_schema import timelines as rows
from idp.web.web_request import WebRequest

NEW_PASSWORD = "Battery staple 9 new"
WRONG_PASSWORD = "this is no password of mine"
SEALED = ("SamlSession", "Context", "Passkey", "Password", "OldPassword", "NewPassword",
          "ConfirmNewPassword", "VerificationCode")  # fmt: skip
"""Fields of our own forms that are secret or sealed."""
NUMBERED = re.compile(r'"(id|number)": \d+|last_part=\d+')
"""Numbers of timelines and rules, which may be those to match by chance."""
MIN_LENGTH = 6
"""Shorter values, such as a number to match, are looked for as whole words."""


@pytest.fixture
def sent(monkeypatch):
    """Everything secret that browsers send or get: fields of forms, and cookies."""
    secrets = set()
    post = browsers.Browser.post

    def posting(self, url, fields, **options):
        secrets.update(text for name, text in dict(fields).items() if name in SEALED and text)
        page = post(self, url, fields, **options)
        secrets.update(cookie.value for cookie in self.session.cookies if len(cookie.value) > 16)
        return page

    monkeypatch.setattr(browsers.Browser, "post", posting)
    return secrets


@pytest.fixture
def everything_recorded(federation, capfd):
    """Return all that is stored, shown, exported and logged, as one text by where it stands."""

    def read():
        services = federation.services
        with services.recordings._database.read() as connection:
            stored = [*connection.execute(select(recorded_parts.c.steps)).scalars()]
            stored += [repr(row._mapping["problem"]) for row in connection.execute(select(rows))]
        texts = {"rows": NUMBERED.sub("", "\n".join(stored)), "log": capfd.readouterr().err}
        for summary in timelines.search(services, TimelineQuery(), limit=1000):
            timeline = timelines.existing(services, summary.activity_id)
            files = timeline_export.files_of(timeline, services.clock.now())
            exported = NUMBERED.sub("", "\n".join(files.values()))
            texts[f"export {summary.activity_id}"] = exported
            shown = [(view.line, view.details, view.xml) for view in views_of(timeline)]
            texts[f"view {summary.activity_id}"] = repr(shown)
        return texts

    return read


def found_in(texts, secret):
    if len(secret) >= MIN_LENGTH:
        return [where for where, text in texts.items() if secret in text]
    word = re.compile(rf"(?<![\w.:+/=-]){re.escape(secret)}(?![\w.:+/=-])")
    return [where for where, text in texts.items() if word.search(text)]


def by_phone(federation, phone, sp, sent):
    """Number matching: wrong, denied, then right; and Approve/Deny."""
    sign_in = federation.sign_in(sp.url())
    sent.add(sign_in.number)
    wrong = str(10 + (int(sign_in.number) - 9) % 90)
    phone.approve(wrong)
    sign_in.poll()
    sign_in.try_again()
    sent.update({sign_in.number, wrong})
    phone.deny()
    sign_in.poll()
    sign_in.try_again()
    sent.add(sign_in.number)
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)
    federation.set_build("20348.349")
    denied = federation.sign_in(sp.url())
    phone.deny()
    denied.poll()
    approved = federation.sign_in(sp.url())
    phone.approve()
    approved.finish()


def by_code(federation, url, sent):
    user = federation.add_user(phone=None, totp=True)
    right = pyotp.TOTP(user.totp_secret).at(federation.clock.now())
    sign_in = federation.sign_in(url, user)
    sign_in.enter_code("000000" if right != "000000" else "000001")
    sign_in.enter_code(right)
    assert sign_in.finish().status == ("Success",)
    sent.update({right, user.totp_secret})


def by_passkey(federation, url):
    device = register_passkey(federation)
    browser = federation.browser()
    page = browser.open(url)
    page = browser.post(page.form.action, answer(page, device))
    assert federation.resume(browser, page).finish().status == ("Success",)


def change_password(federation):
    browser, user = federation.browser(), federation.add_user()
    page = browser.get(f"{federation.url}/adfs/portal/updatepassword/")
    passwords = {"NewPassword": NEW_PASSWORD, "ConfirmNewPassword": NEW_PASSWORD}
    for old in (WRONG_PASSWORD, user.password):
        browser.submit(page.form, UserName=user.name, OldPassword=old, **passwords)


def test_no_secret_of_any_sign_in_stands_in_what_is_recorded(
    federation, phone, pairs, served, sent, everything_recorded
):
    served(sign_in=SignInSection(idp_initiated=True, password_change=True))
    sp = ServiceProvider(federation, pairs("sp"), encrypts=True, slo_bindings=()).register()
    federation.sign_in(sp.url(), password=WRONG_PASSWORD)
    # A password that is typed into the wrong field.
    federation.sign_in(sp.url(), user=WRONG_PASSWORD, password=federation.user.password)
    by_phone(federation, phone, sp, sent)
    by_code(federation, sp.url(), sent)
    by_passkey(federation, sp.url())
    change_password(federation)
    browser = federation.sign_in(sp.url(), federation.add_user()).browser
    federation.sign_out(browser)
    sent.update({WRONG_PASSWORD, NEW_PASSWORD, federation.user.password})

    texts = everything_recorded()
    assert len(texts) > 8
    assert {secret for secret in sent if found_in(texts, secret)} == set()


def reachable(value, seen):
    """Yield everything that *value* keeps in memory, without modules and classes."""
    if id(value) in seen or isinstance(value, (type, ModuleType)):
        return
    seen.add(id(value))
    yield value
    if isinstance(value, FunctionType):
        inner = [cell.cell_contents for cell in value.__closure__ or ()]
    else:
        inner = gc.get_referents(value)
    for each in inner:
        yield from reachable(each, seen)


def test_what_waits_in_memory_holds_no_request_with_its_form_and_cookies(
    federation, phone, sp, monkeypatch
):
    kept = []
    finish = Recorder.finish
    monkeypatch.setattr(
        Recorder, "finish", lambda *args: (kept.extend(args[2]._steps), finish(*args))
    )
    federation.sign_in(sp.url(), password=WRONG_PASSWORD)
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()
    federation.sign_out(sign_in.browser)

    held = [each for _at, _kind, describe in kept for each in reachable(describe, set())]
    assert len(kept) > 15
    assert [each for each in held if isinstance(each, (WebRequest, BrowserRequest))] == []
    assert WRONG_PASSWORD not in [each for each in held if isinstance(each, str)]


def test_the_search_for_secrets_finds_them(federation, sp, everything_recorded):
    federation.browser().get(sp.url(relay_state="a secret value"))

    texts = everything_recorded()
    assert found_in(texts, "secret value") or found_in(texts, "secret%20value")
    assert found_in(texts, "200")
