"""Signature wrapping against the server: no shape of it signs anybody in, or sends them elsewhere.

The shapes themselves are tried on the readers of all messages in ``attacks/messages``.
"""

from __future__ import annotations

import pytest
from support.attacks.signature_wrapping import SHAPES, wrapped
from support.service_providers.metadata_parts import OTHER_ACS_URL


@pytest.fixture
def signed_in_browser(federation, easy):
    """A browser whose user would get an assertion at once."""
    browser = federation.sign_in(easy.url()).browser
    easy.set(signed_saml_requests_required="true")
    return browser


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_no_shape_is_answered(shape, signed_in_browser, federation, easy, lines):
    rows = federation.log
    evil = easy.authn_request(ID="_evil", AssertionConsumerServiceURL=OTHER_ACS_URL)
    message = wrapped(shape, easy.authn_request(sign=easy.key), evil)

    page = signed_in_browser.post(easy.ls_url, easy.fields(message))

    assert (page.status, page.form) == (400, None)
    assert lines.refusals()[0] in {"signature_shape", "not_schema_valid", "MSIS7015"}
    assert not any(row.event_id >= 1200 for row in federation.log[len(rows) :])


def test_the_signed_request_by_itself_is(signed_in_browser, easy):
    page = signed_in_browser.post(easy.ls_url, easy.fields(easy.authn_request(sign=easy.key)))

    assert "SAMLResponse" in page.html
