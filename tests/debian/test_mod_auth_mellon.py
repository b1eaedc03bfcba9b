"""Apache's mod_auth_mellon, unchanged, protects a page with our sign-in."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import mellon
import pytest
from mellon import Mellon

from idp.saml.keys import PemPair, new_signing_certificate

Register = Callable[..., Mellon]


@pytest.fixture(scope="module")
def pair() -> PemPair:
    """Its key and certificate."""
    return new_signing_certificate("mellon.example.test", datetime.now(UTC))


@pytest.fixture
def register(federation, pair, tmp_path) -> Iterator[Register]:
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
    return re.sub(rb"<SingleSignOnService[^>]*HTTP-Redirect[^>]*/>", b"", metadata)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_its_page_opens_after_the_number(binding, encrypted, register, federation, phone):
    provider = register(binding, encrypt_claims=encrypted)

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
def test_its_page_stays_closed_to_an_altered_answer(way, register, federation, phone):
    encrypted, pattern, replacement = ALTERED[way]
    provider = register("redirect", encrypt_claims=encrypted)
    signing_in = federation.sign_in(provider.protected)
    phone.approve(signing_in.number)
    answer = signing_in.finish()
    altered = re.sub(pattern, replacement, answer.xml)

    fields = answer.fields | {"SAMLResponse": base64.b64encode(altered).decode()}
    page = signing_in.browser.post(answer.action, fields)

    assert altered != answer.xml
    assert page.status == 400
    assert signing_in.browser.get(provider.protected).title != "Protected"
