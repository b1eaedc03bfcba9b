"""A walk through the pages of ``/account/`` over HTTP, so that a test can look at each of them."""

from __future__ import annotations

import base64

import pyotp
from flask import template_rendered

from idp.management.hardware_tokens import import_tokens

SECRET = base64.b32encode(b"a secret of 20 bytes").decode()


class Walk:
    """The pages that German browsers were shown, and the templates that they were made of."""

    def __init__(self) -> None:
        self.pages: list[tuple[str, str]] = []
        self.templates: set[str] = set()

    def note_template(self, _app, template, **_context) -> None:
        self.templates.add(template.name)

    def note_page(self, response, **_options) -> None:
        if response.text.startswith("<!DOCTYPE html>"):
            self.pages.append((response.url, response.text))

    def german(self, browser):
        browser.session.headers["Accept-Language"] = "de"
        browser.session.hooks["response"].append(self.note_page)
        return browser


def see_registrations(federation, account, walk):
    visit = account(federation.add_user(phone=None))
    walk.german(visit.browser)
    visit.enter()
    import_tokens(
        federation.services,
        f"upn,serial number,secret key,time interval,manufacturer,model\n"
        f"{visit.user.name},T1,{SECRET},30,Maker,Model\n",
    )
    visit.browser.get(visit.home)
    visit.browser.get(f"{visit.home}passkey")
    app = federation.resume(visit.browser, visit.browser.get(f"{visit.home}code-app"), visit.user)
    app.post(VerificationCode="000000")
    token = federation.resume(visit.browser, visit.browser.get(f"{visit.home}token"), visit.user)
    token.post(VerificationCode="000000", serial="T2")
    token.post(VerificationCode=pyotp.TOTP(SECRET).at(federation.clock.now()), serial="T1")
    adding = visit.add_phone()
    phone = visit.new_phone()
    phone.activate(adding.page.link("activationAddress"))
    adding.post()
    phone.approve(number=str(109 - int(adding.number)))
    adding.poll()
    return visit


def see_methods(federation, account, walk):
    visit = account(federation.add_user(totp=True))
    walk.german(visit.browser)
    visit.enter()
    page = visit.browser.get(visit.home)
    for action in ("rename", "remove"):
        form = next(each for each in page.forms if each.action.endswith(f"/{action}"))
        asked = visit.browser.submit(form)
        if action == "rename":
            visit.browser.submit(asked.form, name="x" * 65)
    visit.browser.submit(form, csrf="")
    federation.clock.advance(3600)
    visit.browser.session.headers["Sec-Fetch-Site"] = "cross-site"
    visit.browser.get(f"{visit.home}verify?again=1")


def see_interrupt(federation, sp, walk):
    sp.set(second_factor="never")
    federation.policy({"isRegistrationRequiredAtSignIn": True})
    user = federation.add_user(phone=None)
    federation.sign_in(sp.url(), user, browser=walk.german(federation.browser()))


def see_reset(federation, walk):
    user = federation.add_user(totp=True)
    reset = federation.reset(user, browser=walk.german(federation.browser()))
    reset.send_request()
    user.phone.deny()
    reset.poll()
    reset.approve()
    reset.enter_code("000000")
    reset.enter_code()
    reset.set_password("short")
    form = reset.page.form
    reset.set_password("Nothing-Known-7")
    reset.browser.submit(form, csrf="")


def walk_through(federation, account, sp, walk: Walk) -> Walk:
    """See every page, with errors where a page can have one; returns *walk*."""
    with template_rendered.connected_to(walk.note_template):
        see_registrations(federation, account, walk)
        see_methods(federation, account, walk)
        see_interrupt(federation, sp, walk)
        see_reset(federation, walk)
    return walk
