"""The script that waits for a phone has one home, and security info serves it from there."""

from __future__ import annotations

import pytest

SCRIPT = "/account/static/mfa/mfa.js"


@pytest.mark.parametrize("name", ["mfa.js", "broker.js", "broker.css"])
def test_the_files_are_those_of_the_adapter_and_may_be_cached(name, federation):
    browser = federation.browser()
    ours, adapters = (
        browser.get(f"{federation.url}{folder}/{name}")
        for folder in ("/account/static/mfa", "/adfs/adapter/AzureMfaAuthentication")
    )

    assert ours.html == adapters.html
    assert "max-age" in ours.headers["Cache-Control"]


def test_they_are_there_if_the_adapter_is_switched_off(federation):
    federation.services.providers.enable(())

    assert federation.browser().get(f"{federation.url}{SCRIPT}").status == 200


def test_every_page_that_waits_for_a_phone_has_the_script(federation, account):
    visit = account()
    pages = [visit.sign_in().page]
    newcomer = account(federation.add_user(phone=None))
    newcomer.enter()
    adding = newcomer.add_phone()
    pages.append(adding.page)
    newcomer.new_phone().activate(adding.page.link("activationAddress"))
    pages.append(adding.post())
    reset = federation.reset(federation.add_user(totp=True))
    pages.append(reset.send_request())

    for page in pages:
        assert page.html.count(f'src="{SCRIPT}"') == 1
        assert page.html.count("data-state=") == 1
