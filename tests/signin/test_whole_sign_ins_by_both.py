"""Whole sign-ins and log-outs work by each of the two adapters: Flask, and the entry beside it.

What single requests get of both is compared in ``test_both_adapters.py``.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import request as flask_request
from support.sessions.passkey_sign_in import register_passkey, sign_in_by_passkey

from idp.app import build_app, start_app
from idp.config.schema import SignInSection

NEW = "Battery staple 9"


@pytest.fixture(params=["flask", "beside flask"])
def served_by(request, federation, _tallystick_host):
    """Serve the sign-in by one of the adapters, at the usual address."""
    everything = {"sign_in": SignInSection(idp_initiated=True, password_change=True)}
    config = federation.services.config.model_copy(update=everything)
    with ExitStack() as closing:
        services = replace(federation.services, config=config, closing=closing)
        beside_flask = request.param == "beside flask"
        app = start_app(build_app(services, beside_flask=beside_flask))
        through_flask = []
        app.before_request(lambda: through_flask.append(flask_request.path))
        _tallystick_host.serve_app(app)
        yield federation
        assert beside_flask == (not any(path.startswith("/adfs/ls/") for path in through_flask))


def test_with_a_number_after_a_wrong_password(served_by, sp, phone):
    sign_in = served_by.sign_in(sp.url(), password="wrong")
    assert sign_in.error
    sign_in = served_by.sign_in(sp.url())
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_with_approve_or_deny_after_a_denial(served_by, sp, phone):
    served_by.set_build("20348.349")
    sign_in = served_by.sign_in(sp.url())
    phone.deny()
    sign_in.poll()
    assert "denied" in sign_in.error
    sign_in.try_again()
    phone.approve()
    assert sign_in.finish().status == ("Success",)


def test_with_a_code_in_place_of_a_request(served_by, sp):
    user = served_by.add_user(totp=True)
    sign_in = served_by.sign_in(sp.url(), user)
    sign_in.use_code()
    sign_in.enter_code("000000" if user.code() != "000000" else "111111")
    assert sign_in.error
    sign_in.enter_code(user.code())
    assert sign_in.finish().name_id == user.name


def test_with_a_passkey_alone(served_by, sp):
    device, browser = register_passkey(served_by), served_by.browser()
    page = sign_in_by_passkey(browser, sp.url(), device)
    assert served_by.resume(browser, page).finish().name_id == served_by.user.name


def test_with_a_password_that_has_to_be_changed_on_the_way(served_by, sp, phone):
    user = served_by.user
    served_by.services.directory.set_password(user.name, user.password, must_change=True)
    sign_in = served_by.sign_in(sp.url())
    new = dict.fromkeys(("NewPassword", "ConfirmNewPassword"), NEW)
    page = sign_in.browser.submit(sign_in.page.form, OldPassword=user.password, **new)
    onward = served_by.resume(sign_in.browser, page)
    phone.approve(onward.number)
    assert onward.finish().name_id == user.name


def test_without_a_request_of_the_service_provider(served_by, easy):
    sign_in = served_by.sign_in(served_by.idp_initiated_url(easy.entity_id, "/reports"))
    finished = sign_in.finish()
    assert (finished.name_id, finished.relay_state) == (served_by.user.name, "/reports")


def test_a_request_by_post_and_a_log_out(served_by, easy):
    browser, user = served_by.browser(), served_by.user
    form = browser.post(easy.ls_url, easy.fields()).form
    page = browser.submit(form, UserName=user.name, Password=user.password)
    assert served_by.resume(browser, page).is_finished
    assert served_by.resume(browser, browser.post(easy.ls_url, easy.fields())).is_finished

    page = browser.get(f"{served_by.url}/adfs/ls/signout")
    assert "signed out" in browser.submit(page.form).html
    assert "UserName" in browser.get(easy.url()).form.fields
