"""Apache's mod_auth_mellon, unchanged, protects a page with our sign-in."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from support.clients import mellon
from support.clients.mellon import Mellon

from idp.embedded.browser import Browser
from idp.saml.keys import PemPair, new_signing_certificate
from idp.signin.paths import IDP_INITIATED

Register = Callable[..., Mellon]


@pytest.fixture(scope="module")
def pair() -> PemPair:
    """Its key and certificate."""
    return new_signing_certificate("mellon.example.test", datetime.now(UTC))


@pytest.fixture
def register_mellon(federation, pair, tmp_path) -> Iterator[Register]:
    """Run it, knowing our metadata, and make a trust of its own; ``post`` hides our Redirect."""
    with ExitStack() as running:

        def make(binding: str, **settings: object) -> Mellon:
            ours = federation.browser().get(federation.metadata_url).html.encode()
            if binding == "post":
                ours = without_redirect(ours)
            provider = running.enter_context(mellon.running(tmp_path, pair, ours))
            theirs = federation.browser().get(provider.metadata_url).html
            federation.add_service_provider(theirs, private_key=pair.private_key, **settings)
            return provider

        yield make


def without_redirect(metadata: bytes) -> bytes:
    """Return our metadata without the Redirect binding; whoever has a copy checks no signature."""
    return re.sub(rb"<Single\w+Service[^>]*HTTP-Redirect[^>]*/>", b"", metadata)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_protected_page_opens_after_the_number(
    binding, encrypted, register_mellon, federation, phone
):
    provider = register_mellon(binding, encrypt_claims=encrypted)

    signing_in = federation.sign_in(provider.protected)
    assert phone.approve(signing_in.number) == "approved"
    answer = signing_in.finish()

    assert (b"EncryptedAssertion" in answer.xml) == encrypted
    assert answer.page.title == "Protected"
    assert answer.page.headers["Name-Id"] == answer.name_id
    assert answer.page.headers["Upn"] == federation.user.name


ALTERED = {
    "plain":     (False, rb">user@", b">otto@"),
    "encrypted": (True, rb".(?=.{40}</\S*CipherValue>.{0,60}</\S*EncryptedData>)", b"*"),
}  # fmt: skip


@pytest.mark.parametrize("way", ALTERED)
def test_a_protected_page_stays_closed_to_an_altered_response(
    way, register_mellon, federation, phone
):
    encrypted, pattern, replacement = ALTERED[way]
    provider = register_mellon("redirect", encrypt_claims=encrypted)
    signing_in = federation.sign_in(provider.protected)
    phone.approve(signing_in.number)
    answer = signing_in.finish()
    altered = re.sub(pattern, replacement, answer.xml)

    fields = answer.fields | {"SAMLResponse": base64.b64encode(altered).decode()}
    page = signing_in.browser.post(answer.action, fields)

    assert altered != answer.xml
    assert page.status == 400
    assert signing_in.browser.get(provider.protected).title != "Protected"


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_user_who_signs_out_at_mellon_is_signed_out_here(
    binding, register_mellon, federation, phone
):
    provider = register_mellon(binding)
    browser = signed_in(federation, provider, phone)

    page = browser.open(f"{provider.url}/mellon/logout?ReturnTo={quote(provider.url)}/out.html")

    assert page.url == f"{provider.url}/out.html"
    assert browser.get(provider.protected).title != "Protected"
    assert "idp_SignOutPanel" not in browser.get(f"{federation.url}{IDP_INITIATED}.aspx").ids()


def test_a_user_who_signs_out_here_is_signed_out_at_mellon(register_mellon, federation, phone):
    provider = register_mellon("redirect")
    browser = signed_in(federation, provider, phone)

    page = browser.get(f"{federation.url}{IDP_INITIATED}.aspx")
    end = browser.submit(next(form for form in page.forms if form.id == "idp_SignOutPanel"))

    assert end.title == "Signed Out"
    assert 'data-outcome="signed_out"' in end.html
    assert browser.get(provider.protected).title != "Protected"


def signed_in(federation, provider: Mellon, phone) -> Browser:
    """Sign the user in, and return the browser, which the protected page opens to."""
    signing_in = federation.sign_in(provider.protected)
    phone.approve(signing_in.number)
    assert signing_in.finish().page.title == "Protected"
    return signing_in.browser
